"""A flow of two processes, in a state folder of its own."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder


class Leader: ...


class Worker: ...


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def flow():
    return FlowBuilder("lang")


@pytest.fixture
def leader(flow):
    return flow.process(Leader)


@pytest.fixture
def worker(flow):
    return flow.process(Worker)
