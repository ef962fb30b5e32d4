"""Starts processes again, one after the other: a fresh process, a new epoch, new channels to everybody."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future

from msgspec.structs import replace

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.hub import Hub
from hydro_nb.deploy.io import IO, resolve
from hydro_nb.deploy.launcher import Child
from hydro_nb.deploy.member import Member
from hydro_nb.deploy.plan import Plan
from hydro_nb.deploy.returning import Exchange, Host, Return, Starter, in_time, quoted
from hydro_nb.errors import DeployError, HydroError
from hydro_nb.telemetry.state import OVER
from hydro_nb.wire import Connect, Met, PeerGone, Phase, Problem, location_of, member_of


class Returns:
    """The processes that are to be started again; each meets all that live before the next one is started.

    Nobody sends to the new one, nor it to anybody, before both know in which epoch: those that live are told first, and
    it connects to them once all have answered.
    """

    def __init__(self, host: Host, plan: Plan, hub: Hub, starter: Starter, board: Board, io: IO) -> None:
        self._host = host
        self._plan = plan
        self._hub = hub
        self._starter = starter
        self._board = board
        self._io = io
        self._waiting: deque[Return] = deque()
        self._current: Return | None = None
        self._met_all: list[Return] = []
        """those that are connected to all, and begin once the others have come as far"""
        self._between: deque[Callable[[], None]] = deque()
        """what has to wait until the one that is on its way has met all"""
        self._exchanges: deque[Exchange] = deque()
        self._exchange: Exchange | None = None
        """the one that goes on: until all of its processes have ended nobody is started"""

    def begin(self) -> None:
        """Start those that had to wait until all others ran, or went on."""
        self._next()

    def awaits(self, peer: int) -> bool:
        """Whether a process is to be started again, or is on its way."""
        under_way = (*self._met_all, *filter(None, [self._current]))
        return self.will_start(peer) or any(one.peer == peer for one in under_way)

    def will_start(self, peer: int) -> bool:
        """Whether a process is to be started again as soon as its present life is over."""
        current = self._current
        first = () if current is None or current.started else (current,)
        coming = () if self._exchange is None else self._exchange.coming
        return peer in coming or any(one.peer == peer for one in (*first, *self._waiting))

    def replaces(self, peer: int) -> bool:
        """Whether a process that ends makes room: for its own next life, or for what the flow has become."""
        return self.will_start(peer) or (self._exchange is not None and peer in self._exchange.ending)

    def exchange(self, exchange: Exchange) -> None:
        """End processes all together, once nobody is on its way."""
        self._exchanges.append(exchange)
        self._next()

    def exchanged(self, coming: Mapping[int, str], timeout: float) -> list[Future[None]]:
        """Start processes for which others have made room; none begins before all have met. Gives when each runs."""
        self._exchange = None
        self._let_go_of(coming)
        crew = {*coming}
        ones = [self._made(peer, timeout, why, asked=True) for peer, why in coming.items()]
        for one in ones:
            one.crew = crew
            self._limit(one)
        self._waiting.extendleft(reversed(ones))
        self._next()
        return [one.done for one in ones]

    def abandon(self, exchange: Exchange) -> None:
        """Wait for an exchange no longer: it came to nothing."""
        if self._exchange is exchange:
            self._exchange = None
            self._next()

    def _let_go_of(self, coming: Mapping[int, str]) -> None:
        """Start nobody for whom the flow has no place any more, nor by itself who comes all the same."""
        for one in tuple(self._waiting):
            gone = one.peer not in self._plan.peers
            if gone or (one.peer in coming and not one.asked):
                self._waiting.remove(one)
                self._resolve(one, DeployError(f"process `{one.name}` is no longer part of the flow") if gone else None)

    def add(self, peer: int, timeout: float, why: str = "", *, asked: bool = False) -> Future[None]:
        """Start a process again when those before it are there; the result comes when it runs."""
        one = self._made(peer, timeout, why, asked=asked)
        self._waiting.append(one)
        if asked:
            self._limit(one)
        self._next()
        return one.done

    def _made(self, peer: int, timeout: float, why: str, *, asked: bool) -> Return:
        one = Return(peer, self._plan.peers[peer].title(member_of(peer)), timeout, why, asked=asked)
        one.again = " again" if peer in self._plan.epochs else ""
        return one

    def between(self, work: Callable[[], None]) -> Future[None]:
        """Do something that would keep a process from meeting all: at once, or when the present one has met them."""
        done: Future[None] = Future()
        self._between.append(lambda: _do(work, done))
        self._let_between()
        return done

    def _let_between(self) -> None:
        while self._between and (self._current is None or self._current.greeted):
            self._between.popleft()()

    def close(self, error: HydroError) -> None:
        """Start nobody any more; who has been started already goes on until it runs."""
        waiting = list(self._waiting)
        self._waiting.clear()
        if self._current is not None and not self._current.started:
            waiting.append(self._current)
            self._current = None
        for one in waiting:
            self._resolve(one, error)
        for each in (*self._exchanges, *filter(None, [self._exchange])):
            each.give_up(error)
        self._exchanges.clear()
        self._let_between()

    def end(self, error: HydroError) -> None:
        """Start nobody any more, and wait for nobody."""
        self.close(error)
        under_way = (*self._met_all, *filter(None, [self._current]))
        self._current = None
        self._met_all.clear()
        for one in under_way:
            self._resolve(one, error)
        self._let_between()

    def _next(self) -> None:
        if self._current is not None or not self._host.going:
            return
        if self._exchange is None and self._exchanges:
            self._exchange = self._exchanges.popleft()
            self._exchange.begin()
        elif self._exchange is None and self._waiting and not self._hindered(self._waiting[0]):
            self._bring(self._waiting.popleft())

    def _bring(self, one: Return) -> None:
        self._current = one
        if not one.asked:
            self._limit(one)
        member = self._host.members.get(one.peer)
        if member is None or member.over:
            self._start(one)
        else:
            self._host.kill_member(member)

    def _limit(self, one: Return) -> None:
        one.timer = self._io.later(one.timeout, lambda: self._too_slow(one))

    def _hindered(self, one: Return) -> list[str]:
        """Give those that are paused, and so cannot meet the new one."""
        members = self._host.members
        own = members[one.peer].child.process if one.peer in members else None
        return [members[each].name for each in sorted(self._host.paused) if members[each].child.process is not own]

    def _start(self, one: Return) -> None:
        try:
            child = self._launched(one.peer)
        except Exception as error:  # noqa: BLE001 - whatever it is, others wait for their turn
            self._finish(one, DeployError(f"process `{one.name}` could not be started{one.again}: {error}"))
            return
        one.started = True
        if one.peer in self._host.members or self._board.state.processes[one.peer].state in OVER:
            self._board.again(one.peer, one.why)
        self._host.adopt(Member(self._plan.peers[one.peer], one.peer, child, self._io))

    def _launched(self, peer: int) -> Child:
        """Start the process of a peer that has ended or is new, in its next epoch and with a socket of its own."""
        plan, others = self._plan, [m for m in self._host.members.values() if m.id != peer]
        endpoint = plan.endpoints.get(peer)
        if endpoint is not None and all(m.over or plan.endpoints[m.id] != endpoint for m in others):
            self._starter.roads.forget(endpoint)
        epoch = plan.epochs.get(peer, 0) + 1
        plan.renew(peer, self._starter.roads.endpoint(f"p{location_of(peer)}.{member_of(peer)}.{epoch}"))
        gone = {m.id: m.obituary for m in others if m.over} | self._unborn(peer)
        returning = frozenset(each for each in gone if self.awaits(each))
        boot = replace(plan.bootstrap(peer, gone), returning=returning)
        return self._starter.launcher.start(boot, plan.captures(peer))

    def _unborn(self, peer: int) -> dict[int, str]:
        """Give those that are new in the flow and come after this one."""
        later = self._plan.peers.keys() - self._host.members.keys() - {peer}
        return {each: f"process `{self._plan.peers[each].title(member_of(each))}` is yet to start" for each in later}

    # ------------------------------------------------------------ what happens meanwhile

    def entered(self, member: Member, phase: Phase) -> None:
        """Take the phase of a process; of the one that is on its way back it is a step on the way."""
        one = self._current
        if one is not None and one.started and member.id == one.peer:
            if phase == "bound":
                self._introduce(one)
            elif phase == "connected":
                self._connected(one)
        elif phase == "running" and (one := self._waiting_of(member)) is not None:
            self._finish(one, None)

    def _waiting_of(self, member: Member) -> Return | None:
        """Give the return of a process that has met all."""
        return next((one for one in self._met_all if one.peer == member.id), None)

    def _connected(self, one: Return) -> None:
        """Go on with the next one; all that belong together begin when the last of them has come so far."""
        one.greeted = True
        self._current = None
        self._met_all.append(one)
        self._let_between()
        self._has_come(one)
        self._next()

    def _has_come(self, one: Return) -> None:
        """Note that one keeps the others of its crew back no longer."""
        one.crew.discard(one.peer)
        if not one.crew:
            for each in self._met_all:
                member = self._host.members[each.peer]
                if each.crew is one.crew and not member.begun:
                    self._host.let_go(member)

    def _introduce(self, one: Return) -> None:
        others = [m for m in self._host.members.values() if not m.over and m.id != one.peer]
        one.unmet = {m.id for m in others}
        epoch = self._plan.epochs[one.peer]
        self._hub.joined(one.peer, epoch)
        for member in others:
            self._host.say(member, self._plan.joined(one.peer, member.id))
        self._connect_if_met(one)

    def met(self, met: Met) -> None:
        """Take note that a process knows the new one."""
        one = self._current
        if one is not None and met.peer == one.peer and met.location in one.unmet:
            one.unmet.discard(met.location)
            self._connect_if_met(one)

    def ended(self, member: Member) -> None:
        """Take note that a process has ended."""
        if (met := self._waiting_of(member)) is not None:
            self._finish(met, DeployError(self._host.explain(member, f"could not start{met.again}")))
        if self._exchange is not None:
            self._exchange.look()
            return
        one = self._current
        if one is None:
            return
        if member.id != one.peer:
            if member.id in one.unmet:
                one.unmet.discard(member.id)
                self._connect_if_met(one)
        elif one.started:
            self._finish(one, DeployError(self._host.explain(member, f"could not start{one.again}")))
        else:
            self._start(one)

    def _connect_if_met(self, one: Return) -> None:
        if not one.unmet:
            self._host.say(self._host.members[one.peer], Connect())

    # ------------------------------------------------------------ how it comes out

    def _too_slow(self, one: Return) -> None:
        if one is self._current or one in self._met_all:
            self._fail(one)
        elif one in self._waiting:
            text = f"process `{one.name}` was not {in_time(one)}: it waits for {self._before(one)}"
            self._waiting.remove(one)
            self._resolve(one, DeployError(text))
            self._next()

    def _before(self, one: Return) -> str:
        """Say what keeps one back whose turn has not come."""
        if self._current is not None:
            return f"`{self._current.name}`, which is on its way back"
        paused = self._hindered(one) or self._hindered(self._waiting[0])
        return f"{quoted(paused)}, which is paused"

    def _fail(self, one: Return) -> None:
        """End one that takes too long, and say of it why, once: who starts it again by itself is told, and says it."""
        member = self._host.members[one.peer]
        names = [self._host.members[peer].name for peer in sorted(one.unmet)]
        waits = f"{quoted(names)} has not answered" if names else f"it is {member.phase}"
        text = f"process `{one.name}` was not {in_time(one)}: {waits}"
        if not member.over:
            if one.started and one.asked and member.problem is None:
                member.problem = Problem(member.id, self._board.now(), text, fatal=False)
                self._board.apply(member.problem)
            self._host.kill_member(member)
        self._finish(one, DeployError(text))

    def _finish(self, one: Return, error: HydroError | None) -> None:
        if one is self._current:
            self._current = None
        else:
            self._met_all.remove(one)
        self._resolve(one, error)
        self._let_between()
        self._next()

    def _resolve(self, one: Return, error: HydroError | None) -> None:
        if one.timer is not None:
            one.timer.cancel()
        if error is not None and not self._host.stopping:
            self._has_come(one)
        if error is None:
            one.done.set_result(None)
        else:
            self._forsake(one, error)
            one.done.set_exception(error)
        if not self._host.stopping:
            # a new proof, with the member that runs again
            self._host.settling.restart()
        self._board.notify()

    def _forsake(self, one: Return, error: HydroError) -> None:
        """Tell those who may have been told that one comes back that it does not; one that is new has failed."""
        if one.started or self._host.stopping or self.awaits(one.peer):
            return
        member = self._host.members.get(one.peer)
        if member is not None and member.over:
            self._host.tell_all(PeerGone(one.peer, member.obituary))
        elif member is None and one.peer in self._plan.peers:
            self._board.ended(one.peer, "failed", str(error))


def _do(work: Callable[[], None], done: Future[None]) -> None:
    """Do it unless nobody waits for it any more, and tell how it came out."""
    if done.set_running_or_notify_cancel():
        resolve(done, work)
