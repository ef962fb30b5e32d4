"""Every example in a public docstring runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import hydro_nb
from hydro_nb.testing import collect

ROOT = Path(hydro_nb.__file__).parent
MODULES = sorted(
    "hydro_nb." + path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if ">>>" in path.read_text()
)
NAMES = {name: getattr(hydro_nb, name) for name in hydro_nb.__all__} | {"collect": collect, "__name__": "__main__"}


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HYDRO_NB_PROGRESS", str(tmp_path / "progress"))
    module = importlib.import_module(name)
    tests = doctest.DocTestFinder(recurse=True).find(module, extraglobs=NAMES)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in tests:
        runner.run(test)
    assert runner.failures == 0
