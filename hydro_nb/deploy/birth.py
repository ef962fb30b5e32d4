"""Which process a number means: a number is used again, the moment of a process's birth with it is not."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

import msgspec

from hydro_nb.environ import copied


class Mark(msgspec.Struct, frozen=True):
    """One process for good: its id, and when it was born, in the words of its system."""

    pid: int
    born: str
    name: str = ""

    @classmethod
    def of(cls, pid: int, name: str = "") -> Mark:
        """Mark a process that lives; one that does not is born never."""
        return cls(pid, born(pid), name)

    @property
    def lives(self) -> bool:
        """Whether this very process has not ended."""
        return bool(self.born) and self.pid > 1 and born(self.pid) == self.born

    def kill(self) -> bool:
        """End it with all that it started in its session; says whether there was something to end."""
        if not self.lives:
            return False
        with contextlib.suppress(ProcessLookupError):
            whole = os.getpgid(self.pid) == self.pid
            (os.killpg if whole else os.kill)(self.pid, signal.SIGKILL)
        return True


def born(pid: int) -> str:
    """Say when a process was born; nothing if it has ended.

    >>> born(os.getpid()) == born(os.getpid()) != ""
    True
    """
    if sys.platform == "linux":
        state, *rest = _status(pid)
        return "" if state in "ZX" else f"{_boot()}+{rest[18]}"
    return _asked(pid)


def _status(pid: int) -> list[str]:
    """Give the fields of a process after its name, the first of which is its state."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["X", "0"]


def _asked(pid: int) -> str:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False, env=copied())  # noqa: S603 - fixed
    except OSError:
        return ""
    state, _, when = said.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else when.strip()


class Where(msgspec.Struct, frozen=True):
    """Where the numbers of processes mean the same: on one machine since its start, in one of its containers."""

    host: str
    namespace: str
    boot: str = ""
    """tells machines apart that have the same name, as the first namespace has the same number on all"""

    @classmethod
    def here(cls) -> Where:
        """Give that of this process."""
        return cls(socket.gethostname(), _link("/proc/self/ns/pid"), _boot())


@cache
def _boot() -> str:
    """Tell one start of the machine from all others, where the system does."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return str(Path(path).readlink())
    except OSError:
        return ""
