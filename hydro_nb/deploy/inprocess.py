"""The in-process backend: every location in the kernel, stepped by whoever waits; no socket, no subprocess, no thread.

The same generated source, channels and codecs as the local backend. Nothing runs between two calls: `settle`,
`wait` and the ports step the locations in turn, and their awaitable twins do so on the caller's event loop. Only what
a flow waits for (`resolve_futures` and its kin) runs in a thread of its own.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress

from hydro_nb.deploy.beside import RING_SECONDS, Beside
from hydro_nb.deploy.board import Board
from hydro_nb.deploy.capture import Capture
from hydro_nb.deploy.external import Clients, Link, Port, load_captures
from hydro_nb.deploy.failure import explain
from hydro_nb.deploy.faults import Faults
from hydro_nb.deploy.named import peer_of, unknown
from hydro_nb.deploy.plan import Program, external_channels, links, peers_of
from hydro_nb.deploy.quiescence import Proof
from hydro_nb.deploy.resident import Resident
from hydro_nb.deploy.residents import Residents
from hydro_nb.deploy.stepping import SteppedLink
from hydro_nb.deploy.striking_inside import Stepped
from hydro_nb.errors import DeployError, ProcessFailed, SettleTimeout
from hydro_nb.runtime.clock import SystemClock
from hydro_nb.runtime.feeds import FatalError
from hydro_nb.runtime.wiring import Wiring
from hydro_nb.runtime.worker import Worker, member_id
from hydro_nb.values import act_as
from hydro_nb.wire import Entered, Phase, Problem

REPORT_SECONDS = 0.1
IDLE_SECONDS = 0.02
"""How often an awaiting caller looks whether someone else has sent something."""


class InProcessBackend:
    """Runs a program inside this process."""

    def __init__(self, program: Program, board: Board, *, clusters: Mapping[int, int], max_buffer: int) -> None:
        self._program = program
        self._board = board
        self._clock = SystemClock()
        self._ports: dict[str, Port] = {}
        self._stopped = False
        self._reported = 0.0
        self._proof = Proof()
        self._beside = Beside(lambda: self._residents.living)
        self._max_buffer = max_buffer
        self._peers = peers = peers_of(program, clusters)
        self._channels = links(program, clusters)
        self._epochs = dict.fromkeys((*peers, *(place.id for place in program.locations)), 1)
        outside = external_channels(program, self._channels)
        external = {place.id for place in program.locations if place.kind == "external"}
        captures = load_captures(program.captures)
        self._clients = Clients(Wiring(outside, self._epochs, max_buffer), external, captures)
        self._captures = load_captures(program.captures)
        self._residents = Residents((peer, self._resident(peer, {})) for peer in peers)
        self._faults = Faults(Stepped(self._residents, self._renew), self._channels, board)

    def _resident(self, peer: int, gone: Mapping[int, str]) -> Resident:
        place = self._peers[peer]
        mine = tuple(c for c in self._channels if peer in (c.sender, c.receiver))
        act_as(member_id(place, peer))
        worker = Worker(
            place,
            dict(self._captures(place.id)),
            Wiring(mine, dict(self._epochs), self._max_buffer, gone),
            peer=peer,
            clock=self._clock,
            send=self._carry,
            report=self._board.apply,
        )
        return Resident(worker, Capture(place, peer, self._board.keep))

    def _carry(self, location: int, frame: bytes) -> None:
        resident = self._residents.get(location)
        if resident is None:
            self._clients.hear(frame)
        elif not resident.over:
            resident.inbox.append(frame)

    # ------------------------------------------------------------ starting

    def start(self, timeout: float) -> None:
        """Make every location's state and greet on every channel; the first tick comes with the first wait."""
        del timeout  # nothing here waits
        for resident in self._residents.values():
            resident.worker.greet()
        for location, frame in self._clients.hellos():
            self._carry(location, frame)
        for resident in self._residents.values():
            self._begin(resident)
        self._board.phase("running")

    def _begin(self, resident: Resident) -> None:
        if not self._begun(resident):
            self.stop(drain=False)
            raise DeployError(explain(resident.worker.title, "could not start", resident.problem))

    def _begun(self, resident: Resident) -> bool:
        with self._guarded(resident):
            resident.worker.start()
        if resident.problem is not None:
            return False
        self._beside.attach(resident.worker)
        self._enter(resident, "running")
        return True

    def _enter(self, resident: Resident, phase: Phase) -> None:
        self._board.apply(Entered(resident.worker.peer, phase, os.getpid(), self._clock.time()))

    @contextmanager
    def _guarded(self, resident: Resident) -> Generator[None]:
        """Run a location's code: its prints are its own, and its failure is not the kernel's."""
        try:
            with resident.capture.active():
                yield
        except FatalError as failure:
            self._fail(resident, failure.problem)
        finally:
            act_as(None)

    def _fail(self, resident: Resident, problem: Problem) -> None:
        name = resident.worker.title
        resident.problem = problem
        self._board.apply(problem)
        if resident.worker.location.state is not None:
            self._board.apply(resident.worker.counts())
        resident.worker.fail(f"`{name}` failed: {problem.error}")
        self._shut(resident)
        self._bury(resident, "failed", problem.error)

    def _shut(self, resident: Resident) -> None:
        with suppress(FatalError), resident.capture.active():  # what fails while it closes is not why it ended
            resident.worker.close()

    def _bury(self, resident: Resident, phase: Phase, reason: str) -> None:
        resident.over = True
        resident.capture.finish()
        worker = resident.worker
        self._faults.over(worker.peer)
        self._board.ended(worker.peer, phase, reason)
        text = resident.reason = f"process `{worker.title}` has ended: {reason}"
        for other in self._residents.values():
            if not other.over:
                other.deliver()
                other.worker.gone(worker.peer, text)
        self._clients.gone(worker.peer, text)
        self._proof = Proof()

    # ------------------------------------------------------------ stepping

    def _step_all(self) -> bool:
        """Give every location one turn; False when none had anything to do."""
        moved = False
        if self._faults.due is not None:
            self._faults.look()
        for resident in self._residents.going:
            if not resident.over:
                moved = self._turn(resident) or moved
        self.carry()
        self._report()
        return moved

    def _turn(self, resident: Resident) -> bool:
        moved = resident.deliver()
        with self._guarded(resident):
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
        if self._clients_busy or not (self._residents.calm and self._residents.timers_fired):
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

    def stop(self, *, drain: bool) -> None:
        """End; with `drain` after everything under way has arrived."""
        if self._stopped:
            return
        if drain:
            self._faults.lift()
            self._drain()
        self._stopped = True
        self._faults.wake()
        self._board.phase("stopping")
        self._report(force=True)
        for resident in self._residents.values():
            self._dismiss(resident)
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

    def _dismiss(self, resident: Resident) -> None:
        if not resident.over:
            with self._guarded(resident):
                resident.worker.close()
        self._beside.cancel(resident.worker)
        resident.capture.finish()
        if not resident.over:
            if resident.worker.changed:
                self._board.apply(resident.worker.counts())
            resident.over = True
            self._board.ended(resident.worker.peer, "stopped")

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
        for resident in self._residents.values():
            worker = resident.worker
            if worker.title == name and not resident.over:
                text = f"process `{name}` was killed"
                self._board.apply(Problem(worker.peer, self._clock.time(), text, fatal=False))
                self._shut(resident)
                self._beside.cancel(worker)
                self._bury(resident, "killed", "was killed")
                return
        raise unknown(name, (worker.title for worker in self._residents.living))

    def strike(self, act: Callable[[Faults], None]) -> None:
        """Let this act on the faults."""
        if self._stopped:
            raise DeployError("the deployment has stopped; no fault can act on it any more")
        act(self._faults)

    def _renew(self) -> None:
        """Begin a new proof that all is done."""
        self._proof = Proof()
        if self._board.state.state == "settled":
            self._board.phase("running")

    def restart(self, name: str, timeout: float) -> None:
        """Start a member of a cluster again, with a state, channels and an epoch of its own."""
        del timeout  # nothing here waits
        peer = peer_of(name, self._peers, (worker.title for worker in self._residents.living))
        if self._stopped:
            raise DeployError(f"process `{name}` cannot be started again: the deployment does not run")
        if not self._residents[peer].over:
            self.kill(name)
        self._epochs[peer] += 1
        self._board.again(peer)
        gone = {each: other.reason for each, other in self._residents.items() if other.over and each != peer}
        resident = self._residents[peer] = self._resident(peer, gone)
        self._meet(peer)
        self._proof = Proof()
        if not self._begun(resident):
            raise DeployError(explain(name, "could not start again", resident.problem))

    def _meet(self, peer: int) -> None:
        """Let everybody make channels to one that was started again, and greet it."""
        resident, epoch = self._residents[peer], self._epochs[peer]
        for worker in self._residents.living:
            if worker is not resident.worker:
                worker.joined(peer, epoch)
        for location, frame in self._clients.joined(peer, epoch):
            self._carry(location, frame)
        resident.worker.greet()

    # ------------------------------------------------------------ ports

    def connect(self, slot: str) -> Port:
        """Give the client end of an external port, the same one each time."""
        if self._stopped:
            raise DeployError("the deployment has stopped; deploy again to connect to it")
        if slot not in self._ports:
            self._ports[slot] = self._clients.port(slot, SteppedLink(self))
        return self._ports[slot]

    def link(self, sock: socket.socket) -> Link:
        """Give the way in which a client with a socket of its own waits: it steps the flow."""
        del sock  # the flow tells when something has come or gone
        return SteppedLink(self)

    def step(self) -> bool:
        """Give every location one turn; False when none had anything to do."""
        return not self._stopped and self._step_all()

    def patience(self, until: float | None) -> float | None:
        """Seconds until a step can do something by itself; None if only a client can cause something."""
        return self._patience(until)

    def carry(self) -> None:
        """Let the clients' frames go."""
        for location, frame in self._clients.outgoing():
            self._carry(location, frame)

    def over(self) -> str:
        """Why nothing moves any more; empty while the deployment lives."""
        return "the deployment has stopped" if self._stopped else ""
