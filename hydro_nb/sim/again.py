"""How a user makes a simulation again, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Place

if TYPE_CHECKING:
    from hydro_nb.sim.faults import Budget


def made_by(
    graph: Graph, sizes: Mapping[int, int], budgets: Mapping[int, Budget], *, safety_only: bool, most_steps: int = 0
) -> str:
    """Give the calls that make a simulation.

    >>> made_by(Graph("f"), {}, {}, safety_only=True)
    'flow.sim().test_safety_only()'
    """
    names = {
        place.number: _name(graph, place) for place in graph.places.values() if place.kind in ("process", "cluster")
    }
    calls = [f".with_cluster_size({names[number]}, {size})" for number, size in sizes.items()]
    calls += [f".with_faults({names[number]}, {_numbers(budget)})" for number, budget in budgets.items()]
    calls += [".test_safety_only()"] if safety_only else []
    calls += [f".with_most_steps({most_steps:_})"] if most_steps else []
    return "".join([f"{graph.variable}.sim()", *calls])


def _name(graph: Graph, place: Place) -> str:
    """Give the variable that the place is assigned to, or its name."""
    return place.site.name if place.site.name.isidentifier() else repr(graph.display_name(place))


def _numbers(budget: Budget) -> str:
    numbers = {"crashes": budget.crashes, "joins": budget.joins, "restarts": budget.restarts}
    given = {what: number for what, number in numbers.items() if number or what == "crashes"}
    return ", ".join(f"{what}={number}" for what, number in given.items())
