"""What runs beside the ticks of an in-process flow.

Async sources run on the caller's event loop, so only while it awaits. The awaitables that a location waits for run in
a helper thread, so that they do also while the caller's thread is blocked.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from hydro_nb.runtime.worker import Worker

CLOSE_SECONDS = 1.0
"""How long something that was cancelled may take to clean up."""
RING_SECONDS = 1.0
"""How long a caller waits at most for the bell that rings when something has ended."""


class Beside:
    """Lets the caller's thread or loop wait until something beside the ticks has happened."""

    def __init__(self, workers: Callable[[], Iterable[Worker]]) -> None:
        self._workers = workers
        self._bell = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken: asyncio.Event | None = None

    def attach(self, worker: Worker) -> None:
        """Let what a location waits for run in the helper thread."""
        beside = _beside(worker)
        if beside:
            from hydro_nb.runtime.waiting import helper  # noqa: PLC0415 - few flows need a thread

            for each in beside:
                each.attach(helper().loop, self._ring)

    def look(self) -> None:
        """Let what lies in sockets be read: it is under way."""
        if any(worker.feeds.abroad.served for worker in self._workers()):
            from hydro_nb.runtime.waiting import helper  # noqa: PLC0415 - as above

            helper().wait(_turn())

    def pump(self) -> None:
        """Let async sources run on the caller's loop."""
        loop = self._loop = asyncio.get_running_loop()
        woken = self._woken = self._woken or asyncio.Event()
        for worker in self._workers():
            for source in worker.feeds.pumped:
                if not source.started:
                    source.start(loop, woken.set)

    def _ring(self) -> None:
        self._bell.set()
        if self._loop is not None and self._woken is not None:
            with suppress(RuntimeError):  # the caller's loop may have been closed since
                self._loop.call_soon_threadsafe(self._woken.set)

    @property
    def busy(self) -> bool:
        """Whether something is under way, so that a ring will come."""
        workers = list(self._workers())
        return any(each.count for worker in workers for each in worker.feeds.futures) or any(
            worker.feeds.abroad.all for worker in workers
        )

    def pause(self, seconds: float) -> None:
        """Wait this long, or until something has ended."""
        if self.busy:
            self._bell.wait(seconds)
            self._bell.clear()
        else:
            time.sleep(seconds)

    async def rest(self, seconds: float) -> None:
        """Let the caller's loop run this long, or until something has ended or given an element."""
        self.pump()
        woken = self._woken or asyncio.Event()
        try:
            await asyncio.wait_for(woken.wait(), seconds)
        except TimeoutError:
            return
        woken.clear()

    @staticmethod
    def cancel(worker: Worker) -> None:
        """Cancel a location's async sources and what it waits for, and let the latter clean up."""
        for source in worker.feeds.pumped:
            source.cancel()
        beside = _beside(worker)
        for each in beside:
            each.cancel()
        for each in beside:
            each.closed.wait(CLOSE_SECONDS)


def _beside(worker: Worker) -> list[Any]:
    return [*worker.feeds.futures, *worker.feeds.abroad.all]


async def _turn() -> None:
    """Let everything that a loop has ready run once."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
