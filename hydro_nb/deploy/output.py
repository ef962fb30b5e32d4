"""One stream of a process, as the kernel reads it: at once where little comes, in large portions where much does."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable

from hydro_nb.deploy.io import IO
from hydro_nb.telemetry.blocks import Author, Block, Splitter
from hydro_nb.telemetry.logs import Logs

CHUNK = 64 * 1024
BRISK = 8
PAUSE_SECONDS = 0.005
"""How long a pipe is left alone that was read so often without a rest: a flood of lines wakes the kernel seldom."""
ROOM = 1024 * 1024
"""What a pipe has room for that was found full, and so all that can be in one at a moment."""


class Output:
    """The reading end of a process's stdout or stderr; used in the I/O thread only."""

    def __init__(self, fd: int, author: Author, io: IO, logs: Logs) -> None:
        self._fd = fd
        self._author = author
        self._io = io
        self._logs = logs
        self._splitter = Splitter()
        self._printed: Callable[[list[Block]], None] | None = None
        self._crowded: Callable[[], bool] = bool
        self._read_at = 0.0
        self._brisk = 0
        self._widened = False
        self.open = True

    def watch(self, printed: Callable[[list[Block]], None], crowded: Callable[[], bool] = bool) -> None:
        """Hand over what comes, as it comes, but while there is a crowd of it."""
        self._printed, self._crowded = printed, crowded
        self._listen()

    def _listen(self) -> None:
        if self.open:
            self._io.watch(self._fd, self._ready)

    def _ready(self) -> None:
        if self._crowded():
            self._leave_alone()
            return
        blocks = self._read(CHUNK)
        if self.open:
            self._pause_in_a_flood(time.monotonic())
        if self._printed is not None and blocks:
            self._printed(blocks)

    def _pause_in_a_flood(self, now: float) -> None:
        self._brisk = self._brisk + 1 if now - self._read_at < 2 * PAUSE_SECONDS else 0
        self._read_at = now
        if self._brisk >= BRISK:
            self._leave_alone()

    def _leave_alone(self) -> None:
        self._io.forget(self._fd)
        self._io.later(PAUSE_SECONDS, self._listen)

    def read(self) -> list[Block]:
        """Read what is in the pipe now, and not all that may come meanwhile: somebody may write faster than this."""
        return self._read(1)

    def _read(self, least: int) -> list[Block]:
        """Read until a portion is smaller than `least`: the pipe was empty after one that is no whole chunk."""
        blocks: list[Block] = []
        left = ROOM
        while self.open and left > 0:
            try:
                raw = os.read(self._fd, CHUNK)
            except BlockingIOError:
                break
            left -= len(raw)
            blocks += self._taken(raw)
            if len(raw) < least:
                break
        return blocks

    def _taken(self, raw: bytes) -> list[Block]:
        if not raw:
            self.close()
            return []
        if len(raw) == CHUNK and not self._widened:
            self._widen()
        self._logs.write(self._author.name, raw)
        return self._block(self._splitter.feed(raw))

    def _widen(self) -> None:
        """Let more wait in the pipe, where the system has that and the user may."""
        self._widened = True
        with contextlib.suppress(ImportError, AttributeError, OSError):
            import fcntl  # noqa: PLC0415 - Windows has none

            fcntl.fcntl(self._fd, fcntl.F_SETPIPE_SZ, ROOM)

    def last(self) -> list[Block]:
        """Read what is left at its end, including a line without an end."""
        return self.read() + self._block(self._splitter.rest())

    def _block(self, raw: bytes) -> list[Block]:
        return [Block.of(self._author, time.time(), raw)] if raw else []

    def close(self) -> None:
        """Read no more; whose descriptor it is closes it."""
        if self.open:
            self.open = False
            self._io.forget(self._fd)
