"""Waiting in the middle of a tick: an asyncio loop in a helper thread, for awaitables that a tick must have now.

The thread is made when something first waits, one for a process. So a tick may wait also where its own thread runs a
loop, as that of a notebook's kernel does.
"""

from __future__ import annotations

import asyncio
import atexit
import inspect
import threading
from collections.abc import AsyncIterable, Awaitable, Coroutine, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from hydro_nb.errors import HydroError
from hydro_nb.runtime.skipped import Skips

T = TypeVar("T")

CLOSE_SECONDS = 1.0
"""How long cancelled work may take to clean up."""


class Outcome(NamedTuple):
    """What came of an awaitable: a result, or what it raised."""

    result: Any
    error: BaseException | None = None


class Helper:
    """A thread that runs an asyncio loop until it is closed.

    >>> helper = Helper()
    >>> helper.wait(asyncio.sleep(0, "done"))
    'done'
    >>> helper.close()
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="hydro-futures", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the thread and give its result; what interrupts the caller cancels it."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        try:
            return future.result()
        finally:
            future.cancel()

    def close(self) -> None:
        """Cancel what runs, and end the thread."""
        self.wait(_cancel_others())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(CLOSE_SECONDS)
        if not self._thread.is_alive():
            self.loop.close()


async def _cancel_others() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
    await asyncio.get_running_loop().shutdown_asyncgens()


_made: list[Helper] = []
_making = threading.Lock()


def helper() -> Helper:
    """Give this process's helper thread, started when it is first asked for."""
    with _making:
        if not _made:
            _made.append(Helper())
            atexit.register(_made[0].close)
        return _made[0]


def wait_for(awaitable: Any) -> Any:
    """Wait for one awaitable and give its result.

    >>> wait_for(asyncio.sleep(0, "done"))
    'done'
    """
    return _told(helper().wait(outcome(awaitable)))


def wait_all(awaitables: Sequence[Any], skips: Skips | None = None) -> list[Any]:
    """Wait for many at once and give their results, in the order of the awaitables.

    The first failure ends them all; with `skips` the others go on without it.

    >>> wait_all([asyncio.sleep(0.002, "a"), asyncio.sleep(0.001, "b")])
    ['a', 'b']
    """
    if not awaitables:
        return []
    if skips is None:
        return [_told(each) for each in helper().wait(_all(awaitables))]
    return list(without_failed(awaitables, helper().wait(_whole(awaitables)), skips))


def without_failed(awaitables: Sequence[Any], outcomes: Sequence[Outcome], skips: Skips) -> Iterator[Any]:
    """Give the results that there are, and count what failed."""
    for awaitable, each in zip(awaitables, outcomes, strict=True):
        if isinstance(each.error, Exception):
            skips.add(awaitable, each.error)
        else:
            yield _told(each)


def drained(stream: Any) -> list[Any]:
    """Wait for all that an async iterator gives.

    >>> async def letters():
    ...     yield "a"
    ...     yield "b"
    >>> drained(letters())
    ['a', 'b']
    """
    return wait_for(collected(stream))


async def outcome(awaitable: Any) -> Outcome:
    """Give what comes of an awaitable; also an `exit()` in it is one, which must not end the loop."""
    try:
        return Outcome(await checked(awaitable))
    except BaseException as error:  # noqa: BLE001 - the location reports it as the user's
        return Outcome(None, error)


def checked(awaitable: Any) -> Awaitable[Any]:
    """Refuse what nobody can wait for."""
    if inspect.isawaitable(awaitable):
        return awaitable
    raise HydroError(
        f"{awaitable!r} ({type(awaitable).__name__}) is nothing to wait for; "
        "give elements that are awaitables, such as the results of an `async def` function: .map(fetch)"
    )


def _told(each: Outcome) -> Any:
    if each.error is not None:
        raise each.error
    return each.result


async def _whole(awaitables: Sequence[Any]) -> list[Outcome]:
    return await asyncio.gather(*map(outcome, awaitables))


async def _all(awaitables: Sequence[Any]) -> list[Outcome]:
    tasks = [asyncio.create_task(outcome(each)) for each in awaitables]
    for next_one in asyncio.as_completed(tasks):
        failed = await next_one
        if failed.error is not None:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
            return [failed]
    return [task.result() for task in tasks]


async def collected(stream: Any) -> list[Any]:
    """Give all that an async iterator gives, or what gives one when it was waited for."""
    source: AsyncIterable[Any] = await stream if inspect.isawaitable(stream) else stream
    if not hasattr(source, "__aiter__"):
        raise HydroError(
            f"{source!r} ({type(source).__name__}) is no async iterator; "
            "for a plain iterable use flat_map_ordered or flatten_ordered"
        )
    return [item async for item in source]
