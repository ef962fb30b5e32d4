"""What the page has to know of a graph besides its picture: an entry per operator, and the list of streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hydro_nb.ir.picture import client_of, edges, element_name, guarantees, kind_text
from hydro_nb.ir.text import to_text
from hydro_nb.notebook.alike import counted_alike
from hydro_nb.notebook.drawings import opening, picture

if TYPE_CHECKING:
    from hydro_nb.errors import Site
    from hydro_nb.ir.graph import Graph
    from hydro_nb.ir.node import Kind, Node


def graph_trait(
    graph: Graph, *, live: bool, highlight: Collection[str] = (), sizes: Mapping[str, int] = {}
) -> dict[str, Any]:
    """Give everything that a page shows of a graph, as plain data; `sizes` are those of clusters, by slot.

    The kinds of what operators give are in one list, to which each of them refers: most are alike.
    """
    kinds = Kinds()
    drawn = picture(graph, live=live, highlight=highlight, sizes=sizes, closed=opening(graph))
    return {
        **drawn,
        "text": to_text(graph) if graph.nodes and not drawn["svg"] else "",
        "summary": summary(graph),
        "nodes": {node.slot: _node(graph, node, kinds) for node in graph.nodes.values()},
        "kinds": kinds.told,
        "places": {place.slot: graph.display_name(place) for place in graph.places.values() if not place.parent},
        "streams": _told_apart(graph, [*_sinks_and_edges(graph), *_values(graph)]),
        "links": links(graph),
        "alike": counted_alike(graph),
    }


def links(graph: Graph) -> list[dict[str, Any]]:
    """Give who sends to whom, with the edges that do, and whether they may lose what they carry."""
    ways: dict[tuple[str, str], dict[str, Any]] = {}
    for edge in edges(graph):
        node = graph.nodes[edge.target]
        ends = (graph.nodes[edge.source].place.root, node.place.root)
        if not edge.network or any(end.kind == "external" for end in ends):
            continue
        first, last = map(graph.display_name, ends)
        way = ways.setdefault((first, last), {"first": first, "last": last, "slots": [], "lossy": False})
        way["slots"].append(node.slot)
        way["lossy"] |= getattr(node.op, "policy", "fail_stop") != "fail_stop"
    return [*ways.values()]


def summary(graph: Graph) -> str:
    """Say in words how large a graph is.

    >>> from hydro_nb.ir.graph import Graph
    >>> summary(Graph())
    'dataflow with 0 locations, 0 operators'
    """
    return f"dataflow with {size(graph)}"


def size(graph: Graph) -> str:
    """Count locations and operators.

    >>> from hydro_nb.ir.graph import Graph
    >>> size(Graph())
    '0 locations, 0 operators'
    """
    places = sum(place.parent is None for place in graph.places.values())
    return f"{_many(places, 'location')}, {_many(len(graph.nodes), 'operator')}"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _node(graph: Graph, node: Node, kinds: Kinds) -> dict[str, Any]:
    shown = node.outputs or node.input_kinds[:1]
    return {
        "label": node.op.label,
        "detail": node.op.detail,
        "category": node.op.category,
        "place": graph.display_name(node.place),
        "site": site(node.site),
        "outputs": [kinds.number(kind) for kind in shown],
    }


def site(place: Site) -> dict[str, Any]:
    """Give a line of the user's as plain data."""
    told = {"cell": place.cell, "line": place.line, "text": place.text, "function": place.function}
    return told | {"start": place.start, "end": place.end} if place.end else told


class Kinds:
    """What operators give, each kind told once."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}

    def number(self, kind: Kind) -> int:
        """Give the number of a kind among those that are told."""
        text = kind_text(kind)
        if text not in self._numbers:
            self._numbers[text] = len(self.told)
            told = {"text": text, "shape": str(kind.shape), "element": element_name(kind)}
            self.told.append({**told, "guarantees": list(guarantees(kind))})
        return self._numbers[text]


def _sinks_and_edges(graph: Graph) -> Iterator[dict[str, str]]:
    """Iterate over what is sampled without asking: what crosses the network, and what reaches a sink."""
    crossing = {edge.target: edge.source for edge in edges(graph) if edge.network}
    for node in graph.nodes.values():
        here = graph.display_name(node.place)
        if node.slot in crossing:
            there = graph.display_name(graph.nodes[crossing[node.slot]].place)
            yield {"slot": node.slot, "kind": "network", "title": f"{there} \u2192 {here}", "route": _channel(node)}
        elif client := client_of(node):
            there = graph.display_name(client)
            title = f"{there} \u2192 {here}" if node.outputs else f"{here} \u2192 {there}"
            yield {"slot": node.slot, "kind": "network", "title": title, "route": _channel(node)}
        elif node.op.category == "Sink":
            yield {"slot": node.slot, "kind": "sink", "title": node.op.label, "route": f"on {here}"}


def _channel(node: Node) -> str:
    """Give the operator that sends, with the name of the channel or of what arrives: one of several, perhaps."""
    name = getattr(node.op, "channel", "") or node.site.name
    return f"{name} ({node.op.label})" if name else node.op.label


def _told_apart(graph: Graph, streams: list[dict[str, str]]) -> list[dict[str, str]]:
    """Add the line to those that would read alike."""
    counts = Counter((each["title"], each["route"]) for each in streams)
    return [
        each | {"route": f"{each['route']}, {graph.nodes[each['slot']].site.short}"}
        if counts[each["title"], each["route"]] > 1
        else each
        for each in streams
    ]


def _values(graph: Graph) -> Iterator[dict[str, str]]:
    """Iterate over the aggregations that go on from tick to tick, whose present value is shown."""
    for node in graph.nodes.values():
        if node.op.category != "Aggregation" or node.outputs[0].shape.is_stream or node.place.kind == "tick":
            continue
        inside = ", in an atomic section" if node.place.kind == "atomic" else ""
        route = f"on {graph.display_name(node.place.root)}{inside}"
        named = _named(graph, node)
        if named and named is not node:
            route = f"{node.op.label} {route}"
        name = named.site.name if named else node.op.label
        yield {"slot": node.slot, "kind": "value", "title": name, "route": route}


def _named(graph: Graph, node: Node) -> Node | None:
    """Find what the user gave a name to: the aggregation itself, or the end of the chain that it begins."""
    for _ in graph.nodes:
        if node.site.name:
            return node
        users = {edge.target for edge in edges(graph) if edge.source == node.slot}
        if len(users) != 1:
            return None
        user = graph.nodes[users.pop()]
        live = bool(user.outputs) and not user.outputs[0].shape.is_stream
        if user.op.category != "Transform" or not live or user.site.cell != node.site.cell:
            return None
        node = user
    return None
