"""Starts the processes of a deployment, watches them, asks whether they are done, and ends them; in the I/O thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import replace

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.census import Census
from hydro_nb.deploy.endings import Endings
from hydro_nb.deploy.faults import Faults
from hydro_nb.deploy.hub import Hub
from hydro_nb.deploy.io import IO, Timer
from hydro_nb.deploy.keys import Roads
from hydro_nb.deploy.launcher import KILL, Launcher, title_of
from hydro_nb.deploy.line import Line
from hydro_nb.deploy.member import Member
from hydro_nb.deploy.named import peer_of, unknown
from hydro_nb.deploy.partings import Partings
from hydro_nb.deploy.plan import Plan
from hydro_nb.deploy.policy import Policies, Policy
from hydro_nb.deploy.redeploy import Wish
from hydro_nb.deploy.returning import Starter
from hydro_nb.deploy.returns import Returns
from hydro_nb.deploy.settling import Settling
from hydro_nb.deploy.striking import Signalled
from hydro_nb.deploy.swap import Parts, swap
from hydro_nb.errors import DeployError, HydroError, ProcessFailed
from hydro_nb.runtime.zmq_channel import Context
from hydro_nb.wire import (
    ChannelEnded,
    Control,
    Counts,
    Entered,
    Go,
    Hello,
    Listening,
    Met,
    ProbeReply,
    Problem,
    Report,
    Stop,
    Struck,
    member_of,
)

LAST_WORDS_SECONDS = 0.2
"""How long what a process said before it ended may take to arrive."""


class Supervisor:
    """The processes of one deployment."""

    def __init__(
        self,
        plan: Plan,
        board: Board,
        roads: Roads,
        launcher: Launcher,
        io: IO,
        context: Context,
        policies: Mapping[int, Policy] = {},
    ) -> None:
        self.started: Future[None] = Future()
        self.stopped: Future[None] = Future()
        self.members: dict[int, Member] = {}
        self.stopping = False
        self.draining = False
        self._timers: list[Timer] = []
        self._board = board
        self._roads = roads
        self._launcher = launcher
        self._io = io
        self._context = context
        self._line = Line(self, plan, context, io, board)
        self.plan = plan = replace(plan, control=self._line.endpoint)
        self._hub = Hub(plan, context, io, self._over, self._line.bad_frame, board.knocked)
        self.struck = Signalled(self, board, io)
        self.faults = Faults(self.struck, plan.channels, board)
        self._census = census = Census(self, self._hub, board)
        self.settling = Settling(census, board, io)
        self.returns = Returns(self, plan, self._hub, Starter(launcher, roads), board, io)
        self._endings = Endings(self, self._hub, self.returns, Policies(policies), board)
        self.partings = Partings(self.members, board)
        self._parts = Parts(plan, self._hub, self._endings, roads, board)
        self.going = False

    @property
    def hub(self) -> Hub:
        """The client ends of external ports."""
        return self._hub

    def _over(self) -> str:
        return "the deployment has stopped" if self.stopping else ""

    # ------------------------------------------------------------ starting

    def start(self, timeout: float) -> None:
        """Start every process; `started` tells when all run, or why not."""
        if self.stopping:
            return
        self._endings.timeout = timeout
        self._line.open()
        self._hub.open()
        self.later(timeout, lambda: self._too_slow(timeout))
        for group in self.plan.groups:
            boot = self.plan.shared(group)
            try:
                child = self._launcher.start(boot, *map(self.plan.captures, group))
            except OSError as error:
                self.give_up(DeployError(f"process `{title_of(boot)}` could not be started: {error}"))
                return
            names = [each.program.title(member_of(each.peer)) for each in boot.residents]
            for peer, name, each in zip(group, names, (child, *child.lodgers), strict=True):
                others = tuple(other for other in names if other != name)
                self.adopt(Member(self.plan.peers[peer], peer, each, self._io, shared=others))

    def later(self, seconds: float, work: Callable[[], object]) -> None:
        """Do this unless all has ended before; what is still to be done then would keep all of it in memory."""
        self._timers.append(self._io.later(seconds, work))

    def adopt(self, member: Member) -> None:
        """Watch over a process that was started."""
        self.members[member.id] = member
        board = self._board
        member.watch(board.log, lambda: self._exited(member), board.logs, lambda: board.crowded)

    def _too_slow(self, timeout: float) -> None:
        if self.going or self.started.done():
            return
        late = ", ".join(f"`{m.name}` ({m.phase})" for m in self.members.values() if m.phase != "running")
        self.give_up(DeployError(f"not every process was running within {timeout} seconds: {late}"))

    def give_up(self, error: HydroError) -> None:
        """End the start."""
        if not self.started.done():
            self.started.set_exception(error)
            self._board.phase("failed", str(error))
            self.stop(drain=False)

    # ------------------------------------------------------------ what children say

    def connected(self, member: Member) -> None:
        """Take note that a process can hear; one that is too late is told to end."""
        if self.stopping:
            self.say(member, Stop(drain=False))

    def heard(self, member: Member, report: Report) -> None:
        """Take what a process says."""
        match report:
            case ProbeReply():
                # who has not begun, is being killed, or has failed and is about to end proves nothing
                if member.begun and not member.on_purpose and member.problem is None:
                    self.settling.answered(report)
            case Entered():
                self._entered(member, report)
            case Problem():
                self._endings.trouble(member, report)
            case Listening():
                self.plan.listens(report)
                self._board.apply(report)
            case Counts() | ChannelEnded():
                self._board.apply(report)
                self._census.count_clients()
                self.settling.stir()
            case Met():
                self.returns.met(report)
            case Struck():
                self.struck.heard(report)
            case Hello():
                return

    def _entered(self, member: Member, event: Entered) -> None:
        member.enter(event.phase)
        if event.phase == "bound":
            self.plan.bound(member.id, event.endpoint)
        if event.phase in ("stopped", "failed"):
            self._conclude(member)
            return
        self._board.apply(event)
        if self.going:
            self.returns.entered(member, event.phase)
        elif event.phase == "bound" and self._all_at("bound"):
            self._hub.connect()
            self.tell_all(self.plan.connect)
        elif event.phase == "connected" and self._all_at("connected"):
            for each in self.members.values():
                self.let_go(each)
        elif event.phase == "running":
            self.begin_if_all_run()

    def let_go(self, member: Member) -> None:
        """Tell a process that is connected to all others to start."""
        member.begun = True
        self.say(member, Go())

    def _all_at(self, phase: str) -> bool:
        return len(self.members) == len(self.plan.peers) and all(
            m.phase == phase or m.over for m in self.members.values()
        )

    def begin_if_all_run(self) -> None:
        """Note that the start is over, once all run that have not ended already."""
        if self.stopping or self.going or not self._all_at("running"):
            return
        self.going = True
        self._board.phase("running")
        if not self.started.done():
            self.started.set_result(None)
        self.settling.begin()
        self.returns.begin()

    def say(self, member: Member, message: Control) -> None:
        """Tell a process something; who has ended, or that it is to drain, is told as soon as it can hear."""
        self._line.say(member, message)

    def tell_all(self, message: Control) -> None:
        """Tell every process something."""
        for member in self.members.values():
            self.say(member, message)

    # ------------------------------------------------------------ ends

    def _exited(self, member: Member) -> None:
        self._line.listen()
        self._board.log(member.last_words())
        if member.over:
            # it had failed before its process ended, for the sake of the others there
            member.close()
            self._finish_if_all_over()
        elif member.phase in ("stopped", "failed") or (member.exit_code or 0) < 0:
            self._conclude(member)
        else:
            self._io.later(LAST_WORDS_SECONDS, lambda: self._conclude(member))

    def _conclude(self, member: Member) -> None:
        """Once both its last word and its exit are known: say how it ended, and tell those who talked to it."""
        if member.over or not member.ended:
            return
        self._board.log(member.last_words())
        if member.exit_code is not None:
            member.close()
        self.faults.over(member.id)
        self._endings.conclude(member)
        self._finish_if_all_over()

    def explain(self, member: Member, what: str) -> str:
        """Say why a process failed."""
        return self._endings.explain(member, what)

    @property
    def failure(self) -> ProcessFailed | None:
        """The first process that failed by itself, if any."""
        return self._endings.failure

    # ------------------------------------------------------------ settling

    def settle(self) -> Future[None]:
        """Resolve the result once nothing is left to do, or with the failure of a process."""
        waiter: Future[None] = Future()
        if self.stopping:
            waiter.set_exception(DeployError("the deployment has stopped"))
        elif self.failure is not None:
            waiter.set_exception(self.failure)
        else:
            self.settling.add(waiter)
        return waiter

    def go_on(self) -> None:
        """Note that what kept the processes back may be over: ask anew, and start those again that had to wait."""
        self.settling.restart()
        self.returns.begin()

    @property
    def paused(self) -> Collection[int]:
        """Those that are paused."""
        return self.faults.paused

    # ------------------------------------------------------------ stopping

    def drain(self) -> Future[None]:
        """Let the sources stop and everything under way arrive."""
        self.faults.lift()
        self.draining = True
        self.returns.close(DeployError("the deployment was stopped"))
        self.tell_all(Stop(drain=True))
        self._hub.release()
        return self.settle()

    def stop(self, *, drain: bool) -> None:
        """End every process; `stopped` tells when the last has ended and nothing is left behind."""
        if self.stopping:
            return
        if drain and self.going and self.failure is None:
            self.drain().add_done_callback(lambda _: self.stop(drain=False))
            return
        self.stopping = True
        self.faults.wake()
        self._board.phase("stopping")
        self.settling.end(DeployError("the deployment was stopped"))
        self.returns.end(DeployError("the deployment was stopped"))
        if not self.started.done():
            self.started.set_exception(DeployError("the deployment was stopped while it was starting"))
        self.partings.begin(self.say, self.later)
        self._finish_if_all_over()

    def kill(self, name: str) -> None:
        """Kill a process on purpose."""
        for member in self.members.values():
            if member.name == name and not member.over:
                self.kill_member(member)
                return
        raise unknown(name, [m.name for m in self.members.values() if not m.over])

    def kill_member(self, member: Member) -> None:
        """Kill a process on purpose, and so all that share it."""
        for each in self.members.values():
            each.on_purpose = each.on_purpose or (not each.over and each.child.process is member.child.process)
        member.child.signal(KILL)

    # ------------------------------------------------------------ starting again

    def restart(self, name: str, timeout: float, why: str = "") -> Future[None]:
        """Start a process again, as a fresh one; the result comes when it runs."""
        peer = peer_of(name, self.plan.peers, [m.name for m in self.members.values() if not m.over])
        if self.stopping or self.draining or not self.going:
            raise DeployError(f"process `{name}` cannot be started again: the deployment does not run")
        self.faults.check_meeting(peer, name)
        return self.returns.add(peer, timeout, why, asked=True)

    # ------------------------------------------------------------ another program

    def become(self, wish: Wish) -> Future[None]:
        """Let other processes make up the deployment; the result comes when all of them run."""
        return swap(self, self._parts, wish)

    def _finish_if_all_over(self) -> None:
        if not self.stopping or self.stopped.done() or not all(m.left for m in self.members.values()):
            return
        for timer in self._timers:
            timer.cancel()
        self._census.count_clients()
        self._line.close()
        self._hub.close()
        self._context.term()
        self._roads.remove()
        self._board.close()
        self._board.phase("stopped")
        self.stopped.set_result(None)
        self._board.notify()
