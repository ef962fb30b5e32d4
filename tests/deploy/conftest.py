"""Every test of a deployment keeps its logs to itself and leaves no process and no socket behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    runtime = Path("/tmp") / f"hnb{os.getpid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    yield
    left = list(runtime.iterdir())
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    assert left == []
    if children.exists():
        assert children.read_text().split() == []
    runtime.rmdir()
