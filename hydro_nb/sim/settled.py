"""Bounded values that have been through an atomic section: outside they are what they would be without it.

A bounded value never changes, so it means nothing when the section looks at it. In a deployment whoever reads it waits
until it is complete. Here its section is a tick, which runs when it is chosen; so what is made of such values alone is
made outside as well, where they are complete before anybody reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Bound, Node, Ref
from hydro_nb.ir.ops.atomic import BeginAtomic, EndAtomic
from hydro_nb.ir.ops.network import Network


def settle(graph: Graph) -> None:
    """Have bounded values that leave sections made outside; changes the flow.

    >>> graph = Graph("empty")
    >>> settle(graph)
    >>> graph.nodes
    {}
    """
    leaving = [node for node in graph.nodes.values() if isinstance(node.op, EndAtomic) and _is_constant(node)]
    behind = {node.slot: list(_section(graph, node)) for node in leaving}
    movable = [node for node in leaving if all(map(_may_move, behind[node.slot]))]
    inside = dict.fromkeys(part.slot for node in movable for part in behind[node.slot])
    made: dict[str, Node] = {}
    for slot, node in graph.nodes.items():
        if slot in inside and not isinstance(node.op, BeginAtomic):
            outside = _outside(graph, node)
            made[outside.slot] = outside
        made[slot] = _outside(graph, node, slot) if node in movable else node
    graph.nodes = made
    for slot in inside:  # near ones first, as others are made for them
        if not _is_used(graph, slot):
            del graph.nodes[slot]


def _is_constant(node: Node) -> bool:
    (kind,) = node.outputs
    return kind.bound is Bound.BOUNDED and not kind.shape.is_stream


def _is_used(graph: Graph, slot: str) -> bool:
    referred = (reference.slot for node in graph.nodes.values() for reference in node.references)
    return slot in referred or any(True for _ in graph.consumers(slot))


def _section(graph: Graph, node: Node) -> Iterator[Node]:
    """Give what a value is made of inside its section, near ones first, each once."""
    seen: set[str] = set()
    waiting = list(node.inputs)
    for ref in waiting:
        part = graph.nodes[ref.slot]
        if ref.slot not in seen:
            seen.add(ref.slot)
            yield part
            waiting += () if isinstance(part.op, BeginAtomic) else part.inputs


def _may_move(node: Node) -> bool:
    """Whether it gives outside what it gives inside: it chooses nothing, and refers to nothing."""
    chooses = isinstance(node.op, Network) or getattr(node.op, "arrangement", None) is not None
    return not chooses and not node.references and all(kind.bound is Bound.BOUNDED for kind in node.outputs)


def _outside(graph: Graph, node: Node, slot: str = "") -> Node:
    """Give a part of a section as it is outside."""
    inputs = tuple(_source(graph, ref) for ref in node.inputs)
    outputs = tuple(kind.but(place=kind.place.root) for kind in node.outputs)
    kinds = tuple(kind.but(place=kind.place.root) for kind in node.input_kinds)
    return replace(node, slot=slot or _name(node.slot), inputs=inputs, outputs=outputs, input_kinds=kinds)


def _source(graph: Graph, ref: Ref) -> Ref:
    part = graph.nodes[ref.slot]
    return part.inputs[0] if isinstance(part.op, BeginAtomic) else Ref(_name(ref.slot), ref.port)


def _name(slot: str) -> str:
    return f"{slot}~outside"
