"""The door of a TCP port that asks for a token: nobody is a client who has not said it in a first line."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 10.0
MOST_WAITING = 64
"""Who have connected and not said it yet; beyond that the first of them is refused."""
MOST_BYTES = 1024
"""A first line is no longer than this, and of what follows no more is read here."""

Welcome = Callable[[socket.socket, Any, bytes], None]
"""takes a client's socket, its address, and what came behind the token"""


class Door:
    """Lets those in who know the token."""

    def __init__(self, token: str, title: str, welcome: Welcome, tell: Callable[[str], None]) -> None:
        self.refused = 0
        """how many were not let in"""
        self._digest = _digest(token.encode())
        self._title = title
        self._welcome = welcome
        self._tell = tell
        self._waiting: dict[socket.socket, Knock] = {}

    def knock(self, sock: socket.socket, address: Any, loop: asyncio.AbstractEventLoop) -> None:
        """Hear somebody who has connected."""
        if len(self._waiting) >= MOST_WAITING:
            next(iter(self._waiting.values())).refuse("too many others came who have not sent the token either")
        self._waiting[sock] = Knock(self, sock, address, loop)
        self._waiting[sock].read()

    def knows(self, line: bytes) -> bool:
        """Whether a line is the token; how long that takes says nothing of it."""
        return hmac.compare_digest(_digest(line), self._digest)

    def let_in(self, knock: Knock, rest: bytes) -> None:
        """Welcome somebody, with what came behind the token."""
        del self._waiting[knock.socket]
        self._welcome(knock.socket, knock.address, rest)

    def turn_away(self, knock: Knock, why: str) -> None:
        """Close somebody's connection; told less often the more there are, lest a flood of them floods the log."""
        del self._waiting[knock.socket]
        knock.socket.close()
        self.refused += 1
        if self.refused & (self.refused - 1) == 0:
            who = f"{knock.address[0]}:{knock.address[1]}"
            self._tell(f"{self._title} refused {who}: {why} (refused so far: {self.refused})")

    def close(self) -> None:
        """Send all away who wait."""
        for knock in tuple(self._waiting.values()):
            knock.leave()
            knock.socket.close()
        self._waiting.clear()


class Knock:
    """Somebody who has connected and not said the token yet."""

    def __init__(self, door: Door, sock: socket.socket, address: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.socket = sock
        self.address = address
        self._door = door
        self._loop = loop
        self._heard = b""
        self._timer = loop.call_later(PATIENCE_SECONDS, self._expire)
        loop.add_reader(sock, self.read)

    def read(self) -> None:
        """Take what has come, as far as a first line may reach."""
        try:
            data = self.socket.recv(MOST_BYTES - len(self._heard))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        self._heard += data
        line, end, rest = self._heard.partition(b"\n")
        if end and self._door.knows(line.removesuffix(b"\r")):
            self.leave()
            self._door.let_in(self, rest)
        elif end or len(self._heard) >= MOST_BYTES:
            self.refuse("its first line is not the token")
        elif not data:
            self.refuse("it left before it had sent the token")

    def _expire(self) -> None:
        self.refuse(f"it has not sent the token within {PATIENCE_SECONDS:g} seconds")

    def refuse(self, why: str) -> None:
        """Hear it no more."""
        self.leave()
        self._door.turn_away(self, why)

    def leave(self) -> None:
        """Listen no more."""
        self._timer.cancel()
        self._loop.remove_reader(self.socket)


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
