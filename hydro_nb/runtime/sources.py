"""What feeds a location from inside: timers, and the user's iterators, sync and async."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import islice
from typing import Any, cast

from hydro_nb.errors import HydroError
from hydro_nb.wire import SourceSpec, TimerSpec

PULL_ITEMS = 1024
PULL_SECONDS = 0.0005


class Timer:
    """Puts one `()` into its input each time it is due; firings that were missed are not made up for."""

    def __init__(self, spec: TimerSpec, start: float) -> None:
        self.spec = spec
        self.due = start + spec.delay
        self.fired = 0.0

    def poll(self, now: float, into: list[Any]) -> bool:
        """Fire if it is due."""
        if now < self.due:
            return False
        into.append(())
        self.fired = now
        self.due = max(self.due + self.spec.interval, now)
        return True


class Iterated:
    """A user's sync iterator, pulled in short bursts."""

    def __init__(self, spec: SourceSpec, iterator: Iterator[Any]) -> None:
        self.spec = spec
        self.done = False
        self._iterator = iterator

    def poll(self, clock: Callable[[], float], into: list[Any]) -> bool:
        """Pull until 1024 elements or 500 microseconds have passed; says whether anything came."""
        until = clock() + PULL_SECONDS
        before = len(into)
        for item in islice(self._iterator, PULL_ITEMS):
            into.append(item)
            if clock() >= until:
                break
        else:
            self.done = len(into) - before < PULL_ITEMS
        return len(into) > before


class Pumped:
    """A user's async iterator, run by a task on the location's asyncio loop."""

    def __init__(self, spec: SourceSpec, iterator: AsyncIterator[Any] | Awaitable[Any]) -> None:
        self.spec = spec
        self._finished = False
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

    def poll(self, _clock: Callable[[], float], into: list[Any]) -> bool:
        """Take what has come since the last poll."""
        if self._error is not None and not self._items:
            error, self._error = self._error, None
            raise error
        items, self._items = self._items, []
        into.extend(items)
        self._room.set()
        return bool(items)

    def cancel(self) -> None:
        """Stop the iterator."""
        if self._task is not None and not self._task.done():
            self._task.cancel()

    async def closed(self) -> None:
        """Wait until its task has ended."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            await self._pump(await self._resolved())
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - handed to the location, which reports it as the user's
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


Source = Iterated | Pumped


def make_source(spec: SourceSpec, value: Any) -> Source:
    """Give the source for what the user's function returned."""
    if hasattr(value, "__anext__") or hasattr(value, "__await__"):
        return Pumped(spec, value)
    if hasattr(value, "__aiter__"):
        return Pumped(spec, aiter(value))
    try:
        return Iterated(spec, iter(value))
    except TypeError:
        raise HydroError(
            f"`source_stream` got {type(value).__name__}, which cannot be iterated; "
            f"give a function that returns an iterator or an async iterator"
        ) from None
