"""A user's async function beside the ticks, with a queue to it and one from it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from hydro_nb.errors import HydroError
from hydro_nb.runtime.sources import PULL_ITEMS
from hydro_nb.wire import SidecarSpec

MOST = 4096
"""Elements that may wait for the function before the location takes in nothing more."""


class Inbox:
    """What the flow sends, for `async for`."""

    def __init__(self, wake: Callable[[], object]) -> None:
        self.items: deque[Any] = deque()
        self._wake = wake
        self._waits = False
        self._came = asyncio.Event()

    def put(self, items: list[Any]) -> None:
        """Let these be read."""
        self.items.extend(items)
        self._came.set()

    @property
    def exhausted(self) -> bool:
        """Whether somebody waits for an element that is not there."""
        return self._waits and not self.items

    def __aiter__(self) -> Inbox:
        return self

    async def __anext__(self) -> Any:
        while not self.items:
            self._came.clear()
            self._waits = True
            self._wake()  # the location may be at rest now
            try:
                await self._came.wait()
            finally:
                self._waits = False
        return self.items.popleft()


class Outbox:
    """Puts elements into the flow."""

    def __init__(self, put: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        self._put = put

    async def send(self, item: Any) -> None:
        """Put an element into the flow; waits while the flow has too many to take."""
        await self._put(item)


class Sidecar:
    """One function. It runs on a loop of the same thread or of another."""

    def __init__(self, spec: SidecarSpec, function: Callable[[Any, Any], Any]) -> None:
        self.spec = spec
        self.closed = threading.Event()
        """set when the function has ended"""
        self.discarded = 0
        """elements that came for it after it had ended"""
        self._function = function
        self._inbox = Inbox(self._ring)
        self._items: deque[Any] = deque()
        self._given = self._read = 0
        self._room = asyncio.Event()
        self._error: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._wake: Callable[[], object] = _nothing
        self._cancelled = self._finished = False

    # ------------------------------------------------------------ what the location does

    def attach(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], object]) -> None:
        """Start the function on a loop; `wake` is called in it when there is something to poll."""
        self._loop, self._wake = loop, wake
        loop.call_soon_threadsafe(self._start)

    @property
    def ready(self) -> bool:
        """Whether there is something to take."""
        return bool(self._items or self._error)

    @property
    def idle(self) -> bool:
        """Whether it waits for the flow, or has ended, and all that it sent was taken."""
        return not self.ready and (self._finished or (self._inbox.exhausted and self._given == self._read))

    @property
    def owing(self) -> bool:
        """Whether it has, or may still make, something of what it was given."""
        return self.ready or bool(self._given and not self.idle)

    @property
    def busy_with(self) -> str:
        """Say what it does, for people."""
        return "which has not ended and does not wait for its inbox"

    @property
    def crowded(self) -> bool:
        """Whether so much waits for it that no more should be made."""
        return not self._finished and len(self._inbox.items) + self._given - self._read >= MOST

    def poll(self, inputs: dict[str, list[Any]], limit: int) -> int:
        """Take what it has sent, at most so much; raises what ended it."""
        if self._error is not None and not self._items:
            error, self._error = self._error, None
            raise error
        taken = min(limit, len(self._items))
        inputs[self.spec.input].extend(self._items.popleft() for _ in range(taken))
        if taken and self._loop is not None and len(self._items) < PULL_ITEMS:
            self._loop.call_soon_threadsafe(self._room.set)
        return taken

    def give(self, items: list[Any]) -> None:
        """Let it read these."""
        if self._finished or self._cancelled or self._loop is None:
            self.discarded += len(items)
            return
        self._given += len(items)
        self._loop.call_soon_threadsafe(self._put, items)

    def cancel(self) -> None:
        """Cancel it; `closed` says when it has cleaned up."""
        if self._loop is None:
            self.closed.set()
        elif not self._cancelled:
            self._loop.call_soon_threadsafe(self._cancel)
        self._cancelled = True

    # ------------------------------------------------------------ what happens on the loop

    def _start(self) -> None:
        if self._loop is not None and not self._cancelled:
            self._task = self._loop.create_task(self._run())
        else:
            self.closed.set()

    def _ring(self) -> None:
        self._wake()

    def _put(self, items: list[Any]) -> None:
        self._read += len(items)
        self._inbox.put(items)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._called()
        except BaseException as error:  # noqa: BLE001 - the location reports it as the user's
            if not self._cancelled:
                self._error = error
        finally:
            self._finished = True
            self.closed.set()
            self._wake()

    async def _called(self) -> None:
        running = self._function(self._inbox, Outbox(self._send))
        if not asyncio.iscoroutine(running):
            raise HydroError(
                f"`{self.spec.op}` needs an `async def` function of an inbox and an outbox; "
                f"this one gave {type(running).__name__}"
            )
        await running

    async def _send(self, item: Any) -> None:
        while len(self._items) >= PULL_ITEMS:
            self._room.clear()
            await self._room.wait()
        self._items.append(item)
        self._wake()


def _nothing() -> None:
    pass
