"""Who hears what is printed while a simulation runs: not the user, who would read the same lines thousands of times.

`sys.stdout` is one for all threads, and each is to keep what the others print. So one stands in its place that looks at
who prints; it goes when the last simulation has ended, whichever began first.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar, Token
from threading import Lock
from typing import Any, Protocol


class Taker(Protocol):
    """Takes what is printed."""

    def write(self, text: str, /) -> object:
        """Take it."""
        ...


class Unheard:
    """Takes what is printed, and forgets it."""

    def write(self, text: str, /) -> None:
        """Forget it."""


_taker: ContextVar[Taker | None] = ContextVar("taker", default=None)
"""Who takes what is printed in this thread; nobody where it is to be read."""
_lock = Lock()
_running: list[Token[Taker | None]] = []
"""One for each that has a taker, in all threads."""


class _Divided:
    """Stands for the standard output: gives what a simulation prints to its taker, and all else to who had it."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def write(self, text: str) -> int:
        """Give it to who takes it here."""
        taker = _taker.get()
        if taker is None:
            return self.real.write(text)
        taker.write(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Give each line to who takes it here."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@contextmanager
def heard_by(taker: Taker) -> Generator[None]:
    """Give somebody what is printed within, in this thread.

    >>> with heard_by(Unheard()):
    ...     print("again")
    """
    token = _taker.set(taker)
    with _lock:
        _running.append(token)
        if not isinstance(sys.stdout, _Divided):
            sys.stdout = _Divided(sys.stdout)
    try:
        yield
    finally:
        _taker.reset(token)
        with _lock:
            _running.remove(token)
            standing: Any = sys.stdout
            if not _running and isinstance(standing, _Divided):
                sys.stdout = standing.real
