"""Every example in a docstring of the simulator runs and gives what it says."""

import doctest
import importlib
import pkgutil

import pytest

import hydro_nb
import hydro_nb.sim

NAMES = {name: getattr(hydro_nb, name) for name in hydro_nb.__all__}


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(hydro_nb.sim.__path__)])
def test_examples(name):
    module = importlib.import_module(f"hydro_nb.sim.{name}")
    runner = doctest.DocTestRunner()
    for test in doctest.DocTestFinder().find(module, extraglobs=NAMES):
        runner.run(test)
    assert runner.failures == 0
