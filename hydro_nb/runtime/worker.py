"""One location at work, without I/O: frames in, ticks, frames out.

The process's loop and the in-process scheduler drive the same class; they differ in how frames travel and how to wait.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from hydro_nb.errors import ChannelBroken, DecodeError, HydroError
from hydro_nb.runtime.channel import Fields, Receiver, Sender, read_header
from hydro_nb.runtime.clock import Clock
from hydro_nb.runtime.ends import Ends
from hydro_nb.runtime.feeds import FatalError, Feeds
from hydro_nb.runtime.location import Location
from hydro_nb.runtime.outflow import Outflow
from hydro_nb.runtime.pace import Pace
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.state import Tally, refusal
from hydro_nb.runtime.wiring import Wiring
from hydro_nb.values import MemberId, MembershipEvent, act_as
from hydro_nb.wire import (
    CREDIT,
    END_ACK,
    HELLO,
    ChannelEnded,
    ChannelSpec,
    Counts,
    Event,
    LocationProgram,
    location_of,
    member_of,
)

DRAIN_SECONDS = 0.0005
BRIEF_ITEMS = 4


def member_id(program: LocationProgram, peer: int) -> MemberId[Any] | None:
    """Give what `CLUSTER_SELF_ID` is for a peer: nothing on a process."""
    return MemberId.from_raw_id(member_of(peer), program.tag) if program.kind == "cluster" else None


class Worker:
    """Runs a location's program between the ends of its channels."""

    def __init__(
        self,
        program: LocationProgram,
        captures: dict[str, Any],
        wiring: Wiring,
        *,
        peer: int,
        clock: Clock,
        send: Callable[[int, bytes], None],
        report: Callable[[Event], None],
        renderer: Renderer | None = None,
    ) -> None:
        self.program = program
        self.peer = peer
        self.title = program.title(member_of(peer))
        self.member = member_id(program, peer)
        self.clock = clock
        self._now = clock.now
        self._send = send
        self._report = report
        self.renderer = renderer or Renderer()
        self.location = Location(program, captures, wiring.channels, self.renderer, peer)
        self.location.scope["CLUSTER_SELF_ID"] = self.member
        self._ends = Ends(wiring, peer, captures)
        self.senders, self.receivers = self._ends.senders, self._ends.receivers
        self.outs, self.ins, self._turns = self._ends.outs, self._ends.ins, self._ends.turns
        self._outflow = Outflow(self._ends, self.location.outputs, send, clock.now, self._blamed)
        self._pace = Pace()
        self._touched: list[str] = []
        self.feeds = Feeds(self.location, self._touched, clock)
        self.tally = Tally(self.location, self.outs, self.ins, self.feeds.abroad, self.renderer, peer)
        self.changes = 0
        self.last_change = clock.now()
        self.failed = False
        self.draining = False
        self.more = True
        self._news = False
        """whether someone has joined or left since the last tick"""
        self.held = False
        self._gathered = 0
        self._left = False
        self._broke: tuple[Receiver, FatalError] | None = None
        """the first channel that broke, and what the worker fails with once it has taken what came before"""
        self._told_queued = 0

    def start(self) -> None:
        """Load the program, make its state, start its timers and sources; the user's failures are `FatalError`."""
        try:
            act_as(self.member)
            self.location.load()
            self.location.start()
            self._weigh()  # it may be told to drain before it has anything that could rest
            self.feeds.start()
            self._meet()
            self._tell_abroad()
        except FatalError:
            raise
        except BaseException as error:
            raise self.failure(error) from error

    def _meet(self) -> None:
        """Tell the program who is there at the start."""
        for spec in self.program.members:
            there = [MemberId.from_raw_id(number, spec.tag) for number in self._ends.present(spec.cluster)]
            self._tell(spec.input, [(member, MembershipEvent.JOINED) for member in there])

    def _tell(self, name: str, items: list[Any]) -> None:
        """Put something into an input, for the next tick."""
        inputs = self.location.inputs
        if inputs[name]:
            inputs[name].extend(items)
        elif items:
            inputs[name] = items
            self._touched.append(name)

    def _tell_abroad(self) -> None:
        for event in self.feeds.abroad.events(self.peer, self.clock.time()):
            self._report(event)

    def greet(self) -> None:
        """Say hello on every channel."""
        for end in (*self.outs, *self.ins):
            self._send(_peer(end), end.hello())

    @property
    def greeted(self) -> bool:
        """Whether the other end of every channel has said hello, or is gone."""
        return all(end.greeted or end.ended for end in (*self.outs, *self.ins))

    def failure(self, error: BaseException) -> FatalError:
        """Make the user's problem of an exception; an interrupt from the keyboard is meant for the caller."""
        if isinstance(error, KeyboardInterrupt):
            raise error
        return FatalError(self.location.problem(error, self.clock.time()))

    def fail(self, reason: str) -> None:
        """End every channel after what was made before; the peers see their channel end with this reason."""
        self.failed = True
        self._outflow.fail(reason)
        for receiver in self.ins:
            receiver.cut(reason, discard=True)
        self._push()

    @property
    def delivered(self) -> bool:
        """Whether every channel's end was acknowledged."""
        return all(sender.acknowledged for sender in self.outs)

    def receive(self, frame: bytes) -> None:
        """Take a frame that arrived for this location; one of no channel is reported, one that breaks it fails."""
        try:
            fields = read_header(frame)
            self._dispatch(fields, frame)
        except HydroError as error:
            self._reject(error)

    def _dispatch(self, fields: Fields, frame: bytes) -> None:
        kind, channel = fields[1], fields[3]
        to_receiver = self.receivers.get(channel) if kind not in (CREDIT, END_ACK) else None
        to_sender = self.senders.get(channel) if kind in (CREDIT, END_ACK, HELLO) else None
        if to_receiver is None and to_sender is None:
            raise DecodeError(f"a frame of kind {kind} for channel {channel}, which does not end here, was refused")
        if to_sender is not None and not to_sender.stale(fields):
            to_sender.hear(fields)
            self._weigh()
        if to_receiver is not None and not to_receiver.stale(fields):
            try:
                to_receiver.hear(fields, frame)
            except ChannelBroken as error:
                self._broken(to_receiver, error)

    def _broken(self, receiver: Receiver, error: HydroError) -> None:
        if not receiver.ended:
            receiver.cut(str(error))
        self._tell_end(receiver)
        self._broke = self._broke or (receiver, self._blamed(error, receiver.spec))

    def _reject(self, error: HydroError, spec: ChannelSpec | None = None) -> None:
        self._report(refusal(self.peer, self.clock.time(), error, spec))

    def _tell_end(self, end: Sender | Receiver) -> None:
        self._report(ChannelEnded(self.peer, end.spec.id, self.clock.time(), end.reason))

    def gone(self, peer: int, reason: str) -> None:
        """End the channels to and from a peer that has ended, and let the program know that a member has left."""
        for end in self._ends.gone(peer, reason):
            self._tell_end(end)
        self._announce(peer, MembershipEvent.LEFT)

    def joined(self, peer: int, epoch: int) -> None:
        """Make new channels to and from a peer that was started again, greet it, and let the program know."""
        if self.failed:
            return
        self._take_rest(peer)
        outs, ins = self._ends.joined(peer, epoch)
        for end in (*outs, *ins):
            self._send(peer, end.hello())
        for sender in outs if self._outflow.finished else ():
            sender.end()
        self._announce(peer, MembershipEvent.JOINED)
        self._push()

    def _take_rest(self, peer: int) -> None:
        """Take what a peer had sent in its earlier life, which comes before anything of its next one."""
        for receiver in self.ins:
            while receiver.spec.sender == peer and receiver.queue:
                self._take(receiver, sys.maxsize)
                self._news = True

    def _announce(self, peer: int, event: MembershipEvent) -> None:
        if self.location.state is None:
            return
        for spec in self.program.members:
            if location_of(peer) == spec.cluster:
                self._tell(spec.input, [(MemberId.from_raw_id(member_of(peer), spec.tag), event)])
                self._news = True

    def _weigh(self) -> None:
        """Look again whether some output is without credit, so that nothing more should be made."""
        self.held = any(sender.blocked for sender in self.outs)
        self.location.hold(on=self.rests)

    @property
    def paused(self) -> bool:
        """Whether nothing new is taken in: an output is without credit, or too much is waited for."""
        return self.held or self.feeds.crowded

    @property
    def rests(self) -> bool:
        """Whether bounded sources give nothing: it is paused or drains, or a client reads more slowly than that."""
        return self.paused or self.draining or bool(self.feeds.abroad.served and self.feeds.abroad.pressed)

    @property
    def brief(self) -> bool:
        """Whether the last tick was short and left nothing, so that waiting comes next."""
        feeds = self.feeds
        return self._gathered <= BRIEF_ITEMS and not (
            self._left or self._broke or self.more or feeds.sources or feeds.futures or feeds.abroad.all
        )

    def close(self) -> None:
        """Cancel what is waited for, and close the user's sinks; their failures are `FatalError`."""
        act_as(self.member)
        for each in (*self.feeds.futures, *self.feeds.abroad.all):
            each.cancel()
        try:
            self.location.close()
        except BaseException as error:
            raise self.failure(error) from error

    def drain(self) -> None:
        """Take nothing more from sources; what is under way goes on."""
        self.draining = True
        self.feeds.abroad.drain()
        self._weigh()

    def step(self) -> bool:
        """Gather what is there and run a tick on it; False if there was nothing to do."""
        self._check_whole()
        act_as(self.member)
        self._tell_abroad()
        came = self._resolved()
        held, rests = self.paused, self.rests
        if self.feeds.abroad.all and rests is not self.location.holding:
            self._weigh()
        real = (self.more and not rests) or came or self._news
        real = self._gather(held=held) or real
        fired = False
        if not held:
            real = (not self.draining and self._pull()) or real
            fired = self.feeds.fire()
        if not (real or fired or self._touched):
            self._check_whole()
            return False
        self._run(timer=not real)
        return True

    def _check_whole(self) -> None:
        """Fail if a channel has broken and all before that is taken: the rest would be missing without a word."""
        if self._broke is not None and not self._broke[0].queue:
            raise self._broke[1]

    def _gather(self, *, held: bool) -> bool:
        """Take what was received, as much as the pace allows and half a millisecond decodes; the rest waits."""
        real, until, count = False, 0.0, 0
        budget, self._left = self._pace.budget, False
        for turn, receiver in enumerate(self._turns, 1):
            if held and not receiver.spec.cyclic:
                continue
            while receiver.queue and not self._left:
                taken, derived = self._take(receiver, budget - count)
                count += taken
                real = real or not derived
                now = self._now()
                until = until or now + DRAIN_SECONDS
                self._left = count >= budget or now > until
            if self._left:
                self._turns.rotate(-turn)
                break
        self._gathered = count
        return real

    def _pull(self) -> bool:
        pulled = self.feeds.pull(self._pace.budget)
        self._gathered += pulled
        return bool(pulled)

    def _resolved(self) -> bool:
        """Take results that were waited for; they are under way, so also while it drains or is crowded."""
        if self.held or not (self.feeds.futures or self.feeds.abroad.sidecars):
            return False
        came, derived = self.feeds.resolved(self._pace.budget)
        if came:
            self._weigh()
        return not derived

    def _take(self, receiver: Receiver, limit: int) -> tuple[int, bool]:
        try:
            items, derived = receiver.take(limit)
        except ChannelBroken as error:
            receiver.cut(str(error), discard=True)
            self._broken(receiver, error)
            return 0, True
        except DecodeError as error:
            self._reject(error, receiver.spec)
            return 0, True
        items = receiver.signed(items)
        self._tell(receiver.spec.input, items)
        return len(items), derived

    def _run(self, *, timer: bool) -> None:
        start = self._now()
        self._news = False
        try:
            self.more = self.location.step() or (self.more and self.location.holding)
        except BaseException as error:
            self._clear_inputs()
            self._collect(timer=timer)
            raise self.failure(error) from error
        now = self._now()
        self._pace.ran(self._gathered, now - start)
        self._clear_inputs()
        self._collect(timer=timer)
        self._reply()
        if not timer:
            self.changes += 1
            self.last_change = now

    def _clear_inputs(self) -> None:
        for name in self._touched:
            self.location.inputs[name] = []
        self._touched.clear()

    def _collect(self, *, timer: bool) -> None:
        self._outflow.collect(timer=timer)
        if self.feeds.give(timer=timer):
            self._weigh()

    def _blamed(self, error: HydroError, spec: ChannelSpec) -> FatalError:
        return FatalError(refusal(self.peer, self.clock.time(), error, spec, fatal=True))

    def _reply(self) -> None:
        for receiver in self.ins:
            if not receiver.owes:
                continue
            ended = receiver.unacknowledged
            for frame in receiver.replies():
                self._send(receiver.spec.sender, frame)
            if ended:
                self._tell_end(receiver)

    def flush_due(self) -> None:
        """Send what is full or has waited long enough, while there is more to do."""
        if self._outflow.due:
            self.flush()

    def flush(self) -> None:
        """Send everything that credit allows."""
        act_as(self.member)
        self._outflow.pack()
        self._push()
        self._reply()
        if not self._outflow.finished and self.exhausted:
            self._outflow.finish()
            self._push()

    def _push(self) -> None:
        if self._outflow.push() is not self.held:
            self._weigh()

    @property
    def exhausted(self) -> bool:
        """Whether nothing can happen here any more, so that the outputs may end."""
        return (
            not (self._broke or self.more or self.feeds.endless or self.program.members)
            and self.feeds.exhausted
            and all(map(_done, self.ins))
        )

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do until a frame or a timer comes, but what timers alone have made elsewhere."""
        if self.failed:
            return True
        if self._broke or self._news or any(receiver.pending for receiver in self.ins):
            return False
        if any(sender.busy for sender in self.outs):
            return False
        if self.draining:
            return self.location.state is not None and not self.feeds.ready
        return not self.more and self.feeds.exhausted

    @property
    def queued(self) -> int:
        """Elements received and not yet processed, or made and not yet sent."""
        return sum(r.queued for r in self.ins) + sum(len(s.items) + s.unsent for s in self.outs)

    @property
    def changed(self) -> bool:
        """Whether there is something to tell since `counts` was last called."""
        return self.queued != self._told_queued or self.tally.changed()

    def counts(self) -> Counts:
        """Give what is new in the totals, samples and values."""
        self._told_queued = self.queued
        return self.tally.counts(self.clock.time(), self._told_queued)


def _done(receiver: Receiver) -> bool:
    """Whether nothing more comes; a member of a cluster that did not end by itself may come again."""
    may_return = receiver.member is not None and bool(receiver.reason)
    return receiver.ended and not receiver.queue and not may_return


def _peer(end: Sender | Receiver) -> int:
    return end.spec.receiver if isinstance(end, Sender) else end.spec.sender
