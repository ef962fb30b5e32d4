"""The two ends of a channel as state machines without I/O: frames, sequence, byte credits, acknowledged end.

A channel is a prefix or an error: it lives between one epoch of its sender and one of its receiver, every frame carries
both and a sequence number, and a gap or a repeat ends it with `ChannelBroken`.
"""

from __future__ import annotations

import sys
from collections import deque
from typing import Any

from hydro_nb.errors import ChannelBroken, DecodeError, HydroError
from hydro_nb.runtime.channel_end import Codec, End, Fields, read_header
from hydro_nb.runtime.parcel import Parcel
from hydro_nb.wire import (
    BROKEN,
    CREDIT,
    DATA,
    DRY,
    END,
    END_ACK,
    GENERATION,
    HEADER,
    HELLO,
    SAMPLED,
    TIMER_DERIVED,
    ChannelSpec,
)

__all__ = [
    "MAX_BUFFER",
    "MAX_BYTES",
    "MAX_FRAME",
    "MAX_ITEMS",
    "Codec",
    "End",
    "Fields",
    "Receiver",
    "Sender",
    "read_header",
]

MAX_ITEMS = 1024
MAX_BYTES = 64 * 1024
MAX_BUFFER = 64 * 1024 * 1024
MAX_FRAME = 66 * 1024 * 1024
"""What the largest element takes, with its header and schema; a larger frame is refused by the receiving socket."""
MAX_REASON = 8192
"""Bytes that are read of why a sender has failed."""


class Sender(End):
    """The sending end: batches elements into frames and lets them go as far as the receiver's credit reaches.

    A frame may leave while any credit is left, so one element larger than the whole credit still passes.
    """

    __slots__ = (
        *("_chunk", "_dry", "_ending", "_flags", "_ready", "_sequence", "_until", "acknowledged", "codec", "credit"),
        *("discarded", "held_bytes", "items", "max_buffer", "newest", "sent", "timer_sent", "total", "unsent"),
    )

    def __init__(
        self, spec: ChannelSpec, codec: Codec, epochs: tuple[int, int] = (1, 1), max_buffer: int = MAX_BUFFER
    ) -> None:
        super().__init__(spec, epochs)
        self.codec = codec
        self.max_buffer = max_buffer
        self.credit = max_buffer
        self.items: list[Any] = []
        self.newest: deque[Any] = deque(maxlen=SAMPLED)
        self.total = 0
        """elements put, whatever became of them"""
        self.sent = self.timer_sent = self.discarded = self.unsent = self.held_bytes = 0
        self.acknowledged = False
        self._ready: deque[tuple[bytes, int]] = deque()
        self._sequence = 0
        self._flags = 0
        self._ending = self._dry = False
        self._until: int | None = None
        # A codec that learns its schema from the first frame must not be asked to encode that frame twice.
        self._chunk = 1 if spec.codec.codec == "bincode" and not spec.codec.type_name else MAX_ITEMS

    @property
    def blocked(self) -> bool:
        """Whether frames wait for credit."""
        return self.credit <= 0 and bool(self._ready)

    @property
    def busy(self) -> bool:
        """Whether anything put has not left yet."""
        return bool(self.items or self._ready)

    @property
    def waiting(self) -> bool:
        """Whether a frame waits to leave, or its end that was asked for."""
        return bool(self._ready) or (self._ending and not self.ended)

    def put(self, items: list[Any], *, timer: bool = False) -> None:
        """Add elements; the list is taken over, not copied."""
        if self.ended:
            self.discarded += len(items)
            return
        self.total += len(items)
        flags = TIMER_DERIVED if timer else 0
        if self.items and flags != self._flags:
            self.pack()
        self._flags = flags
        self.newest.extend(items[-SAMPLED:])
        if self.items:
            self.items.extend(items)
        else:
            self.items = items

    def pack(self) -> None:
        """Encode everything put so far into frames of at most 1024 elements and 64 KiB."""
        items, self.items = self.items, []
        start = 0
        while start < len(items):
            start += self._pack_one(items, start)
        self._check_cycle()

    def _check_cycle(self) -> None:
        if self.spec.cyclic and self.credit <= 0 and self.held_bytes > self.max_buffer:
            raise ChannelBroken(
                f"channel `{self.spec.name}` is part of a cycle and holds {self.held_bytes} bytes that its receiver "
                f"has no room for (max_buffer={self.max_buffer}): the cycle makes more than it takes. "
                f"Let it make less, or raise max_buffer."
            )

    def _pack_one(self, items: list[Any], start: int) -> int:
        chunk = items if not start and len(items) <= self._chunk else items[start : start + self._chunk]
        body = self.codec.encode(chunk)
        while len(body) > MAX_BYTES and len(chunk) > 1:
            chunk = chunk[: max(1, len(chunk) * MAX_BYTES // (len(body) + 1))]
            body = self.codec.encode(chunk)
        self._adapt(len(chunk), len(body))
        self._sequence += 1
        self._line_up(self.frame(DATA, self._flags, self._sequence, len(chunk), body), len(chunk))
        return len(chunk)

    def _line_up(self, frame: bytes, count: int) -> None:
        self._ready.append((frame, count))
        self.held_bytes += len(frame)
        self.unsent += count
        if self._flags & TIMER_DERIVED:
            self.timer_sent += count
        else:
            self.sent += count

    def _adapt(self, count: int, size: int) -> None:
        fits = count * MAX_BYTES // (size or 1)
        self._chunk = max(1, min(MAX_ITEMS, fits, 16 * count if count == self._chunk else MAX_ITEMS))

    def take(self) -> list[bytes]:
        """Frames that may leave now, in order."""
        out: list[bytes] = []
        while self._ready and self.credit > 0:
            frame, count = self._ready.popleft()
            self.credit -= len(frame)
            self.held_bytes -= len(frame)
            self.unsent -= count
            out.append(frame)
        if self._ending and not self._ready and not self.ended:
            out.append(self._farewell())
        return out

    def _farewell(self) -> bytes:
        self.ended = True
        self._sequence += 1
        if self.reason:
            return self.frame(END, BROKEN, self._sequence, 0, self.reason.encode())
        body = b"" if self._until is None else GENERATION.pack(self._until)
        return self.frame(END, DRY if self._dry else 0, self._sequence, 0, body)

    def end(self, reason: str = "", *, until: int | None = None, dry: bool = False) -> None:
        """Say that nothing more comes, once everything put before has left.

        With `until`, a generation of processes, that holds until another one is started again; see `reopen`.
        """
        if self.ended or self._ending:
            return
        self.pack()
        self._ending, self._until, self._dry = True, until, dry
        self.reason = reason

    def reopen(self) -> None:
        """Take it back that nothing more comes, where that held until another process is started again."""
        if self._until is not None:
            self.ended = self._ending = self.acknowledged = False
            self._until = None

    def cut(self, reason: str) -> None:
        """End at once: the receiver is gone, so what waits here and what comes later is discarded and counted."""
        self._until = None
        if self.ended and self.acknowledged:
            return
        self.discarded += len(self.items) + self.unsent
        self.items, self.unsent, self.held_bytes = [], 0, 0
        self._ready.clear()
        self.ended = self.acknowledged = True
        self.reason = self.reason or reason

    def hear(self, fields: Fields) -> None:
        """Take a CREDIT, END_ACK or HELLO from the receiver."""
        self.check_epochs(fields)
        kind = fields[1]
        if kind == CREDIT:
            self._granted(fields[6])
        elif kind == END_ACK:
            self.acknowledged = self.acknowledged or (self.ended and fields[6] >= self._sequence)
        elif kind == HELLO:
            self.greeted = True
        else:
            raise DecodeError(f"channel `{self.spec.name}`: its receiver sent a frame of kind {kind}")

    def _granted(self, word: int) -> None:
        self.credit += word


class Receiver(End):
    """The receiving end: checks headers, keeps what arrived until it is taken, grants credit for what was taken."""

    __slots__ = (
        *("_eager", "_owed", "_rest", "_sequence", "_until", "codec", "discarded", "dry", "failed", "generation"),
        *("held_bytes", "max_buffer", "queue", "queued", "received", "timer_received", "unacknowledged"),
    )

    def __init__(
        self, spec: ChannelSpec, codec: Codec, epochs: tuple[int, int] = (1, 1), max_buffer: int = MAX_BUFFER
    ) -> None:
        super().__init__(spec, epochs)
        self.codec = codec
        self.max_buffer = max_buffer
        self.queue: deque[tuple[bytes, int, int]] = deque()
        self.queued = 0
        self.held_bytes = 0
        self.received = self.timer_received = self.discarded = 0
        self.unacknowledged = False
        self.failed = False
        """whether its sender said that it ends because it has failed"""
        self.dry = False
        """whether its sender said that it ends because what that received from has failed"""
        self.generation = 0
        """how many starts of processes are known here, all together"""
        self._until: int | None = None
        """up to which generation its end holds, where another start takes it back"""
        self._eager = False
        self._owed = 0
        self._rest: list[Any] = []
        """what is left of the oldest frame, once a part of it was taken"""
        self._sequence = 0

    def hear(self, fields: Fields, frame: bytes) -> None:
        """Take a DATA, END or HELLO frame from the sender."""
        self.check_epochs(fields)
        kind = fields[1]
        if kind == HELLO:
            self.greeted = True
            return
        if kind not in (DATA, END):
            raise DecodeError(f"channel `{self.spec.name}`: its sender sent a frame of kind {kind}")
        if self.ended and not (kind == END and self._until is not None):
            self._drop(fields, frame)
            return
        self._check_sequence(fields[6])
        if kind == DATA:
            self._keep(fields, frame)
        else:
            self._end(fields, frame)

    def _drop(self, fields: Fields, frame: bytes) -> None:
        """Let a sender that still speaks go on, although nothing of it is taken any more."""
        self._sequence = max(self._sequence, fields[6])
        if fields[1] == DATA:
            self._owed += len(frame)
        else:
            self.unacknowledged = True

    def _check_sequence(self, sequence: int) -> None:
        expected = self._sequence + 1
        if sequence != expected:
            what = "repeats" if sequence < expected else "is missing"
            raise ChannelBroken(
                f"channel `{self.spec.name}`: frame {min(sequence, expected)} {what} "
                f"(frame {sequence} came where {expected} was due); what was received before is a prefix"
            )
        self._sequence = sequence

    def _keep(self, fields: Fields, frame: bytes) -> None:
        self.queue.append((frame, fields[7], fields[2]))
        self.queued += fields[7]
        self.held_bytes += len(frame)
        if self._eager:
            self._owed += len(frame)

    def _end(self, fields: Fields, frame: bytes) -> None:
        self.ended = True
        self.unacknowledged = True
        if fields[2] & BROKEN:
            self.failed = True
            self.reason = frame[HEADER.size :][:MAX_REASON].decode("utf-8", "replace") or "its sender failed"
        elif len(frame) == HEADER.size + GENERATION.size:
            until: int = GENERATION.unpack_from(frame, HEADER.size)[0]
            self._until, self.dry = until, bool(fields[2] & DRY)
            self.ended = until >= self.generation

    def take(self, limit: int = sys.maxsize) -> tuple[list[Any], bool]:
        """Decode the oldest frame: at most `limit` of its elements, and whether they derive from timers alone."""
        frame, count, flags = self.queue.popleft()
        if count > limit:
            items = self._rest or self._decode(frame, count)
            self._rest, items = items[limit:], items[:limit]
            self.queue.appendleft((frame, count - limit, flags))
        else:
            self._release_frame(frame)
            items, self._rest = self._rest or self._decode(frame, count), []
        return items, self._taken(len(items), flags)

    def signed(self, items: list[Any]) -> list[Any]:
        """Give elements with the member that sent them, where a cluster sends."""
        return items if self.member is None else [(self.member, item) for item in items]

    def _release_frame(self, frame: bytes) -> None:
        self.held_bytes -= len(frame)
        if not self._eager:
            self._owed += len(frame)

    def _taken(self, count: int, flags: int) -> bool:
        self.queued -= count
        derived = bool(flags & TIMER_DERIVED)
        if derived:
            self.timer_received += count
        else:
            self.received += count
        return derived

    def _decode(self, frame: bytes, count: int) -> list[Any]:
        try:
            plain = not isinstance(frame, Parcel)
            items = self.codec.decode(memoryview(frame)[HEADER.size :], count) if plain else frame.items
        except HydroError as error:
            sender = f", sent by member {self.member.raw_id}" if self.member is not None else ""
            raise ChannelBroken(f"{error}{sender}") from error  # the codec knows the channel by its name
        if len(items) != count:
            raise ChannelBroken(f"channel `{self.spec.name}`: a frame of {count} elements holds {len(items)}")
        return items

    @property
    def pending(self) -> bool:
        """Whether something lies here that does not derive from timers alone."""
        return any(not flags & TIMER_DERIVED for _, _, flags in self.queue)

    @property
    def owes(self) -> bool:
        """Whether `replies` has something to say."""
        return self.unacknowledged or self._owed * 8 >= self.max_buffer

    def replies(self) -> list[bytes]:
        """Frames for the sender: credit once an eighth of the buffer was taken, and the acknowledgement of its end."""
        out: list[bytes] = []
        if self._owed * 8 >= self.max_buffer:
            out.append(self.frame(CREDIT, 0, self._owed, 0))
            self._owed = 0
        if self.unacknowledged:
            self.unacknowledged = False
            out.append(self.frame(END_ACK, 0, self._sequence, 0))
        return out

    def revived(self, generation: int) -> None:
        """Note that a process was started again, so that more may come where its sender said that it had nothing."""
        self.generation = generation
        if self._until is not None and self._until < generation:
            self._until, self.ended, self.dry = None, False, False

    def release(self) -> None:
        """Give credit on arrival from now on: for what is dropped, and for the last that a draining flow makes."""
        if not self._eager:
            self._eager = True
            self._owed += self.held_bytes

    def cut(self, reason: str, *, discard: bool = False) -> None:
        """End without the sender's word; what was received is kept unless `discard`."""
        if discard:
            self.release()
            self.queue.clear()
            self._rest = []
            self.queued = self.held_bytes = 0
        self._until = None
        if not self.ended:
            self.ended = True
            self.reason = reason
