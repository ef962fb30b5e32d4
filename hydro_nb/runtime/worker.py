"""One location at work, without I/O: frames in, ticks, frames out.

The process's loop and the in-process scheduler drive the same class; they differ in how frames travel and how to wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hydro_nb.runtime.channel import Receiver, Sender
from hydro_nb.runtime.clock import Clock
from hydro_nb.runtime.ends import Ends
from hydro_nb.runtime.faults import Faults
from hydro_nb.runtime.feeds import FatalError, Feeds
from hydro_nb.runtime.inflow import Inflow
from hydro_nb.runtime.interrupts import from_the_keyboard
from hydro_nb.runtime.location import Location
from hydro_nb.runtime.notices import Notices
from hydro_nb.runtime.outflow import Outflow
from hydro_nb.runtime.pace import LONG, Pace
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.state import Tally
from hydro_nb.runtime.wiring import Wiring
from hydro_nb.values import MemberId, MembershipEvent, act_as
from hydro_nb.wire import Counts, Event, Fault, LocationProgram, location_of, member_of

BRIEF_ITEMS = 4


def member_id(program: LocationProgram, peer: int) -> MemberId[Any] | None:
    """Give what `CLUSTER_SELF_ID` is for a peer: nothing on a process."""
    return MemberId.from_raw_id(member_of(peer), program.tag) if program.kind == "cluster" else None


class Worker:
    """Runs a location's program between the ends of its channels.

    It acts as its member from `start` on: where several take turns in one process, whoever gives them does `act_as`.
    """

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
        self._carry = self._send = send
        self.faults: Faults | None = None
        """what happens on purpose to all that is sent, while anything does"""
        self._report = report
        self.renderer = renderer or Renderer()
        self.location = Location(program, captures, wiring.channels, self.renderer, peer)
        self.location.scope["CLUSTER_SELF_ID"] = self.member
        self._ends = Ends(wiring, peer, captures)
        self.senders, self.receivers = self._ends.senders, self._ends.receivers
        self.outs, self.ins = self._ends.outs, self._ends.ins
        self._notices = notices = Notices(peer, clock, report)
        self._outflow = Outflow(self._ends, self.location.outputs, send, clock.now, notices.fatal)
        self._inflow = Inflow(self._ends, notices, send, clock.now, self._tell, self._granted)
        self.receive = self._inflow.receive
        """takes a frame that arrived for this location"""
        self._pace = Pace()
        self._touched: list[str] = []
        self.feeds = Feeds(self.location, self._touched, clock)
        self.tally = Tally(self.location, self.outs, self.ins, self.feeds.abroad, self.renderer, peer, notices)
        self.changes = 0
        self.last_change = clock.now()
        self.failed = False
        self.draining = False
        self.more = True
        self._news = False
        """whether someone has joined or left since the last tick"""
        self.held = False
        self._gathered = 0
        self._told_queued = 0

    def start(self) -> None:
        """Load the program, make its state, start its timers and sources; the user's failures are `FatalError`."""
        try:
            act_as(self.member)
            self.location.load()
            self.location.start()
            self._weigh()  # it may be told to drain before it has anything that could rest
            self.feeds.start()
            self.tally.skips.futures = self.feeds.futures
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

    def knocked(self, count: int) -> None:
        """Note that so many strangers were not let in to its process."""
        self._notices.knocked(count)

    @property
    def greeted(self) -> bool:
        """Whether the other end of every channel has said hello, or is gone."""
        return all(end.greeted or end.ended for end in (*self.outs, *self.ins))

    def failure(self, error: BaseException) -> FatalError:
        """Make the user's problem of an exception; an interrupt from the keyboard is meant for the caller."""
        if from_the_keyboard(error):
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

    def gone(self, peer: int, reason: str, *, returns: bool = False) -> None:
        """End the channels to and from a peer that has ended, and let the program know that a member has left."""
        if self.faults is not None:
            self.faults.forget(peer)
            self._divert(self.faults)
        known = self._ends.away(peer)
        for end in self._ends.gone(peer, reason, returns=returns):
            self._notices.ended(end)
        if not known:
            self._announce(peer, MembershipEvent.LEFT)
        self._weigh()  # nobody gives credit for what was cut

    def strike(self, told: Fault) -> None:
        """Let a fault act on all that goes to a peer, or let it end."""
        faults = self.faults or Faults(self._carry, self._now, self._ends)
        faults.tell(told)
        self._divert(faults)

    def severed(self, peer: int, reason: str) -> None:
        """End the channels to and from a peer that lose nothing, as the link to it was cut for too long."""
        if self.faults is not None:
            self.faults.sever(peer)
        for end in self._ends.severed(peer, reason):
            self._notices.ended(end)
        self._weigh()

    def _divert(self, faults: Faults) -> None:
        """Send through the faults, if there are any left."""
        self.faults = faults or None
        self._send = self._outflow.send = self._inflow.send = faults.send if faults else self._carry

    def joined(self, peer: int, epoch: int) -> None:
        """Make new channels to and from a peer that was started again, greet it, and let the program know."""
        if self.failed:
            return
        self._news = self._inflow.take_rest(peer) or self._news
        outs, ins = self._ends.joined(peer, epoch)
        self._outflow.finished = False
        for end in (*outs, *ins):
            self._send(peer, end.hello())
        self._announce(peer, MembershipEvent.JOINED)
        self._push()

    def _announce(self, peer: int, event: MembershipEvent) -> None:
        if self.location.state is None:
            return
        for spec in self.program.members:
            if location_of(peer) == spec.cluster:
                self._tell(spec.input, [(MemberId.from_raw_id(member_of(peer), spec.tag), event)])
                self._news = True

    def _granted(self) -> None:
        """Let go what has waited for credit: only while nothing waits any more may more be made."""
        self._outflow.push()
        self._weigh()

    def _weigh(self) -> None:
        """Look again whether some output is without credit, so that nothing more should be made."""
        self.held = any(sender.blocked for sender in self.outs)
        self.location.hold(on=self.rests)

    @property
    def paused(self) -> bool:
        """Whether nothing new is taken in: an output is without credit, or too much is waited for."""
        return self.held or (not self.feeds.none and self.feeds.crowded)

    @property
    def rests(self) -> bool:
        """Whether bounded sources give nothing: it is paused or drains, or a client reads more slowly than that."""
        served = self.feeds.abroad.served
        return self.paused or self.draining or (bool(served) and self.feeds.abroad.pressed)

    @property
    def behind(self) -> bool:
        """Whether more has come than the last tick took."""
        return self._inflow.left

    @property
    def brief(self) -> bool:
        """Whether the last tick left nothing, and made too little to let it wait for more: waiting comes next."""
        feeds, inflow = self.feeds, self._inflow
        over = not (inflow.left or inflow.broke or self.more)
        few = over and (self._gathered <= BRIEF_ITEMS or self._outflow.empty)
        return few and (feeds.none or not (feeds.sources or feeds.futures or feeds.abroad.all))

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
        if self._inflow.broke is not None:
            self._inflow.check_whole()
        fed = not self.feeds.none
        real = self._news or (fed and self._resume())
        held = self.paused
        real = real or (self.more and not self.rests)
        self._gathered, came = self._inflow.gather(self._pace.budget, held=held)
        real = real or came
        fired = False
        if fed and not held:
            real = (not self.draining and self._pull()) or real
            fired = self.feeds.fire()
        if not (real or fired or self._touched):
            self._inflow.check_whole()
            return self._inflow.left  # frames were refused, and more lie there
        self._run(timer=not real)
        return True

    def _resume(self) -> bool:
        """Tell what has happened outside, and take what was waited for; says whether something came."""
        self._tell_abroad()
        came = self._resolved()
        if self.feeds.abroad.all and self.rests is not self.location.holding:
            self._weigh()
        return came

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

    def _run(self, *, timer: bool) -> None:
        start = self._now()
        self._news = False
        try:
            self.more = self.location.step(self._gathered) or (self.more and self.location.holding)
        except BaseException as error:
            self._clear_inputs()
            self._collect(timer=timer)
            raise self.failure(error) from error
        now, pace, full = self._now(), self._pace, self._inflow.full
        if full or self._gathered >= pace.budget or now - start > LONG:
            pace.ran(self._gathered, now - start, full=full)
        self._clear_inputs()
        self._collect(timer=timer)
        if not timer:
            self.changes += 1
            self.last_change = now

    def _clear_inputs(self) -> None:
        inputs = self.location.inputs
        for name in self._touched:
            inputs[name] = []
        self._touched.clear()

    def _collect(self, *, timer: bool) -> None:
        self._outflow.collect(timer=timer)
        if not self.feeds.none and self.feeds.give(timer=timer):
            self._weigh()

    def flush_due(self) -> None:
        """Send what is full or has waited long enough, while there is more to do."""
        if self._outflow.due or self.faults is not None:
            self.flush()
        else:
            self._inflow.reply()

    def flush(self) -> None:
        """Send everything that credit allows."""
        if self._outflow.flush() is not self.held:
            self._weigh()
        self._inflow.reply()
        if not self._outflow.finished and self._ends.dry and self._spent:
            self._outflow.finish(self._ends.generation, dry=not self._ends.over)
            self._push()
        if self.faults is not None:
            self.faults.release()
            self._divert(self.faults)

    def _push(self) -> None:
        if self._outflow.push() is not self.held:
            self._weigh()

    @property
    def _spent(self) -> bool:
        """Whether nothing can happen here any more but by what comes in."""
        endless = self.feeds.endless or self.program.members
        return not (self._inflow.broke or self.more or endless) and self.feeds.exhausted

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do until a frame or a timer comes, but what timers alone have made elsewhere."""
        if self.failed:
            return True
        if self._inflow.broke or self._news or any(receiver.pending for receiver in self.ins):
            return False
        if any(sender.busy for sender in self.outs) or (self.faults is not None and self.faults.busy):
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
        """Give what is new in the totals, samples and values; the first element that is skipped is told at once."""
        self._told_queued = self.queued
        counts = self.tally.counts(self.clock.time(), self._told_queued)
        for problem in self.tally.problems:
            self._report(problem)
        return counts


def _peer(end: Sender | Receiver) -> int:
    return end.spec.receiver if isinstance(end, Sender) else end.spec.sender
