"""How a process waits for its sockets."""

from __future__ import annotations

import select
from typing import Protocol

NOTHING, FRAMES, ANYTHING = range(3)
"""What has probably come: only frames, or perhaps something on another socket too."""


class Waiter(Protocol):
    """Waits for the sockets of a loop."""

    def wait(self, seconds: float | None) -> int:
        """Return when a socket has something or the time has passed; says what has come."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class PollWaiter:
    """Waits by poll, the cheapest for a handful of descriptors."""

    def __init__(self, data: int, *others: int) -> None:
        self._data = data
        self._poll = select.poll()
        for fd in (data, *others):
            self._poll.register(fd, select.POLLIN)

    def wait(self, seconds: float | None) -> int:
        """Wait; poll counts in milliseconds, so a shorter time is rounded up."""
        ready = self._poll.poll(None if seconds is None else seconds * 1000)
        if not ready:
            return NOTHING
        return FRAMES if len(ready) == 1 and ready[0][0] == self._data else ANYTHING

    def close(self) -> None:
        """Nothing to give back."""
