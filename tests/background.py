"""What takes long and needs no turn of its own runs beside the tests, from when they are collected."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

import pytest

PYRIGHT = pytest.StashKey[Future[tuple[int, str]]]()
"""What pyright says of the package: its exit code and its words."""


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let pyright begin, where its test will run: it takes a minute and a processor."""
    if not session.config.option.collectonly and any(each.path.name == "test_checks.py" for each in session.items):
        done = session.config.stash[PYRIGHT] = Future()
        Thread(target=_check, args=(done,), name="pyright", daemon=True).start()


def _check(done: Future[tuple[int, str]]) -> None:
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    ran = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)
    done.set_result((ran.returncode, ran.stdout + ran.stderr))
