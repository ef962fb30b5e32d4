"""Rounds of probes until they prove that nothing is left to do, for who waits and for the picture."""

from __future__ import annotations

import time
from collections.abc import Collection
from concurrent.futures import Future
from typing import Protocol

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.clients import EXTERNAL
from hydro_nb.deploy.io import IO, Timer
from hydro_nb.deploy.quiescence import Proof
from hydro_nb.errors import HydroError
from hydro_nb.wire import ProbeReply

PROBE_SECONDS = (0.0005, 0.1)
"""The shortest and the longest pause between two rounds while someone waits."""
PROBE_SHARE = 0.1
"""The pause as a share of the time waited so far: asking disturbs, and a long wait may be a little longer."""
QUIET_SECONDS = 0.25
"""The pause while nobody waits, and only the picture wants to know."""

SILENT_SECONDS = 0.1
"""A process that has not answered for so long is busy with one call."""


class Asked(Protocol):
    """Who can be asked whether the processes are done."""

    def ask(self, number: int) -> list[ProbeReply]:
        """Send a probe to every process; gives the answers that are known at once."""
        ...

    def living(self) -> dict[int, str]:
        """Give the names of the processes that will answer, by location."""
        ...

    @property
    def paused(self) -> Collection[int]:
        """Those of them that are paused, and will not answer before they go on."""
        ...

    def away(self) -> list[str]:
        """Give the names of those that have ended and are to come again."""
        ...

    def read_output(self) -> None:
        """Read what the processes printed before they answered."""
        ...


class Settling:
    """Asks round after round, and resolves who waits."""

    def __init__(self, asked: Asked, board: Board, io: IO) -> None:
        self._asked = asked
        self._board = board
        self._io = io
        self._waiters: list[Future[None]] = []
        self._round = 0
        self._replies: dict[int, ProbeReply] = {}
        self._proof = Proof()
        self._since = self._sent = time.monotonic()
        self._next: Timer | None = None
        self._changes: dict[int, int] = {}
        self._active = False

    def begin(self) -> None:
        """Begin to ask: the processes run."""
        self._active = True
        self._probe()

    def end(self, error: HydroError) -> None:
        """Ask nobody any more: the processes are told to stop."""
        self._active = False
        self.fail(error)

    def add(self, waiter: Future[None]) -> None:
        """Resolve this once nothing is left to do."""
        self._waiters.append(waiter)
        self.restart()

    def forget(self, waiter: Future[None]) -> None:
        """Nobody waits for this any more."""
        if waiter in self._waiters:
            self._waiters.remove(waiter)

    def fail(self, error: HydroError) -> None:
        """Let everybody who waits know that it will not settle."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.set_exception(error)
        self._board.notify()

    def busy(self) -> str:
        """Say what is not done yet, for people."""
        if away := self._asked.away():
            return "; ".join(f"`{name}`: it is being started again" for name in away)
        names = self._asked.living()
        silent = self._silent(names)
        if silent and not self._proof.begun:
            return silent
        known = self._proof.busy({**names, EXTERNAL: "a client"})
        return f"{silent}; when last heard {known}" if silent else known

    def _silent(self, names: dict[int, str]) -> str:
        paused = {place: f"`{name}`: paused" for place, name in names.items() if place in self._asked.paused}
        if not self._active or time.monotonic() - self._sent < SILENT_SECONDS:
            return "; ".join(paused.values())
        silent = {place: name for place, name in names.items() if place not in self._replies}
        texts = {place: f"`{name}`: one call that has not returned" for place, name in silent.items()}
        return "; ".join({**texts, **paused}.values())

    def restart(self) -> None:
        """Begin a new proof: who takes part, or who waits, has changed."""
        self._since = time.monotonic()
        self._proof = Proof()
        self._probe()

    def stir(self) -> None:
        """Something was counted: look in a while whether it is still, or again, settled."""
        if self._active and self._next is None and not self._waiters:
            self._proof = Proof()
            self._again(QUIET_SECONDS)

    def answered(self, reply: ProbeReply) -> None:
        """Take a process's answer."""
        if reply.round == self._round and reply.location not in self._asked.paused:
            self._replies[reply.location] = reply
            self._judge()

    def _probe(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if self._active:
            self._round += 1
            self._sent = time.monotonic()
            self._replies = {}
            self._replies |= {reply.location: reply for reply in self._asked.ask(self._round)}
            self._judge()

    def _judge(self) -> None:
        if not self._active or not self._asked.living().keys() <= self._replies.keys():
            return
        if self._proof.shown(self._replies):
            self._settled()
            return
        self._show_running()
        if self._waiters:
            shortest, longest = PROBE_SECONDS
            self._again(min(longest, max(shortest, PROBE_SHARE * (time.monotonic() - self._since))))
        elif all(reply.idle for reply in self._replies.values()):
            self._again(QUIET_SECONDS)

    def _again(self, seconds: float) -> None:
        if self._next is None:
            self._next = self._io.later(seconds, self._probe)

    def _settled(self) -> None:
        self._changes = self._changed()
        self._asked.read_output()
        if self._board.state.state == "running":
            self._board.phase("settled")
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.set_result(None)
        self._board.notify()

    def _changed(self) -> dict[int, int]:
        return {place: reply.changes for place, reply in self._replies.items()}

    def _show_running(self) -> None:
        # what timers alone do leaves a deployment settled
        idle = all(reply.idle for reply in self._replies.values())
        if self._board.state.state == "settled" and not (idle and self._changed() == self._changes):
            self._board.phase("running")
