"""What a process tells the kernel, and hears from it, on the control connection."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from hydro_nb.errors import DecodeError
from hydro_nb.wire import Bootstrap, Entered, Event, Hello, Met, PeerJoined, Phase, Report, Struck, To

if TYPE_CHECKING:
    from hydro_nb.runtime.clock import Clock
    from hydro_nb.runtime.zmq_channel import Line

INTERVAL = 0.1
"""Seconds between two reports of counts, at the least."""

_encoder = msgspec.msgpack.Encoder()
_control: msgspec.msgpack.Decoder[To] = msgspec.msgpack.Decoder(To)
_bootstrap: msgspec.msgpack.Decoder[Bootstrap] = msgspec.msgpack.Decoder(Bootstrap)
_report: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that hold no message, the last for what is nested too deep."""


def encode(message: Report | To) -> bytes:
    """Encode a control message."""
    return _encoder.encode(message)


def decode_bootstrap(message: bytes) -> Bootstrap:
    """Decode what a child is told first."""
    try:
        return _bootstrap.decode(message)
    except UNREADABLE as error:
        raise DecodeError(f"what this process was to be told first could not be read: {error}") from error


def decode_report(message: bytes) -> Report:
    """Decode what a child said; a bad message names its field."""
    try:
        return _report.decode(message)
    except UNREADABLE as error:
        raise DecodeError(f"a control message was refused: {error}") from error


def decode_control(message: bytes) -> To:
    """Decode what the kernel said."""
    try:
        return _control.decode(message)
    except UNREADABLE as error:
        raise DecodeError(f"a control message was refused: {error}") from error


class Reporter:
    """A child's voice: events at once, in order, never waiting for the kernel."""

    def __init__(self, line: Line, clock: Clock) -> None:
        self._line = line
        self._clock = clock
        self.spoke = False
        """Whether something was said since the last listening, which may have swallowed the line's signal."""

    @property
    def fd(self) -> int:
        """Readable when the kernel may have said something."""
        return self._line.fd

    def hello(self, token: bytes, first: int, *others: int) -> None:
        """Introduce this process, and all peers that live in it, with the deployment's token."""
        self._line.send(encode(Hello(first, os.getpid(), token, others)))

    def entered(self, peer: int, phase: Phase, endpoint: str = "") -> None:
        """Report a phase of a peer's life, and of one that is bound, to what."""
        self.event(Entered(peer, phase, os.getpid(), self._clock.time(), endpoint))

    def met(self, peer: int, joined: PeerJoined) -> None:
        """Report that a peer's ends of the channels to and from another are there."""
        self._line.send(encode(Met(peer, joined.peer, joined.epoch)))
        self.spoke = True

    def struck(self, peer: int, number: int) -> None:
        """Report that what a peer sends is as a fault says from now on."""
        self._line.send(encode(Struck(peer, number)))
        self.spoke = True

    def event(self, event: Event) -> None:
        """Report anything."""
        self._line.send(encode(event))
        self.spoke = True

    def heard(self) -> To | None:
        """Give the next message of the kernel, or None."""
        message = self._line.receive()
        return None if message is None else decode_control(message)
