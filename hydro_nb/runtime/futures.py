"""Awaitables that elements are, run beside the ticks; apart, because a child without them should not load asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from hydro_nb.runtime.skipped import Skips
from hydro_nb.runtime.waiting import Outcome, outcome
from hydro_nb.wire import FutureSpec

MOST = 4096
"""Awaitables of one operator that may be under way before the location takes in nothing more."""


class Future:
    """One awaitable, and what came of it; `derived` is one that timers alone have made."""

    __slots__ = ("awaitable", "derived", "outcome")

    def __init__(self, awaitable: Any, *, derived: bool) -> None:
        self.awaitable = awaitable
        self.derived = derived
        self.outcome: Outcome | None = None


class Futures:
    """What one operator waits for. Its tasks run on a loop of the same thread or of another."""

    def __init__(self, spec: FutureSpec) -> None:
        self.spec = spec
        self.skips = Skips()
        self.closed = threading.Event()
        """set when everything was cancelled"""
        self._given: deque[Future] = deque()
        """in the order in which they came, as far as their results were not taken; only where that order is kept"""
        self._ended: deque[Future] = deque()
        self.count = 0
        """how many are under way, or have ended and were not taken"""
        self.real = 0
        """those of them that do not derive from timers alone"""
        self._tasks: set[asyncio.Task[Outcome]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: Callable[[], object] = _nothing
        self._cancelled = False

    def attach(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], object]) -> None:
        """Say which loop runs the tasks; `wake` is called in it when there is something to poll."""
        self._loop, self._wake = loop, wake

    @property
    def done(self) -> bool:
        """Whether nothing is under way but what timers alone have made, which need not ever come to an end."""
        return not self.real

    @property
    def crowded(self) -> bool:
        """Whether so many are under way that no more should be begun."""
        return self.count >= MOST

    @property
    def ready(self) -> bool:
        """Whether there is something to take."""
        return bool(self._next())

    def _next(self) -> Future | None:
        waiting = self._given if self.spec.ordered else self._ended
        return waiting[0] if waiting and waiting[0].outcome else None

    # ------------------------------------------------------------ what the location does

    def give(self, awaitables: list[Any], *, derived: bool = False) -> None:
        """Begin to wait for these, which timers alone have made if they are `derived`."""
        if self._cancelled or self._loop is None:
            return
        futures = [Future(each, derived=derived) for each in awaitables]
        self.count += len(futures)
        self.real += 0 if derived else len(futures)
        if self.spec.ordered:
            self._given.extend(futures)
        self._loop.call_soon_threadsafe(self._begin, futures)

    def poll(self, _clock: Callable[[], float], into: list[Any], limit: int) -> int:
        """Take the results that are there, at most so many; raises what the next one raised."""
        taken = 0
        while taken < limit and (future := self._next()) is not None and future.outcome is not None:
            error = future.outcome.error
            if self.spec.skips and isinstance(error, Exception):
                self.skips.add(future.awaitable, error)
                self._take(future, future.outcome)
                continue
            if error is not None:
                if taken:
                    break
                raise error
            into.append(self._take(future, future.outcome))
            taken += 1
        return taken

    def _take(self, future: Future, came: Outcome) -> Any:
        (self._given if self.spec.ordered else self._ended).popleft()
        self.count -= 1
        self.real -= not future.derived
        return came.result

    def cancel(self) -> None:
        """Cancel all that is under way; `closed` says when that is done."""
        if self._loop is None:
            self.closed.set()
        elif not self._cancelled:
            self._loop.call_soon_threadsafe(self._cancel)
        self._cancelled = True

    # ------------------------------------------------------------ what happens on the loop

    def _begin(self, futures: list[Future]) -> None:
        for future in futures:
            task = asyncio.ensure_future(outcome(future.awaitable), loop=self._loop)
            self._tasks.add(task)
            task.add_done_callback(partial(self._end, future))

    def _end(self, future: Future, task: asyncio.Task[Outcome]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            _close(future.awaitable)
        elif not self._cancelled:
            future.outcome = task.result()
            if not self.spec.ordered:
                self._ended.append(future)
        if self._cancelled and not self._tasks:
            self.closed.set()
        self._wake()

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        if not self._tasks:
            self.closed.set()


def _close(awaitable: Any) -> None:
    """Spare a coroutine that was cancelled before it began the warning that nobody waited for it."""
    if asyncio.iscoroutine(awaitable):
        awaitable.close()


def _nothing() -> None:
    pass
