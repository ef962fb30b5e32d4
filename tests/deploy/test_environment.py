"""Processes begin whatever threads of the user's do to the environment meanwhile."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest
from handmade import flow, place
from launched import printed

from hydro_nb.deploy.io import hydro_io
from hydro_nb.deploy.spawn import Spawn
from hydro_nb.deploy.template import Template
from hydro_nb.deploy.templates import templates
from hydro_nb.environ import copied

NAMES = [f"HYDRO_NB_TEST_{number}" for number in range(300)]
SAYS = """
def start():
    print("here", flush=True)
    return State()

def tick(state, inputs, outputs):
    return False
"""


@pytest.fixture
def _changing(monkeypatch):
    """While a test runs, variables come and go, so that the system's own list of them is moved again and again."""
    over = threading.Event()
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)

    def change():
        while not over.is_set():
            os.environ.update(dict.fromkeys(NAMES, "v" * 200))
            for name in NAMES:
                del os.environ[name]

    thread = threading.Thread(target=change)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.mark.usefixtures("_changing")
def test_what_is_copied_is_what_stays():
    kept = os.environb[b"PATH"]
    assert all(copied()[b"PATH"] == kept for _ in range(200))


@pytest.mark.usefixtures("_changing")
def test_templates_begin():
    io = hydro_io()
    for _ in range(3):
        io.call(io.call(lambda: Template(io, lambda _: None)).end)


@pytest.mark.usefixtures("_changing")
@pytest.mark.parametrize("way", [Spawn, templates])
def test_processes_begin(way):
    program = flow(place(0, "P", SAYS))
    assert [printed(program, way()) for _ in range(3)] == [["here"]] * 3


def test_a_template_that_cannot_begin_leaves_nothing(monkeypatch):
    held = set(Path("/proc/self/fd").iterdir())
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    io = hydro_io()
    with pytest.raises(FileNotFoundError, match="/no/such/python"):
        io.call(lambda: Template(io, lambda _: None))
    assert set(Path("/proc/self/fd").iterdir()) <= held
