"""A flow made ready for the simulator: what cannot be simulated is refused, what looks at order becomes a choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from hydro_nb.errors import GraphError
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.hooked import carrying
from hydro_nb.ir.node import Bound, Kind, Node, Op, Order, Place, Ref, Retries, Shape
from hydro_nb.ir.ops.extreme import Extreme
from hydro_nb.ir.ops.fold import Folding, Proof
from hydro_nb.ir.ops.futures import Timeout
from hydro_nb.ir.ops.join import MergeOrdered, MergeUnordered
from hydro_nb.ir.ops.keyed import EntriesPartiallyOrdered
from hydro_nb.ir.ops.network import Network, SendExternal
from hydro_nb.ir.ops.order import AssumeOrdering, AssumeRetries
from hydro_nb.ir.ops.outside import BidiExternalMany, BindSingleClient, SidecarBidi
from hydro_nb.ir.ops.source import SourceExternal, SourceStream, Spin
from hydro_nb.ir.ops.time import SampleEvery, Snapshot
from hydro_nb.sim.sequences import Choose, interleaved, interleaved_by_key, permuted, permuted_by_key, repeated
from hydro_nb.sim.settled import settle
from hydro_nb.sim.timed import sampling, silence

__tracebackhide__ = True
"""pytest shows the frames of the user"""
_INSTEAD = "Bring the elements in through a port of the test: port, stream = process.sim_input(T)"
_REFUSED: dict[type[Op], tuple[str, str]] = {
    SourceExternal: ("clients do not exist in a simulation", _INSTEAD),
    SourceStream: (
        "an iterator may wait for the world outside",
        f"{_INSTEAD}; elements that are known from the start come from process.source_iter([...])",
    ),
    Spin: (
        "a location that spins never comes to rest, and virtual time has no turns of a scheduler",
        "Say how long a turn is, process.source_interval(0.001), and let time pass: await sim.advance(seconds)",
    ),
    BindSingleClient: ("clients do not exist in a simulation", _INSTEAD),
    BidiExternalMany: ("clients do not exist in a simulation", _INSTEAD),
    SidecarBidi: ("a function beside the ticks may wait for the world outside", _INSTEAD),
    SendExternal: ("clients do not exist in a simulation", "Let the test receive it: stream.sim_output()"),
}


@dataclass(frozen=True)
class Observation(Network):
    """Elements that leave their location and come back one at a time, in an order that is chosen."""

    reason: str = ""

    def after(self, emit: Emit) -> None:
        """Push what has come back: it is as it was, also where members of a cluster talk to themselves."""
        emit.push_all(emit.input(), is_list=True)


@dataclass(frozen=True)
class Interleaving(Observation):
    """Elements of two streams, each with the number of its input, that come back as one: which is next is chosen."""


@dataclass(frozen=True)
class KeysInterleaving(Observation):
    """Entries that come back in the order of each key: whose is next is chosen."""


@dataclass(frozen=True)
class Numbered(MergeUnordered):
    """The elements of both streams, each with the number of its input."""

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Put the number before it."""
        emit.push(Item.of(str(port), item.text))


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The function that generated code calls to have a whole batch arranged; the world gives it `chosen`."""

    node: Node
    arrange: Callable[[list[Any], Choose], list[Any]]
    phrase: str
    chosen: list[Callable[[Arrangement, list[Any]], list[Any]]] = field(
        default_factory=list[Callable[["Arrangement", list[Any]], list[Any]]]
    )

    def __call__(self, items: list[Any]) -> list[Any]:
        """Arrange a batch as it is chosen."""
        return self.chosen[0](self, items)


class Whole:
    """What an operator writes that needs all elements of a bounded stream before it gives any."""

    blocking: ClassVar[bool] = True
    arrangement: Arrangement | None

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return self.arrangement.node.op.label if self.arrangement else ""

    def element(self, emit: Emit, item: Item, port: int) -> None:  # noqa: ARG002 - it has one input
        """Hold it."""
        emit.write(f"{emit.state('held', '[]')}.append({item.text})")

    def after(self, emit: Emit) -> None:
        """Push them when all are there."""
        held, arranged = emit.state("held", "[]"), emit.local("arranged")
        emit.write(f"{arranged} = ()")
        with emit.block(f"if {held} and {emit.ended()}:" if _is_outside(emit.node.place) else f"if {held}:"):
            emit.write(f"{arranged} = {emit.capture('arrange', self.arrangement)}({held})")
            emit.write(f"{held} = []")
        emit.push_all(arranged)


@dataclass(frozen=True)
class Permuted(Whole, AssumeOrdering):
    """All elements of a bounded stream, in an order that is chosen."""

    arrangement: Arrangement | None = None


@dataclass(frozen=True)
class Interleaved(Whole, AssumeOrdering):
    """All elements of two bounded streams as one, each with the number of its input; which is next is chosen."""

    arrangement: Arrangement | None = None


@dataclass(frozen=True)
class InterleavedKeys(Whole, EntriesPartiallyOrdered):
    """All entries of a bounded keyed stream in the order of each key; whose is next is chosen."""

    arrangement: Arrangement | None = None


@dataclass(frozen=True)
class Repeated(Whole, AssumeRetries):
    """All elements of a bounded stream, some of them again."""

    arrangement: Arrangement | None = None


def simulated(graph: Graph) -> Graph:
    """Copy a flow with every look at an order that is not there, or at the clock, made a choice; refuse what cannot be.

    >>> simulated(Graph("empty")).nodes
    {}
    """
    refuse(graph)
    made = Graph(graph.name, graph.variable)
    made.debug = graph.debug
    made.places = dict(graph.places)
    made.nodes = {}
    for node in graph.nodes.values():
        for each in _of_several(graph, node) or _chosen(graph, node):
            made.nodes[each.slot] = each
    settle(made)
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
    if not node.inputs:
        return [node]
    kind, op = graph.kind(node.inputs[0]), node.op
    if isinstance(op, AssumeRetries) and kind.retries is Retries.AT_LEAST_ONCE:
        whole = Repeated(op.reason, Arrangement(node, repeated, "with repeats"))
        return [_observed(node, kind, op.reason, whole)]
    if kind.order is not Order.NONE:
        return [node]
    if isinstance(op, AssumeOrdering):
        whole = Permuted(op.reason, Arrangement(node, _permuting(kind), "in order"))
        return [_observed(node, kind, op.reason, whole)]
    watched = isinstance(op, Folding | Extreme) and kind.bound is not Bound.BOUNDED and _is_watched(graph, node.slot)
    if watched or _scripted_claim(op):
        return _ordered_before(node, kind, _scripted_claim(op))
    return [node]


def _of_several(graph: Graph, node: Node) -> list[Node]:
    """Give what brings streams together, or looks at the clock, as it is simulated; nothing of another node."""
    if isinstance(node.op, SampleEvery):
        return sampling(node, node.op)
    if isinstance(node.op, Timeout):
        return silence(node, node.op)
    if isinstance(node.op, MergeOrdered):
        return _interleaved(node, node.op)
    if isinstance(node.op, EntriesPartiallyOrdered):
        return [_interleaved_keys(node, graph.kind(node.inputs[0]), node.op.reason)]
    return []


def _interleaved(node: Node, op: MergeOrdered) -> list[Node]:
    """Let it be chosen which of two streams gives its next element."""
    (made,) = node.outputs
    numbered = Kind(Shape.STREAM, made.place, made.bound)
    before = Node(f"{node.slot}~numbered", Numbered(), node.inputs, (numbered,), node.site, node.input_kinds)
    whole = Interleaved(op.reason, Arrangement(node, interleaved, "in order"))
    chosen = Interleaving(made.place, method=op.label, reason=op.reason) if _comes_singly(made) else whole
    return [before, replace(node, op=chosen, inputs=(Ref(before.slot),), input_kinds=(numbered,))]


def _interleaved_keys(node: Node, kind: Kind, reason: str) -> Node:
    """Let it be chosen which of the keys gives its next value."""
    whole = InterleavedKeys(reason, arrangement=Arrangement(node, interleaved_by_key, "in order"))
    singly = KeysInterleaving(kind.place, method=node.op.label, reason=reason)
    return replace(node, op=singly if _comes_singly(kind) else whole)


def _observed(node: Node, kind: Kind, reason: str, whole: Op) -> Node:
    """Let a look at elements be a choice: one at a time where more may come, else for all at once."""
    singly = Observation(kind.place, method=node.op.label, reason=reason)
    return replace(node, op=singly if _comes_singly(kind) else whole)


def _comes_singly(kind: Kind) -> bool:
    """Whether elements come without an end and one by one, not all that there are for one run of a tick."""
    return kind.bound is not Bound.BOUNDED and _is_outside(kind.place)


def _permuting(kind: Kind) -> Callable[[list[Any], Choose], list[Any]]:
    """Give what puts elements into any order that may mean something."""
    return permuted_by_key if kind.shape.is_keyed else permuted


def _is_outside(place: Place) -> bool:
    """Whether it is neither in a tick nor in an atomic section, where all there is comes at once."""
    return place.kind not in ("tick", "atomic")


def _scripted_claim(op: Op) -> str:
    """Give why the order of elements means nothing to a function, where a test decides that order."""
    claim = getattr(op, "commutative", None)
    return carrying(claim.reason, claim.hook) if isinstance(claim, Proof) and claim.hook else ""


def _ordered_before(node: Node, kind: Kind, why: str = "") -> list[Node]:
    """Let a live value that is looked at on its way take its elements in an order that is chosen."""
    slot, whole = f"{node.slot}~order", Permuted(why, Arrangement(node, _permuting(kind), "in order"))
    op = Observation(kind.place, method=node.op.label, reason=why) if _comes_singly(kind) else whole
    before = Node(slot, op, node.inputs, (kind,), node.site, node.input_kinds)
    return [before, replace(node, inputs=(Ref(slot), *node.inputs[1:]))]


def _is_watched(graph: Graph, slot: str) -> bool:
    """Whether somebody takes snapshots of a live value, or of what is made of it."""
    for consumer, _ in graph.consumers(slot):
        if isinstance(consumer.op, Snapshot | SampleEvery):
            return True
        live = consumer.outputs and not consumer.outputs[0].shape.is_stream
        if live and _is_watched(graph, consumer.slot):
            return True
    return False
