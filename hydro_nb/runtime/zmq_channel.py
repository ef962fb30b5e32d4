"""ZeroMQ as the carrier of frames, and the only file of the runtime that imports it.

libzmq's own water marks count frames and drop the tail of `ipc` connections when a sender closes (zeromq/libzmq#4660),
and its reconnecting resumes behind a gap. So water marks are off, credits do their work, and nothing reconnects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import zmq

from hydro_nb.runtime.channel import MAX_FRAME

Context: TypeAlias = "zmq.Context[zmq.Socket[bytes]]"


def new_context() -> Context:
    """Give a context of its own to a process or a deployment."""
    return zmq.Context()


LARGE = 64 * 1024
"""From this size on, handing a buffer over is cheaper than copying it."""


def _bound(socket: zmq.Socket[bytes], endpoint: str, peers: int) -> None:
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.RCVHWM, 0)
    socket.setsockopt(zmq.SNDHWM, 0)
    socket.setsockopt(zmq.BACKLOG, max(100, 2 * peers))
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME)
    socket.bind(endpoint)


def _connected(socket: zmq.Socket[bytes], endpoint: str, linger: int) -> None:
    socket.setsockopt(zmq.LINGER, linger)
    socket.setsockopt(zmq.RCVHWM, 0)
    socket.setsockopt(zmq.SNDHWM, 0)
    socket.setsockopt(zmq.RECONNECT_IVL, -1)
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME)
    socket.connect(endpoint)


class Carrier:
    """The data sockets of one location: a bound PULL, and a PUSH to every peer."""

    def __init__(self, context: Context, endpoint: str, peers: int) -> None:
        self._context = context
        self._pull = context.socket(zmq.PULL)
        _bound(self._pull, endpoint, peers)
        self._push: dict[int, zmq.Socket[bytes]] = {}
        self._receive = self._pull.recv

    @property
    def fd(self) -> int:
        """Readable when something may have arrived; edge-triggered, so read until nothing is left."""
        return int(self._pull.getsockopt(zmq.FD))

    def connect(self, endpoints: dict[int, str]) -> None:
        """Connect to every peer; all of them are bound already."""
        for location, endpoint in endpoints.items():
            socket = self._context.socket(zmq.PUSH)
            _connected(socket, endpoint, 0)
            self._push[location] = socket

    def send(self, location: int, frame: bytes) -> None:
        """Send to a peer; a frame to a peer that is gone goes nowhere."""
        socket = self._push.get(location)
        if socket is None:
            return
        try:
            socket.send(frame, zmq.NOBLOCK, copy=len(frame) < LARGE)
        except zmq.Again:
            self.drop(location)

    def receive(self) -> bytes | None:
        """Give the next frame, or None if none is there now."""
        try:
            return self._receive(zmq.NOBLOCK)
        except zmq.Again:
            return None

    def drop(self, location: int) -> None:
        """Close the way to a peer that is gone."""
        socket = self._push.pop(location, None)
        if socket is not None:
            socket.close(linger=0)

    def close(self) -> None:
        """Close every socket at once; what matters was acknowledged before."""
        for location in list(self._push):
            self.drop(location)
        self._pull.close(linger=0)


class Line:
    """A child's end of the control connection."""

    LINGER = 1000

    def __init__(self, context: Context, endpoint: str) -> None:
        self._socket = context.socket(zmq.DEALER)
        _connected(self._socket, endpoint, self.LINGER)

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
        self._socket = context.socket(zmq.ROUTER)
        _bound(self._socket, endpoint, peers)

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
            if len(parts) == 2:
                yield parts[0], parts[1]

    def send(self, identity: bytes, message: bytes) -> None:
        """Send to one child; to one that is gone it goes nowhere."""
        self._socket.send_multipart([identity, message], zmq.NOBLOCK)

    def close(self) -> None:
        """Close at once."""
        self._socket.close(linger=0)
