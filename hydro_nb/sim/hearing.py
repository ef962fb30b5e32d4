"""Who hears what is printed while a simulation runs: not the user, who would read the same lines thousands of times.

`sys.stdout` is one for all threads, and each is to keep what the others print. So one stands in its place that looks at
who prints; it goes when the last simulation has ended, whichever began first. A debugger that has stopped in a test or
in a function of the flow talks with the user, so that what it says is read.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar, Token
from threading import Lock
from types import FrameType
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


_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep  # noqa: PTH120 - text as frames have it
"""Stands between a test and a debugger that the whole program runs in."""
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
        if taker is None or ("bdb" in sys.modules and _debugging()):
            return self.real.write(text)
        taker.write(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Give each line to who takes it here."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def _debugging() -> bool:
    """Whether a debugger prints, or what is typed there."""
    frame: FrameType | None = sys._getframe(2)  # pyright: ignore[reportPrivateUsage] - `inspect` would be loaded for it
    while frame is not None and not frame.f_code.co_filename.startswith(_PACKAGE):
        if frame.f_globals.get("__name__") == "bdb":
            return True
        frame = frame.f_back
    return False


def _nobody_stops() -> bool:
    """Whether `breakpoint()` would be passed over, as in a notebook whose page has its debugger switched off."""
    debugpy: Any = sys.modules.get("debugpy")
    of_debugpy = str(getattr(sys.breakpointhook, "__module__", "")).startswith("debugpy")
    return debugpy is not None and of_debugpy and not debugpy.is_client_connected()


def _stop(*_: object, **__: object) -> None:
    """Stop where `breakpoint()` stands, and ask below the cell what to do."""
    import pdb  # noqa: T100 - the user has asked for it

    debugger = pdb.Pdb()
    debugger.set_trace(sys._getframe(1))  # pyright: ignore[reportPrivateUsage] - as above


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
        passing = sys.breakpointhook if _nobody_stops() else None
        sys.breakpointhook = _stop if passing else sys.breakpointhook
    try:
        yield
    finally:
        _taker.reset(token)
        with _lock:
            _running.remove(token)
            sys.breakpointhook = passing or sys.breakpointhook
            standing: Any = sys.stdout
            if not _running and isinstance(standing, _Divided):
                sys.stdout = standing.real
