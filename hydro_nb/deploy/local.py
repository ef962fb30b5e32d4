"""The local backend: one OS process per location on this machine, ZeroMQ between them."""

from __future__ import annotations

import asyncio
import atexit
import socket
import threading
import weakref
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from hydro_nb.deploy import quickest
from hydro_nb.deploy.board import Board
from hydro_nb.deploy.external import Link, Port
from hydro_nb.deploy.faults import Faults
from hydro_nb.deploy.io import hydro_io, outcome
from hydro_nb.deploy.keys import KeyRing, SocketFolder, Transport, new_token, roads_of
from hydro_nb.deploy.launcher import Launcher
from hydro_nb.deploy.plan import Program, make_plan
from hydro_nb.deploy.policy import Policy
from hydro_nb.deploy.records import Recorder
from hydro_nb.deploy.redeploy import Wish
from hydro_nb.deploy.socket_link import SocketLink
from hydro_nb.deploy.supervisor import Supervisor
from hydro_nb.errors import DeployError, ProcessFailed, SettleTimeout
from hydro_nb.runtime.zmq_channel import Context, new_context
from hydro_nb.wire import Watch

HEARD_SECONDS = 0.5
"""How long a fault is waited for to be in force: a process hears of it between two ticks."""


class LocalBackend:
    """Runs a program as processes of this machine; all its work is done by the I/O thread."""

    def __init__(
        self,
        program: Program,
        board: Board,
        *,
        clusters: Mapping[int, int],
        max_buffer: int,
        colocate: Sequence[Sequence[int]] = (),
        transport: Transport = "auto",
        policies: Mapping[int, Policy] = {},
        launcher: Launcher | None = None,
    ) -> None:
        self._io = hydro_io()
        self._board = board
        self._roads = roads = roads_of(transport)
        try:
            plan = make_plan(program, clusters, roads.endpoint, new_token(), max_buffer, colocate)
            if roads.locked:
                plan = replace(plan, ring=KeyRing(plan.groups, plan.near))
            self._supervisor = self._made(
                lambda context: Supervisor(
                    plan, board, roads, launcher or quickest.launcher(), self._io, context, policies
                ),
                plan.ring,
            )
        except BaseException:
            roads.remove()
            raise
        with _lock:
            _living.add(self)
        recorder = Recorder(board.logs.folder, self._io.later, quickest.helpers)
        board.subscribe(recorder.note)
        board.ended_elsewhere = recorder.removed

    def _made(self, make: Callable[[Context], Supervisor], ring: KeyRing | None) -> Supervisor:
        """Make the supervisor in the I/O thread; who is interrupted as it waits for it leaves nothing behind."""
        made: list[Supervisor] = []

        def work() -> Supervisor:
            context = new_context(ring)
            try:
                made.append(make(context))
            except BaseException:
                context.abandon()
                raise
            return made[0]

        try:
            return self._io.call(work)
        except BaseException:
            self._io.submit(lambda: [supervisor.stop(drain=False) for supervisor in made])
            raise

    @property
    def folder(self) -> Path | None:
        """Where its sockets are, if they are files."""
        return self._roads.path if isinstance(self._roads, SocketFolder) else None

    @property
    def failure(self) -> ProcessFailed | None:
        """The first process that failed by itself, if any."""
        return self._supervisor.failure

    def start(self, timeout: float) -> None:
        """Return when every process runs; leave nothing behind otherwise."""
        try:
            self._io.check_may_wait("deploy")
            self._io.submit(lambda: self._supervisor.start(timeout))
            self._board.wait(self._supervisor.started.done)
            outcome(self._supervisor.started)
        except BaseException:
            self.stop(drain=False)
            raise

    def settle(self, timeout: float | None) -> None:
        """Return when nothing is left to do."""
        self._io.check_may_wait("settle")
        waiter = self._io.call(self._supervisor.settle)
        try:
            if not self._board.wait(waiter.done, timeout):
                raise self._late(timeout)
        finally:
            self._io.submit(lambda: self._supervisor.settling.forget(waiter))
        outcome(waiter)

    def _late(self, timeout: float | None) -> SettleTimeout:
        busy = self._io.call(self._supervisor.settling.busy)
        return SettleTimeout(f"not settled within {timeout} seconds; still busy: {busy}")

    async def settled(self, timeout: float | None) -> None:
        """Return when nothing is left to do, without blocking the event loop."""
        waiter = self._io.call(self._supervisor.settle)
        try:
            if not await self._until(waiter, timeout):
                raise self._late(timeout)
        finally:
            self._io.submit(lambda: self._supervisor.settling.forget(waiter))
        outcome(waiter)

    async def _until(self, waiter: Future[None], timeout: float | None) -> bool:
        """Wait for the I/O thread on the caller's event loop; False when the time has passed."""
        future = asyncio.wrap_future(waiter)
        try:
            await asyncio.wait([future], timeout=timeout)
            return future.done()
        finally:
            _retrieve(future)

    def stop(self, *, drain: bool) -> None:
        """End every process and leave nothing behind; from any thread, as often as one likes."""
        if self._io.foreign:
            # a fork that leaves a `with` block, or ends, must not end what its parent holds
            return
        self._io.submit(lambda: self._supervisor.stop(drain=drain))
        if self._io.here:
            return
        self._board.wait(self._supervisor.stopped.done)

    async def stopped(self, *, drain: bool) -> None:
        """Do the same without blocking the event loop."""
        if self._io.foreign:
            return
        self._io.submit(lambda: self._supervisor.stop(drain=drain))
        await self._until(self._supervisor.stopped, None)

    def wait(self, timeout: float | None) -> bool:
        """Wait until it has stopped or a process has failed; False when the time has passed."""
        self._io.check_may_wait("wait")
        supervisor = self._supervisor
        came = self._board.wait(lambda: supervisor.stopped.done() or supervisor.failure is not None, timeout)
        failure = supervisor.failure
        if failure is not None:
            raise failure
        return came

    def kill(self, name: str) -> None:
        """Kill a process."""
        if self._supervisor.stopping:
            raise DeployError(f"`{name}` cannot be killed: the deployment has stopped")
        self._io.call(lambda: self._supervisor.kill(name))

    def restart(self, name: str, timeout: float, why: str) -> None:
        """Start a process again, and return when it runs."""
        self._io.check_may_wait("restart")
        done = self._io.call(lambda: self._supervisor.restart(name, timeout, why))
        self._board.wait(done.done)
        outcome(done)

    def absent(self) -> Collection[int]:
        """Give those that have no process, or whose process is about to end, but those that are started again."""
        return () if self._io.foreign else self._io.call(self._absent)

    def _absent(self) -> Collection[int]:
        supervisor = self._supervisor
        ending = {each.id for each in supervisor.members.values() if each.ends}
        missing = supervisor.plan.peers.keys() - supervisor.members.keys()
        return {peer for peer in ending | missing if not supervisor.returns.awaits(peer)}

    def become(self, wish: Wish) -> None:
        """Replace some processes, and return when all run."""
        self._io.check_may_wait("redeploy")
        done = self._io.call(lambda: self._supervisor.become(wish))
        self._board.wait(done.done)
        outcome(done)

    def strike(self, act: Callable[[Faults], None], *, apart: bool = False) -> None:
        """Let this act on the faults, in the I/O thread; `apart`: once who is on its way back has met all others."""
        if not apart:
            since = self._io.call(lambda: self._struck(act))
            if not self._io.here:
                self._board.wait(lambda: self._supervisor.struck.all_heard(since), HEARD_SECONDS)
            return
        done = self._io.call(lambda: self._supervisor.returns.between(lambda: act(self._striking())))
        if done.done() or not self._io.here:
            _await(done)

    def order(self, peer: int, order: Watch) -> None:
        """Tell a process what to tell of itself; nothing where it has ended."""
        self._io.submit(lambda: self._supervisor.struck.order(peer, order))

    def _struck(self, act: Callable[[Faults], None]) -> int:
        """Let this act on the faults; gives how many had been told before."""
        since = self._supervisor.struck.told
        act(self._striking())
        return since

    def _striking(self) -> Faults:
        if self._supervisor.stopping or self._supervisor.draining:
            raise DeployError("the deployment is being stopped, or has stopped; no fault can act on it any more")
        return self._supervisor.faults

    def connect(self, slot: str) -> Port:
        """Give the client end of an external port."""
        if self._supervisor.stopping:
            raise DeployError("the deployment has stopped; deploy again to connect to it")
        return self._supervisor.hub.port(slot)

    def link(self, sock: socket.socket) -> Link:
        """Give the way in which a client with a socket of its own waits."""
        return SocketLink(sock, self._io, lambda: "the deployment has stopped" if self._supervisor.stopping else "")


def _await(done: Future[None]) -> None:
    """Wait for what has to wait for others; who is interrupted does not want it any more."""
    try:
        outcome(done)
    finally:
        done.cancel()


def _retrieve(future: asyncio.Future[None]) -> None:
    """Mark an exception as seen: it is raised from the future that this one wraps."""
    if future.done():
        if not future.cancelled():
            future.exception()
    else:
        future.cancel()


_lock = threading.Lock()
_living: weakref.WeakSet[LocalBackend] = weakref.WeakSet()


def living() -> list[LocalBackend]:
    """Give every backend that somebody still holds."""
    with _lock:
        return list(_living)


def _stop_all() -> None:
    for backend in living():
        backend.stop(drain=False)


atexit.register(_stop_all)
