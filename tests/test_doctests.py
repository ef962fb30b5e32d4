"""Every example in a public docstring runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import hydro_nb
import hydro_nb.lang
from hydro_nb.testing import collect

MODULES = [
    *(f"hydro_nb.lang.{module.name}" for module in pkgutil.iter_modules(hydro_nb.lang.__path__)),
    "hydro_nb.testing.collecting",
]
NAMES = {name: getattr(hydro_nb, name) for name in hydro_nb.__all__} | {"collect": collect}


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    module = importlib.import_module(name)
    tests = doctest.DocTestFinder(recurse=True).find(module, extraglobs=NAMES)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in tests:
        runner.run(test)
    assert runner.failures == 0
