"""A small file for each deployment that lives, so that what a dead kernel may have left can be found and ended."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec

from hydro_nb.deploy.birth import Mark, Where
from hydro_nb.deploy.io import Timer
from hydro_nb.errors import DeployError
from hydro_nb.telemetry.files import check_own, fault_of, state_folder
from hydro_nb.telemetry.state import OVER, DeploymentState

PREFIX = "living-"
SIZE_LIMIT = 1 << 20
PAUSE_SECONDS = 0.1
"""How long after a record was written it is not written again."""
Later: TypeAlias = Callable[[float, Callable[[], object]], Timer]
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FLAGS = os.O_CREAT | os.O_WRONLY | os.O_TRUNC | _NO_LINK


class Record(msgspec.Struct, frozen=True):
    """What is kept of a deployment."""

    title: str
    started: float
    where: Where
    kernel: Mark
    processes: tuple[Mark, ...]
    helpers: tuple[Mark, ...] = ()
    """what the processes were started by, which is the kernel's for all of its deployments"""
    logs: str = ""


class Recorder:
    """Keeps the record of one deployment true, and removes it with its end; used in the I/O thread only.

    What changes soon after it was written is written together: many processes may start or end at once.
    """

    def __init__(self, logs: Path | None, later: Later, helpers: Callable[[], Iterable[int]] = tuple) -> None:
        self._logs = str(logs or "")
        self._later = later
        self._helpers = helpers
        self._path = state_folder() / f"{PREFIX}{os.getpid()}-{time.time_ns()}.json"
        self._pids: dict[str, int] = {}
        self._marks: dict[str, Mark] = {}
        self._kernel = Mark.of(os.getpid())
        self._newest: DeploymentState | None = None
        """what has come since it was looked at"""
        self._timer: Timer | None = None
        self._written = self._removed = False

    def removed(self) -> bool:
        """Whether somebody has removed the record: who ends the deployment from elsewhere does, before all else."""
        self._removed = self._removed or (self._written and not self._path.exists())
        return self._removed

    def note(self, state: DeploymentState) -> None:
        """Take a new state of it."""
        if state.state == "starting":
            return
        self._newest = state
        if state.over and self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._look()

    def _look(self) -> None:
        """Write what is new, if anything is, and look again once some time has passed."""
        state, self._newest, self._timer = self._newest, None, None
        if state is None:
            return
        if not state.over:
            self._timer = self._later(PAUSE_SECONDS, self._look)
        rows = state.processes.values()
        pids = {} if state.over else {row.name: row.pid for row in rows if row.pid and row.state not in OVER}
        if pids != self._pids and not self.removed():
            self._pids = pids
            # without a record everything works but to find it afterwards
            with contextlib.suppress(OSError):
                self._write(state) if pids else self._forget()

    def _write(self, state: DeploymentState) -> None:
        marks = self._marks = {name: self._mark(name, pid) for name, pid in self._pids.items()}
        helpers = tuple(Mark.of(pid, "template") for pid in sorted(self._helpers()))
        processes = tuple(marks.values())
        record = Record(state.name, state.started, Where.here(), self._kernel, processes, helpers, self._logs)
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        check_own(self._path.parent)
        fresh = self._path.with_suffix(".new")
        with os.fdopen(os.open(fresh, _FLAGS, 0o600), "wb") as file:
            file.write(msgspec.json.encode(record))
        fresh.replace(self._path)
        self._written = True

    def _forget(self) -> None:
        self._written = False
        self._path.unlink(missing_ok=True)

    def _mark(self, name: str, pid: int) -> Mark:
        known = self._marks.get(name)
        return known if known is not None and known.pid == pid else Mark.of(pid, name)


class Found(msgspec.Struct, frozen=True):
    """A record that was found."""

    path: Path
    record: Record

    @property
    def id(self) -> str:
        """What people call it by."""
        return self.path.stem.removeprefix(PREFIX)[-6:]

    @property
    def orphaned(self) -> bool:
        """Whether its kernel has ended."""
        return not self.record.kernel.lives

    def living(self) -> list[Mark]:
        """Give the processes of it that have not ended."""
        return [mark for mark in self._own if mark.lives]

    @property
    def _own(self) -> tuple[Mark, ...]:
        return (*self.record.processes, *self.record.helpers) if self.orphaned else self.record.processes

    def kill(self) -> list[Mark]:
        """End its processes, and give those that there were.

        A kernel that lives sees by the record, which is gone then, that it is to start none of them again.
        """
        self.path.unlink(missing_ok=True)
        return [mark for mark in self._own if mark.kill()]


def found() -> list[Found]:
    """Give every deployment of this user on this machine that is not over, oldest first; forget those that are.

    Raises if somebody else may have put records there: what they name would be ended.
    """
    kept: list[Found] = []
    for each in _read():
        if not each.orphaned or each.living():
            kept.append(each)
        else:
            each.path.unlink(missing_ok=True)
    return sorted(kept, key=lambda each: each.record.started)


def _read() -> Iterator[Found]:
    here = Where.here()
    for path in _paths(state_folder()):
        try:
            record = msgspec.json.decode(_own(path), type=Record)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        # a home folder may be that of several machines or containers
        if record.where == here:
            yield Found(path, record)


def _paths(folder: Path) -> list[Path]:
    if not folder.exists():
        return []
    try:
        check_own(folder)
    except OSError as error:
        raise DeployError(f"what runs cannot be looked up: {error}") from error
    return [*folder.glob(f"{PREFIX}*.json")]


def _own(path: Path) -> bytes:
    """Read a file that nobody else has written; nothing where that is not sure."""
    with os.fdopen(os.open(path, os.O_RDONLY | _NO_LINK), "rb") as file:
        return b"" if fault_of(os.fstat(file.fileno())) else file.read(SIZE_LIMIT)
