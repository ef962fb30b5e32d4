"""What a user sees of a running flow."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from hydro_nb.deploy.backend import Backend
from hydro_nb.deploy.board import Board, Subscriber
from hydro_nb.deploy.change import Laid
from hydro_nb.deploy.losses import broken, dropped
from hydro_nb.deploy.named import Named, Roster, shown
from hydro_nb.deploy.plan import Program
from hydro_nb.deploy.redeploy import Recipe
from hydro_nb.deploy.skipped import SkippedRow, rows_of
from hydro_nb.deploy.watching import View, Watching
from hydro_nb.errors import DeployError
from hydro_nb.telemetry.state import DeploymentState, FaultRow, ProcessRow, refusals
from hydro_nb.wire import LogLine, Phase, Problem, Watch


class HasRef(Protocol):
    """A live collection as the flow names it."""

    @property
    def ref(self) -> Any:
        """Which output of which node it is."""
        ...


class Looking:
    """The part of a deployment that shows what it does."""

    _laid: Laid
    _board: Board
    _backend: Backend
    _roster: Roster
    _subscribers: list[Subscriber]
    _recipe: Recipe | None
    _watching: Watching

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._board.state.name

    @property
    def program(self) -> Program:
        """What was deployed, the last time."""
        return self._laid.program

    @property
    def flow_graph(self) -> Any:
        """The nodes of the flow as it is now, which cells may have changed since; none of a program without a flow."""
        return None if self._recipe is None else self._recipe.graph

    @property
    def state(self) -> Phase:
        """`starting`, `running`, `settled`, `stopping`, `stopped` or `failed`."""
        return self._board.state.state

    @property
    def processes(self) -> list[ProcessRow]:
        """One row per process: name, pid, state, CPU, memory, queue."""
        return list(self._board.state.processes.values())

    @property
    def problems(self) -> list[Problem]:
        """What went wrong, oldest first."""
        return list(self._board.state.problems)

    @property
    def skipped(self) -> list[SkippedRow]:
        """What operators with `on_error="skip"` went on without: how many, the last 20 and why, for each process."""
        return list(rows_of(self._board.state))

    @property
    def faults(self) -> list[FaultRow]:
        """The faults that are in force on purpose, oldest first: who is paused, what is cut, late or dropped."""
        return list(self._board.state.faults)

    @property
    def totals(self) -> dict[str, int]:
        """Elements so far, per slot of the graph."""
        return dict(self._board.state.totals)

    def snapshot(self) -> DeploymentState:
        """Everything that is known at this moment, as a value."""
        return self._board.state

    def subscribe(self, callback: Subscriber) -> None:
        """Call this with every new state, in the I/O thread, quickly; what it raises first is told in `problems`."""
        self._subscribers.append(callback)
        self._board.subscribe(callback)

    def unsubscribe(self, callback: Subscriber) -> None:
        """Do not call this any more."""
        if callback in self._subscribers:
            self._subscribers.remove(callback)
        self._board.unsubscribe(callback)

    def watch(self, *streams: HasRef) -> View:
        """Look at what passes inside processes, until the result's `end()`, which `with` calls.

        >>> flow = FlowBuilder()
        >>> squares = flow.process().source_iter([1, 2, 3]).map(lambda n: n * n)
        >>> squares.map(lambda n: n + 1).for_each(lambda n: None)
        >>> with flow.deploy(backend="inprocess") as deployment, deployment.watch(squares) as view:
        ...     deployment.settle()
        ...     view.elements()
        ['1', '4', '9']

        `elements()` gives the newest as texts, at most 50 of each stream; of a live value what it was. These are
        samples: where much passes, most is not looked at. Telling takes a fiftieth of a process's time, and none
        when nobody looks. What crosses the network, and what sources and sinks handle, is sampled without being asked.
        Raises `GraphError` where a value that a function uses has changed since it was deployed.
        """
        return View(self._watching, self, frozenset(_slot(each) for each in streams))

    def _order_watch(self, peer: int, order: Watch) -> None:
        self._backend.order(peer, order)  # of a flow that was deployed again it is another one

    def logs(self, location: Named | None = None) -> list[LogLine]:
        """Give what the processes printed, newest last: of one, given as to `kill`, of a whole cluster, or of all."""
        return self._board.logs.lines(None if location is None else self._roster.meant(location).name)

    def logs_since(self, total: int) -> tuple[int, list[LogLine]]:
        """Give the lines after the first `total`, as far as they are kept, and the new total."""
        return self._board.logs.since(total)

    @property
    def log_folder(self) -> Path | None:
        """Where the whole logs are, one file per process."""
        return self._board.logs.folder

    def source(self, process: Named) -> str:
        """Give the generated Python of a process, given as to `kill`; the members of a cluster all run the same."""
        return self._roster.meant(process).place.source

    def status(self) -> str:
        """Give a table of the processes as text, faults in force, and what ended early, was skipped or discarded."""
        state = self._board.state
        faults = (f"fault: {row}" for row in self.faults)
        lost = (*broken(self.program, state), *dropped(self.program, state))
        lines = (*self.processes, *faults, *self.skipped, *lost, *refusals(state))
        return "\n".join([f"{self.name}: {self.state}", *(f"  {line}" for line in lines)])

    def __repr__(self) -> str:
        return f"<Deployment {self.status()}>"


def _slot(stream: object) -> str:
    """Give where a collection is in the graph."""
    slot = getattr(getattr(stream, "ref", None), "slot", None)
    if isinstance(slot, str):
        return slot
    raise DeployError(f"`watch` takes streams and live values of the flow, but was given {shown(stream)}")
