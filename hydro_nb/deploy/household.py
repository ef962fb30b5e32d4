"""The locations of a deployment that live in the kernel: how they are made, begin, end, and begin again."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress

from msgspec.structs import replace

from hydro_nb.deploy.beside import Beside
from hydro_nb.deploy.board import Board
from hydro_nb.deploy.capture import Capture
from hydro_nb.deploy.clients import Clients, load_captures
from hydro_nb.deploy.failure import explain
from hydro_nb.deploy.faults import Faults
from hydro_nb.deploy.named import peer_of, unknown
from hydro_nb.deploy.plan import Program, external_channels, links, peers_of
from hydro_nb.deploy.policy import Policies
from hydro_nb.deploy.resident import Resident
from hydro_nb.deploy.residents import Residents
from hydro_nb.deploy.striking_inside import Stepped
from hydro_nb.errors import DeployError
from hydro_nb.runtime.clock import Clock
from hydro_nb.runtime.feeds import FatalError
from hydro_nb.runtime.wiring import Wiring
from hydro_nb.runtime.worker import Worker, member_id
from hydro_nb.values import act_as
from hydro_nb.wire import Entered, Phase, Problem


class Household:
    """Makes the locations and their clients, and carries frames between them."""

    def __init__(
        self,
        program: Program,
        board: Board,
        clock: Clock,
        clusters: Mapping[int, int],
        max_buffer: int,
        policies: Policies,
        changed: Callable[[], None],
        struck: Callable[[], None],
    ) -> None:
        self._board = board
        self._clock = clock
        self._max_buffer = max_buffer
        self._policies = policies
        self._changed = changed
        """is called when somebody has ended or is there again"""
        self._peers = peers = peers_of(program, clusters)
        self._channels = links(program, clusters)
        self._epochs = dict.fromkeys((*peers, *(place.id for place in program.locations)), 1)
        outside = external_channels(program, self._channels)
        external = {place.id for place in program.locations if place.kind == "external"}
        self._captures = captures = load_captures(program.captures)
        self.clients = Clients(Wiring(outside, self._epochs, max_buffer), external, captures)
        self.residents = Residents((peer, self._resident(peer, {})) for peer in peers)
        self.beside = Beside(lambda: self.residents.living)
        self.faults = Faults(Stepped(self.residents, struck), self._channels, board)
        self.due: dict[int, str] = {}
        """who has ended and starts again by itself -> why"""
        self.closing = False
        """whether nobody starts again"""

    def _resident(self, peer: int, gone: Mapping[int, str]) -> Resident:
        place = self._peers[peer]
        mine = tuple(c for c in self._channels if peer in (c.sender, c.receiver))
        act_as(member_id(place, peer))
        returning = frozenset(self.due) if gone else frozenset[int]()
        worker = Worker(
            place,
            dict(self._captures(place.id)),
            Wiring(mine, dict(self._epochs), self._max_buffer, gone, returning=returning),
            peer=peer,
            clock=self._clock,
            send=self.carry,
            report=self._board.apply,
        )
        return Resident(worker, Capture(place, peer, self._board.keep))

    def carry(self, location: int, frame: bytes) -> None:
        """Put a frame where it goes."""
        resident = self.residents.get(location)
        if resident is None:
            self.clients.hear(frame)
        elif not resident.over:
            resident.inbox.append(frame)

    # ------------------------------------------------------------ beginning

    def greet(self) -> None:
        """Let all say hello on every channel."""
        for resident in self.residents.values():
            resident.worker.greet()
        for location, frame in self.clients.hellos():
            self.carry(location, frame)

    def begin(self, resident: Resident) -> bool:
        """Make a location's state; False if it fails."""
        with self.guarded(resident):
            resident.worker.start()
        if resident.over:
            return False
        self.beside.attach(resident.worker)
        self._board.apply(Entered(resident.worker.peer, "running", os.getpid(), self._clock.time()))
        return True

    # ------------------------------------------------------------ ending

    @contextmanager
    def guarded(self, resident: Resident) -> Generator[None]:
        """Run a location's code: its prints are its own, and its failure is not the kernel's."""
        act_as(resident.worker.member)
        try:
            with resident.capture.active():
                yield
        except FatalError as failure:
            self._fail(resident, failure.problem)
        finally:
            act_as(None)

    def _fail(self, resident: Resident, problem: Problem) -> None:
        name = resident.worker.title
        problem = self._judged(resident, problem)
        self._board.apply(problem)
        if resident.worker.location.state is not None:
            self._board.apply(resident.worker.counts())
        resident.worker.fail(f"`{name}` failed: {problem.error}")
        self._shut(resident)
        self._bury(resident, "failed", problem.error)

    def _judged(self, resident: Resident, problem: Problem) -> Problem:
        """Note with what a location fails, or that it was killed, and whether it starts again."""
        peer = resident.worker.peer
        if not self.closing:
            verdict = self._policies.verdict(peer, on_purpose=not problem.fatal)
            problem = replace(problem, fatal=problem.fatal and not verdict.returns, sequel=verdict.sequel)
            if verdict.returns:
                self.due[peer] = problem.error.partition("\n")[0]
        resident.problem = problem
        return problem

    def _shut(self, resident: Resident) -> None:
        with suppress(FatalError), resident.capture.active():  # what fails while it closes is not why it ended
            resident.worker.close()

    def _bury(self, resident: Resident, phase: Phase, reason: str, *, again: bool = False) -> None:
        resident.over = True
        resident.capture.finish()
        worker, returns = resident.worker, resident.worker.peer in self.due
        self.faults.over(worker.peer)
        said = f"{reason}; {resident.problem.sequel}" if resident.problem and resident.problem.sequel else reason
        self._board.ended(worker.peer, phase, said, returns=returns)
        text = resident.reason = f"process `{worker.title}` has ended: {reason}"
        for other in self.residents.values():
            if not other.over:
                other.deliver()
                other.worker.gone(worker.peer, text, returns=returns or again)
        self.clients.gone(worker.peer, text)
        self._changed()

    def kill(self, name: str) -> None:
        """End one location on purpose, as if its process had been killed."""
        self._end(name, again=False)

    def _end(self, name: str, *, again: bool) -> None:
        for resident in self.residents.values():
            worker = resident.worker
            if worker.title == name and not resident.over:
                said = Problem(worker.peer, self._clock.time(), f"process `{name}` was killed on purpose", fatal=False)
                self._board.apply(said if again else self._judged(resident, said))
                self._shut(resident)
                self.beside.cancel(worker)
                self._bury(resident, "killed", "was killed on purpose", again=again)
                return
        raise unknown(name, (worker.title for worker in self.residents.living))

    def dismiss(self, resident: Resident) -> None:
        """End a location together with all others."""
        if not resident.over:
            with self.guarded(resident):
                resident.worker.close()
        self.beside.cancel(resident.worker)
        resident.capture.finish()
        if not resident.over:
            if resident.worker.changed:
                self._board.apply(resident.worker.counts())
            resident.over = True
            self._board.ended(resident.worker.peer, "stopped")

    # ------------------------------------------------------------ beginning again

    def restart(self, name: str, why: str) -> None:
        """Start a location again, with a state, channels and an epoch of its own."""
        peer = peer_of(name, self._peers, (worker.title for worker in self.residents.living))
        if not self.residents[peer].over:
            self._end(name, again=True)
        self.due.pop(peer, None)
        if not self._again(peer, why):
            raise DeployError(explain(name, "could not start again", self.residents[peer].problem))

    def bring_back(self) -> bool:
        """Start those again that do so by themselves; False if there are none."""
        due = {} if self.closing else dict(self.due)
        for peer, why in due.items():
            del self.due[peer]
            self._again(peer, why)
        return bool(due)

    def _again(self, peer: int, why: str) -> bool:
        self._epochs[peer] += 1
        self._board.again(peer, why)
        gone = {each: other.reason for each, other in self.residents.items() if other.over and each != peer}
        resident = self.residents[peer] = self._resident(peer, gone)
        self._meet(peer)
        self._changed()
        return self.begin(resident)

    def _meet(self, peer: int) -> None:
        """Let everybody make channels to one that was started again, and greet it."""
        resident, epoch = self.residents[peer], self._epochs[peer]
        for worker in self.residents.living:
            if worker is not resident.worker:
                worker.joined(peer, epoch)
        for location, frame in self.clients.joined(peer, epoch):
            self.carry(location, frame)
        resident.worker.greet()
