"""The receiving end of a channel: frames in their order, kept until they are taken, and credit for what was taken."""

from __future__ import annotations

import sys
from collections import deque
from typing import Any

from hydro_nb.errors import ChannelBroken, DecodeError, HydroError
from hydro_nb.runtime.channel_end import MAX_BUFFER, Codec, End, Fields, Frame
from hydro_nb.runtime.parcel import Parcel
from hydro_nb.wire import BROKEN, CREDIT, DATA, DRY, END, END_ACK, GENERATION, HEADER, HELLO, TIMER_DERIVED, ChannelSpec

MAX_REASON = 8192
"""Bytes that are read of why a sender has failed."""


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
        self.queue: deque[tuple[Frame, int, int]] = deque()
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

    def keeps(self, fields: Fields, frame: Frame) -> bool:
        """Keep a frame if it has the elements that are due next, as nearly all have; says whether it was kept."""
        if fields[6] != self._sequence + 1 or fields[1] != DATA or self.ended or fields[4:6] != self.epochs:
            return False
        self._sequence += 1
        self._keep(fields, frame)
        return True

    def hear(self, fields: Fields, frame: Frame) -> None:
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

    def _drop(self, fields: Fields, frame: Frame) -> None:
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

    def _keep(self, fields: Fields, frame: Frame) -> None:
        self.queue.append((frame, fields[7], fields[2]))
        self.queued += fields[7]
        self.held_bytes += len(frame)
        if self._eager:
            self._owed += len(frame)

    def _end(self, fields: Fields, frame: Frame) -> None:
        self.ended = True
        self.unacknowledged = True
        if fields[2] & BROKEN:
            self.failed = True
            self.reason = bytes(frame[HEADER.size :][:MAX_REASON]).decode("utf-8", "replace") or "its sender failed"
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
            count = limit
        else:
            self._release_frame(frame)
            items, self._rest = self._rest or self._decode(frame, count), []
        self.queued -= count
        if flags & TIMER_DERIVED:
            self.timer_received += count
            return items, True
        self.received += count
        return items, False

    def signed(self, items: list[Any]) -> list[Any]:
        """Give elements with the member that sent them, where a cluster sends."""
        return items if self.member is None else [(self.member, item) for item in items]

    def _release_frame(self, frame: Frame) -> None:
        self.held_bytes -= len(frame)
        if not self._eager:
            self._owed += len(frame)

    def _decode(self, frame: Frame, count: int) -> list[Any]:
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
