"""Time as a value that is handed in, so that tests and the simulator can bring their own."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What the runtime asks of time."""

    def now(self) -> float:
        """Seconds that never go back, comparable between the processes of one machine."""
        ...

    def time(self) -> float:
        """Seconds since the epoch, for people."""
        ...


class SystemClock:
    """The machine's clock.

    >>> clock = SystemClock()
    >>> clock.now() <= clock.now()
    True
    """

    now = staticmethod(time.monotonic)
    time = staticmethod(time.time)


class ManualClock:
    """A clock that moves only when it is told to.

    >>> clock = ManualClock()
    >>> clock.advance(2.5)
    >>> clock.now()
    2.5
    """

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        """Seconds advanced so far."""
        return self._now

    def time(self) -> float:
        """Seconds advanced so far, as if the epoch began with this clock."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by this many seconds."""
        self._now += seconds
