"""The in-process backend: every location in the kernel, stepped by whoever waits; no socket, no subprocess, no thread.

The same generated source, channels and codecs as the local backend. Nothing runs between two calls: `settle`,
`wait` and the ports step the locations in turn, and their awaitable twins do so on the caller's event loop. Only what
a flow waits for (`resolve_futures` and its kin) runs in a thread of its own.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection, Mapping

from hydro_nb.deploy.beside import RING_SECONDS
from hydro_nb.deploy.board import Board
from hydro_nb.deploy.external import Link, Port
from hydro_nb.deploy.failure import explain
from hydro_nb.deploy.faults import Faults
from hydro_nb.deploy.household import Household
from hydro_nb.deploy.plan import Program
from hydro_nb.deploy.policy import Policies, Policy
from hydro_nb.deploy.quiescence import Proof
from hydro_nb.deploy.redeploy import Wish
from hydro_nb.deploy.resident import Resident
from hydro_nb.deploy.stepping import SteppedLink
from hydro_nb.errors import DeployError, ProcessFailed, SettleTimeout
from hydro_nb.runtime.clock import SystemClock
from hydro_nb.wire import Watch

REPORT_SECONDS = 0.1
IDLE_SECONDS = 0.02
"""How often an awaiting caller looks whether someone else has sent something."""


class InProcessBackend:
    """Runs a program inside this process."""

    def __init__(
        self,
        program: Program,
        board: Board,
        *,
        clusters: Mapping[int, int],
        max_buffer: int,
        policies: Mapping[int, Policy] = {},
    ) -> None:
        self._board = board
        self._clock = clock = SystemClock()
        self._stopped = False
        self._reported = 0.0
        self._proof = Proof()
        judge = Policies(policies, clock.now)
        house = Household(program, board, clock, clusters, max_buffer, judge, self._changed, self._renew)
        self._house, self._faults = house, house.faults
        self._residents, self._clients, self._beside = house.residents, house.clients, house.beside

    # ------------------------------------------------------------ starting

    def start(self, timeout: float) -> None:
        """Make every location's state and greet on every channel; the first tick comes with the first wait."""
        del timeout  # nothing here waits
        self._house.greet()
        for resident in self._residents.values():
            if not self._house.begin(resident) and resident.worker.peer not in self._house.due:
                self.stop(drain=False)
                raise DeployError(explain(resident.worker.title, "could not start", resident.problem))
        self._board.phase("running")

    # ------------------------------------------------------------ stepping

    def _step_all(self) -> bool:
        """Give every location one turn; False when none had anything to do."""
        moved = self._faults.due is not None and self._faults.look()
        for resident in self._residents.going:
            if not resident.over:
                moved = self._turn(resident) or moved
        moved = self._house.bring_back() or moved
        self.carry()
        self._report()
        return moved or any(resident.inbox for resident in self._residents.going)

    def _turn(self, resident: Resident) -> bool:
        moved = resident.deliver()
        with self._house.guarded(resident):
            moved = resident.worker.step() or moved
            resident.worker.flush()
        return moved or resident.over

    def _report(self, *, force: bool = False) -> None:
        now = self._clock.now()
        if force or now - self._reported > REPORT_SECONDS:
            self._reported = now
            for resident in self._residents.values():
                if not resident.over and resident.worker.changed:
                    self._board.apply(resident.worker.counts())
            counts = self._clients.counts()
            if counts is not None:
                self._board.apply(counts)
        self._board.echo()

    def _patience(self, until: float | None) -> float | None:
        """Seconds until a timer is due or the caller's time has passed; None if nothing but a source can come."""
        workers = [resident.worker for resident in self._residents.going]
        due = [worker.feeds.next_timer for worker in workers if not worker.paused]
        due += [self._faults.due, *(worker.faults.due for worker in workers if worker.faults is not None)]
        if self._beside.busy:
            due.append(self._clock.now() + RING_SECONDS)
        times = [time for time in (*due, until) if time is not None]
        return max(0.0, min(times) - self._clock.now()) if times else None

    def pause(self, seconds: float) -> None:
        """Wait this long, or until something that runs beside the ticks has ended."""
        self._beside.pause(seconds)

    # ------------------------------------------------------------ settling

    def settle(self, timeout: float | None) -> None:
        """Step until nothing is left to do."""
        self._check_alive()
        self._step_all()  # what timers were due for meanwhile
        until = self._until(timeout)
        while not self._settled_now():
            if not self._step_all():
                self._residents.check_pumped("settle()", "settled()")
                self._sleep(until)
            self._check_time(until, timeout)
        self._after_settling()

    async def settled(self, timeout: float | None) -> None:
        """Step on the caller's event loop until nothing is left to do; async sources run meanwhile."""
        self._check_alive()
        self._beside.pump()
        self._step_all()
        until = self._until(timeout)
        while not self._settled_now():
            if self._step_all():
                await asyncio.sleep(0)
            else:
                await self.rest(until)
            self._check_time(until, timeout)
        self._after_settling()

    def _settled_now(self) -> bool:
        self._beside.look()
        if self._house.due or self._clients_busy or not (self._residents.calm and self._residents.timers_fired):
            self._proof = Proof()
            return False
        return self._residents.quiet or self._proof.shown(self._residents.replies())

    @property
    def _clients_busy(self) -> bool:
        return any(sender.busy for sender in self._clients.senders.values() if not sender.ended)

    def _after_settling(self) -> None:
        self._report(force=True)
        if self._board.state.state == "running":
            self._board.phase("settled")
        self._board.echo()
        failed = self.failure
        if failed is not None:
            raise failed

    @property
    def failure(self) -> ProcessFailed | None:
        """The first process that failed by itself, if any."""
        return self._residents.failure

    def _check_alive(self) -> None:
        if self._stopped:
            raise DeployError("the deployment has stopped")
        if self._board.state.state == "settled":
            self._board.phase("running")

    def _check_time(self, until: float | None, timeout: float | None) -> None:
        if until is not None and self._clock.now() >= until and not self._settled_now():
            raise SettleTimeout(f"not settled within {timeout} seconds; still busy: {self._residents.busy()}")

    def _until(self, timeout: float | None) -> float | None:
        return None if timeout is None else self._clock.now() + timeout

    def _sleep(self, until: float | None) -> None:
        seconds = self._patience(until)
        if seconds is None:
            held = f": {self._residents.busy()}" if self._faults.paused else ""
            raise SettleTimeout(f"the flow waits for something that cannot come while this call runs{held}")
        self.pause(seconds)

    # ------------------------------------------------------------ on an event loop

    async def rest(self, until: float | None) -> None:
        """Let the event loop run until a timer is due, a source has something, or a short while has passed."""
        seconds = self._patience(until)
        await self._beside.rest(IDLE_SECONDS if seconds is None else min(seconds, IDLE_SECONDS))

    # ------------------------------------------------------------ stopping

    def absent(self) -> Collection[int]:
        """Give nobody: who is killed here, or fails, has ended at once."""
        return ()

    def become(self, wish: Wish) -> None:
        """Go on: where anything has changed all are started anew instead, as all live in the kernel."""

    def stop(self, *, drain: bool) -> None:
        """End; with `drain` after everything under way has arrived."""
        if self._stopped:
            return
        self._house.closing = True
        if drain:
            self._faults.lift()
            self._drain()
        self._stopped = True
        self._faults.end()
        self._board.phase("stopping")
        self._report(force=True)
        for resident in self._residents.values():
            self._house.dismiss(resident)
        self._board.close()
        self._board.phase("stopped")
        self._board.echo()

    def _drain(self) -> None:
        for worker in self._residents.living:
            worker.drain()
        self._clients.release()
        while not self._residents.calm:
            if not self._step_all():
                if not any(worker.feeds.ready for worker in self._residents.living):
                    break
                self.pause(RING_SECONDS)

    async def stopped(self, *, drain: bool) -> None:
        """End, and let async sources finish their cleaning up."""
        self.stop(drain=drain)
        for resident in self._residents.values():
            for source in resident.worker.feeds.pumped:
                await source.closed()

    def wait(self, timeout: float | None) -> bool:
        """Step until it is stopped, or nothing can happen any more; False when the time has passed."""
        until = self._until(timeout)
        while not self._stopped:
            moved = self._step_all()
            failed = self.failure
            if failed is not None:
                raise failed
            if until is not None and self._clock.now() >= until:
                return False
            if not moved:
                seconds = self._patience(until)
                if seconds is None:
                    break
                self.pause(seconds)
        self._report(force=True)
        return True

    def kill(self, name: str) -> None:
        """End one location on purpose, as if its process had been killed."""
        if self._stopped:
            raise DeployError(f"`{name}` cannot be killed: the deployment has stopped")
        self._house.kill(name)

    def strike(self, act: Callable[[Faults], None], *, apart: bool = False) -> None:
        """Let this act on the faults."""
        del apart  # who starts again here has met all when the call returns
        if self._stopped:
            raise DeployError("the deployment has stopped; no fault can act on it any more")
        act(self._faults)

    def order(self, peer: int, order: Watch) -> None:
        """Tell a location what to tell of itself."""
        if peer in self._residents:
            self._residents[peer].worker.location.watch(order)

    def _renew(self) -> None:
        """Begin a new proof that all is done."""
        self._proof = Proof()
        if self._board.state.state == "settled":
            self._board.phase("running")

    def _changed(self) -> None:
        self._proof = Proof()

    def restart(self, name: str, timeout: float, why: str) -> None:
        """Start a location again, with a state, channels and an epoch of its own."""
        del timeout  # nothing here waits
        if self._stopped:
            raise DeployError(f"process `{name}` cannot be started again: the deployment does not run")
        self._house.restart(name, why)

    # ------------------------------------------------------------ ports

    def connect(self, slot: str) -> Port:
        """Give the client end of an external port, the same one as long as the process lives that it leads to."""
        if self._stopped:
            raise DeployError("the deployment has stopped; deploy again to connect to it")
        return self._clients.port(slot, SteppedLink(self))

    def link(self, sock: socket.socket) -> Link:
        """Give the way in which a client with a socket of its own waits: it steps the flow."""
        del sock
        return SteppedLink(self, by_socket=True)

    def step(self) -> bool:
        """Give every location one turn; False when none had anything to do."""
        return not self._stopped and self._step_all()

    def patience(self, until: float | None) -> float | None:
        """Seconds until a step can do something by itself; None if only a client can cause something."""
        return self._patience(until)

    def carry(self) -> None:
        """Let the clients' frames go."""
        for location, frame in self._clients.outgoing():
            self._house.carry(location, frame)

    def over(self) -> str:
        """Why nothing moves any more; empty while the deployment lives."""
        return "the deployment has stopped" if self._stopped else ""
