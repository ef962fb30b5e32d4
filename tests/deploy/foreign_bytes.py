"""What strangers say to a socket: bytes that are no ZeroMQ at all, that begin as such, and whole messages."""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from typing import Any, Self

import zmq

from hydro_nb.wire import DATA, HEADER, VERSION

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01NULL" + bytes(48)
READY = b"\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04PUSH"


def raw(seed: int) -> dict[str, bytes]:
    """Give bytes for a socket that speaks ZMTP, none of which are a whole message of it."""
    noise = random.Random(seed).randbytes(300)
    return {
        "nothing": b"",
        "noise": b"\xff" + noise,
        "signature": b"\xff" * 64,
        "half a greeting": GREETING[:20],
        "a greeting and noise": GREETING + b"\x07" + noise,
        "another lock": GREETING.replace(b"NULL", b"XXXX"),
        "a wrong partner": GREETING + READY.replace(b"PUSH", b"XPUB"),
        "noise for frames": GREETING + READY + b"\xf8" + noise,
        "a frame that is too long": GREETING + READY + b"\2" + (1 << 40).to_bytes(8, "big") + noise,
        "a frame that is much too long": GREETING + READY + b"\2" + (2**63).to_bytes(8, "big") + noise,
        "half a frame": GREETING + READY + b"\2" + (50 << 20).to_bytes(8, "big") + noise,
    }


def frames(seed: int, channel: int) -> dict[str, bytes]:
    """Give whole messages, each of which is refused: `channel` is one that ends where they are sent."""
    noise = random.Random(seed).randbytes(100)

    def frame(
        kind: int = DATA, *, version: int = VERSION, of: int = channel, epochs: tuple[int, int] = (9, 9)
    ) -> bytes:
        return HEADER.pack(version, kind, 0, of, *epochs, 1, 1) + noise

    return {
        "nothing": b"",
        "less than a header": noise[: HEADER.size - 1],
        "noise": b"\xff" + noise,
        "another version": frame(version=VERSION + 1, epochs=(1, 1)),
        "another channel": frame(of=2**64 - 1, epochs=(1, 1)),
        "a life to come": frame(),
        "another kind": frame(77, epochs=(1, 1)),
        "no kind": frame(0, epochs=(1, 1)),
    }


def introduce(sock: socket.socket) -> None:
    """Begin a connection as a peer would that has something to send: each part in turn with the other side's."""
    sock.sendall(GREETING)
    _exactly(sock, len(GREETING))
    sock.sendall(READY)
    kind, size = _exactly(sock, 2)
    assert kind == READY[0]
    _exactly(sock, size)


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        assert part, "the other side has closed the connection"
        data += part
    return data


class Strangers:
    """Those who connect to sockets that are not theirs; they stay until the end."""

    def __init__(self) -> None:
        self._context = zmq.Context()
        self._sockets: list[Any] = []

    def say(self, endpoint: str, data: bytes) -> None:
        """Connect to a socket and write these bytes, as many of them as it takes."""
        kind, _, where = endpoint.partition("://")
        if kind == "ipc":
            made, address = socket.socket(socket.AF_UNIX), where
        else:
            host, _, port = where.rpartition(":")
            made, address = socket.socket(), (host, int(port))
        self._sockets.append(made)
        made.settimeout(60)
        made.connect(address)
        with suppress(OSError):
            made.sendall(data)

    def send(self, endpoint: str, *messages: bytes, kind: int = zmq.PUSH) -> None:
        """Send whole messages by ZeroMQ."""
        made = self._context.socket(kind)
        made.connect(endpoint)
        for message in messages:
            made.send(message)
        made.close(linger=20_000)

    def keep_sending(self, endpoint: str, *messages: bytes) -> None:
        """Send whole messages by ZeroMQ to where nobody is let in, again and again until the end."""
        made = self._context.socket(zmq.PUSH)
        made.setsockopt(zmq.LINGER, 0)
        self._sockets.append(made)
        made.connect(endpoint)
        for message in messages:
            made.send(message)

    def send_parts(self, endpoint: str, parts: list[bytes], kind: int = zmq.PUSH) -> None:
        """Send one message of several parts."""
        made = self._context.socket(kind)
        made.connect(endpoint)
        made.send_multipart(parts)
        made.close(linger=20_000)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sockets:
            each.close()
        self._context.term()
