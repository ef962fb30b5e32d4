"""What comes into a worker: frames to the ends of its channels, the elements in them into its inputs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from hydro_nb.errors import ChannelBroken, DecodeError, HydroError
from hydro_nb.runtime.channel import Fields, Frame, Receiver, read_header
from hydro_nb.runtime.ends import Ends
from hydro_nb.runtime.feeds import FatalError
from hydro_nb.runtime.notices import Notices
from hydro_nb.wire import CREDIT, END_ACK, HELLO

DRAIN_SECONDS = 0.0005
FEW = 64
"""Elements that are taken without a look at the clock."""


class Inflow:
    """The receiving half of a worker."""

    def __init__(
        self,
        ends: Ends,
        notices: Notices,
        send: Callable[[int, bytes], None],
        now: Callable[[], float],
        tell: Callable[[str, list[Any]], None],
        granted: Callable[[], None],
    ) -> None:
        self._senders, self._receivers = ends.senders, ends.receivers
        self._ins, self._turns = ends.ins, ends.turns
        self._notices = notices
        self.send = send
        """takes each frame that is for a sender"""
        self._now = now
        self._tell = tell
        """puts elements into an input"""
        self._granted = granted
        """is called when an output may have more credit"""
        self.left = False
        """whether the last gathering left something for the next"""
        self.full = False
        """whether it did so as no more might be taken"""
        self.broke: tuple[Receiver, FatalError] | None = None
        """the first channel that broke, and what the worker fails with once it has taken what came before"""

    def receive(self, frame: Frame) -> None:
        """Take a frame that arrived for this location; one of no channel is reported, one that breaks it fails."""
        try:
            fields = read_header(frame)
            receiver = self._receivers.get(fields[3])
            if receiver is None or not receiver.keeps(fields, frame):
                self._dispatch(fields, frame)
        except HydroError as error:
            self._notices.refused(error)

    def _dispatch(self, fields: Fields, frame: Frame) -> None:
        kind, channel = fields[1], fields[3]
        to_receiver = self._receivers.get(channel) if kind not in (CREDIT, END_ACK) else None
        to_sender = self._senders.get(channel) if kind in (CREDIT, END_ACK, HELLO) else None
        if to_receiver is None and to_sender is None:
            raise DecodeError(f"a frame of kind {kind} for channel {channel}, which does not end here, was refused")
        if to_sender is not None and not to_sender.stale(fields):
            to_sender.hear(fields)
            self._granted()
        if to_receiver is not None and not to_receiver.stale(fields):
            try:
                to_receiver.hear(fields, frame)
            except ChannelBroken as error:
                self._broken(to_receiver, error)

    def _broken(self, receiver: Receiver, error: HydroError) -> None:
        if not receiver.ended:
            receiver.cut(str(error))
        self._notices.ended(receiver)
        self.broke = self.broke or (receiver, self._notices.fatal(error, receiver.spec))

    def check_whole(self) -> None:
        """Fail if a channel has broken and all before that is taken: the rest would be missing without a word."""
        if self.broke is not None and not self.broke[0].queue:
            raise self.broke[1]

    def gather(self, budget: int, *, held: bool) -> tuple[int, bool]:
        """Take what was received, at most so many and what half a millisecond decodes; the rest waits.

        A channel's frames are taken whole; in parts only the first of a turn, where it is larger than what is left to
        take. Gives how many came, and whether any was not caused by timers alone.
        """
        real, until, count, few = False, 0.0, 0, min(budget, FEW)
        self.left = self.full = False
        for turn, receiver in enumerate(self._turns, 1):
            queue = receiver.queue
            if not queue or (held and not receiver.spec.cyclic):
                continue
            while queue and not self.left:
                taken, derived = self._take(receiver, budget - count)
                count += taken
                real = real or not derived
                if queue or count >= few:
                    now = self._now()
                    until = until or now + DRAIN_SECONDS
                    self.full = count >= budget or bool(count and queue and queue[0][1] > budget - count)
                    self.left = self.full or now > until
            if self.left:
                self._turns.rotate(-turn)
                break
        return count, real

    def take_rest(self, peer: int) -> bool:
        """Take what a peer had sent in its earlier life, which comes before anything of its next one; says if any."""
        came = False
        for receiver in self._ins:
            while receiver.spec.sender == peer and receiver.queue:
                self._take(receiver, sys.maxsize)
                came = True
        return came

    def _take(self, receiver: Receiver, limit: int) -> tuple[int, bool]:
        try:
            items, derived = receiver.take(limit)
        except ChannelBroken as error:
            receiver.cut(str(error), discard=True)
            self._broken(receiver, error)
            return 0, True
        except DecodeError as error:
            self._notices.refused(error, receiver.spec)
            return 0, True
        if receiver.member is not None:
            items = receiver.signed(items)
        self._tell(receiver.spec.input, items)
        return len(items), derived

    def reply(self) -> None:
        """Send what is owed for what was taken: credit, and that an end has come."""
        for receiver in self._ins:
            if not receiver.owes:
                continue
            ended = receiver.unacknowledged
            for frame in receiver.replies():
                self.send(receiver.spec.sender, frame)
            if ended:
                self._notices.ended(receiver)
