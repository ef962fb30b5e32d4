"""A module of the user's that was edited changes the processes that import it, and no others."""

from __future__ import annotations

import importlib
import json
import sys
import sysconfig

import pytest
from leading import SECONDS, said, shown

from hydro_nb import FlowBuilder
from hydro_nb.deploy.modules import is_users, reached, texts


class Leader: ...


class Counter: ...


FACTORS = "FACTOR = {}\n\nclass Tens:\n    def of(self, n):\n        return n * FACTOR\n"
NAMED = "import own_factors\n\ndef times(n):\n    return own_factors.Tens().of(n)\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_factors.py").write_text(FACTORS.format(10))
    (tmp_path / "own_times.py").write_text(NAMED)
    for name in ("own_factors", "own_times"):
        monkeypatch.delitem(sys.modules, name, raising=False)
        imported(name)
    yield tmp_path
    for name in ("own_factors", "own_times"):
        del sys.modules[name]


@pytest.fixture
def flow(folder):
    """A flow whose leader calls a function of an imported module."""
    times = sys.modules["own_times"]
    made = FlowBuilder()
    shown(made.process(Leader).source_iter([1]).map(lambda n: times.times(n) + 0), str)
    return made


def imported(name):
    """Import a module that has just been written."""
    importlib.invalidate_caches()
    return importlib.import_module(name)


def test_who_imports_an_edited_module_is_replaced_also_where_another_one_imports_it(folder, flow):
    shown(flow.process(Counter).source_iter([1]), str)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        (folder / "own_factors.py").write_text("# as many as fingers\n" + FACTORS.format(10))
        assert deployment.redeploy().replaced == {}
        (folder / "own_factors.py").write_text(FACTORS.format(1000))
        done = deployment.redeploy()
        assert str(done) == "Leader changed (what it imports: `own_factors`): replaced; Counter kept its state"
        deployment.settle(SECONDS)
        assert said(deployment, "Leader") == ["10", "1000"]
        assert deployment.redeploy().replaced == {}


def test_what_is_imported_only_now_replaces_nobody(folder, flow, monkeypatch):
    with flow.deploy(backend="inprocess") as deployment:
        (folder / "own_more.py").write_text("MORE = 1\n")
        more = importlib.import_module("own_more")
        monkeypatch.setattr(sys.modules["own_times"], "more", more, raising=False)
        assert deployment.redeploy().replaced == {}
        monkeypatch.delitem(sys.modules, "own_more")


def test_what_is_edited_while_it_is_deployed_again_counts_the_next_time(folder, flow, monkeypatch):
    with flow.deploy() as deployment:
        become = deployment._backend.become

        def edited_before(wish):
            (folder / "own_factors.py").write_text(FACTORS.format(1000))
            become(wish)

        monkeypatch.setattr(deployment._backend, "become", edited_before)
        with flow.cell("more"):
            shown(flow.process(Counter).source_iter([1]), str)
        assert deployment.redeploy().kept == ("Leader",)
        assert deployment.redeploy().replaced == {"Leader": "what it imports: `own_factors`"}


def test_a_module_in_the_place_of_another_one_is_seen(folder):
    (folder / "own_more.py").write_text("MORE = 1\n")
    assert "own_times" in texts()
    former = sys.modules.pop("own_times")
    imported("own_more")
    assert ("own_more" in texts(), "own_times" in texts()) == (True, False)
    sys.modules["own_times"] = former
    del sys.modules["own_more"]


LAZY = """
import importlib.util, sys

class Lazy:
    @property
    def __module__(self):
        raise RuntimeError("it is made now")

made_later = Lazy()
found = importlib.util.find_spec("own_factors")
found.loader = importlib.util.LazyLoader(found.loader)
loaded_later = importlib.util.module_from_spec(found)
found.loader.exec_module(loaded_later)
"""


def test_what_is_made_or_loaded_only_when_it_is_asked_for_is_not_asked(folder):
    (folder / "own_lazy.py").write_text(LAZY)
    lazy = imported("own_lazy")
    assert reached(["own_lazy"], texts()) == {"own_lazy", "own_factors"}
    assert type(lazy.loaded_later).__name__ == "_LazyModule"
    del sys.modules["own_lazy"]


def test_modules_in_the_folder_of_a_virtual_environment_are_the_users():
    folder = sysconfig.get_path("data")
    assert is_users("own_work", f"{folder}/own_work.py")
    assert not is_users("json", json.__file__)
    assert not is_users("pytest", pytest.__file__)
