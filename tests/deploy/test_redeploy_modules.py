"""A module of the user's that was edited changes the processes that import it, and no others."""

from __future__ import annotations

import importlib
import sys

import pytest
from leading import SECONDS, said, shown

from hydro_nb import FlowBuilder


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
        monkeypatch.setitem(sys.modules, name, importlib.import_module(name))
    return tmp_path


def test_who_imports_an_edited_module_is_replaced_also_where_another_one_imports_it(folder):
    times = importlib.import_module("own_times")
    flow = FlowBuilder()
    shown(flow.process(Leader).source_iter([1]).map(lambda n: times.times(n) + 0), str)
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


def test_what_is_imported_only_now_replaces_nobody(folder, monkeypatch):
    times = importlib.import_module("own_times")
    flow = FlowBuilder()
    shown(flow.process(Leader).source_iter([1]).map(lambda n: times.times(n) + 0), str)
    with flow.deploy(backend="inprocess") as deployment:
        (folder / "own_more.py").write_text("MORE = 1\n")
        more = importlib.import_module("own_more")
        monkeypatch.setattr(times, "more", more, raising=False)
        assert deployment.redeploy().replaced == {}
        monkeypatch.delitem(sys.modules, "own_more")
