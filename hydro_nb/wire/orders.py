"""What the kernel says to a child: its first frame on stdin, and then on the control connection."""

from __future__ import annotations

import struct

import msgspec

from hydro_nb.wire.program import ChannelSpec, LocationProgram, SourceLine, member_of

LENGTH = struct.Struct("<Q")
"""Stands before each of the two frames on a child's stdin."""


class Resident(msgspec.Struct, frozen=True):
    """One peer that lives in a child: a location, or a member of one, with the channels that end at it."""

    program: LocationProgram
    peer: int
    channels: tuple[ChannelSpec, ...]


class Keys(msgspec.Struct, frozen=True):
    """The CURVE keys of an OS process where its sockets are TCP: its own pair, and the public ones of others."""

    public: bytes
    secret: bytes
    kernel: bytes
    peers: dict[int, bytes]
    """of who may connect to it, and whom it connects to: the peers that a channel leads to or comes from"""

    def __repr__(self) -> str:
        return f"<Keys of {self.public.decode()}>"


class Bootstrap(msgspec.Struct, frozen=True):
    """The first frame on a child's stdin; each resident's cloudpickled captures follow it as a frame of their own."""

    residents: tuple[Resident, ...]
    endpoints: dict[int, str]
    """peer -> the endpoint that the one receiving socket of its process is bound to; all that there are at the start"""
    epochs: dict[int, int]
    """peer -> how often it has been started"""
    control: str
    token: bytes
    path: list[str]
    cwd: str
    max_buffer: int
    gone: dict[int, str] = {}
    """peer that has ended before this process starts -> why; it has no endpoint"""
    returning: frozenset[int] = frozenset()
    """those of them that are being started again"""
    outputs: tuple[tuple[int, int], ...] = ()
    """descriptors of what stands for stdout and stderr, of each resident but the first, which has the standard ones"""
    environment: dict[bytes, bytes] | None = None
    """the kernel's, for a child that did not get it when it was started"""
    keys: Keys | None = None
    """where the sockets are TCP"""

    def __repr__(self) -> str:
        # it holds secrets, and tracebacks show what a frame holds
        return f"<Bootstrap of {', '.join(each.program.title(member_of(each.peer)) for each in self.residents)}>"


class Go(msgspec.Struct, frozen=True, tag="go"):
    """Every process is connected: start."""


class Connect(msgspec.Struct, frozen=True, tag="connect"):
    """Every process is bound: connect and say hello on every channel."""

    endpoints: dict[int, str] = {}
    """peer -> what it is bound to, where that was not known before"""


class Probe(msgspec.Struct, frozen=True, tag="probe"):
    """Asks for the counts that `settle` compares."""

    round: int


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End; with `drain`, after everything under way has been delivered and acknowledged."""

    drain: bool = True


class PeerGone(msgspec.Struct, frozen=True, tag="gone"):
    """A peer has ended: its channels end with it."""

    peer: int
    reason: str
    returns: bool = False
    """whether it is being started again"""


class PeerJoined(msgspec.Struct, frozen=True, tag="joined"):
    """A peer that had ended has been started again: new channels lead to it and come from it."""

    peer: int
    endpoint: str
    epoch: int
    key: bytes = b""
    """its new public key, where the sockets are TCP"""


class Fault(msgspec.Struct, frozen=True, tag="fault"):
    """What is to become of all that goes to a peer, on purpose; it takes the place of what was said before."""

    peer: int
    cut: bool = False
    """whether frames are held, and what may be lost is"""
    delay: float = 0.0
    """seconds that each frame is held"""
    drop: float = 0.0
    """share of the elements that are lost on channels that may lose"""
    seed: int = 0
    """chooses which"""
    number: int = 0
    """of each that is told another; the process answers with it"""


class Severed(msgspec.Struct, frozen=True, tag="severed"):
    """The link to and from a peer was cut for too long: the channels on it that lose nothing have ended."""

    peer: int
    reason: str


class Hold(msgspec.Struct, frozen=True, tag="hold"):
    """Do nothing but listen to the kernel, or go on: for systems where a stopped process would outlive the kernel."""

    on: bool


class Watch(msgspec.Struct, frozen=True, tag="watch"):
    """Tell some of what these operators give from now on, and nothing any more of those that were told of before.

    The source is that of the process once more, written so that these operators tell; its tick is run now and then in
    the place of the other one.
    """

    slots: tuple[str, ...] = ()
    source: str = ""
    lines: tuple[SourceLine | None, ...] = ()
    of: str = ""
    """the digest of the source that the process has: one that runs another takes no notice"""


Control = Go | Connect | Probe | Stop | PeerGone | PeerJoined | Fault | Severed | Hold | Watch


class To(msgspec.Struct, frozen=True):
    """What the kernel says to a child: to one of its residents."""

    peer: int
    message: Control
