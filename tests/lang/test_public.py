"""The public names: what is there, and how little is loaded for it."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest

import hydro_nb
from hydro_nb.testing import collect


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_import_loads_nothing():
    assert run("import sys, hydro_nb; print(*[m for m in sys.modules if m.startswith('hydro_nb.')])") == []


def test_language_needs_no_sockets_and_no_notebook():
    code = "import sys, hydro_nb; hydro_nb.FlowBuilder(); print(*{'zmq', 'IPython', 'asyncio'} & set(sys.modules))"
    assert run(code) == []


def test_every_name_is_there():
    for name in hydro_nb.__all__:
        value = getattr(hydro_nb, name)
        assert name in ("TCP", "UDP", "Auto", "Break", "Continue", "CLUSTER_SELF_ID", "NetworkHint") or value.__name__
    assert set(hydro_nb.__all__) <= set(dir(hydro_nb))
    assert hydro_nb.types.u32
    assert hydro_nb.testing.collect is collect


def test_version(monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"{name} 1.2")
    assert hydro_nb.__getattr__("__version__") == "hydro_nb 1.2"


def test_version_of_a_checkout(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    assert hydro_nb.__getattr__("__version__") == "0+source"


def test_unknown_name():
    with pytest.raises(AttributeError, match="has no attribute 'Flow'"):
        _ = hydro_nb.Flow


def test_registers_in_a_session_only(monkeypatch):
    registered = []
    monkeypatch.setattr("hydro_nb.notebook.register", registered.append)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    hydro_nb._greet_notebook()
    assert registered == []
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: "session"))
    hydro_nb._greet_notebook()
    assert registered == ["session"]


def test_collect_in_processes(flow, leader, worker):
    port, extra = leader.source_external(flow.external(), int)
    numbers = leader.source_iter([1, 2]).chain(extra)
    before = dict(flow.graph.nodes)
    assert sorted(collect(numbers.send(worker), feed={port: [3]})) == [1, 2, 3]
    assert len(flow.graph.nodes) == len(before) + 1


def methods():
    classes = [getattr(hydro_nb, name) for name in hydro_nb.__all__ if isinstance(getattr(hydro_nb, name), type)]
    for cls in classes:
        for name in dir(cls):
            member = inspect.getattr_static(cls, name)
            function = member.fget if isinstance(member, property) else member
            if cls.__module__.startswith("hydro_nb.lang") and not name.startswith("_") and inspect.isfunction(function):
                yield pytest.param(function, id=f"{cls.__name__}.{name}")


@pytest.mark.parametrize("method", list(methods()))
def test_methods_have_a_sentence_and_an_example(method):
    first, blank, *rest = inspect.getdoc(method).split("\n")
    assert first.endswith(".")
    assert blank == ""
    assert ">>>" in "".join(rest)
