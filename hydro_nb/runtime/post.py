"""How frames find their worker: by hand inside an operating system process, by their sockets between two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.channel import Frame, read_header
from hydro_nb.wire import CREDIT, END_ACK

if TYPE_CHECKING:
    from hydro_nb.runtime.life import Life
    from hydro_nb.runtime.worker import Worker
    from hydro_nb.runtime.zmq_channel import Carrier

REPLIES = (CREDIT, END_ACK)
"""Kinds of frames that go to the sender of a channel."""


class Post:
    """Hands over frames between the workers that live here, and carries all others."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._lives: dict[int, Life] = {}
        self._homes: dict[tuple[int, bool], Life] = {}
        self._only: Life | None = None
        """who lives here alone"""
        self.moved = False
        """whether something was handed over since this was last set to False"""

    def settle(self, lives: Sequence[Life]) -> None:
        """Say who lives here."""
        self._lives = {life.worker.peer: life for life in lives}
        self._note_alone()

    def leave(self, peer: int) -> None:
        """Note that a peer does not live here any more."""
        self._lives.pop(peer, None)
        self._note_alone()

    def _note_alone(self) -> None:
        self._only = next(iter(self._lives.values())) if len(self._lives) == 1 else None

    def send(self, peer: int, frame: bytes) -> None:
        """Send to a peer; a frame to a peer that is gone goes nowhere."""
        life = self._lives.get(peer)
        if life is None:
            self._carrier.send(peer, frame)
        else:
            self.moved = life.awake = True
            life.worker.receive(frame)

    def hear(self, frame: Frame) -> None:
        """Take a frame that has come by the socket."""
        life = self._only or self._home(frame)
        life.awake = True
        life.worker.receive(frame)

    def _home(self, frame: Frame) -> Life:
        """Give whom a frame is for; one that is for nobody is refused by the first."""
        try:
            fields = read_header(frame)
        except DecodeError:
            return next(iter(self._lives.values()))
        key = fields[3], fields[1] in REPLIES
        home = self._homes.get(key)
        return home or self._found(key)

    def _found(self, key: tuple[int, bool]) -> Life:
        for life in self._lives.values():
            if _ends_at(life.worker, *key):
                self._homes[key] = life
                return life
        return next(iter(self._lives.values()))


def _ends_at(worker: Worker, channel: int, reply: bool) -> bool:  # noqa: FBT001 - a key, taken apart
    return channel in worker.senders or (not reply and channel in worker.receivers)
