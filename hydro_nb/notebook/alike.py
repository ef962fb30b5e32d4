"""Whose numbers are another's: what an operator gives one for one is counted where it is counted exactly.

Nothing is counted in a fused loop; but as many elements leave a `map` as come to it, and as many leave the last
operator before the network as cross it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hydro_nb.ir.picture import REFERENCE, Edge, client_of, edges

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hydro_nb.ir.graph import Graph
    from hydro_nb.ir.node import Node

ONE_FOR_ONE = {
    "map",
    "enumerate",
    "inspect",
    "into_keyed",
    "entries",
    "typed",
    "weaken",
    "prefix_key",
    "drop_key_prefix",
    "assume_ordering",
    "assume_retries",
    "ir_node_named",
}
"""Operators that give one element for each that they take."""

LOSSLESS = {"send", "send_external", "demux", "round_robin"}
"""Network edges that each element crosses once, where none may be lost."""


def counted_alike(graph: Graph) -> dict[str, str]:
    """Give, for operators that nobody counts, one that is counted and gives as many.

    >>> from hydro_nb.ir.graph import Graph
    >>> counted_alike(Graph())
    {}
    """
    leading = [edge for edge in edges(graph) if edge.index != REFERENCE and not edge.delayed]
    found = {slot: slot for slot, node in graph.nodes.items() if node.op.category in ("Network", "Sink")}
    after = {edge.target: edge for edge in leading if _is_one_for_one(graph.nodes[edge.target])}
    for slot, edge in after.items():
        if edge.source in found and not client_of(graph.nodes[edge.source]):
            found.setdefault(slot, found[edge.source])
    for edge in reversed(leading):
        if _flows(graph, edge, found) and edge.source not in found:
            found[edge.source] = found[edge.target]
    return {slot: counted for slot, counted in found.items() if slot != counted}


def _is_one_for_one(node: Node) -> bool:
    return node.op.name in ONE_FOR_ONE and len(node.inputs) == 1 and not _skips(node)


def _skips(node: Node) -> bool:
    """Whether it may go on without an element."""
    return bool(getattr(getattr(node.op, "function", None), "skips", False))


def _flows(graph: Graph, edge: Edge, found: Mapping[str, str]) -> bool:
    """Whether as many elements leave the source of an edge as its target counts."""
    node, source = graph.nodes[edge.target], graph.nodes[edge.source]
    single = len(source.outputs) == 1 and source.outputs[0].shape.is_stream
    if not single or edge.target not in found:
        return False
    if node.op.category == "Network":
        return node.op.name in LOSSLESS and getattr(node.op, "policy", "fail_stop") == "fail_stop"
    return (node.op.name == "for_each" and not _skips(node)) or _is_one_for_one(node)
