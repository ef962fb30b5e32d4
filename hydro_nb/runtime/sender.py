"""The sending end of a channel: elements into frames, as many as credit lets go, and its end."""

from __future__ import annotations

from collections import deque
from typing import Any

from hydro_nb.errors import ChannelBroken, DecodeError
from hydro_nb.runtime.channel_end import MAX_BUFFER, MAX_BYTES, MAX_ITEMS, Codec, End, Fields
from hydro_nb.wire import (
    BROKEN,
    CREDIT,
    DATA,
    DRY,
    END,
    END_ACK,
    GENERATION,
    HELLO,
    SAMPLED,
    TIMER_DERIVED,
    ChannelSpec,
)

CYCLE_BYTES = 8 * 1024 * 1024
"""What may wait on a channel of a cycle however small `max_buffer` is, as who waits there cannot wait for credit."""


class Sender(End):
    """The sending end: batches elements into frames and lets them go as far as the receiver's credit reaches.

    A frame may leave while any credit is left, so one element larger than the whole credit still passes.
    """

    __slots__ = (
        *("_allowed", "_chunk", "_dry", "_ending", "_flags", "_sequence", "_until", "acknowledged", "codec", "credit"),
        *("discarded", "held_bytes", "items", "max_buffer", "newest", "ready", "sent", "timer_sent", "total", "unsent"),
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
        self.ready: deque[tuple[bytes, int]] = deque()
        """frames that wait to leave, each with the number of its elements"""
        self._allowed = 0
        """bytes that may wait before a cycle makes more than it takes; what did with the last credit is free"""
        self._sequence = 0
        self._flags = 0
        self._ending = self._dry = False
        self._until: int | None = None
        # A codec that learns its schema from the first frame must not be asked to encode that frame twice.
        self._chunk = 1 if spec.codec.codec == "bincode" and not spec.codec.type_name else MAX_ITEMS

    @property
    def blocked(self) -> bool:
        """Whether frames wait for credit."""
        return self.credit <= 0 and bool(self.ready)

    @property
    def busy(self) -> bool:
        """Whether anything put has not left yet."""
        return bool(self.items or self.ready)

    @property
    def waiting(self) -> bool:
        """Whether a frame waits to leave, or its end that was asked for."""
        return bool(self.ready) or (self._ending and not self.ended)

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
        blocked, start = self.blocked, 0
        while start < len(items):
            start += self._pack_one(items, start)
        if not blocked:
            self._allowed = self.held_bytes + max(self.max_buffer, CYCLE_BYTES)
        elif self.spec.cyclic and self.held_bytes > self._allowed:
            raise ChannelBroken(
                f"channel `{self.spec.name}` is part of a cycle and holds {self.held_bytes} bytes that its receiver "
                f"has no room for (max_buffer={self.max_buffer}): the cycle makes more than it takes. "
                f"Let it make less, or raise max_buffer."
            )

    def _pack_one(self, items: list[Any], start: int) -> int:
        chunk = items if not start and len(items) <= self._chunk else items[start : start + self._chunk]
        body = self.codec.encode(chunk)
        count, size = len(chunk), len(body)
        while size > MAX_BYTES and count > 1:
            chunk = chunk[: max(1, count * MAX_BYTES // (size + 1))]
            body = self.codec.encode(chunk)
            count, size = len(chunk), len(body)
        if self._chunk < MAX_ITEMS or size * MAX_ITEMS > count * MAX_BYTES:
            self._adapt(count, size)
        self._sequence += 1
        self._line_up(self.frame(DATA, self._flags, self._sequence, count, body), count)
        return count

    def _line_up(self, frame: bytes, count: int) -> None:
        self.ready.append((frame, count))
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
        while self.ready and self.credit > 0:
            frame, count = self.ready.popleft()
            size = len(frame)
            self.credit -= size
            self.held_bytes -= size
            self.unsent -= count
            out.append(frame)
        if self._ending and not self.ready and not self.ended:
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
        self.ready.clear()
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
