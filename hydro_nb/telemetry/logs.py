"""What processes print: a live tail in memory, whole files in the user's state folder, the last deployments kept."""

from __future__ import annotations

import os
import shutil
import threading
import weakref
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO

from hydro_nb.wire import LogLine

TAIL = 10_000
"""Lines in memory at most."""
TAIL_SIZE = 16 * 1024 * 1024
"""Characters in memory at most, for who prints long lines."""
DEPLOYMENTS_KEPT = 20
LINE_LIMIT = 16 * 1024
_LOCK = ".lock"


def state_folder() -> Path:
    """Give the user's folder for what should outlive a session but is no document (XDG)."""
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser() / "hydro_nb"


class Logs:
    """The log of one deployment: `tail` in memory, one whole file per process; safe from any thread."""

    def __init__(self, folder: Path | None = None, *, tail: int = TAIL) -> None:
        self._lines: deque[LogLine] = deque()
        self._tail = tail
        self._size = 0
        self._lock = threading.Lock()
        self._files: dict[str, IO[bytes]] = {}
        self._folder = folder
        self._made = False
        self._unlock: Callable[[], object] = int
        self.total = 0

    @property
    def folder(self) -> Path | None:
        """Where the whole files are; None if they cannot be kept."""
        return self._folder if self._made else None

    def open(self) -> None:
        """Make the folder and drop the oldest deployments' ones; without a place to write, only the tail is kept."""
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._made = True
            self._lock_folder(self._folder)
            _prune(self._folder.parent)
        except OSError:
            self._made = False

    def _lock_folder(self, folder: Path) -> None:
        """Hold a lock in the folder for as long as something is written there, or this process lives."""
        fd = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        self._unlock = weakref.finalize(self, os.close, fd)
        _try_lock(fd)

    def add(self, lines: list[LogLine]) -> None:
        """Keep lines in the order in which they came."""
        with self._lock:
            self._lines.extend(lines)
            self._size += sum(len(line.text) for line in lines)
            self.total += len(lines)
            while len(self._lines) > self._tail or self._size > TAIL_SIZE:
                self._size -= len(self._lines.popleft().text)

    def write(self, location: str, raw: bytes) -> None:
        """Append what a process wrote to its file, byte for byte."""
        if not self._made or self._folder is None:
            return
        try:
            file = self._files.get(location) or self._file(location)
            file.write(raw)
        except OSError:
            self._made = False

    def _file(self, location: str) -> IO[bytes]:
        safe = "".join(c if c.isalnum() or c in " -_#." else "_" for c in location)
        path = (self._folder or Path()) / f"{safe}.log"
        self._files[location] = file = path.open("ab", buffering=0)
        return file

    def lines(self, location: str | None = None) -> list[LogLine]:
        """Give the tail, of one location or of all."""
        with self._lock:
            return [line for line in self._lines if location in (None, line.location, line.name)]

    def since(self, total: int) -> tuple[int, list[LogLine]]:
        """Give the lines after the first `total`, as far as the tail reaches, and the new total."""
        with self._lock:
            new = min(self.total - total, len(self._lines))
            lines = list(self._lines)[-new:] if new > 0 else []
            return self.total, lines

    def close(self) -> None:
        """Close the files; from now on the folder may go when it is among the oldest."""
        for file in self._files.values():
            file.close()
        self._files.clear()
        self._unlock()


class Splitter:
    r"""Cuts a stream of bytes into lines, keeps the partial last one, and cuts what is longer than a line may be.

    >>> splitter = Splitter()
    >>> splitter.feed(b"one\ntw"), splitter.feed(b"o\n"), splitter.rest()
    (['one'], ['two'], [])
    """

    def __init__(self) -> None:
        self._partial = b""

    def feed(self, raw: bytes) -> list[str]:
        """Give the lines that these bytes complete."""
        whole = self._partial + raw
        if b"\n" not in raw and len(whole) <= LINE_LIMIT:
            self._partial = whole
            return []
        *lines, self._partial = whole.split(b"\n")
        while len(self._partial) > LINE_LIMIT:
            lines.append(self._partial[:LINE_LIMIT])
            self._partial = self._partial[LINE_LIMIT:]
        return [_text(line) for line in lines]

    def rest(self) -> list[str]:
        """Give the partial last line, if any."""
        partial, self._partial = self._partial, b""
        return [_text(partial)] if partial else []


def _text(line: bytes) -> str:
    if len(line) > LINE_LIMIT:
        line = line[:LINE_LIMIT] + b"..."
    return line.removesuffix(b"\r").decode("utf-8", "replace")


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
