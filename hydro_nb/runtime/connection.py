"""One client's socket, read and written as it is ready, by callbacks of an asyncio loop.

Who has sent its last element may still be answered: its connection stays until nothing has gone to it for a while, and
far longer where it has had fewer elements than it has sent.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from contextlib import suppress
from typing import Any, Protocol

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.framing import Framing

CHUNK = 64 * 1024
PRESSED = 1024 * 1024
"""Unsent bytes of a client from which on bounded sources wait for it."""
MOST_UNSENT = 16 * 1024 * 1024
"""Unsent bytes of a client that is given up when there is still more for it."""
LINGER_SECONDS = 1.0
"""How long nothing has gone to a client that sends no more before its connection is closed."""
ANSWER_SECONDS = 60.0
"""How long that is where it may be owed an answer; a client that has left altogether looks the same until then."""
STALL_SECONDS = 10.0
"""How long a client that sources wait for may take nothing before it is given up."""


class Owner(Protocol):
    """Who is told what happens on a connection."""

    def heard(self, connection: Connection, items: list[Any], size: int) -> None:
        """Elements have come, in so many bytes since the last ones; none where the first is not complete yet."""
        ...

    def left(self, connection: Connection, trouble: str) -> None:
        """Nothing more comes; `trouble` says why where that is not the client's own wish."""
        ...

    def over(self, connection: Connection) -> None:
        """Nothing more goes there either."""
        ...

    def moved(self) -> None:
        """Something that had waited has gone."""
        ...

    def lost(self, count: int) -> None:
        """So many elements will never arrive."""
        ...


class Connection:
    """A client that is connected."""

    def __init__(
        self, number: int, sock: socket.socket, framing: Framing, loop: asyncio.AbstractEventLoop, owner: Owner
    ) -> None:
        self.number = number
        self.unsent = 0
        self.owed = 0
        """how many more elements have come from it than have gone to it, where any may go"""
        self._socket = sock
        self._framing = framing
        self._loop = loop
        self._owner = owner
        self._chunks: deque[memoryview] = deque()
        self._sizes: deque[list[int]] = deque()
        """of each chunk: how many bytes each of its elements has"""
        self._draining = False
        self.listens = True
        """whether it may send more"""
        self.refused = False
        """whether it was disconnected because of what it sent"""
        self._open = True
        self._begun = 0
        """bytes that have completed no element so far"""
        self._deaf = False
        """whether what it sends is thrown away, so that what was sent to it arrives"""
        self._sent = self._seen = 0
        self._patience = STALL_SECONDS
        self._timer: asyncio.TimerHandle | None = None

    # ------------------------------------------------------------ reading

    def resume(self) -> None:
        """Take what comes."""
        if self._open and self.listens:
            self._loop.add_reader(self._socket, self.read)

    def pause(self) -> None:
        """Leave what comes in the socket."""
        if self._open and self.listens:
            self._loop.remove_reader(self._socket)

    def read(self) -> None:
        """Take what has come."""
        try:
            data = self._socket.recv(CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        if self.take(data) and not data:
            self._end()

    def take(self, data: bytes) -> bool:
        """Take these bytes; says whether they were what should come."""
        try:
            self._take(data)
        except DecodeError as error:
            self.refuse(str(error))
            return False
        return True

    def _take(self, data: bytes) -> None:
        """Hand over what is complete now, with all the bytes that it took."""
        self._begun += len(data)
        items: list[Any] = []
        try:
            self._framing.feed(data, items) if data else self._framing.finish(items)
        finally:
            size, self._begun = (self._begun, 0) if items else (0, self._begun)
            self._owner.heard(self, items, size)

    def _end(self, trouble: str = "") -> None:
        """Expect nothing more."""
        if self.listens:
            self.pause()
            self.listens = False
            self._owner.left(self, trouble)
            self._watch(LINGER_SECONDS)

    def refuse(self, trouble: str) -> None:
        """Listen no more, and close the connection when what it said before may have been answered."""
        self.refused = True
        self._end(trouble)
        if self._open and not self._deaf:
            self._deaf = True
            self._loop.add_reader(self._socket, self._discard)

    def _discard(self) -> None:
        """Throw away what comes: a socket that is closed with something unread takes back what was sent."""
        with suppress(BlockingIOError, InterruptedError):
            try:
                gone = not self._socket.recv(CHUNK)
            except OSError:
                gone = True
            if gone:
                self._loop.remove_reader(self._socket)

    # ------------------------------------------------------------ writing

    def write(self, elements: list[bytes]) -> None:
        """Send, now or when there is room; who takes nothing for long is given up."""
        if self.unsent > MOST_UNSENT:
            self.give_up(f"it does not read: {self.unsent} bytes wait for it")
        if not self._open:
            self._owner.lost(len(elements))
            return
        self._chunks.append(memoryview(b"".join(elements)))
        self._sizes.append([*map(len, elements)])
        self.unsent += len(self._chunks[-1])
        if len(self._chunks) == 1:
            self._push()
        self.owed -= len(elements)
        if not (self.listens or self._deaf):
            self._watch(LINGER_SECONDS)
        elif self._awaited and self._timer is None:
            self._watch(STALL_SECONDS)

    def drain(self) -> None:
        """Note that the flow ends when all that waits has gone; who takes nothing for long is given up."""
        self._draining = True
        if self._awaited and self._timer is None:
            self._watch(STALL_SECONDS)

    @property
    def _awaited(self) -> bool:
        """Whether somebody waits for it to read."""
        return self.unsent > (0 if self._draining else PRESSED)

    def _push(self) -> None:
        try:
            while self._chunks:
                sent = self._socket.send(self._chunks[0])
                self._count(sent)
        except (BlockingIOError, InterruptedError):
            self._loop.add_writer(self._socket, self._more)
        except OSError:
            self.close()

    def _count(self, sent: int) -> None:
        self.unsent -= sent
        self._sent += sent
        if sent == len(self._chunks[0]):
            self._chunks.popleft()
            self._sizes.popleft()
        else:
            self._chunks[0] = self._chunks[0][sent:]

    def _more(self) -> None:
        self._loop.remove_writer(self._socket)
        self._push()
        self._owner.moved()

    # ------------------------------------------------------------ ending

    def _watch(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._seen, self._patience = self._sent, seconds
        self._timer = self._loop.call_later(seconds, self._look) if self._open else None

    def _look(self) -> None:
        """See whether anything has gone since the last look."""
        self._timer = None
        moved = self._sent != self._seen
        if self.listens:
            if self._awaited and not moved:
                self.give_up(f"it has read nothing for {STALL_SECONDS:g} seconds, and {self.unsent} bytes wait for it")
            elif self._awaited:
                self._watch(STALL_SECONDS)
        elif moved and not self._deaf:
            self._watch(LINGER_SECONDS)
        elif self._chunks and self._patience < STALL_SECONDS:
            self._watch(STALL_SECONDS)
        elif self.owed > 0 and self._patience < ANSWER_SECONDS and not self._deaf:
            self._watch(ANSWER_SECONDS)
        else:
            self.close()

    def give_up(self, trouble: str) -> None:
        """Close at once, and say why."""
        if self.listens:
            self.listens = False
            self._owner.left(self, trouble)
        self.close()

    def part(self) -> None:
        """Close so that what was sent arrives: a socket closed with something unread would take it back."""
        taken = 0
        with suppress(OSError):
            while taken < PRESSED and (data := self._socket.recv(CHUNK)):
                taken += len(data)
        self.close()

    def close(self) -> None:
        """Close at once."""
        if not self._open:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._open = False
        self._socket.close()
        if self._chunks:
            self._owner.lost(self._unfinished())
        self._chunks.clear()
        self.unsent = 0
        if self.listens:
            self.listens = False
            self._owner.left(self, "")
        self._owner.over(self)

    def _unfinished(self) -> int:
        """Count the elements of which something is unsent."""
        first, *others = self._sizes
        count, left = 0, len(self._chunks[0])
        while left > 0:
            count += 1
            left -= first[-count]
        return count + sum(map(len, others))
