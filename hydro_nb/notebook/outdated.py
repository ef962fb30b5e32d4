"""Cells that must run again before a flow can be deployed again, as problems that a page shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hydro_nb.notebook.meta import site
from hydro_nb.notebook.stale import again

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph


def outdated(graph: Graph) -> list[dict[str, Any]]:
    """Give one problem for each cell whose operators stand on something that has changed, in the order of the program.

    >>> from hydro_nb import FlowBuilder
    >>> outdated(FlowBuilder().graph)
    []
    """
    found = dict(_found(graph))
    advice = f"Run {again([*found])}; then deploy again."
    return [{**each, "advice": advice} for each in found.values()]


def _found(graph: Graph) -> Iterator[tuple[str, dict[str, Any]]]:
    known: set[str] = set()
    reasons = graph.stale()
    for node in graph.nodes.values():
        cell = node.site.cell
        if node.slot in reasons and cell and cell not in known:
            known.add(cell)
            error = f"{cell} stands on what has changed: {reasons[node.slot]}"
            yield cell, {"error": error, "op": node.op.label, "site": site(node.site)}
