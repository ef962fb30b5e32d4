"""Starts members of clusters again, one after the other: a fresh process, a new epoch, new channels to everybody."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from typing import Protocol

from hydro_nb.deploy.io import IO, Timer
from hydro_nb.deploy.member import Member
from hydro_nb.errors import DeployError, HydroError
from hydro_nb.wire import Connect, Control, Go, Met, PeerJoined, Phase


class Host(Protocol):
    """Who holds the processes."""

    members: dict[int, Member]

    def kill_member(self, member: Member) -> None:
        """Kill a process on purpose."""
        ...

    def launch_again(self, peer: int) -> Member:
        """Start the process of a peer that has ended, in its next epoch."""
        ...

    def introduce(self, peer: int) -> PeerJoined:
        """Give what the others are told of it, once clients can hear it."""
        ...

    def say(self, member: Member, message: Control) -> None:
        """Tell a process something."""
        ...

    def returned(self, member: Member, error: HydroError | None) -> None:
        """Take note that it runs again, or that it does not."""
        ...

    def explain(self, member: Member, what: str) -> str:
        """Say why a process failed."""
        ...


class Return:
    """One member on its way back."""

    def __init__(self, peer: int, name: str, timeout: float) -> None:
        self.peer = peer
        self.name = name
        self.timeout = timeout
        self.done: Future[None] = Future()
        self.started = False
        self.unmet: set[int] = set()
        """who has not made its ends of the channels to it yet"""
        self.timer: Timer | None = None


class Returns:
    """The members that are to be started again; each meets all that live before the next one is started.

    Nobody sends to the new one, nor it to anybody, before both know in which epoch: those that live are told first, and
    it connects to them once all have answered.
    """

    def __init__(self, host: Host, io: IO) -> None:
        self._host = host
        self._io = io
        self._waiting: deque[Return] = deque()
        self._current: Return | None = None

    def add(self, peer: int, timeout: float) -> Future[None]:
        """Start a member again when those before it are there; the result comes when it runs."""
        one = Return(peer, self._host.members[peer].name, timeout)
        self._waiting.append(one)
        self._next()
        return one.done

    def end(self, error: HydroError) -> None:
        """Start nobody any more."""
        waiting = [one for one in (self._current, *self._waiting) if one is not None]
        self._current = None
        self._waiting.clear()
        for one in waiting:
            self._resolve(one, error)

    def _next(self) -> None:
        if self._current is not None or not self._waiting:
            return
        one = self._current = self._waiting.popleft()
        one.timer = self._io.later(one.timeout, lambda: self._too_slow(one))
        member = self._host.members[one.peer]
        if member.over:
            self._start(one)
        else:
            self._host.kill_member(member)

    def _start(self, one: Return) -> None:
        one.started = True
        try:
            self._host.launch_again(one.peer)
        except OSError as error:
            self._finish(one, DeployError(f"process `{one.name}` could not be started again: {error}"))

    # ------------------------------------------------------------ what happens meanwhile

    def entered(self, member: Member, phase: Phase) -> None:
        """Take the phase of a process; of the one that is on its way back it is a step on the way."""
        one = self._current
        if one is None or not one.started or member.id != one.peer:
            return
        if phase == "bound":
            self._introduce(one)
        elif phase == "connected":
            self._host.say(member, Go())
        elif phase == "running":
            self._finish(one, None)

    def _introduce(self, one: Return) -> None:
        others = [m for m in self._host.members.values() if not m.over and m.id != one.peer]
        one.unmet = {m.id for m in others}
        message = self._host.introduce(one.peer)
        for member in others:
            self._host.say(member, message)
        self._connect_if_met(one)

    def met(self, met: Met) -> None:
        """Take note that a process knows the new one."""
        one = self._current
        if one is not None and met.peer == one.peer and met.location in one.unmet:
            one.unmet.discard(met.location)
            self._connect_if_met(one)

    def ended(self, member: Member) -> None:
        """Take note that a process has ended."""
        one = self._current
        if one is None:
            return
        if member.id != one.peer:
            if member.id in one.unmet:
                one.unmet.discard(member.id)
                self._connect_if_met(one)
        elif one.started:
            self._finish(one, DeployError(self._host.explain(member, "could not start again")))
        else:
            self._start(one)

    def _connect_if_met(self, one: Return) -> None:
        if not one.unmet:
            self._host.say(self._host.members[one.peer], Connect())

    # ------------------------------------------------------------ how it comes out

    def _too_slow(self, one: Return) -> None:
        if one is not self._current:
            return
        member = self._host.members[one.peer]
        names = ", ".join(f"`{self._host.members[peer].name}`" for peer in sorted(one.unmet))
        waits = f"{names} has not answered" if names else f"it is {member.phase}"
        text = f"process `{one.name}` was not running again within {one.timeout} seconds: {waits}"
        if not member.over:
            self._host.kill_member(member)
        self._finish(one, DeployError(text))

    def _finish(self, one: Return, error: HydroError | None) -> None:
        self._current = None
        self._resolve(one, error)
        self._next()

    def _resolve(self, one: Return, error: HydroError | None) -> None:
        if one.timer is not None:
            one.timer.cancel()
        if error is None:
            one.done.set_result(None)
        else:
            one.done.set_exception(error)
        self._host.returned(self._host.members[one.peer], error)
