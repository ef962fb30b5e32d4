"""Every test of a deployment keeps its logs to itself and leaves no process and no socket behind."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from leading import SECONDS

from hydro_nb.deploy import local


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    runtime = Path("/tmp") / f"hnb{os.getpid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    beside = {pid for pid in _children(os.getpid()) if b"hydro_nb" not in _title(pid)}
    yield
    left = list(runtime.iterdir())
    assert left == []
    assert [line for pid in _children(os.getpid()) if pid not in beside for line in _left(pid)] == []
    runtime.rmdir()


@pytest.fixture
def heard(monkeypatch):
    """A fault is in force when its call returns, however long the processes do not get to hear of it."""
    monkeypatch.setattr(local, "HEARD_SECONDS", SECONDS)


def _children(pid):
    """Give the processes that any thread of a process started; threads and processes end meanwhile."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                yield from map(int, (task / "children").read_text().split())


def _title(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        # it has ended meanwhile
        return b""


def _left(pid):
    """Give the titles of what a deployment left: a template stays, but nothing that it has forked."""
    title = _title(pid)
    if not title or title == Path("/proc/self/cmdline").read_bytes():
        # it has just ended, or is about to be a template
        return []
    if b"hydro_nb:template" not in title:
        return [title]
    return [each for child in _children(pid) for each in _left(child)]
