"""How clients in the kernel wait for a socket whose other end is in another process."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable

from hydro_nb.deploy.bell import Bell
from hydro_nb.deploy.io import IO

GLANCE_MILLISECONDS = 1
"""How long a thread looks by itself: most answers come at once, and another thread would make them slower."""


class SocketLink:
    """Waits for one socket, in as many threads and event loops as one likes.

    The I/O thread watches the socket as long as somebody waits, and rings for all who do.
    """

    def __init__(self, sock: socket.socket, io: IO, over: Callable[[], str]) -> None:
        self._bell = Bell()
        self.lock: threading.Condition = self._bell
        self._socket = sock
        self._io = io
        self._over = over
        self.writes = False
        """whether there is something to send that the socket had no room for"""
        self._watched: bool | None = None
        """whether the I/O thread watches for room too; None while it watches for nothing"""
        self._closed = False

    @property
    def over(self) -> str:
        """Why nothing moves any more; empty while the deployment lives."""
        return self._over()

    def moved(self) -> None:
        """Nothing to do: the socket was told."""

    def wait(self, done: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until this holds."""
        if timeout != 0 and not done():
            self._glance()
        with self._bell:
            return self._bell.wait_for(lambda: self._holds(done), timeout)

    async def wait_async(self, done: Callable[[], bool]) -> None:
        """Wait until this holds without blocking the event loop."""
        await self._bell.until(lambda: self._holds(done))

    def close(self) -> None:
        """Close the socket, and wake who waits for it; the caller holds the lock."""
        self._closed = True
        if self._watched is None:
            self._socket.close()
        else:
            self._io.submit(self._watch)
        self._bell.notify_all()

    def _glance(self) -> None:
        poll, number = select.poll(), self._socket.fileno()
        if number >= 0:  # one that another thread closes now, at the worst, makes this thread look in vain
            poll.register(number, select.POLLIN | (select.POLLOUT if self.writes else 0))
            poll.poll(GLANCE_MILLISECONDS)

    def _holds(self, done: Callable[[], bool]) -> bool:
        """Say whether it does; where not, what happens to the socket next will ring."""
        if done():
            return True
        self._io.check_may_wait("a port")
        if not self._closed and self._watched is not self.writes:
            self._watched = self.writes
            self._io.submit(self._watch)
        return False

    # ------------------------------------------------------------ in the I/O thread

    def _watch(self) -> None:
        with self._bell:
            if self._socket.fileno() < 0:
                return
            self._io.forget(self._socket.fileno())
            if self._closed:
                self._socket.close()
            else:
                self._io.watch(self._socket.fileno(), self._ring, write=self.writes)

    def _ring(self) -> None:
        with self._bell:
            self._io.forget(self._socket.fileno())
            self._watched = None
            self._bell.notify_all()
