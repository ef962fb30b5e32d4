"""ZeroMQ as the carrier of frames; the locks on its sockets are in `curve`, and nothing else of the runtime imports it.

libzmq's own water marks count frames and drop the tail of `ipc` connections when a sender closes (zeromq/libzmq#4660),
and its reconnecting resumes behind a gap. So water marks are off, credits do their work, and nothing reconnects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from weakref import WeakSet

import zmq

from hydro_nb.errors import DeployError
from hydro_nb.runtime.channel import MAX_FRAME, Frame
from hydro_nb.wire import Keys

if TYPE_CHECKING:
    from hydro_nb.runtime.curve import Book, Curve

_READABLE = int(zmq.POLLIN)
"""as a number: flags of an enum take ten times as long to combine"""
PAUSE_MILLISECONDS = 10
"""How long who converses waits for nothing but the next frame: longer than a tick of the operating system, as to be
woken sooner than by that costs each wait a timer of its own, and a third of a round trip."""
LARGE = 64 * 1024
"""From this size on, handing a buffer over is cheaper than copying it."""
_LOCAL = ("ipc://", "inproc://")
_ANYBODY = ("tcp://*", "tcp://0.0.0.0", "tcp://[::]")


def has_ipc() -> bool:
    """Whether sockets may be files, which only their owner can connect to."""
    return bool(zmq.has("ipc"))


def has_curve() -> bool:
    """Whether TCP sockets can be locked."""
    return bool(zmq.has("curve"))


def new_pair() -> tuple[bytes, bytes]:
    """Make a key pair: the public one, and the secret one."""
    public, secret = zmq.curve_keypair()
    return public, secret


class Context:
    """The sockets of an OS process or a deployment; with a book of keys they are locked, and may be TCP."""

    def __init__(self, book: Book | None = None) -> None:
        self._zmq: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._sockets: WeakSet[zmq.Socket[bytes]] = WeakSet()
        self._curve = _curve(self._zmq, book) if book else None

    def meet(self, peer: int, key: bytes) -> None:
        """Take in a peer that was started again, with its new key."""
        if self._curve:
            self._curve.book.meet(peer, key)

    def part(self, peer: int) -> None:
        """Let a peer that has gone in no more."""
        if self._curve:
            self._curve.book.part(peer)

    def bound(self, kind: int, endpoint: str, peers: int) -> zmq.Socket[bytes]:
        """Give a socket that so many others may connect to."""
        self._check(endpoint)
        socket = self._socket(kind, linger=0)
        socket.setsockopt(zmq.BACKLOG, max(100, 2 * peers))
        if self._curve:
            self._curve.serve(socket)
        socket.bind(endpoint)
        return socket

    def door(self, socket: zmq.Socket[bytes]) -> Door:
        """Give what tells of those who knock at a bound socket and are not let in."""
        return Door(socket, self._made(zmq.PAIR))

    def connected(self, kind: int, endpoint: str, peer: int | None, *, linger: int) -> zmq.Socket[bytes]:
        """Give a socket that is connected to a peer, or to the kernel, once and for all."""
        self._check(endpoint)
        socket = self._socket(kind, linger)
        socket.setsockopt(zmq.RECONNECT_IVL, -1)
        if self._curve:
            self._curve.call(socket, peer)
        socket.connect(endpoint)
        return socket

    def _socket(self, kind: int, linger: int) -> zmq.Socket[bytes]:
        socket = self._made(kind)
        socket.setsockopt(zmq.LINGER, linger)
        socket.setsockopt(zmq.RCVHWM, 0)
        socket.setsockopt(zmq.SNDHWM, 0)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME)
        return socket

    def _made(self, kind: int) -> zmq.Socket[bytes]:
        socket = self._zmq.socket(kind)
        self._sockets.add(socket)
        return socket

    def _check(self, endpoint: str) -> None:
        """Refuse what others than the processes of one deployment could reach, whoever asks for it."""
        if not self._curve and not endpoint.startswith(_LOCAL):
            raise DeployError(f"{endpoint} needs keys: without them anybody on this machine could connect to it")
        if endpoint.startswith("ipc://@"):
            raise DeployError(f"{endpoint} is no file but a name, which every user of this machine could connect to")
        if endpoint.startswith(_ANYBODY):
            raise DeployError(f"{endpoint} stands for every address of this machine; name the one that peers use")

    def term(self) -> None:
        """End, when every socket was closed."""
        self._zmq.term()

    def abandon(self) -> None:
        """End with every socket, at once: one that is only forgotten is waited for when it is collected."""
        for socket in self._sockets:
            socket.close(linger=0)
        self._zmq.term()


def _curve(context: zmq.Context[zmq.Socket[bytes]], book: Book) -> Curve:
    from hydro_nb.runtime.curve import Curve  # noqa: PLC0415 - sockets that are files need no keys

    return Curve(context, book)


def new_context(book: Book | None = None) -> Context:
    """Give a context of its own to a deployment."""
    return Context(book)


def context_of(keys: Keys | None) -> Context:
    """Give the context of a child, which was told its keys, if it needs any."""
    if keys is None:
        return Context()
    from hydro_nb.runtime.curve import Given  # noqa: PLC0415 - as above

    return Context(Given(keys))


_REFUSALS = zmq.Event.HANDSHAKE_FAILED_NO_DETAIL | zmq.Event.HANDSHAKE_FAILED_PROTOCOL | zmq.Event.HANDSHAKE_FAILED_AUTH


class Door:
    """Counts connections to a bound socket that were refused: by who speaks no ZeroMQ, or has no key."""

    def __init__(self, socket: zmq.Socket[bytes], told: zmq.Socket[bytes]) -> None:
        self._socket, self._told = socket, told
        # libzmq waits for room to tell in, and all connections of the process with it
        told.setsockopt(zmq.RCVHWM, 0)
        told.setsockopt(zmq.LINGER, 0)
        address = f"inproc://door-{id(socket)}"
        socket.monitor(address, _REFUSALS)
        told.connect(address)
        self.refused()  # only who has looked in vain is signalled that something has come

    @property
    def fd(self) -> int:
        """Readable when something may have happened; edge-triggered, so count until nothing is left."""
        return int(self._told.getsockopt(zmq.FD))

    def refused(self) -> int:
        """Give how many were refused since the last time."""
        count = 0
        while int(self._told.getsockopt(zmq.EVENTS)) & _READABLE:
            self._told.recv_multipart()
            count += 1
        return count

    def close(self) -> None:
        """Listen no more."""
        self._socket.monitor(None, 0)
        self._told.close()


class Carrier:
    """The data sockets of one location: a bound PULL, and a PUSH to every peer."""

    def __init__(self, context: Context, endpoint: str, peers: int) -> None:
        self._context = context
        self._pull = context.bound(zmq.PULL, endpoint, peers)
        self._push: dict[int, zmq.Socket[bytes]] = {}
        self._pull.setsockopt(zmq.RCVTIMEO, PAUSE_MILLISECONDS)
        self._receive = self._pull.recv
        self._large = False
        """whether the last frame was"""
        self.door = context.door(self._pull)

    @property
    def fd(self) -> int:
        """Readable when something may have arrived; edge-triggered, so read until nothing is left."""
        return int(self._pull.getsockopt(zmq.FD))

    @property
    def endpoint(self) -> str:
        """What it is bound to, with the port that it got."""
        return _endpoint(self._pull)

    def connect(self, endpoints: dict[int, str]) -> None:
        """Connect to every peer; all of them are bound already."""
        for location, endpoint in endpoints.items():
            self._push[location] = self._context.connected(zmq.PUSH, endpoint, location, linger=0)

    def meet(self, location: int, endpoint: str, key: bytes) -> None:
        """Connect to a peer that was started again."""
        self._context.meet(location, key)
        self.connect({location: endpoint})

    def send(self, location: int, frame: bytes) -> None:
        """Send to a peer; a frame to a peer that is gone goes nowhere."""
        socket = self._push.get(location)
        if socket is None:
            return
        try:
            socket.send(frame, zmq.NOBLOCK, copy=len(frame) < LARGE)
        except zmq.Again:
            self.drop(location)

    def receive(self, flags: int = zmq.NOBLOCK) -> Frame | None:
        """Give the next frame, or None if none is there now; a large one behind another large one is not copied."""
        try:
            frame = self._where_it_is(flags) if self._large else self._receive(flags)
        except zmq.Again:
            return None
        self._large = len(frame) >= LARGE
        return frame

    def await_next(self) -> Frame | None:
        """Give the next frame, or None if none comes for a while; it is here sooner than `fd` could say so."""
        return self.receive(0)

    def _where_it_is(self, flags: int) -> memoryview:
        return self._pull.recv(flags, copy=False).buffer.toreadonly()

    @property
    def more(self) -> bool:
        """Whether another frame is there: for who has read one, an answer at a fifth of what `receive` costs."""
        return bool(int(self._pull.getsockopt(zmq.EVENTS)) & _READABLE)

    def part(self, location: int) -> None:
        """Close the way to a peer that has ended, and the door for whoever holds its key."""
        self._context.part(location)
        self.drop(location)

    def drop(self, location: int) -> None:
        """Close the way to a peer that is gone."""
        socket = self._push.pop(location, None)
        if socket is not None:
            socket.close(linger=0)

    def close(self) -> None:
        """Close every socket at once; what matters was acknowledged before."""
        for location in list(self._push):
            self.drop(location)
        self.door.close()
        self._pull.close(linger=0)


class Line:
    """A child's end of the control connection."""

    LINGER = 1000

    def __init__(self, context: Context, endpoint: str) -> None:
        self._socket = context.connected(zmq.DEALER, endpoint, None, linger=self.LINGER)

    @property
    def fd(self) -> int:
        """Readable when something may have happened; edge-triggered, also by sending."""
        return int(self._socket.getsockopt(zmq.FD))

    def send(self, message: bytes) -> None:
        """Send without ever waiting; a kernel that does not read loses telemetry first."""
        try:
            self._socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            return

    def receive(self) -> bytes | None:
        """Give the next message, or None."""
        try:
            return self._socket.recv(zmq.NOBLOCK)
        except zmq.Again:
            return None

    def close(self) -> None:
        """Close once what was said has left."""
        self._socket.close()


class Exchange:
    """The kernel's end of all control connections of a deployment."""

    def __init__(self, context: Context, endpoint: str, peers: int) -> None:
        self._socket = context.bound(zmq.ROUTER, endpoint, peers)
        self.door = context.door(self._socket)

    @property
    def endpoint(self) -> str:
        """What it is bound to, with the port that it got."""
        return _endpoint(self._socket)

    @property
    def fd(self) -> int:
        """Readable when something may have happened; edge-triggered, also by sending."""
        return int(self._socket.getsockopt(zmq.FD))

    def receive(self) -> Iterator[tuple[bytes, bytes]]:
        """Give what arrived, each with the identity of its connection, until nothing is left or it is closed."""
        while not self._socket.closed:
            try:
                parts = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            # a message of ours has one part
            yield parts[0], parts[1] if len(parts) == 2 else b""

    def send(self, identity: bytes, message: bytes) -> None:
        """Send to one child; to one that is gone it goes nowhere."""
        self._socket.send_multipart([identity, message], zmq.NOBLOCK)

    def close(self) -> None:
        """Close at once."""
        self.door.close()
        self._socket.close(linger=0)


def _endpoint(socket: zmq.Socket[bytes]) -> str:
    return cast("bytes", socket.getsockopt(zmq.LAST_ENDPOINT)).rstrip(b"\0").decode()
