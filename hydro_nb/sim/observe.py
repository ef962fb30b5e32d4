"""A flow made ready for the simulator: what cannot be simulated is refused, what looks at order becomes a choice."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from hydro_nb.errors import GraphError
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Bound, Kind, Node, Op, Order, Ref
from hydro_nb.ir.ops.fold import Folding
from hydro_nb.ir.ops.network import Network, SendExternal
from hydro_nb.ir.ops.order import AssumeOrdering
from hydro_nb.ir.ops.source import SourceExternal, SourceInterval, SourceStream
from hydro_nb.ir.ops.time import SampleEvery, Snapshot

_INSTEAD = "Bring the elements in through a port of the test: port, stream = process.sim_input(T)"
_NO_CLOCK = "there is no clock in a simulation that could fire"
_REFUSED: dict[type[Op], tuple[str, str]] = {
    SourceExternal: ("clients do not exist in a simulation", _INSTEAD),
    SourceStream: ("an iterator may wait for the world outside", _INSTEAD),
    SourceInterval: (_NO_CLOCK, _INSTEAD),
    SampleEvery: (_NO_CLOCK, 'Look at the value in a tick: .snapshot(tick, nondet("...")).all_ticks()'),
    SendExternal: ("clients do not exist in a simulation", "Let the test receive it: stream.sim_output()"),
}


@dataclass(frozen=True)
class Observation(Network):
    """Elements that leave their location and come back one at a time, in an order that is chosen."""

    reason: str = ""


@dataclass(frozen=True, eq=False)
class Permutation:
    """The function that generated code calls to have a batch put into order; the world gives it `chosen`."""

    node: Node
    chosen: list[Callable[[Node, list[Any]], list[Any]]] = dataclasses.field(
        default_factory=list[Callable[[Node, list[Any]], list[Any]]]
    )

    def __call__(self, items: list[Any]) -> list[Any]:
        """Put a batch into the chosen order."""
        return self.chosen[0](self.node, items)


@dataclass(frozen=True)
class Permuted(AssumeOrdering):
    """All elements of a bounded stream, in an order that is chosen."""

    permutation: Permutation | None = None
    blocking: ClassVar[bool] = True

    def element(self, emit: Emit, item: Item, port: int) -> None:  # noqa: ARG002 - it has one input
        """Hold it."""
        emit.write(f"{emit.state('held', '[]')}.append({item.text})")

    def after(self, emit: Emit) -> None:
        """Push them when all are there."""
        held, ordered = emit.state("held", "[]"), emit.local("ordered")
        emit.write(f"{ordered} = ()")
        with emit.block(f"if {held} and {emit.ended()}:"):
            emit.write(f"{ordered} = {emit.capture('permute', self.permutation)}({held})")
            emit.write(f"{held} = []")
        emit.push_all(ordered)


def simulated(graph: Graph) -> Graph:
    """Copy a flow with every look at an order that is not there made a choice; refuse what cannot be simulated.

    >>> simulated(Graph("empty")).nodes
    {}
    """
    refuse(graph)
    made = Graph(graph.name)
    made.places = dict(graph.places)
    made.nodes = {}
    for node in graph.nodes.values():
        for each in _chosen(graph, node):
            made.nodes[each.slot] = each
    return made


def refuse(graph: Graph) -> None:
    """Raise where something depends on the world outside."""
    found = [(node, _REFUSED[type(node.op)]) for node in graph.nodes.values() if type(node.op) in _REFUSED]
    if not found:
        return
    lines = "\n".join(f"  {node.site}\n    {why}. {remedy}" for node, (why, remedy) in found)
    names = ", ".join(dict.fromkeys(f"`{node.op.label}`" for node, _ in found))
    raise GraphError(f"this flow cannot be simulated as it stands, because of {names}.\n{lines}")


def _chosen(graph: Graph, node: Node) -> list[Node]:
    """Give a node as it is simulated, with what goes before it."""
    if not node.inputs or graph.kind(node.inputs[0]).order is not Order.NONE:
        return [node]
    kind = graph.kind(node.inputs[0])
    if isinstance(node.op, AssumeOrdering):
        return [_ordered(node, kind)]
    if isinstance(node.op, Folding) and kind.bound is not Bound.BOUNDED and _is_watched(graph, node.slot):
        return _ordered_before(node, kind)
    return [node]


def _ordered(node: Node, kind: Kind) -> Node:
    reason = node.op.detail
    if kind.bound is Bound.BOUNDED:
        return dataclasses.replace(node, op=Permuted(reason, Permutation(node)))
    return dataclasses.replace(node, op=Observation(kind.place, reason=reason))


def _ordered_before(node: Node, kind: Kind) -> list[Node]:
    """Let a live value that is looked at on its way take its elements in an order that is chosen."""
    slot = f"{node.slot}~order"
    reason = "the versions of a value depend on the order of its elements"
    before = Node(slot, Observation(kind.place, reason=reason), node.inputs, (kind,), node.site, node.input_kinds)
    return [before, dataclasses.replace(node, inputs=(Ref(slot), *node.inputs[1:]))]


def _is_watched(graph: Graph, slot: str) -> bool:
    """Whether somebody takes snapshots of a live value, or of what is made of it."""
    for consumer, _ in graph.consumers(slot):
        if isinstance(consumer.op, Snapshot):
            return True
        live = consumer.outputs and not consumer.outputs[0].shape.is_stream
        if live and _is_watched(graph, consumer.slot):
            return True
    return False
