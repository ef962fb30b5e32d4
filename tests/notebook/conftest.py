"""One kernel per module of tests: it takes a second to start."""

import pytest
from real_kernel import Kernel


@pytest.fixture(scope="module")
def shared_kernel():
    kernel = Kernel()
    kernel.run("import hydro_nb\nfrom hydro_nb import *", cell="import")
    kernel.run("_kept = set(globals())", silent=True)
    yield kernel
    kernel.close()


@pytest.fixture
def kernel(shared_kernel):
    """The shared kernel without the names and flows of the test before."""
    yield shared_kernel
    shared_kernel.run("%hydro stop --all", silent=True)
    shared_kernel.run(CLEAR, silent=True)


CLEAR = """
for _name in [n for n in globals() if not n.startswith("_") and n not in _kept]:
    del globals()[_name]
"""
