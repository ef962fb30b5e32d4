"""A flow that was deployed, as it is when it is deployed again: compiled anew, with the sizes of its clusters."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hydro_nb.errors import DeployError
from hydro_nb.lang import cell
from hydro_nb.lang.ready import require_deployable
from hydro_nb.lang.site import here
from hydro_nb.lang.sizes import sizes_of

if TYPE_CHECKING:
    from hydro_nb.compile.program import Program
    from hydro_nb.ir.graph import Graph
    from hydro_nb.lang.flow import FlowBuilder


class Again:
    """Remembers a flow and what `deploy` was told of its clusters, by their names."""

    def __init__(self, flow: FlowBuilder, sizes: Mapping[int, int]) -> None:
        self._flow = flow
        self._sizes = _by_name(flow.graph, sizes)
        self._asked = self._flow, self._sizes

    @property
    def graph(self) -> Graph:
        """The flow as it is now, which may be other than what was deployed."""
        return self._flow.graph

    def __call__(self, flow: object, clusters: Mapping[Any, int] | None) -> tuple[Program, dict[int, int]]:
        """Give the program of a flow as it is now, or of the one that was deployed."""
        from hydro_nb.compile.program import compile_flow

        chosen = self._flow if flow is None else _flow(flow)
        _require_rest()
        require_deployable(chosen.graph)
        names = _by_name(chosen.graph, {place.number: 0 for place in chosen.graph.places.values()})
        known = {name: count for name, count in self._sizes.items() if name in names}
        sizes = {**sizes_of(chosen.graph, known), **sizes_of(chosen.graph, clusters or {})}
        program = compile_flow(chosen.graph)
        # a cluster that is gone for now may come back
        self._asked = chosen, {**self._sizes, **_by_name(chosen.graph, sizes)}
        return program, sizes

    def keep(self) -> None:
        """Take the flow and the sizes that were asked for last for those that are deployed."""
        self._flow, self._sizes = self._asked


def _by_name(graph: Graph, sizes: Mapping[int, int]) -> dict[str, int]:
    clusters = [place for place in graph.places.values() if place.kind == "cluster" and place.number in sizes]
    return {graph.display_name(place): sizes[place.number] for place in clusters}


def _flow(given: object) -> FlowBuilder:
    from hydro_nb.lang.flow import FlowBuilder

    if isinstance(given, FlowBuilder):
        return given
    raise DeployError(
        f"`redeploy` takes a flow, or none for the one that was deployed, but was given {given!r}.\n  {here()}"
    )


def _require_rest() -> None:
    """Refuse to take a flow while a cell of another thread is changing it."""
    if cell.changing(threading.get_ident()):
        raise DeployError(
            "a cell is running, and the flow may be half changed: deploy it again when the cell has ended"
        )
