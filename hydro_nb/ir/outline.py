"""Which boxes a picture of a graph has, one inside another, and which of them are closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hydro_nb.ir.picture import Edge, client_of, containers, edges

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from hydro_nb.ir.graph import Graph
    from hydro_nb.ir.node import Place

By = Literal["location", "code"]
"""What boxes stand for: where operators run, or the cells and functions that made them."""

MANY = 80
"""Operators above which a picture is shown with its boxes closed: with more, names are too small to be read."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a picture."""

    slot: str
    title: str
    parent: str = ""
    """the box around it; empty where there is none"""
    place: Place | None = None


@dataclass(slots=True)
class Outline:
    """The boxes of a graph, outer ones first, and in which of them each operator is."""

    by: By
    boxes: dict[str, Box] = field(default_factory=dict[str, Box])
    homes: dict[str, str] = field(default_factory=dict[str, str])
    """operator, or the client's end of one -> the innermost box that it is in"""
    closed: frozenset[str] = frozenset()

    def around(self, box: str) -> Iterator[str]:
        """Iterate over a box and all that it stands in, the innermost first."""
        while box:
            yield box
            box = self.boxes[box].parent

    def shown(self, slot: str) -> str:
        """Give what stands for an operator: the outermost closed box that it is in, or itself."""
        return next(self._closed_around(slot), slot)

    def _closed_around(self, slot: str) -> Iterator[str]:
        return (box for box in reversed([*self.around(self.homes[slot])]) if box in self.closed)

    def contents(self) -> dict[str, list[str]]:
        """Give what is in each box itself, not in one inside it."""
        found: dict[str, list[str]] = {}
        for slot, box in self.homes.items():
            found.setdefault(box, []).append(slot)
        return found

    def members(self) -> dict[str, list[str]]:
        """Give the operators of each closed box that is drawn."""
        found: dict[str, list[str]] = {}
        for slot in self.homes:
            box = self.shown(slot)
            if box != slot:
                found.setdefault(box, []).append(slot)
        return found

    def visible(self) -> Iterator[Box]:
        """Iterate over the boxes that no closed one hides."""
        for box in self.boxes.values():
            if not self.closed.intersection(self.around(box.parent)):
                yield box


def outline(graph: Graph, by: By = "location", closed: Collection[str] = ()) -> Outline:
    """Give the boxes of a graph; `closed` are those that are drawn as one operator.

    >>> from hydro_nb.ir.graph import Graph
    >>> outline(Graph()).boxes
    {}
    """
    made = Outline(by)
    if by == "location":
        _by_location(graph, made)
    else:
        _by_code(graph, made)
    made.closed = frozenset(closed).intersection(made.boxes)
    return made


def everything(graph: Graph, by: By = "location") -> frozenset[str]:
    """Give the boxes to close where all are: the outermost, and those inside so that one opens at a time.

    >>> from hydro_nb.ir.graph import Graph
    >>> everything(Graph())
    frozenset()
    """
    return frozenset(outline(graph, by).boxes)


def _by_location(graph: Graph, made: Outline) -> None:
    for root, ticks in containers(graph):
        made.boxes[root.slot] = Box(root.slot, graph.display_name(root), "", root)
        for tick in ticks:
            made.boxes[tick.slot] = Box(tick.slot, tick.short_name, root.slot, tick)
    for node in graph.nodes.values():
        made.homes[node.slot] = node.place.slot
        if client := client_of(node):
            made.homes[f"{node.slot}/client"] = client.slot


def _by_code(graph: Graph, made: Outline) -> None:
    for node in graph.nodes.values():
        cell = node.site.cell or "elsewhere"
        outer = f"code:{cell}"
        made.boxes.setdefault(outer, Box(outer, cell))
        inner = f"{outer}:{node.site.function}" if node.site.function else outer
        made.boxes.setdefault(inner, Box(inner, f"{node.site.function}()", outer))
        made.homes[node.slot] = inner
        if client_of(node):
            made.homes[f"{node.slot}/client"] = inner


@dataclass(frozen=True, slots=True)
class Bundle:
    """The edges between two things that are drawn, of which one at least is a closed box."""

    source: str
    target: str
    edges: tuple[Edge, ...]

    @property
    def id(self) -> str:
        """Its name in pictures."""
        return f"{self.source}:0->{self.target}:0"


def bundles(graph: Graph, made: Outline) -> list[Bundle]:
    """Gather the edges that lead into closed boxes and out of them; those inside one are not drawn."""
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges(graph):
        ends = made.shown(edge.source), made.shown(edge.target)
        if ends != (edge.source, edge.target) and ends[0] != ends[1]:
            found.setdefault(ends, []).append(edge)
    return [Bundle(*ends, tuple(each)) for ends, each in found.items()]
