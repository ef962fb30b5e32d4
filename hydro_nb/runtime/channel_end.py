"""What both ends of a channel have in common: the header of their frames, their codec, their identity and end."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec.body import Body
from hydro_nb.values import MemberId
from hydro_nb.wire import HEADER, HELLO, VERSION, ChannelSpec, member_of

MAX_ITEMS = 1024
MAX_BYTES = 64 * 1024
MAX_BUFFER = 64 * 1024 * 1024
MAX_FRAME = 66 * 1024 * 1024
"""What the largest element takes, with its header and schema; a larger frame is refused by the receiving socket."""

Frame: TypeAlias = bytes | memoryview
"""What has come: a header, and the body behind it."""
Fields = tuple[int, int, int, int, int, int, int, int]
"""The unpacked `HEADER`."""


class Codec(Protocol):
    """How a batch of elements becomes the body of a frame, and back."""

    def encode(self, items: list[Any]) -> Body:
        """Encode a batch."""
        ...

    def decode(self, body: bytes | memoryview, count: int) -> list[Any]:
        """Decode a batch of `count` elements."""
        ...


def read_header(frame: Frame) -> Fields:
    """Unpack the header of a frame that arrived, or refuse it."""
    if len(frame) < HEADER.size:
        raise DecodeError(f"a frame of {len(frame)} bytes is shorter than a header ({HEADER.size} bytes)")
    fields = HEADER.unpack_from(frame)
    if fields[0] != VERSION:
        raise DecodeError(f"a frame has version {fields[0]}; this process speaks version {VERSION}")
    return fields


class End:
    """What both ends of a channel share: its identity and how it ended."""

    __slots__ = ("ended", "epochs", "greeted", "member", "reason", "spec")

    def __init__(self, spec: ChannelSpec, epochs: tuple[int, int]) -> None:
        self.spec = spec
        tag = spec.sender_tag
        self.member = None if tag is None else MemberId.from_raw_id(member_of(spec.sender), tag)
        """which member of a cluster sends, where one does"""
        self.epochs = epochs
        self.ended = False
        self.reason = ""
        self.greeted = False

    def check_epochs(self, fields: Fields) -> None:
        """Refuse a frame of another life of either end: nobody sends to one that has not been introduced to both."""
        if (fields[4], fields[5]) != self.epochs:
            raise DecodeError(
                f"channel `{self.spec.name}`: a frame between epochs {fields[4]} and {fields[5]} was refused; "
                f"this channel lives between {self.epochs[0]} and {self.epochs[1]}"
            )

    def stale(self, fields: Fields) -> bool:
        """Whether a frame is of an earlier life of one of the ends, and under way since then."""
        return (fields[4], fields[5]) != self.epochs and fields[4] <= self.epochs[0] and fields[5] <= self.epochs[1]

    def hello(self) -> bytes:
        """Frame that proves the way to the other end."""
        return self.frame(HELLO, 0, 0, 0)

    def frame(self, kind: int, flags: int, sequence: int, count: int, body: Body = b"") -> bytes:
        """Build a frame of this channel; the body follows the header at once."""
        sender, receiver = self.epochs
        return HEADER.pack(VERSION, kind, flags, self.spec.id, sender, receiver, sequence, count) + body
