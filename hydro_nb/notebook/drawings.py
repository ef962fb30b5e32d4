"""The pictures of one graph that pages ask for: grouped by location or by code, with some boxes closed.

Graphviz may take seconds, so pictures are made in a thread beside, one at a time, and kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, cast

from hydro_nb.ir.outline import MANY, bundles, everything, outline
from hydro_nb.notebook.layout import draw

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hydro_nb.ir.graph import Graph
    from hydro_nb.ir.outline import By

KEPT = 16
"""Pictures that are kept: a large one has megabytes."""

Wanted = tuple["By", frozenset[str]]


def opening(graph: Graph) -> frozenset[str]:
    """Give the boxes that are closed when a graph is first shown: all of them where it is large.

    >>> from hydro_nb.ir.graph import Graph
    >>> opening(Graph())
    frozenset()
    """
    return everything(graph) if len(graph.nodes) > MANY else frozenset()


def picture(
    graph: Graph,
    *,
    live: bool,
    highlight: Collection[str] = (),
    sizes: Mapping[str, int] = {},
    by: By = "location",
    closed: Collection[str] = (),
) -> dict[str, Any]:
    """Draw a graph and say what its boxes and its lines stand for, as plain data.

    `boxes` holds those that are drawn, with the operators of closed ones, and `bundles` the edges of lines that are
    several or lead to a closed box, by the line's id.
    """
    made = outline(graph, by, closed)
    drawing = draw(graph, live=live, highlight=highlight, sizes=sizes, by=by, closed=made.closed)
    inside = made.members()
    return {
        "svg": drawing.svg if drawing else "",
        "by": by,
        "closed": sorted(made.closed),
        "boxes": {box.slot: {"title": box.title, "inside": inside.get(box.slot, [])} for box in made.visible()},
        "bundles": {each.id: [[edge.source, edge.target] for edge in each.edges] for each in bundles(graph, made)},
    }


class Drawings:
    """Makes pictures of one graph, each once."""

    def __init__(self, graph: Graph, sizes: Mapping[str, int]) -> None:
        self._graph = graph
        self._sizes = sizes
        self._lock = threading.Lock()
        self._made: OrderedDict[Wanted, dict[str, Any]] = OrderedDict()

    def drawn(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Make what a page asks for, which may be anything; takes as long as Graphviz does."""
        by: By = "code" if content.get("by") == "code" else "location"
        wanted = by, self._closed(by, content.get("closed"))
        with self._lock:
            if wanted not in self._made:
                self._made[wanted] = picture(self._graph, live=True, sizes=self._sizes, by=by, closed=wanted[1])
            self._made.move_to_end(wanted)
            if len(self._made) > KEPT:
                self._made.popitem(last=False)
            return self._made[wanted]

    def _closed(self, by: By, asked: object) -> frozenset[str]:
        if isinstance(asked, list):
            return outline(self._graph, by, [str(each) for each in cast("list[object]", asked)]).closed
        return everything(self._graph, by) if asked == "all" or len(self._graph.nodes) > MANY else frozenset()
