"""Scratch copies of a graph with a port at one collection, so that it can be looked at without changing the flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from hydro_nb.errors import Site
from hydro_nb.ir.func import Func
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Bound, Kind, Op, Ref, Shape
from hydro_nb.ir.ops.atomic import EndAtomic
from hydro_nb.ir.ops.element import Map
from hydro_nb.ir.ops.gathered import Elements
from hydro_nb.ir.ops.network import SendExternal
from hydro_nb.ir.ops.order import IntoKeyed
from hydro_nb.ir.ops.outside import BindSingleClient, ClientMembership, ToSidecar
from hydro_nb.ir.ops.shape import IntoSingleton, IntoStream
from hydro_nb.ir.ops.time import AllTicks, Snapshot
from hydro_nb.ir.ops.value import OrNone
from hydro_nb.lang.collection import changed_list

if TYPE_CHECKING:
    from hydro_nb.ir.node import Node
    from hydro_nb.lang.collection import Collection

_SITE = Site()


class Observed:
    """A scratch graph, and the slot of the port in it."""

    def __init__(self, collection: Collection, *, whole: bool) -> None:
        flow, ref, kind = collection.flow.graph, collection.ref, collection.flow.graph.kind(collection.ref)
        self.kind = kind
        self.newest_only = not kind.shape.is_stream and kind.bound is not Bound.BOUNDED
        self.may_be_absent = self.newest_only and kind.shape is Shape.OPTIONAL and kind.place.kind != "tick"
        changed = changed_list(collection)
        start = (changed or ref).slot
        self.graph = _copy(flow, None if whole else set(_upstream(flow, start)))
        self.graph.begin("hydro_nb-observer")
        if changed is not None:
            ref = self._add(Elements(kind), changed)
        self.slot = self._add_port(ref)

    def _add_port(self, ref: Ref) -> str:
        if self.kind.place.kind == "atomic":
            ref = self._add(EndAtomic(), ref)
        for op in self._to_stream(self.kind.but(place=self.graph.kind(ref).place)):
            ref = self._add(op, ref)
        client = self.graph.place("external", _SITE)
        return self.graph.add(SendExternal(client), (ref,), _SITE).slot

    def _to_stream(self, kind: Kind) -> Iterator[Op]:
        """Give the operators that make a stream outside of ticks of a collection."""
        inside, top = kind.place.kind == "tick", kind.place
        if not kind.shape.is_stream and not inside and kind.bound is not Bound.BOUNDED:
            top = self.graph.place("tick", _SITE, parent=kind.place)
            yield Snapshot(top, "observed")
            inside = True
            if self.may_be_absent:
                yield Map(Func.of(_present, _SITE))
                yield OrNone()
        if kind.shape is Shape.KEYED_STREAM:
            yield IntoKeyed(to="entries")
        if kind.shape is Shape.KEYED_SINGLETON:
            yield IntoSingleton()
        if inside:
            yield AllTicks()
        elif not kind.shape.is_stream:
            yield IntoStream()

    def _add(self, op: Op, ref: Ref) -> Ref:
        return Ref(self.graph.add(op, (ref,), _SITE).slot)

    def shown(self, rows: list[object]) -> list[object]:
        """Give the rows that stand for the collection: of a changing value only the newest."""
        newest = rows[-1:] if self.newest_only else rows
        return [row[0] for row in newest if isinstance(row, tuple)] if self.may_be_absent else newest


def _present(value: object) -> tuple[object]:
    """Mark a value that is there: one that has gone again is shown by the lack of the mark."""
    return (value,)


def _copy(graph: Graph, only: set[str] | None) -> Graph:
    copy = Graph(graph.name, graph.variable)
    copy.debug = graph.debug
    kept = {slot: node for slot, node in graph.nodes.items() if only is None or slot in only}
    copy.nodes = kept if only is None else {slot: _unbound(node) for slot, node in kept.items()}
    copy.places = dict(graph.places)
    return copy


def _unbound(node: Node) -> Node:
    """Let a port be any that is free, as the flow itself may be running."""
    if isinstance(node.op, BindSingleClient):
        return replace(node, op=replace(node.op, number=0))
    return node


def _upstream(graph: Graph, slot: str) -> Iterator[str]:
    """Iterate over what a node is made of, over what changes that through references, and over their partners."""
    seen: set[str] = set()
    todo, changers, partners = [slot], _changers(graph), _partners(graph)
    while todo:
        node: Node | None = graph.nodes.get(todo.pop())
        if node is not None and node.slot not in seen:
            seen.add(node.slot)
            yield node.slot
            todo.extend(ref.slot for ref in node.inputs)
            todo.extend(held.slot for held in node.references)
            todo.extend(changers.get(node.slot, ()))
            todo.extend(partners.get(node.slot, ()))


def _partners(graph: Graph) -> dict[str, list[str]]:
    """Give, by slot, what works only together with it: a port for its clients' coming, what a sidecar is fed by."""
    found: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        if isinstance(node.op, ClientMembership):
            found.setdefault(node.slot, []).append(node.op.slot)
        elif isinstance(node.op, ToSidecar):
            found.setdefault(node.op.slot, []).append(node.slot)
    return found


def _changers(graph: Graph) -> dict[str, list[str]]:
    """Give, by slot, the operators whose functions may change what is there."""
    found: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        for held in node.references:
            if held.mutable:
                found.setdefault(held.slot, []).append(node.slot)
    return found
