"""One kernel and one browser per module of tests: they take a second to start."""

import sys
from pathlib import Path

import pytest

# the browser that looks at notebooks
sys.path.append(str(Path(__file__).parents[1] / "e2e"))

from demo_page import opened
from lab import browsing, chromium
from needs import NO_CHROMIUM, needed
from real_kernel import Kernel


@pytest.fixture(scope="module")
def browser():
    needed(chromium(), NO_CHROMIUM)
    with browsing() as running:
        yield running


@pytest.fixture
def show(browser):
    """Open the demo page on a recording, played to its end; the page may not complain of anything."""
    pages, complaints = [], []

    def opening(recording="wordcount", **options):
        pages.append(opened(browser, recording, complaints, **options))
        return pages[-1]

    yield opening
    for page in pages:
        page.close()
    assert complaints == []


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
