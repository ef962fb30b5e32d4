"""Processes seen from outside: whether they live, and waiting for their end without asking again and again."""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Iterable
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether a process runs: a zombie, whose parent has not asked after it, does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def children(pid: int) -> list[int]:
    """Give the processes that this one started, from whichever of its threads, with theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        # threads and processes may end meanwhile
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += [int(word) for word in task.read_text().split()]
    return found + [each for child in found for each in children(child)]


def processes(pid: int) -> list[int]:
    """Give those of them that are processes of a flow: a template, which stays, is none."""
    return [each for each in children(pid) if b"hydro_nb:template" not in _title(each)]


def _title(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def wait_gone(pids: Iterable[int], seconds: float) -> list[int]:
    """Wait until these have ended; gives those that have not within that time."""
    deadline = time.monotonic() + seconds
    with contextlib.ExitStack() as stack:
        left: dict[int, int] = {}
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                left[os.pidfd_open(pid)] = pid
                stack.callback(os.close, next(reversed(left)))
        while left and (patience := deadline - time.monotonic()) > 0:
            for ended in select.select(list(left), [], [], patience)[0]:
                del left[ended]
        return [pid for pid in left.values() if alive(pid)]
