"""How the processes of a deployment end: what is said of it, who is told, and who starts again by itself."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from msgspec.structs import replace

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.failure import explain
from hydro_nb.deploy.hub import Hub
from hydro_nb.deploy.member import Member
from hydro_nb.deploy.policy import Policies, Verdict
from hydro_nb.deploy.returns import Returns
from hydro_nb.deploy.settling import Settling
from hydro_nb.errors import DeployError, HydroError, ProcessFailed
from hydro_nb.wire import Control, PeerGone, Problem


class Host(Protocol):
    """Who holds the processes."""

    members: dict[int, Member]
    stopping: bool
    settling: Settling

    @property
    def going(self) -> bool:
        """Whether all have started."""
        ...

    @property
    def draining(self) -> bool:
        """Whether it is on its way to its end."""
        ...

    def tell_all(self, message: Control) -> None:
        """Tell every process something."""
        ...

    def give_up(self, error: HydroError) -> None:
        """End the start."""
        ...

    def begin_if_all_run(self) -> None:
        """Go on if nobody is left to wait for."""
        ...


class Endings:
    """Takes note of each process that has failed or ended."""

    def __init__(
        self, host: Host, hub: Hub, returns: Returns, policies: Policies, board: Board, timeout: float = 30.0
    ) -> None:
        self._host = host
        self._hub = hub
        self._returns = returns
        self._policies = policies
        self._board = board
        self.timeout = timeout
        """seconds that one that starts again by itself has for it"""

    def govern(self, policies: Policies) -> None:
        """Let other policies say who starts again by itself."""
        self._policies = policies

    # ------------------------------------------------------------ what is said of it

    def trouble(self, member: Member, problem: Problem) -> None:
        """Take a problem that a process has; its policy says what one that it fails with means."""
        if problem.fatal:
            problem = self._judged(member, problem)
        self._board.apply(problem)

    def _judged(self, member: Member, problem: Problem) -> Problem:
        """Note with what a process fails, or that it was killed, and whether it starts again."""
        verdict = self._verdict(member)
        member.returns = verdict.returns
        fatal = problem.fatal and not verdict.returns
        member.problem = replace(problem, fatal=fatal, sequel=verdict.sequel)
        return member.problem

    def _verdict(self, member: Member) -> Verdict:
        host = self._host
        if not (host.going or member.begun) or host.stopping or host.draining or self._returns.replaces(member.id):
            return Verdict()
        if self._board.ended_elsewhere():
            return Verdict(sequel="its deployment was ended from elsewhere, as by `hydro-nb kill`")
        return self._policies.verdict(member.id, on_purpose=member.on_purpose)

    @property
    def failure(self) -> ProcessFailed | None:
        """What the first process failed with that failed by itself, if any has ended so."""
        failed = [(m.problem.time, m.id) for m in self._host.members.values() if m.problem and m.problem.fatal]
        if not any(self._host.members[peer].over for _, peer in failed):
            return None
        return ProcessFailed(self.explain(self._host.members[min(failed)[1]], "failed"))

    def explain(self, member: Member, what: str) -> str:
        """Say why a process failed, with what it complained of last."""
        tail = [line.text for line in self._board.logs.lines(member.name) if line.stream == "stderr"]
        return explain(member.name, what, member.problem, tail)

    # ------------------------------------------------------------ what follows from it

    def conclude(self, member: Member) -> None:
        """Once it is known how a process has ended: say so, tell those who talked to it, and bring it back."""
        phase = member.end(stopping=self._host.stopping)
        reason = member.reason
        if self._host.stopping:
            self._board.ended(member.id, phase, reason)
            return
        if member.problem is None and not member.parting:
            text = f"process `{member.name}` {reason or 'it ended'}"
            said = Problem(member.id, self._board.now(), text, fatal=not member.on_purpose)
            self._board.apply(self._judged(member, said))
        returns = member.returns or self._returns.replaces(member.id)
        self._board.ended(member.id, phase, _with_sequel(reason, member), returns=returns)
        self._mourn(member)
        self._returns.ended(member)
        if member.returns:
            self._bring_back(member)
        self._returns.begin()

    def _mourn(self, member: Member) -> None:
        returns, text = member.returns or self._returns.will_start(member.id), member.obituary
        self._host.tell_all(PeerGone(member.id, text, returns))
        self._hub.gone(member.id, text)
        if not (self._host.going or member.ran or member.returns):
            self._host.give_up(DeployError(self.explain(member, "could not start")))
        elif (failure := self.failure) is not None:
            self._host.settling.fail(failure)
        self._host.begin_if_all_run()
        self._host.settling.restart()

    def _bring_back(self, member: Member) -> None:
        why = member.reason.partition("\n")[0]
        done = self._returns.add(member.id, self.timeout, why)
        done.add_done_callback(lambda done: self._brought(member, done))

    def _brought(self, old: Member, done: Future[None]) -> None:
        """Where one that should start again by itself could not: unless its next life has been judged, it failed."""
        error, new = done.exception(), self._host.members.get(old.id)
        if error is None or new is None or self._host.stopping or self._host.draining or (new is not old and new.over):
            return
        new.returns = False
        new.problem = Problem(new.id, self._board.now(), str(error))
        self._board.apply(new.problem)
        if new.over:
            self._board.ended(new.id, "failed", str(error))
            self._mourn(new)


def _with_sequel(reason: str, member: Member) -> str:
    sequel = member.problem.sequel if member.problem is not None else ""
    return f"{reason}; {sequel}" if sequel else reason
