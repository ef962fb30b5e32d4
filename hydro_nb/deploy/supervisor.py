"""Starts the processes of a deployment, watches them, asks whether they are done, and ends them; in the I/O thread."""

from __future__ import annotations

from concurrent.futures import Future

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.external import EXTERNAL
from hydro_nb.deploy.failure import explain
from hydro_nb.deploy.hub import Hub
from hydro_nb.deploy.io import IO, Timer
from hydro_nb.deploy.keys import SocketFolder
from hydro_nb.deploy.launcher import KILL, TERMINATE, Launcher, exit_text
from hydro_nb.deploy.member import Member
from hydro_nb.deploy.plan import Plan
from hydro_nb.deploy.quiescence import Proof
from hydro_nb.errors import DeployError, HydroError, ProcessFailed
from hydro_nb.runtime.report import decode_report, encode
from hydro_nb.runtime.zmq_channel import Context, Exchange
from hydro_nb.wire import (
    ChannelEnded,
    Connect,
    Control,
    Counts,
    Entered,
    Go,
    Hello,
    PeerGone,
    Probe,
    ProbeReply,
    Problem,
    Report,
    Stop,
)

LAST_WORDS_SECONDS = 0.2
"""How long what a process said before it ended may take to arrive."""
STOP_SECONDS = 1.0
TERMINATE_SECONDS = 0.5
PROBE_SECONDS = (0.0005, 0.02)
"""The first and the longest pause between two rounds of probes."""
QUIET_SECONDS = 0.25


class Supervisor:
    """The processes of one deployment."""

    def __init__(
        self, plan: Plan, board: Board, folder: SocketFolder, launcher: Launcher, io: IO, context: Context
    ) -> None:
        self.plan = plan
        self.started: Future[None] = Future()
        self.stopped: Future[None] = Future()
        self.members: dict[int, Member] = {}
        self.stopping = False
        self._board = board
        self._folder = folder
        self._launcher = launcher
        self._io = io
        self._identities: dict[bytes, int] = {}
        self._context = context
        self._exchange = Exchange(context, plan.control, len(plan.processes))
        self._hub = Hub(plan, context, io, self._over, self._bad_frame)
        self._waiters: list[Future[None]] = []
        self._round = 0
        self._replies: dict[int, ProbeReply] = {}
        self._proof = Proof()
        self._pause = PROBE_SECONDS[0]
        self._probing: Timer | None = None
        self._going = False

    @property
    def hub(self) -> Hub:
        """The client ends of external ports."""
        return self._hub

    def _over(self) -> str:
        return "the deployment has stopped" if self.stopping else ""

    def _bad_frame(self, error: HydroError) -> None:
        text = f"{type(error).__name__}: {error}"
        self._board.apply(Problem(EXTERNAL, self._board.now(), text, fatal=False))

    # ------------------------------------------------------------ starting

    def start(self, timeout: float) -> None:
        """Start every process; `started` tells when all run, or why not."""
        self._io.watch(self._exchange.fd, self._listen)
        self._hub.open()
        self._io.later(timeout, lambda: self._too_slow(timeout))
        for place in self.plan.processes:
            try:
                child = self._launcher.start(self.plan.bootstrap(place), self.plan.captures(place))
            except OSError as error:
                self._give_up(DeployError(f"process `{place.name}` could not be started: {error}"))
                return
            self._adopt(Member(place, child, self._io))

    def _adopt(self, member: Member) -> None:
        self.members[member.id] = member
        member.watch(self._board.log, lambda: self._exited(member), self._board.logs)

    def _too_slow(self, timeout: float) -> None:
        if self._going or self.started.done():
            return
        late = ", ".join(f"`{m.name}` ({m.phase})" for m in self.members.values() if m.phase != "running")
        self._give_up(DeployError(f"not every process was running within {timeout} seconds: {late}"))

    def _give_up(self, error: HydroError) -> None:
        if not self.started.done():
            self.started.set_exception(error)
            self._board.phase("failed", str(error))
            self.stop(drain=False)

    # ------------------------------------------------------------ what children say

    def _listen(self) -> None:
        for identity, message in self._exchange.receive():
            self._hear(identity, message)

    def _hear(self, identity: bytes, message: bytes) -> None:
        try:
            report = decode_report(message)
        except HydroError:
            # nobody of ours speaks like this, and a stranger gets no answer
            return
        if isinstance(report, Hello):
            self._welcome(identity, report)
        elif self._identities.get(identity) == report.location:
            self._note(self.members[report.location], report)

    def _welcome(self, identity: bytes, hello: Hello) -> None:
        member = self.members.get(hello.location)
        if member is None or member.identity or hello.token != self.plan.token:
            return
        member.identity = identity
        self._identities[identity] = hello.location
        if self.stopping:
            self._send(member, Stop(drain=False))

    def _note(self, member: Member, report: Report) -> None:
        match report:
            case ProbeReply():
                self._answered(report)
            case Entered():
                self._entered(member, report)
            case Problem():
                self._trouble(member, report)
            case Counts() | ChannelEnded():
                self._board.apply(report)
                self._count_clients()
                self._stir()
            case Hello():
                return

    def _entered(self, member: Member, event: Entered) -> None:
        member.phase = event.phase
        if event.phase in ("stopped", "failed"):
            self._conclude(member)
            return
        self._board.apply(event)
        if event.phase == "bound" and self._all_at("bound"):
            self._hub.connect()
            self._tell_all(Connect())
        elif event.phase == "connected" and self._all_at("connected"):
            self._tell_all(Go())
        elif event.phase == "running" and self._all_at("running"):
            self._run()

    def _all_at(self, phase: str) -> bool:
        return len(self.members) == len(self.plan.processes) and all(
            m.phase == phase or m.over for m in self.members.values()
        )

    def _run(self) -> None:
        if self.stopping or self._going:
            return
        self._going = True
        self._board.phase("running")
        if not self.started.done():
            self.started.set_result(None)
        self._probe()

    def _trouble(self, member: Member, problem: Problem) -> None:
        self._board.apply(problem)
        if problem.fatal:
            member.problem = problem

    def _send(self, member: Member, message: Control) -> None:
        if member.identity and not member.over:
            self._exchange.send(member.identity, encode(message))
            # sending may swallow the socket's signal, so look again
            self._io.submit(self._listen_if_open)

    def _listen_if_open(self) -> None:
        if not self.stopped.done():
            self._listen()

    def _tell_all(self, message: Control) -> None:
        for member in self.members.values():
            self._send(member, message)

    # ------------------------------------------------------------ ends

    def _exited(self, member: Member) -> None:
        self._listen()
        self._board.log(member.last_words(self._board.logs))
        if member.phase in ("stopped", "failed") or (member.exit_code or 0) < 0:
            self._conclude(member)
        else:
            self._io.later(LAST_WORDS_SECONDS, lambda: self._conclude(member))

    def _conclude(self, member: Member) -> None:
        """Once both its last word and its exit are known: say how it ended, and tell those who talked to it."""
        if member.over or member.exit_code is None:
            return
        member.over = True
        reason = self._reason(member)
        self._board.log(member.last_words(self._board.logs))
        member.close()
        self._board.ended(member.id, "failed" if reason else "stopped", reason)
        if not self.stopping:
            self._mourn(member, reason or "it ended")
        self._finish_if_all_over()

    def _reason(self, member: Member) -> str:
        if member.problem is not None:
            return member.problem.error
        if self.stopping:
            return ""
        return exit_text(member.exit_code or 0)

    def _mourn(self, member: Member, reason: str) -> None:
        if member.problem is None:
            member.problem = Problem(member.id, self._board.now(), f"process `{member.name}` {reason}")
            self._board.apply(member.problem)
        text = f"process `{member.name}` has ended: {reason}"
        self._tell_all(PeerGone(member.id, text))
        self._hub.gone(member.id, text)
        if not self.started.done():
            self._give_up(DeployError(self._explain(member, "could not start")))
        elif not member.on_purpose:
            self._board.phase("failed", text)
            self._resolve_waiters(ProcessFailed(self._explain(member, "failed")))
        self._restart_proof()

    def _explain(self, member: Member, what: str) -> str:
        tail = [line.text for line in self._board.logs.lines(member.name) if line.stream == "stderr"]
        return explain(member.name, what, member.problem, tail)

    @property
    def failure(self) -> ProcessFailed | None:
        """The first process that failed by itself, if any."""
        for member in self.members.values():
            if member.over and member.problem is not None and not member.on_purpose:
                return ProcessFailed(self._explain(member, "failed"))
        return None

    # ------------------------------------------------------------ settling

    def settle(self) -> Future[None]:
        """Resolve the result once nothing is left to do, or with the failure of a process."""
        waiter: Future[None] = Future()
        if self.stopping:
            waiter.set_exception(DeployError("the deployment has stopped"))
        elif self.failure is not None:
            waiter.set_exception(self.failure)
        else:
            self._waiters.append(waiter)
            self._restart_proof()
        return waiter

    def forget(self, waiter: Future[None]) -> None:
        """Nobody waits for this any more."""
        if waiter in self._waiters:
            self._waiters.remove(waiter)

    def busy(self) -> str:
        """Say what is not done yet, for people."""
        names = {m.id: m.name for m in self.members.values()}
        return self._proof.busy({**names, EXTERNAL: "a client"})

    def _restart_proof(self) -> None:
        self._pause = PROBE_SECONDS[0]
        self._proof = Proof()
        self._probe()

    def _stir(self) -> None:
        """Something moved: the deployment may have to be called running again, and settled a little later."""
        if self._board.state.state == "settled":
            self._board.phase("running")
        if self._probing is None and self._going and not self._waiters:
            self._proof = Proof()
            self._probing = self._io.later(QUIET_SECONDS, self._probe)

    def _probe(self) -> None:
        if self.stopping or not self._going:
            return
        if self._probing is not None:
            self._probing.cancel()
            self._probing = None
        self._round += 1
        self._count_clients()
        self._replies = {reply.location: reply for reply in self._hub.probed(self._round)}
        self._tell_all(Probe(self._round))
        self._judge()

    def _count_clients(self) -> None:
        counts = self._hub.counts()
        if counts is not None:
            self._board.apply(counts)

    def _answered(self, reply: ProbeReply) -> None:
        if reply.round == self._round:
            self._replies[reply.location] = reply
            self._judge()

    def _judge(self) -> None:
        living = [m.id for m in self.members.values() if not m.over]
        if self.stopping or not all(place in self._replies for place in living):
            return
        if self._proof.shown(self._replies):
            self._settled()
        elif self._waiters:
            self._again(self._pause)
            self._pause = min(self._pause * 2, PROBE_SECONDS[1])
        elif self._idle(living):
            self._again(QUIET_SECONDS)

    def _idle(self, living: list[int]) -> bool:
        return all(self._replies[place].idle for place in living)

    def _again(self, seconds: float) -> None:
        if self._probing is None:
            self._probing = self._io.later(seconds, self._probe)

    def _settled(self) -> None:
        for member in self.members.values():
            self._board.log(member.drained(self._board.logs))
        if self._board.state.state == "running":
            self._board.phase("settled")
        self._resolve_waiters(None)

    def _resolve_waiters(self, error: HydroError | None) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(error)
        self._board.notify()

    # ------------------------------------------------------------ stopping

    def drain(self) -> Future[None]:
        """Let the sources stop and everything under way arrive."""
        self._tell_all(Stop(drain=True))
        return self.settle()

    def stop(self, *, drain: bool) -> None:
        """End every process; `stopped` tells when the last has ended and nothing is left behind."""
        if self.stopping:
            return
        if drain and self._going and self.failure is None:
            self.drain().add_done_callback(lambda _: self.stop(drain=False))
            return
        self.stopping = True
        self._board.phase("stopping")
        self._resolve_waiters(DeployError("the deployment was stopped"))
        if not self.started.done():
            self.started.set_exception(DeployError("the deployment was stopped while it was starting"))
        for member in self.members.values():
            self._part(member)
        self._io.later(STOP_SECONDS, lambda: self._signal_all(TERMINATE))
        self._io.later(STOP_SECONDS + TERMINATE_SECONDS, lambda: self._signal_all(KILL))
        self._finish_if_all_over()

    def _part(self, member: Member) -> None:
        if member.identity:
            self._send(member, Stop(drain=False))
        else:
            # it cannot hear yet, and has nothing to lose
            member.child.signal(KILL)

    def _signal_all(self, number: int) -> None:
        for member in self.members.values():
            if not member.over:
                member.child.signal(number)

    def kill(self, name: str) -> None:
        """Kill a process on purpose."""
        for member in self.members.values():
            if member.name == name and not member.over:
                member.on_purpose = True
                member.child.signal(KILL)
                return
        names = ", ".join(f"`{m.name}`" for m in self.members.values() if not m.over) or "none"
        raise DeployError(f"no running process is called `{name}`; running: {names}")

    def _finish_if_all_over(self) -> None:
        if not self.stopping or self.stopped.done() or not all(m.over for m in self.members.values()):
            return
        self._count_clients()
        self._io.forget(self._exchange.fd)
        self._exchange.close()
        self._hub.close()
        self._context.term()
        self._folder.remove()
        self._board.close()
        self._board.phase("stopped")
        self.stopped.set_result(None)
        self._board.notify()
