"""What every drawing of a graph has in common: its edges, and short words for types, guarantees and operators."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import hydro_nb.types as wire_types
from hydro_nb.ir.node import Bound, Consistency, Kind, Node, Order, Place, Retries
from hydro_nb.ir.ops.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hydro_nb.ir.graph import Graph

WIDTHS = {getattr(wire_types, name): name for name in wire_types.__all__ if name != "Width"}


REFERENCE = -1
"""The input number of an edge by which functions of an operator read or change a collection."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One use of one output: from a port of a node to an input of another."""

    source: str
    port: int
    target: str
    index: int
    kind: Kind
    network: bool
    delayed: bool = False
    """whether what goes in is seen in the next tick"""

    @property
    def id(self) -> str:
        """Its name in pictures: stable while both slots stand."""
        return f"{self.source}:{self.port}->{self.target}:{self.index}"

    @property
    def tags(self) -> tuple[str, ...]:
        """The words of `semanticTags` that hold for it."""
        kind = self.kind
        words = [str(kind.shape), "Bounded" if is_bounded(kind) else "Unbounded"]
        words.append(str(kind.order))
        words.append(str(kind.retries))
        words.append("Keyed" if kind.shape.is_keyed else "NotKeyed")
        words.append("Network" if self.network else "Local")
        words += ["Delayed"] if self.delayed else []
        words += ["Reference"] if self.index == REFERENCE else []
        return tuple(words)


def edges(graph: Graph) -> Iterator[Edge]:
    """Iterate over the edges whose both ends are there (a stale input has none)."""
    for node in graph.nodes.values():
        for index, ref in enumerate(node.inputs):
            source = graph.nodes.get(ref.slot)
            if source is None or ref.port >= len(source.outputs):
                continue
            kind = source.outputs[ref.port]
            crosses = kind.place.root != node.place.root or isinstance(node.op, Network)
            delayed = node.op.delays and index == len(node.inputs) - 1
            yield Edge(ref.slot, ref.port, node.slot, index, kind, crosses, delayed)
        for held in node.references:
            if source := graph.nodes.get(held.slot):
                yield Edge(held.slot, 0, node.slot, REFERENCE, source.outputs[0], network=False)


def is_bounded(kind: Kind) -> bool:
    """Whether the collection as a whole comes to an end."""
    return kind.bound == Bound.BOUNDED


def type_name(kind: Any) -> str:
    """Write a type as its user would: `int`, `u32`, `tuple[str, int]`, `?` where it is not known."""
    if kind is Any:
        return "?"
    if kind is None or kind is types.NoneType:
        return "None"
    if get_origin(kind) is Annotated:
        return WIDTHS.get(kind) or type_name(get_args(kind)[0])
    arguments = get_args(kind)
    if get_origin(kind) in (typing.Union, types.UnionType):
        return " | ".join(type_name(each) for each in arguments)
    name = getattr(kind, "__name__", None) or str(kind).replace("typing.", "")
    return f"{name}[{', '.join(map(_argument_name, arguments))}]" if arguments else str(name)


def _argument_name(argument: Any) -> str:
    if argument is Ellipsis:
        return "..."
    return "()" if argument == () else type_name(argument)


def element_name(kind: Kind) -> str:
    """Write what flows: `int`, or `str -> int` where there are keys."""
    value = type_name(kind.element)
    return f"{type_name(kind.key)} -> {value}" if kind.shape.is_keyed else value


def guarantees(kind: Kind) -> tuple[str, ...]:
    """Give the guarantees that matter for its shape: a singleton has no order."""
    words = [str(kind.bound), *((str(kind.order), str(kind.retries)) if kind.shape.is_stream else ())]
    return (*words, str(kind.consistency)) if kind.consistency is not Consistency.NONE else tuple(words)


def kind_text(kind: Kind) -> str:
    """Write a collection's type in one line."""
    return f"{kind.shape}[{', '.join((element_name(kind), *guarantees(kind)))}]"


def containers(graph: Graph) -> Iterator[tuple[Place, tuple[Place, ...]]]:
    """Iterate over the places at top level, each with the ticks in it, in order of creation."""
    known = {place.slot: place for place in graph.places.values()}
    for node in graph.nodes.values():
        _learn(known, node.place)
    roots = sorted((p for p in known.values() if p.parent is None), key=lambda place: place.number)
    for root in roots:
        yield root, tuple(p for p in known.values() if p.parent is not None and p.root == root and _is_used(graph, p))


def _is_used(graph: Graph, place: Place) -> bool:
    """Whether anything is drawn in it: the tick of an atomic section often stands empty."""
    return (place.kind == "tick" and not place.what) or any(True for _ in inside(graph, place))


def _learn(known: dict[str, Place], place: Place) -> None:
    """Add a place and the ones around it, so that a stale node is still drawn inside something."""
    known.setdefault(place.slot, place)
    if place.parent is not None:
        _learn(known, place.parent)


def client_of(node: Node) -> Place | None:
    """Give the external client at the other end of an operator, if it has one."""
    client = getattr(node.op, "client", None)
    return client if isinstance(client, Place) else None


def inside(graph: Graph, place: Place) -> Iterator[Node]:
    """Iterate over the nodes that are in a place itself, not in a tick of it."""
    return (node for node in graph.nodes.values() if node.place == place)


def is_unordered(kind: Kind) -> bool:
    """Whether the order of its elements means nothing."""
    return kind.shape.is_stream and kind.order is Order.NONE


def may_repeat(kind: Kind) -> bool:
    """Whether an element of it may come more than once."""
    return kind.shape.is_stream and kind.retries is Retries.AT_LEAST_ONCE
