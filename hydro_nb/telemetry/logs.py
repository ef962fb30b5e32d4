"""What processes print: a live tail in memory, whole files in the user's state folder."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from hydro_nb.telemetry.blocks import Block, Said
from hydro_nb.telemetry.files import LogFiles
from hydro_nb.wire import LogLine

TAIL = 10_000
"""Lines that are shown of what is in memory, at most."""
TAIL_SIZE = 16 * 1024 * 1024
"""Bytes in memory at most, for who prints long lines."""


def _ignore(_text: str) -> None:
    """Take a complaint that nobody listens to."""


class Logs:
    """The log of one deployment: `tail` lines in memory, one whole file per process; safe from any thread."""

    def __init__(
        self, folder: Path | None = None, *, tail: int = TAIL, trouble: Callable[[str], object] = _ignore
    ) -> None:
        self._blocks: deque[Block | Said] = deque()
        self._tail = tail
        self._count = 0
        self._size = 0
        self._lock = threading.Lock()
        self._files = LogFiles(folder, trouble)
        self.total = 0

    @property
    def folder(self) -> Path | None:
        """Where the whole files are; None if they cannot be kept."""
        return self._files.folder

    def open(self) -> None:
        """Make the folder and drop the oldest deployments' ones; without a place to write, only the tail is kept."""
        self._files.open()

    def add(self, lines: list[LogLine]) -> None:
        """Keep lines in the order in which they came."""
        self.take([Said(line) for line in lines])

    def take(self, blocks: Sequence[Block | Said]) -> None:
        """Keep blocks of lines in the order in which they came."""
        with self._lock:
            for block in blocks:
                self._blocks.append(block)
                self._count += block.count
                self._size += block.size
                self.total += block.count
            self._forget()

    def _forget(self) -> None:
        """Drop the oldest blocks without which there are still enough lines."""
        while self._blocks and (self._count - self._blocks[0].count >= self._tail or self._size > TAIL_SIZE):
            oldest = self._blocks.popleft()
            self._count -= oldest.count
            self._size -= oldest.size

    def write(self, location: str, raw: bytes) -> None:
        """Append what a process wrote to its file, byte for byte."""
        self._files.write(location, raw)

    def lines(self, location: str | None = None) -> list[LogLine]:
        """Give the tail, of one location or of all."""
        with self._lock:
            blocks = self._newest(self._tail)
        return _apart([block for block in blocks if block.is_of(location)])[-self._tail :]

    def since(self, total: int) -> tuple[int, list[LogLine]]:
        """Give the lines after the first `total`, as far as the tail reaches, and the new total."""
        with self._lock:
            new = max(0, min(self.total - total, self._count, self._tail))
            now, blocks = self.total, self._newest(new)
        return now, _apart(blocks)[-new:] if new else []

    def _newest(self, count: int) -> list[Block | Said]:
        """Give the newest blocks that hold this many lines, or all."""
        found: list[Block | Said] = []
        for block in reversed(self._blocks):
            if count <= 0:
                break
            found.append(block)
            count -= block.count
        return found[::-1]

    def close(self) -> None:
        """Close the files; from now on the folder may go when it is among the oldest."""
        self._files.close()


def _apart(blocks: list[Block | Said]) -> list[LogLine]:
    return [line for block in blocks for line in block.lines()]
