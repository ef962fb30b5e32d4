"""A condition that coroutines wait on as threads do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress


class Bell(threading.Condition):
    """Rings for the threads and the event loops that wait here, so that neither has to look again and again.

    >>> asyncio.run(Bell().until(lambda: True))
    """

    def __init__(self) -> None:
        super().__init__(threading.RLock())
        self._wakers: dict[asyncio.Event, Callable[[], object]] = {}

    def notify_all(self) -> None:
        """Wake everyone who waits; the caller holds the lock."""
        super().notify_all()
        for wake in self._wakers.values():
            # a loop that was closed under its coroutines waits for nothing
            with suppress(RuntimeError):
                wake()

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until this holds, looking again after every ring, without blocking the event loop."""
        loop, rung = asyncio.get_running_loop(), asyncio.Event()
        with self:
            self._wakers[rung] = lambda: loop.call_soon_threadsafe(rung.set)
        try:
            while not self._now(done):
                await rung.wait()
                rung.clear()
        finally:
            with self:
                del self._wakers[rung]

    def _now(self, done: Callable[[], bool]) -> bool:
        with self:
            return done()
