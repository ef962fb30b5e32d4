"""A TCP port of a location: its clients, what they have sent, what goes to them.

The location's side is polled between ticks; the sockets are served by callbacks of an asyncio loop, which runs in the
same thread or in another. Each of the two counts what it alone has done, so that neither needs a lock.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from hydro_nb.errors import DeployError
from hydro_nb.runtime.connection import MOST_UNSENT, PRESSED, Connection
from hydro_nb.runtime.door import Door
from hydro_nb.runtime.framing import make_framing
from hydro_nb.values import MembershipEvent
from hydro_nb.wire import ServedSpec

BACKLOG = 4096
MOST_HELD = 1024 * 1024
"""Bytes that have come and were not taken before no more is read."""
MOST_ITEMS = 4096
RETRY_SECONDS = 0.1
"""How long to wait first where the system has no room for another connection; each time twice as long."""
RETRY_AT_MOST = 5.0
MOST_LINGERING = 256
"""Clients that send no more and may still be answered; beyond that the oldest is given up."""
KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
"""Who has vanished without a word is noticed after two minutes; not every system has all of these options."""

_ITEM, _EVENT = range(2)


class Served:
    """One port."""

    def __init__(self, spec: ServedSpec, captures: Mapping[str, Any]) -> None:
        self.spec = spec
        self.closed = threading.Event()
        """set when every socket was closed"""
        self.problems: deque[str] = deque()
        """what went wrong with a client, to be told"""
        self.address = ("", 0)
        where = f"port `{spec.name}`"
        self._framing = partial(make_framing, spec.incoming, captures, where)
        self._encode = make_framing(spec.outgoing, captures, where).encode
        token = captures[spec.token] if spec.token else ""
        self._told: Counter[str] = Counter()
        """what is wrong with clients -> how many of them there were"""
        self._strange = 0
        self._door = Door(token, self._title, self._welcome, self._tell) if token else None
        self._server: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: Callable[[], object] = _nothing
        self._arrived: deque[tuple[int, int, Any, int]] = deque()
        """item or event, client, what it is, and its share of the bytes"""
        self._came = self._took = 0
        self._given = self._gone = 0
        self.discarded = 0
        """how many elements were dropped, because their client had left or did not read them"""
        self._next = 0
        self._connections: dict[int, Connection] = {}
        self._lingering: dict[int, Connection] = {}
        self._latest: Connection | None = None
        """of a port for a single client: the newest, also after it has left"""
        self._waiting: list[list[bytes]] = []
        """of a port for a single client: what waits for the first"""
        self._cancelled = self._paused = self._draining = False
        self._put_off_for = 0.0
        """seconds until it is tried again to let clients in; 0 where nothing is in the way"""

    # ------------------------------------------------------------ what the location does

    def open(self) -> tuple[str, int]:
        """Listen; gives the address."""
        spec = self.spec
        family = socket.AF_INET6 if ":" in spec.host else socket.AF_INET
        server = socket.socket(family, socket.SOCK_STREAM)
        try:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what was stopped may be started again
            _bind(server, spec)
            server.listen(BACKLOG)
            server.settimeout(0)
        except OSError as error:
            server.close()
            raise DeployError(
                f"`{spec.op}` cannot listen on {spec.host}:{spec.port}: {error.strerror or error}. "
                "Choose another port: hint=TcpPort(n), or let the system choose: hint=Auto"
            ) from error
        self._server = server
        self.address = server.getsockname()[:2]
        return self.address

    def attach(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], object]) -> None:
        """Say which loop serves the sockets; `wake` is called in it when there is something to poll."""
        self._loop, self._wake = loop, wake
        loop.call_soon_threadsafe(self._listen)

    @property
    def ready(self) -> bool:
        """Whether there is something to take."""
        return bool(self._arrived or self.problems)

    @property
    def refused(self) -> int:
        """How many were not let in, or were disconnected because of what they sent."""
        return self._strange + (self._door.refused if self._door else 0)

    @property
    def idle(self) -> bool:
        """Whether nothing that has come waits, and nothing that was given."""
        return not self.ready and self._given == self._gone

    @property
    def busy_with(self) -> str:
        """Say what it does, for people."""
        return "which has elements to take in or to send out"

    @property
    def pressed(self) -> bool:
        """Whether so much waits for a client that bounded sources should wait for it too."""
        return self._given > self._gone + MOST_ITEMS or self._unsent > PRESSED

    @property
    def owing(self) -> bool:
        """Whether something is still to go to a client."""
        return self._given != self._gone or any(each.unsent for each in tuple(self._connections.values()))

    def poll(self, inputs: dict[str, list[Any]], limit: int) -> int:
        """Take what has come, at most so many; gives how many came."""
        items = inputs[self.spec.input]
        events = inputs[self.spec.membership] if self.spec.membership else []
        taken = 0
        while self._arrived and taken < limit:
            kind, client, what, size = self._arrived.popleft()
            into = items if kind is _ITEM else events
            into.append((client, what) if self.spec.many else what)
            self._took += size
            taken += 1
        if self._paused and self._loop is not None and not self._full:
            self._loop.call_soon_threadsafe(self._resume)
        return taken

    def give(self, items: list[Any]) -> None:
        """Send these, each to its client; raises what cannot be encoded."""
        if self._cancelled or self._loop is None:
            return
        batch: dict[int, list[bytes]] = {}
        for item in items:
            client, value = item if self.spec.many else (0, item)
            batch.setdefault(client, []).append(self._encode(value))
        self._given += len(items)
        self._loop.call_soon_threadsafe(self._write, batch, len(items))

    def drain(self) -> None:
        """Note that the location ends when nothing is owed to anybody."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._hurry)

    def cancel(self) -> None:
        """Close all; `closed` says when that is done."""
        if self._loop is None:
            self._close_server()
            self.closed.set()
        elif not self._cancelled:
            self._loop.call_soon_threadsafe(self._close)
        self._cancelled = True

    @property
    def _full(self) -> bool:
        return self._came - self._took > MOST_HELD or len(self._arrived) > MOST_ITEMS

    @property
    def _unsent(self) -> int:
        most = max((each.unsent for each in tuple(self._connections.values())), default=0)
        return max(most, self._kept)

    @property
    def _kept(self) -> int:
        """Bytes that wait for the first client."""
        return sum(sum(map(len, each)) for each in tuple(self._waiting))

    # ------------------------------------------------------------ what happens on the loop

    def _listen(self) -> None:
        if self._loop is not None and self._server is not None and not self._paused:
            self._loop.add_reader(self._server, self._accept)

    def _accept(self) -> None:
        """Welcome all who knock; each may have sent something already."""
        while self._server is not None and self._loop is not None and not self._paused:
            try:
                sock, address = self._server.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                self._put_off_for = 0.0
                return
            except OSError as error:
                self._put_off(self._loop, self._server, error)
                return
            sock.settimeout(0)
            if self._door is None:
                self._welcome(sock, address)
            else:
                self._door.knock(sock, address, self._loop)

    def _put_off(self, loop: asyncio.AbstractEventLoop, server: socket.socket, error: OSError) -> None:
        """Try again later, each time less soon; told once, until all who knocked were let in."""
        if not self._put_off_for:
            self._tell(f"no further client can connect to {self._title}: {error.strerror}; it is tried again")
        loop.remove_reader(server)
        self._put_off_for = min(2 * self._put_off_for or RETRY_SECONDS, RETRY_AT_MOST)
        loop.call_later(self._put_off_for, self._listen)

    def _welcome(self, sock: socket.socket, address: Any, begun: bytes = b"") -> None:
        """Make a client of somebody, who may have sent something already."""
        if self._loop is None or (not self.spec.many and self._taken):
            sock.close()
            self._strange += 1
            who = f"another one, {_text(address)},"
            self._tell_seldom("turned away", f"{self._title} has a client already, so {who} was turned away")
            return
        _prepare(sock)
        made = Connection(self._next, sock, self._framing(), self._loop, self)
        self._next += 1
        self._connections[made.number] = made
        if self._draining:
            made.drain()
        self._arrive(_EVENT, made, [MembershipEvent.Joined])
        if not self.spec.many:
            self._follow(made)
        if begun:
            made.take(begun)
        if made.listens and not self._paused:
            made.resume()
            made.read()
        self._wake()

    @property
    def _taken(self) -> bool:
        return self._latest is not None and self._latest.listens

    def _follow(self, made: Connection) -> None:
        """Take the place of the client before; the first gets what has waited for it."""
        if self._latest is not None:
            self._latest.close()
        self._latest = made
        waiting, self._waiting = self._waiting, []
        for elements in waiting:
            made.write(elements)

    def heard(self, connection: Connection, items: list[Any], size: int) -> None:
        """Keep what has come until it is polled; where that is much, read no more."""
        self._arrive(_ITEM, connection, items, size)
        connection.owed += len(items) if self.spec.output else 0
        if not items:
            self._wake()  # who is in this process and sends may send on
        if self._full and not self._paused:
            self._paused = True
            if self._loop is not None and self._server is not None:
                self._loop.remove_reader(self._server)
            for each in self._connections.values():
                each.pause()

    def _arrive(self, kind: int, connection: Connection, items: list[Any], size: int = 0) -> None:
        if kind is _EVENT and not self.spec.membership:
            return
        share = size // len(items) if items else 0
        self._came += share * len(items)
        self._arrived.extend((kind, connection.number, item, share) for item in items)
        if items:
            self._wake()

    def left(self, connection: Connection, trouble: str) -> None:
        """Tell that a client has left, and why."""
        self._arrive(_EVENT, connection, [MembershipEvent.Left])
        if trouble:
            self._strange += connection.refused
            what = f"client {connection.number} of {self._title} was disconnected: {trouble}"
            self._tell_seldom("refused" if connection.refused else "given up", what)
        self._lingering[connection.number] = connection
        if len(self._lingering) > MOST_LINGERING:
            next(iter(self._lingering.values())).close()

    def over(self, connection: Connection) -> None:
        """Forget a client to whom nothing can be sent."""
        self._connections.pop(connection.number, None)
        self._lingering.pop(connection.number, None)
        self._wake()

    def moved(self) -> None:
        """Let sources that waited go on, and who is in this process read."""
        self._wake()

    def lost(self, count: int) -> None:
        """Count what will never arrive."""
        self.discarded += count

    def _write(self, batch: dict[int, list[bytes]], count: int) -> None:
        for client, chunks in batch.items():
            if self.spec.many:
                connection = self._connections.get(client)
            else:
                connection = self._connections.get(self._latest.number) if self._latest else None
            if connection is not None:
                connection.write(chunks)
            elif self.spec.many or self._latest is not None:
                self.lost(len(chunks))
            else:
                self._keep(chunks)
        self._gone += count
        self._wake()

    def _keep(self, chunks: list[bytes]) -> None:
        """Let what was sent before there is a client wait for it, as far as there is room."""
        if self._kept > MOST_UNSENT:
            self.lost(len(chunks))
        else:
            self._waiting.append(chunks)

    def _resume(self) -> None:
        if self._paused and not self._full and not self._cancelled:
            self._paused = False
            self._listen()
            for each in tuple(self._connections.values()):
                each.resume()

    def _tell_seldom(self, kind: str, text: str) -> None:
        """Tell of one more of a kind, less often the more there are: a flood of them hides nothing else."""
        self._told[kind] += 1
        count = self._told[kind]
        if count & (count - 1) == 0:
            self._tell(f"{text} ({kind} so far: {count})" if count > 1 else text)

    def _tell(self, text: str) -> None:
        self.problems.append(text)
        self._wake()

    @property
    def _title(self) -> str:
        return f"port `{self.spec.name}`"

    def _close_server(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _hurry(self) -> None:
        self._draining = True
        for each in tuple(self._connections.values()):
            each.drain()

    def _close(self) -> None:
        if self._loop is not None and self._server is not None:
            self._loop.remove_reader(self._server)
        self._close_server()
        if self._door is not None:
            self._door.close()
        for each in tuple(self._connections.values()):
            each.part()
        waiting, self._waiting = self._waiting, []
        self.lost(sum(map(len, waiting)))
        self.closed.set()


def _prepare(sock: socket.socket) -> None:
    """Let what is written leave at once, and a client whose machine has vanished be noticed."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _text(address: Any) -> str:
    return f"{address[0]}:{address[1]}"


def _nothing() -> None:
    pass


def _bind(server: socket.socket, spec: ServedSpec) -> None:
    """Take the number that is asked for, else the one that it had before, if nobody else has it now."""
    if spec.usual and not spec.port:
        with suppress(OSError):
            server.bind((spec.host, spec.usual))
            return
    server.bind((spec.host, spec.port))
