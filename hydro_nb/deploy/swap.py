"""Takes a running deployment over to another program: those that change end, all of them, and then begin anew.

Who stays is told of it as of processes that were started again, and so has new channels to the new ones alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Protocol

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.change import ENDED
from hydro_nb.deploy.endings import Endings
from hydro_nb.deploy.faults import Faults
from hydro_nb.deploy.hub import Hub
from hydro_nb.deploy.keys import Roads
from hydro_nb.deploy.member import Member
from hydro_nb.deploy.partings import Partings
from hydro_nb.deploy.plan import Plan
from hydro_nb.deploy.policy import Policies
from hydro_nb.deploy.redeploy import Wish
from hydro_nb.deploy.returns import Returns
from hydro_nb.errors import DeployError, HydroError
from hydro_nb.telemetry.renamed import Becoming
from hydro_nb.wire import Stop, location_of


class Host(Protocol):
    """Who holds the processes."""

    members: dict[int, Member]
    faults: Faults
    returns: Returns

    stopping: bool
    draining: bool
    going: bool

    def say(self, member: Member, message: Stop) -> None:
        """Tell a process to end."""
        ...

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do this unless all has ended before."""
        ...


class Parts:
    """What else of a deployment there is that goes over to another program."""

    def __init__(self, plan: Plan, hub: Hub, endings: Endings, roads: Roads, board: Board) -> None:
        self._plan, self._hub, self._endings, self._roads, self._board = plan, hub, endings, roads, board

    @property
    def board(self) -> Board:
        """What is shown."""
        return self._board

    def become(self, wish: Wish) -> None:
        """Take the program over."""
        change = wish.change
        edges = {channel.id for channel in self._plan.program.channels}
        self._plan.become(change.program, change.clusters)
        for place in change.program.locations:
            if place.kind == "external":
                self._plan.endpoints.setdefault(place.id, self._hub.endpoint or self._roads.endpoint("x"))
        self._hub.become()
        self._endings.govern(Policies(wish.policies))
        wish.taken()
        going_on = edges & {channel.id for channel in change.program.channels}
        self._board.become(Becoming(change.peers, change.kept, going_on, change.slots))

    @property
    def plan(self) -> Plan:
        """Who runs where."""
        return self._plan


class Swap:
    """One such change under way; in the I/O thread."""

    def __init__(self, host: Host, parts: Parts, wish: Wish) -> None:
        self.done: Future[None] = Future()
        self.ending: dict[int, Member] = {}
        self.coming = wish.change.replaced
        self._host, self._parts, self._wish, self._change = host, parts, wish, wish.change

    def begin(self) -> None:
        """End those that change; they may close what they hold."""
        self._try(self._part)

    def look(self) -> None:
        """Go over as soon as all have ended."""
        if not self.done.done() and all(member.left for member in self.ending.values()):
            self._try(self._go_over)

    def _try(self, step: Callable[[], None]) -> None:
        """Take a step; whatever goes wrong in it, who waits is told, and the others wait for it no longer."""
        try:
            step()
        except Exception as error:  # noqa: BLE001 - see above
            why = f"the flow could not be deployed again: {type(error).__name__}: {error}"
            self.give_up(DeployError(f"{why}; deploy it again to start those that have ended"))
            self._host.returns.abandon(self)
            self._parts.board.notify()

    def _part(self) -> None:
        reasons = {peer: f"it was replaced, as {why} changed" for peer, why in self._change.replaced.items()}
        reasons |= dict.fromkeys(self._change.removed, "it is no longer part of the flow")
        # one that could not be started the last time has no process
        self.ending = {peer: self._host.members[peer] for peer in reasons if peer in self._host.members}
        for peer, member in self.ending.items():
            if not member.over:
                member.on_purpose, member.parting = True, reasons[peer]
        left = {peer: member for peer, member in self.ending.items() if not member.over}
        Partings(left, self._parts.board).begin(self._host.say, self._host.later)
        self.look()

    def give_up(self, error: HydroError) -> None:
        """Take note that nobody is started any more."""
        if not self.done.done():
            self.done.set_exception(error)

    def _go_over(self) -> None:
        change, members = self._change, self._host.members
        self._parts.become(self._wish)
        self._host.faults.become(self._parts.plan.channels)
        for peer in members.keys() - change.peers.keys():
            del members[peer]
        for peer in change.kept:
            slots = change.slots[location_of(peer)]
            known = members[peer].slots or {slot: slot for slot in slots}
            members[peer].slots = {first: slots.get(now, now) for first, now in known.items()}
            members[peer].watched = frozenset()
        reasons = {peer: why if why == ENDED else f"{why} changed" for peer, why in change.replaced.items()}
        coming = {**reasons, **dict.fromkeys(change.added, "")}
        self._wait_for(self._host.returns.exchanged(coming, self._wish.timeout))

    def _wait_for(self, starts: list[Future[None]]) -> None:
        """Resolve once all that begin anew run, or with what the first of them that cannot says."""
        left = len(starts)

        def came(_: Future[None]) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                self._end(starts)

        for each in starts:
            each.add_done_callback(came)
        if not starts:
            self._end(starts)

    def _end(self, starts: list[Future[None]]) -> None:
        error = next((each.exception() for each in starts if each.exception() is not None), None)
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
        self._parts.board.notify()


def swap(host: Host, parts: Parts, wish: Wish) -> Future[None]:
    """Let a deployment become what a change says; the result comes when all that begins anew runs."""
    _require_ready(host, wish.change.kept)
    made = Swap(host, parts, wish)
    host.returns.exchange(made)
    return made.done


def _require_ready(host: Host, staying: Collection[int]) -> None:
    """Refuse where processes can end but nobody can begin."""
    paused = ", ".join(f"`{host.members[each].name}`" for each in sorted(host.faults.paused) if each in staying)
    if host.stopping or host.draining or not host.going:
        raise DeployError("the flow cannot be deployed again in the place of a deployment that does not run")
    if paused:
        raise DeployError(
            f"the flow cannot be deployed again while {paused} is paused, as all meet who is new: resume first"
        )
