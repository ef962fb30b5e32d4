"""What the tests of numbers share with those of operators, and a cache of loops of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ops.conftest import both, flow, leader, message, run, worker

__all__ = ["both", "flow", "leader", "message", "run", "worker"]
KEPT = Path(__file__).parent / "source.txt"


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def snapshot():
    """Compare a text with the one that is kept; HYDRO_NB_UPDATE=1 writes it anew."""

    def compare(text):
        if os.environ.get("HYDRO_NB_UPDATE"):
            KEPT.write_text(text)
        assert text == KEPT.read_text()

    return compare
