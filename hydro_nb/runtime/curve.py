"""CURVE on TCP sockets: everything is encrypted, and only who is in the book may connect.

libzmq asks a handler at a fixed address within the process about every client that knocks (ZAP). Without one it would
let in anybody who knows the public key of the bound side, so the handler is there before anything is bound, and the
domain is enforced, which shuts the door where it is missing.
"""

from __future__ import annotations

import threading
from typing import Protocol

import zmq
from zmq.utils import z85

from hydro_nb.wire import Keys

_HANDLER = "inproc://zeromq.zap.01"
_DOMAIN = b"hydro"


class Book(Protocol):
    """The keys that an OS process knows, each in 40 characters as ZeroMQ writes them."""

    @property
    def public(self) -> bytes:
        """Its own, which others know."""
        ...

    @property
    def secret(self) -> bytes:
        """Its own, which nobody else knows."""
        ...

    def key_of(self, peer: int | None) -> bytes:
        """Give the public key of a peer, or of the kernel; empty where it has none any more."""
        ...

    def admits(self, key: bytes) -> bool:
        """Whether the owner of this public key may connect."""
        ...

    def meet(self, peer: int, key: bytes) -> None:
        """Take a peer in, in place of what had its number before."""
        ...

    def part(self, peer: int) -> None:
        """Cross a peer out."""
        ...


class Given:
    """The book of a child, which came with its bootstrap."""

    def __init__(self, keys: Keys) -> None:
        self.public = keys.public
        self.secret = keys.secret
        self._kernel = keys.kernel
        # replaced as a whole, since two threads look at it
        self._peers = dict(keys.peers)

    def key_of(self, peer: int | None) -> bytes:
        """Give the public key of a peer, or of the kernel."""
        return self._kernel if peer is None else self._peers.get(peer, b"")

    def admits(self, key: bytes) -> bool:
        """Whether it is the key of somebody that a channel leads to or comes from."""
        return key in self._peers.values()

    def meet(self, peer: int, key: bytes) -> None:
        """Take a peer in that was started again."""
        self._peers = {**self._peers, peer: key}

    def part(self, peer: int) -> None:
        """Cross out a peer that has gone."""
        self._peers = {each: key for each, key in self._peers.items() if each != peer}


class Curve:
    """The locks of one ZeroMQ context."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], book: Book) -> None:
        self.book = book
        handler = context.socket(zmq.REP)
        handler.bind(_HANDLER)
        threading.Thread(target=self._serve, args=(handler,), name="hydro-door", daemon=True).start()

    def _serve(self, handler: zmq.Socket[bytes]) -> None:
        """Answer until the context ends."""
        try:
            while True:
                handler.send_multipart(self._answer(handler.recv_multipart()))
        except zmq.ContextTerminated:
            handler.close(linger=0)

    def _answer(self, request: list[bytes]) -> list[bytes]:
        """Say whether a client may come in: version, request, domain, address, identity, mechanism, credentials."""
        *_, mechanism, key = request
        known = mechanism == b"CURVE" and self.book.admits(z85.encode(key))
        status, text = (b"200", b"OK") if known else (b"400", b"not of this deployment")
        return [request[0], request[1], status, text, b"", b""]

    def serve(self, socket: zmq.Socket[bytes]) -> None:
        """Lock a socket that is about to be bound."""
        socket.setsockopt(zmq.CURVE_SERVER, 1)
        socket.setsockopt(zmq.ZAP_DOMAIN, _DOMAIN)
        socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)
        socket.setsockopt(zmq.CURVE_SECRETKEY, self.book.secret)

    def call(self, socket: zmq.Socket[bytes], peer: int | None) -> None:
        """Give a socket the keys to a peer, or to the kernel."""
        socket.setsockopt(zmq.CURVE_PUBLICKEY, self.book.public)
        socket.setsockopt(zmq.CURVE_SECRETKEY, self.book.secret)
        socket.setsockopt(zmq.CURVE_SERVERKEY, self.book.key_of(peer))
