"""What is printed for a script's user, by a thread of its own: who reads it slowly, or never, holds up nothing else."""

from __future__ import annotations

import contextvars
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TextIO

MOST_BYTES = 32 * 1024 * 1024
"""What may wait to be printed; beyond that the oldest is left out."""
CROWDED_BYTES = 1024 * 1024
"""From so much on processes that print wait, as long as somebody reads."""
STUCK_SECONDS = 1.0
"""For how long nothing goes out before nobody reads."""

ECHOING = threading.Lock()
"""Held while something is printed, so that the lines of two deployments do not mix."""
OVER = threading.Event()
"""Set when nothing may be printed any more."""


@dataclass(frozen=True)
class Piece:
    """Some lines for one stream."""

    stream: str
    lines: Callable[[], Iterable[object]]
    count: int
    size: int
    wanted: Callable[[], bool]
    """whether they should still be printed"""
    failed: Callable[[], object]
    """called where the stream does not take them"""


class Aside:
    """Prints what it is given, in this order; `aside()` gives the one of this process."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._changed = threading.Condition()
        self._waiting: deque[Piece] = deque()
        self._size = 0
        self._put = self._done = 0
        self._left_out = 0
        self._since = 0.0
        """when the piece that is being printed was begun; 0 where none is"""
        self._thread: threading.Thread | None = None

    def put(self, pieces: Iterable[Piece]) -> None:
        """Print these soon; where too much waits the oldest is not."""
        with self._changed:
            for piece in pieces:
                self._waiting.append(piece)
                self._size += piece.size
                self._put += 1
            self._leave_out()
            self._changed.notify_all()
        self._begin()

    def _leave_out(self) -> None:
        while self._size > MOST_BYTES and self._waiting:
            oldest = self._waiting.popleft()
            self._size -= oldest.size
            self._done += 1
            self._left_out += oldest.count

    def _begin(self) -> None:
        if self._thread is None:
            context = contextvars.Context()
            self._thread = threading.Thread(target=context.run, args=(self._run,), name="hydro-echo", daemon=True)
            self._thread.start()

    @property
    def stuck(self) -> bool:
        """Whether nobody reads what is printed."""
        since = self._since
        return bool(since) and time.monotonic() - since > STUCK_SECONDS

    @property
    def crowded(self) -> bool:
        """Whether who prints should wait: there is much already, and somebody reads it."""
        return self._size > CROWDED_BYTES and not self.stuck

    def flush(self, *, patient: bool = False) -> None:
        """Wait until all that was given so far is printed; unless it is patient, not for who does not read."""
        if self._thread in (None, threading.current_thread()) or self._pid != os.getpid():
            return
        with self._changed:
            until = self._put
            while self._done < until and (patient or not self.stuck):
                self._changed.wait(STUCK_SECONDS)

    def _run(self) -> None:
        while True:
            piece, left_out = self._next()
            _say(piece, left_out)
            with self._changed:
                self._size -= piece.size
                self._done += 1
                self._since = 0.0
                self._changed.notify_all()

    def _next(self) -> tuple[Piece, int]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            left_out, self._left_out = self._left_out, 0
            self._since = time.monotonic()
            return self._waiting.popleft(), left_out


def _say(piece: Piece, left_out: int) -> None:
    with ECHOING:
        try:
            if piece.wanted():
                out = sys.stdout if piece.stream == "stdout" else sys.stderr
                if left_out:
                    print_lines(out, [f"... {left_out} lines are left out here: nobody has read them in time ..."])
                print_lines(out, piece.lines())
        except Exception:  # noqa: BLE001 - nobody reads any more, or the stream is the user's own and raises
            piece.failed()


def print_lines(out: TextIO, lines: Iterable[object]) -> None:
    """Print these, unless the interpreter ends."""
    out.writelines(f"{line}\n" for line in (() if OVER.is_set() else lines))
    out.flush()


@cache
def aside() -> Aside:
    """Give the one of this process."""
    return Aside()
