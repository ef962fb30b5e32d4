"""A user's async iterator as a source; apart from the others, because a child without one should not load asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

from hydro_nb.runtime.sources import PULL_ITEMS
from hydro_nb.wire import SourceSpec


class Pumped:
    """A user's async iterator, run by a task on the location's asyncio loop."""

    def __init__(self, spec: SourceSpec, iterator: AsyncIterator[Any] | Awaitable[Any]) -> None:
        self.spec = spec
        self._finished = False
        self._cancelled = False
        self._error: BaseException | None = None
        self._iterator = iterator
        self._items: list[Any] = []
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._wake: Callable[[], object] = _nothing

    @property
    def done(self) -> bool:
        """Whether it has ended and all it gave was taken."""
        return self._finished and not self._items and self._error is None

    @property
    def started(self) -> bool:
        """Whether its task was made."""
        return self._task is not None

    def start(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], object]) -> None:
        """Begin; `wake` is called when there is something to poll."""
        self._wake = wake
        self._task = loop.create_task(self._run())

    def poll(self, _clock: Callable[[], float], into: list[Any], limit: int) -> int:
        """Take what has come since the last poll, at most so much."""
        if self._error is not None and not self._items:
            error, self._error = self._error, None
            raise error
        items, self._items = self._items[:limit], self._items[limit:]
        into.extend(items)
        self._room.set()
        return len(items)

    def cancel(self) -> None:
        """Stop the iterator."""
        self._cancelled = True
        if self._task is not None and not self._task.done():
            self._task.cancel()

    async def closed(self) -> None:
        """Wait until its task has ended."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            await self._pump(await self._resolved())
        except BaseException as error:  # noqa: BLE001 - the location reports it as the user's
            if self._cancelled:
                return
            self._error = error
        finally:
            self._finished = True
            self._wake()

    async def _resolved(self) -> AsyncIterator[Any]:
        iterator = self._iterator
        if not hasattr(iterator, "__anext__") and hasattr(iterator, "__await__"):
            iterator = await cast("Awaitable[Any]", iterator)
        return aiter(cast("AsyncIterator[Any]", iterator))

    async def _pump(self, iterator: AsyncIterator[Any]) -> None:
        async for item in iterator:
            self._items.append(item)
            self._wake()
            while len(self._items) >= PULL_ITEMS:
                self._room.clear()
                await self._room.wait()


def _nothing() -> None:
    pass
