"""What a dashboard is fed from: a deployment, and a clock that ticks in the kernel's I/O thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from typing_extensions import TypeIs

from hydro_nb.deploy.io import hydro_io
from hydro_nb.notebook.acts import check_apart, perform
from hydro_nb.notebook.outdated import outdated
from hydro_nb.notebook.past import Past

if TYPE_CHECKING:
    from pathlib import Path

    from hydro_nb.deploy.deployment import Deployment
    from hydro_nb.deploy.watching import View
    from hydro_nb.ir.graph import Graph
    from hydro_nb.telemetry.state import DeploymentState
    from hydro_nb.wire import LocationProgram, LogLine

Cancel = Callable[[], object]


class Source(Protocol):
    """Everything that a dashboard needs of what it shows."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def graph(self) -> Graph | None:
        """The graph that runs."""
        ...

    def snapshot(self) -> DeploymentState:
        """Give everything that is known now, as a value."""
        ...

    def logs_since(self, cursor: int) -> tuple[int, list[LogLine]]:
        """Give the lines after the first `cursor`, and the new cursor."""
        ...

    def every(self, seconds: float, callback: Callable[[], object]) -> Cancel:
        """Call this again and again in the I/O thread; the result ends it."""
        ...

    def stop(self) -> object:
        """End it; may block."""
        ...

    def act(self, call: str, processes: Sequence[str], given: Mapping[str, Any]) -> object:
        """Do what a button asks for, such as `kill`, to processes given by name; may block."""
        ...

    @property
    def log_folder(self) -> Path | None:
        """Where the whole logs are, if they are kept."""
        ...

    def programs(self) -> Sequence[LocationProgram]:
        """Give what each location runs."""
        ...

    def inlets(self) -> Sequence[str]:
        """Give the slots of the external ports through which a person may send."""
        ...

    def send(self, slot: str, value: object) -> object:
        """Send one element through an external port; may block."""
        ...

    def again(self) -> str:
        """Deploy the flow as it is now, and say what became of each process; may block."""
        ...

    def watch(self, slots: Collection[str]) -> None:
        """Sample what these operators give from now on, and no others on demand; may block."""
        ...

    def stale(self) -> list[dict[str, Any]]:
        """Give the cells that must run again before the flow can be deployed again, as problems."""
        ...


def is_source(thing: object) -> TypeIs[Source]:
    """Whether it ticks by itself; a deployment does not."""
    return hasattr(thing, "every")


@dataclass(frozen=True)
class _Slot:
    """A port by its place in the graph alone."""

    slot: str


class DeploymentSource:
    """A deployment as a source."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment: Deployment | Past = deployment
        self._view: View | None = None

    def retire(self, by: str) -> None:
        """Let go of a deployment that is over and was replaced by another one, of the cell `by`."""
        if not isinstance(self._deployment, Past):
            self._deployment = Past(self._deployment, by)

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._deployment.name

    @property
    def graph(self) -> Graph | None:
        """The graph that was compiled."""
        return getattr(self._deployment.program, "graph", None)

    def snapshot(self) -> DeploymentState:
        """Give everything that is known now, as a value."""
        return self._deployment.snapshot()

    def logs_since(self, cursor: int) -> tuple[int, list[LogLine]]:
        """Give the lines after the first `cursor`, and the new cursor."""
        return self._deployment.logs_since(cursor)

    def every(self, seconds: float, callback: Callable[[], object]) -> Cancel:
        """Call this again and again in the I/O thread."""
        return hydro_io().every(seconds, callback).cancel

    def stop(self) -> None:
        """End every process."""
        self._deployment.stop()

    @property
    def log_folder(self) -> Path | None:
        """Where the whole logs are, if they are kept."""
        return self._deployment.log_folder

    def programs(self) -> Sequence[LocationProgram]:
        """Give what each location runs: nothing outside of the deployment."""
        return [place for place in self._deployment.program.locations if place.kind != "external"]

    def inlets(self) -> Sequence[str]:
        """Give the slots of the ports that lead from an external client into the flow."""
        program = self._deployment.program
        outside = {place.id for place in program.locations if place.kind == "external"}
        return [channel.edge for channel in program.channels if channel.sender in outside]

    def send(self, slot: str, value: object) -> None:
        """Send one element as `deployment[port].send(value)` does."""
        check_apart([row.pid for row in self._deployment.processes])
        self._deployment[_Slot(slot)].send(value)

    def again(self) -> str:
        """Do what `deployment.redeploy()` does."""
        if not self._deployment.snapshot().over:
            check_apart([row.pid for row in self._deployment.processes])
        return str(self._deployment.redeploy())

    def watch(self, slots: Collection[str]) -> None:
        """Sample what these operators give, as `deployment.watch(stream)` does."""
        if isinstance(self._deployment, Past):
            return
        if self._view is None:
            self._view = self._deployment.watch()
        self._view.turn(frozenset(slots))

    def stale(self) -> list[dict[str, Any]]:
        """Give the cells that must run again before the flow can be deployed again."""
        graph = None if isinstance(self._deployment, Past) else self._deployment.flow_graph
        return outdated(graph) if graph is not None else []

    def act(self, call: str, processes: Sequence[str], given: Mapping[str, Any]) -> None:
        """Do what the call of the deployment does; what it refuses is refused here."""
        if isinstance(self._deployment, Past):
            self._deployment.redeploy()
        check_apart([row.pid for row in self._deployment.processes])
        perform(self._deployment, call, processes, given)
