"""Whole logs in the user's state folder: one file per process, a folder per deployment, the last deployments kept."""

from __future__ import annotations

import contextlib
import os
import shutil
import weakref
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

DEPLOYMENTS_KEPT = 20
_LOCK = ".lock"
_HARMLESS = " -_#."
"""What may stand in the name of a file beside letters and digits."""
_LONGEST = 120
"""Bytes of a file's name, before its ending: every file system has room for these."""
_FLAGS = os.O_CREAT | os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def state_folder() -> Path:
    """Give the user's folder for what should outlive a session but is no document (XDG)."""
    base = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state")
    try:
        return base.expanduser() / "hydro_nb"
    except RuntimeError:
        # who has no home has no place, and is told so where something is to be put there
        return Path(os.devnull) / "hydro_nb"


def check_own(folder: Path) -> None:
    """Refuse a folder in which anybody but this user, or the system's, may put something, or something in its place."""
    if not hasattr(os, "getuid"):
        return
    link = folder.is_symlink() and folder.lstat().st_uid not in (0, os.getuid())
    fault = "is a link of somebody else" if link else fault_of(folder.stat())
    if fault:
        raise PermissionError(f"{folder} {fault}; remove it, or let XDG_STATE_HOME be a folder of yours")


def fault_of(status: os.stat_result) -> str:
    """Say why what is there may be somebody else's; nothing where only this user has written it."""
    if status.st_uid != os.getuid():
        return f"belongs to user {status.st_uid}, not to you"
    return "may be written by others" if status.st_mode & 0o022 else ""


class LogFiles:
    """The files of one deployment, which only this user reads; what cannot be kept is told once, and never raised."""

    def __init__(self, folder: Path | None, trouble: Callable[[str], object]) -> None:
        self.folder: Path | None = None
        """where the files are; None if there are none"""
        self._wanted = folder
        self._trouble = trouble
        self._files: dict[str, int] = {}
        self._taken: set[str] = set()
        """names of files, as systems see them that do not tell `A` from `a`"""
        self._kept = False
        """whether what comes is written"""
        self._unlock: Callable[[], object] = int

    def open(self) -> None:
        """Make the folder, and drop those of the oldest deployments."""
        if self._wanted is None:
            return
        try:
            _make(self._wanted)
            self._lock(self._wanted)
            self.folder, self._kept = self._wanted, True
            _prune(self._wanted.parent)
        except OSError as error:
            self._trouble(f"{_said(error)}: there are no log files of this deployment, only its newest lines in memory")

    def _lock(self, folder: Path) -> None:
        """Hold a lock in the folder for as long as something is written there, or this process lives."""
        fd = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        self._unlock = weakref.finalize(self, os.close, fd)
        _try_lock(fd)

    def write(self, name: str, raw: bytes) -> None:
        """Append what a process wrote to its file, byte for byte."""
        if not self._kept:
            return
        try:
            fd = self._files.get(name)
            _write(self._file(name) if fd is None else fd, raw)
        except OSError as error:
            # none goes on, so that each file is all that its process wrote up to one moment
            self._kept = False
            self._trouble(
                f"{_said(error)}: the log files in {self.folder} are cut from here on; "
                f"the newest lines stay in memory, and the flow goes on"
            )

    def _file(self, name: str) -> int:
        file = next(each for each in _names(name) if each.casefold() not in self._taken)
        self._files[name] = fd = os.open((self.folder or Path()) / f"{file}.log", _FLAGS, 0o600)
        self._taken.add(file.casefold())
        return fd

    def close(self) -> None:
        """Close the files; from now on the folder may go when it is among the oldest."""
        self._kept = False
        for fd in self._files.values():
            with contextlib.suppress(OSError):
                os.close(fd)
        self._files.clear()
        self._unlock()


def _names(name: str) -> Iterator[str]:
    """Give names for a process's file, the first of which serves unless another process has it already."""
    harmful = {ord(c) for c in name if not (c.isalnum() or c in _HARMLESS)}
    safe = _cut(name.translate(dict.fromkeys(harmful, "_")))
    yield safe
    yield _cut(name.translate({code: f"%{code:02X}" for code in harmful}))
    yield from (f"{safe}~{number}" for number in count(2))


def _cut(name: str) -> str:
    return name.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore")


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _write(fd: int, raw: bytes) -> None:
    """Write all of it: a disk that is nearly full takes a part first, and complains the next time."""
    rest = memoryview(raw)
    while rest:
        rest = rest[os.write(fd, rest) :]


def _make(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_own(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)
    check_own(folder)


def _prune(parent: Path) -> None:
    kept = sorted((p for p in parent.iterdir() if p.is_dir()), key=lambda p: p.name, reverse=True)
    for old in kept[DEPLOYMENTS_KEPT:]:
        if not _in_use(old):
            shutil.rmtree(old, ignore_errors=True)


def _in_use(folder: Path) -> bool:
    """Whether a deployment, of this or another process, still writes there: then the lock in it is held."""
    try:
        fd = os.open(folder / _LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _try_lock(fd)
    finally:
        os.close(fd)


def _try_lock(fd: int) -> bool:
    """Lock an open file unless it is locked; where there are no locks every file counts as free."""
    try:
        import fcntl  # noqa: PLC0415 - Windows and browsers have none
    except ImportError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
