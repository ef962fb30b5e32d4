"""The ends of a channel that may lose: `TCP.lossy`, `TCP.lossy_delayed_forever` and what goes by `UDP`.

Frames go the way of all others, so that one socket is enough; what they mean is that of datagrams. The sender never
waits: what its receiver has no room for is discarded and counted. The receiver takes what comes: a gap is a loss, what
was overtaken is dropped where the order is kept, nothing is taken twice, and a bad frame costs no more than itself.

Sockets for datagrams would lose nothing more on one machine: those of a folder neither lose nor overtake, limit the
size of an element, and refuse to send where there is no room, which is what the sender here does.
"""

from __future__ import annotations

import sys
from collections import deque
from random import Random
from typing import Any

from hydro_nb.errors import ChannelBroken, DecodeError
from hydro_nb.runtime.channel import MAX_BUFFER, Codec, Fields, Frame, Receiver, Sender
from hydro_nb.wire import CREDIT, DATA, END, END_ACK, HEADER, HELLO, TIMER_DERIVED, ChannelSpec

WINDOW = 1024
"""Frames that may be overtaken and still be taken; of older ones nobody knows whether they came before."""


class Dropping:
    """Chooses which elements of a channel are lost on purpose, one by one, whatever the frames that they leave in."""

    def __init__(self, rate: float, seed: int, channel: int) -> None:
        self.rate = rate
        self.seed = seed
        self._random = Random(f"{seed}:{channel}")  # noqa: S311 - it has to give the same again

    def kept(self, items: list[Any]) -> list[Any]:
        """Give those that are not lost."""
        chance = self._random.random
        return [item for item in items if chance() >= self.rate]


class LossySender(Sender):
    """Lets go what there is room for over there, and discards the rest.

    A CREDIT says up to which frame everything was taken or is lost, so none that gets lost is ever missed.
    """

    __slots__ = ("_dropping", "_flight", "_newest_sent", "_refused")

    def __init__(
        self, spec: ChannelSpec, codec: Codec, epochs: tuple[int, int] = (1, 1), max_buffer: int = MAX_BUFFER
    ) -> None:
        super().__init__(spec, codec, epochs, max_buffer)
        self._flight: deque[tuple[int, int]] = deque()
        """sequence and size of the frames that took credit which was not given back"""
        self._newest_sent = 0
        self._refused = 0
        """frames discarded since the receiver was last heard of"""
        self._dropping: Dropping | None = None

    @property
    def blocked(self) -> bool:
        """Never: it holds nothing back."""
        return False

    def drop(self, rate: float, seed: int) -> None:
        """Lose this share of the elements from now on, on purpose; the same seed loses the same ones."""
        known = self._dropping
        if known is None or (known.rate, known.seed) != (rate, seed):
            self._dropping = Dropping(rate, seed, self.spec.id) if rate else None

    def pack(self) -> None:
        """Encode everything put so far, but what is lost on purpose."""
        if self._dropping is not None:
            kept = self._dropping.kept(self.items)
            self.discarded += len(self.items) - len(kept)
            self.items = kept
        super().pack()

    def lost(self, fields: Fields, size: int) -> None:
        """Take note that a frame that was let go has been lost on its way."""
        flown = fields[6], size
        if flown in self._flight:
            self._flight.remove(flown)
            self.credit += size
        self._write_off(fields[7], fields[2])

    def take(self) -> list[bytes]:
        """Frames that leave now, in order; those that there is no room for are gone."""
        out: list[bytes] = []
        while self.ready:
            frame, count = self.ready.popleft()
            self.held_bytes -= len(frame)
            self.unsent -= count
            if self.credit > 0:
                self._let_go(frame)
                out.append(frame)
            else:
                self._discard(frame, count)
                out += self._question()
        if self._ending and not self.ended:
            out.append(self._farewell())
        return out

    def _let_go(self, frame: bytes) -> None:
        self._newest_sent = HEADER.unpack_from(frame)[6]
        self._flight.append((self._newest_sent, len(frame)))
        self.credit -= len(frame)

    def _discard(self, frame: bytes, count: int) -> None:
        self._write_off(count, frame[2])

    def _write_off(self, count: int, flags: int) -> None:
        self.discarded += count
        if flags & TIMER_DERIVED:
            self.timer_sent -= count
        else:
            self.sent -= count

    def _question(self) -> list[bytes]:
        """Ask how far the receiver is, ever more rarely: what it said of it may have been lost."""
        self._refused += 1
        doubled = not self._refused & (self._refused - 1)
        return [self.frame(HELLO, 0, self._newest_sent, 0)] if doubled else []

    def hear(self, fields: Fields) -> None:
        """Take what the receiver says, unless it was said to or in another life."""
        if (fields[4], fields[5]) == self.epochs:
            super().hear(fields)

    def _granted(self, word: int) -> None:
        """Have the room back of all frames up to this one."""
        self._refused = 0
        while self._flight and self._flight[0][0] <= word:
            self.credit += self._flight.popleft()[1]


class LossyReceiver(Receiver):
    """Takes what comes, once; what it drops is counted, and never missed."""

    __slots__ = ("_asked", "_known", "_seen")

    def __init__(
        self, spec: ChannelSpec, codec: Codec, epochs: tuple[int, int] = (1, 1), max_buffer: int = MAX_BUFFER
    ) -> None:
        super().__init__(spec, codec, epochs, max_buffer)
        self._asked = False
        self._known = 0
        """the newest frame that the sender is known to have sent"""
        self._seen = 0
        """a bit for each of the last frames: whether it came; the lowest is that of the newest"""

    def keeps(self, fields: Fields, frame: Frame) -> bool:  # noqa: ARG002 - no frame is due
        """Keep nothing at first sight; see `hear`."""
        return False

    def hear(self, fields: Fields, frame: Frame) -> None:
        """Take a frame, or drop it: of another life, without room for it, overtaken, or come before."""
        kind, sequence = fields[1], fields[6]
        if (fields[4], fields[5]) != self.epochs:
            self.discarded += fields[7]
        elif kind == HELLO:
            self.greeted = True
            self._asked = self._asked or sequence > 0
            self._known = max(self._known, sequence)
        elif kind not in (DATA, END):
            raise DecodeError(f"channel `{self.spec.name}`: its sender sent a frame of kind {kind}")
        else:
            overtaken = sequence < self._sequence
            if self._is_new(sequence):
                self._accept(fields, frame, late=overtaken and self.spec.ordered)

    def _is_new(self, sequence: int) -> bool:
        """Note that a frame came; says whether it is the first time."""
        ahead = sequence - self._sequence
        if ahead > 0:
            self._seen = (self._seen << ahead | 1) & (1 << WINDOW) - 1 if ahead < WINDOW else 1
            self._sequence = sequence
            self._known = max(self._known, sequence)
            return True
        if -ahead >= WINDOW or self._seen >> -ahead & 1:
            return False
        self._seen |= 1 << -ahead
        return True

    def _accept(self, fields: Fields, frame: Frame, *, late: bool) -> None:
        if late or (self.ended and not (fields[1] == END and self._until is not None)):
            self._lose(fields, frame)
            self.unacknowledged = self.unacknowledged or fields[1] == END
        elif fields[1] == END:
            self._end(fields, frame)
        elif self.held_bytes >= self.max_buffer:
            self._lose(fields, frame)
        else:
            self._keep(fields, frame)

    def _lose(self, fields: Fields, frame: Frame) -> None:
        """Count what is dropped; whoever waits for it need not any longer."""
        self._owed += len(frame)
        self._written_off(fields[7], fields[2])

    def _written_off(self, count: int, flags: int) -> None:
        self.discarded += count
        if flags & TIMER_DERIVED:
            self.timer_received += count
        else:
            self.received += count

    def take(self, limit: int = sys.maxsize) -> tuple[list[Any], bool]:
        """Decode the oldest frame, as far as the limit goes; one that cannot be decoded is lost, and that is raised."""
        frame, count, flags = self.queue[0]
        try:
            return super().take(limit)
        except ChannelBroken as error:
            if count > limit:
                self._release_frame(frame)
            self.queued -= count
            self._written_off(count, flags)
            raise DecodeError(f"{error}; the {count} elements of this frame are lost") from error

    @property
    def owes(self) -> bool:
        """Whether `replies` has something to say."""
        return self._asked or super().owes

    def replies(self) -> list[bytes]:
        """Frames for the sender: how far everything was taken or is lost, and the acknowledgement of its end."""
        out: list[bytes] = []
        if self._asked or self._owed * 8 >= self.max_buffer:
            out.append(self.frame(CREDIT, 0, self._done, 0))
            self._asked, self._owed = False, 0
        if self.unacknowledged:
            self.unacknowledged = False
            out.append(self.frame(END_ACK, 0, self._sequence, 0))
        return out

    @property
    def _done(self) -> int:
        """The newest frame up to which nothing lies here."""
        if self._eager or not self.queue:
            return self._known
        return min(HEADER.unpack_from(frame)[6] for frame, _, _ in self.queue) - 1
