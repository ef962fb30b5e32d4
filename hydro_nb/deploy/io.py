"""The kernel's one I/O thread: sockets of all deployments, their pipes, their supervision, and the ticker for widgets.

Everything here runs in the thread's own, empty context, so that nothing it prints or sends belongs to the cell that
happened to ask for it. Other threads hand work over and wait on what it gives back.
"""

from __future__ import annotations

import contextlib
import contextvars
import copy
import heapq
import itertools
import os
import selectors
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from hydro_nb.errors import DeployError, HydroError

T = TypeVar("T")
Callback = Callable[[], object]


def _nothing() -> None:
    """Stand for what is not to be done any more."""


class Timer:
    """A callback that is due some time, once or again and again."""

    def __init__(self, callback: Callback, every: float = 0.0) -> None:
        self.callback = callback
        self.every = every
        self.cancelled = False

    def cancel(self) -> None:
        """Do not call any more, and hold nothing for it; from any thread."""
        self.cancelled = True
        self.callback = _nothing


class IO:
    """The I/O thread; `hydro_io()` gives the one of this process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._work: deque[Callback] = deque()
        self._timers: list[tuple[float, int, Timer]] = []
        self._number = itertools.count()
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._awake)
        context = contextvars.Context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="hydro-io", daemon=True)
        self._thread.start()

    # ------------------------------------------------------------ from any thread

    @property
    def here(self) -> bool:
        """Whether the caller is the I/O thread."""
        return threading.current_thread() is self._thread

    def check_may_wait(self, what: str) -> None:
        """Refuse to wait in the I/O thread, which does what is waited for."""
        if self.here:
            raise DeployError(f"`{what}` would wait for ever here: this is the I/O thread, which calls subscribers")

    @property
    def foreign(self) -> bool:
        """Whether this process is a fork of the one that has the thread."""
        return self.pid != os.getpid()

    def submit(self, work: Callback) -> None:
        """Run this soon in the I/O thread."""
        if self.foreign:
            raise DeployError(
                f"this process, {os.getpid()}, is a fork of process {self.pid}, which holds the deployment; "
                f"deploy again here, or speak to it there"
            )
        self._work.append(work)
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b"\0")

    def call(self, work: Callable[[], T]) -> T:
        """Run this in the I/O thread and give its result."""
        if self.here:
            return work()
        future: Future[T] = Future()
        self.submit(lambda: resolve(future, work))
        return outcome(future)

    def every(self, seconds: float, callback: Callback) -> Timer:
        """Call this again and again; cancel the timer to end it."""
        timer = Timer(callback, seconds)
        self.submit(lambda: self._schedule(timer, seconds))
        return timer

    def later(self, seconds: float, callback: Callback) -> Timer:
        """Call this once."""
        timer = Timer(callback)
        self.submit(lambda: self._schedule(timer, seconds))
        return timer

    # ------------------------------------------------------------ in the I/O thread

    def watch(self, fd: int, ready: Callback, *, write: bool = False) -> None:
        """Call this whenever the descriptor is readable, with `write` also when it is writable."""
        self._selector.register(fd, selectors.EVENT_READ | (selectors.EVENT_WRITE if write else 0), ready)

    def forget(self, fd: int) -> None:
        """Watch this descriptor no longer; forgetting twice is harmless."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(fd)

    def _schedule(self, timer: Timer, seconds: float) -> None:
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._number), timer))

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select(self._patience()):
                # an earlier callback of this round may have closed it
                if self._selector.get_map().get(key.fd) is not None:
                    _guarded(key.data)
            while self._work:
                _guarded(self._work.popleft())
            self._ring()

    def _patience(self) -> float | None:
        if self._work:
            return 0.0
        return max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None

    def _ring(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            _, _, timer = heapq.heappop(self._timers)
            if timer.cancelled:
                continue
            _guarded(timer.callback)
            if timer.every and not timer.cancelled:
                self._schedule(timer, timer.every)

    def _awake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 65536)


def _guarded(work: Callback) -> None:
    """Run a callback; its exception must not end the thread that everything depends on."""
    try:
        work()
    except Exception:  # noqa: BLE001 - see above
        traceback.print_exc(file=sys.__stderr__)


def resolve(future: Future[Any], work: Callable[[], Any]) -> None:
    """Do something, and let the result be what comes of it."""
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
        future.set_exception(error)


def outcome(future: Future[T]) -> T:
    """Wait for what another thread makes; what it has to say against it is raised here, without that thread's frames.

    >>> future = Future()
    >>> future.set_result(7)
    >>> outcome(future)
    7
    """
    error = future.exception()
    if isinstance(error, HydroError):
        raise copy.copy(error) from None
    return future.result()


_lock = threading.Lock()
_io: IO | None = None


def hydro_io() -> IO:
    """Give this process's I/O thread, started with the first use; a forked process gets its own."""
    global _io  # noqa: PLW0603 - one per process is the point
    with _lock:
        if _io is None or _io.pid != os.getpid():
            _io = IO()
        return _io
