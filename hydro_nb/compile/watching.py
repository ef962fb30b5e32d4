"""What a deployed location runs, written once more: so that some of its operators tell what they give.

Written when somebody begins to watch, of the graph that was deployed. What it captures is in the process already, under
the names that the source has which runs there; so is its state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from hydro_nb.compile.program import Written, write_location
from hydro_nb.compile.split import Unit, all_fused, locations
from hydro_nb.errors import GraphError
from hydro_nb.ir.node import Place
from hydro_nb.wire import LocationProgram, Watch, digest

if TYPE_CHECKING:
    from hydro_nb.compile.program import Program


def watching(program: Program, slots: Collection[str]) -> dict[int, Watch]:
    """Give what the processes of each location concerned are told; who is not named here tells nothing.

    What is sampled anyhow, and what gives nothing, needs no telling.
    """
    deployed = {each.slot: each for each in program.locations}
    wanted: dict[Place, list[str]] = {}
    for place in locations(program.graph):
        for slot in sorted(set(slots) - deployed[place.slot].watch.keys()):
            node = program.graph.nodes.get(slot)
            if node is not None and node.outputs and node.op.category != "Source" and node.place.root == place:
                wanted.setdefault(place, []).append(slot)
    return {deployed[place.slot].id: _order(program, place, deployed[place.slot], own) for place, own in wanted.items()}


def _order(program: Program, place: Place, runs: LocationProgram, slots: Iterable[str]) -> Watch:
    slots = tuple(slots)
    plain = _written(program, place)
    if plain.text != runs.source:
        raise _changed(program, slots, "a value that its functions use has changed since it was deployed")
    told = _written(program, place, slots, plain)
    if told.state != plain.state or told.captures:
        raise _changed(program, slots, "what it becomes together with its neighbours has no place to look at")
    return Watch(slots, told.text, told.lines, digest(runs.source))


def _written(program: Program, place: Place, slots: Collection[str] = (), plain: Written | None = None) -> Written:
    unit = all_fused(program.graph).get(place, Unit("tick", place))
    return write_location(program.graph, place, [unit], tapped=slots, known=plain.captures if plain else {})


def _changed(program: Program, slots: Iterable[str], why: str) -> GraphError:
    node = program.graph.nodes[next(iter(slots))]
    return GraphError(
        f"what `{node.op.label}` gives cannot be looked at: {why}.\n"
        f"  `{node.op.label}` was called   {node.site}\n"
        "  Deploy again to watch it."
    )
