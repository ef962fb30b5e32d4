"""A graph as Graphviz DOT: a container per location, classes and ids that the page's style sheet and live numbers use.

The colours written here are those of a light page, for viewers that know no style sheet.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hydro_nb.ir.node import Kind, Node, Place, Shape
from hydro_nb.ir.outline import Box, Bundle, By, Outline, bundles, outline
from hydro_nb.ir.picture import (
    REFERENCE,
    Edge,
    client_of,
    edges,
    is_bounded,
    is_unordered,
    kind_text,
    may_repeat,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from hydro_nb.ir.graph import Graph

ROOM = "0000.0k  0000.0k/s"
"""The widest live number: laid out in its place, so that nothing moves when numbers come."""

CLIENT = "/client"
"""What is added to a slot to name the client's end of it."""

DETAIL = 26
"""Characters of the user's function that a node shows."""

PLACE_CLASSES = {"cluster": "members"}
"""What the style sheet calls a place, where Graphviz has another use for its kind."""

SHAPES = {
    "Source": "cds",
    "Transform": "box",
    "Join": "hexagon",
    "Aggregation": "cylinder",
    "Network": "box",
    "Sink": "box",
    "NonDeterministic": "box",
}
STYLES = {"Transform": "rounded,filled", "Network": "rounded,filled", "NonDeterministic": "rounded,filled,dashed"}
COLOURS = {
    "Source": ("#e5f5eb", "#2c9458"),
    "Transform": ("#f4f6f8", "#8592a3"),
    "Join": ("#e0f4f4", "#23898f"),
    "Aggregation": ("#efe9fd", "#7756d0"),
    "Network": ("#e3eefd", "#2f74d0"),
    "Sink": ("#fbe8f3", "#b84a92"),
    "NonDeterministic": ("#fff2cf", "#b98205"),
}
INK, QUIET, NET = "#1f2933", "#66727f", "#2f74d0"


@dataclass(frozen=True, slots=True)
class _Look:
    """What is drawn, and how."""

    graph: Graph
    live: bool
    highlight: frozenset[str]
    sizes: Mapping[str, int]
    """of clusters by slot, where it is known how many members they have"""
    outline: Outline
    at: Mapping[str, list[str]]
    """what is in each box itself"""
    inside: Mapping[str, list[str]]
    """what each closed box stands for"""
    stale: Mapping[str, str]
    """the nodes that stand on something that has changed, and on what"""

    def stands(self, *slots: str) -> bool:
        """Whether these are drawn themselves, and no closed box stands for them."""
        return all(self.outline.shown(slot) == slot for slot in slots)


def to_dot(
    graph: Graph,
    *,
    live: bool = False,
    highlight: Collection[str] = (),
    sizes: Mapping[str, int] = {},
    direction: str = "TB",
    by: By = "location",
    closed: Collection[str] = (),
) -> str:
    """Write the graph as DOT; `live` leaves room for numbers, `highlight` marks slots that a cell has just made.

    `sizes` says how many members clusters have, by slot; `closed` are boxes of the outline `by` that are one node each.

    >>> from hydro_nb.ir.graph import Graph
    >>> print(to_dot(Graph("empty")).splitlines()[0])
    digraph "empty" {
    """
    boxes = outline(graph, by, closed)
    look = _Look(graph, live, frozenset(highlight), sizes, boxes, boxes.contents(), boxes.members(), graph.stale())
    body = [line for box in look.outline.boxes.values() if not box.parent for line in _box(look, box, "  ")]
    body = _apart(body) if direction == "columns" else body
    arrows = [_arrow(edge, direction) for edge in edges(graph) if look.stands(edge.source, edge.target)]
    arrows += [_bundle(each) for each in bundles(graph, look.outline)]
    arrows += [_client_arrow(look, node, direction) for node in graph.nodes.values() if client_of(node)]
    lines = [f"digraph {_quote(graph.name)} {{", *_settings(direction), *body, *filter(None, arrows), "}"]
    return "\n".join(lines) + "\n"


def _settings(direction: str) -> list[str]:
    across = "LR" if direction == "LR" else "TB"
    apart = {"LR": "ranksep=0.5 nodesep=0.22", "TB": "ranksep=0.3 nodesep=0.28"}.get(
        direction, "ranksep=0.3 nodesep=0.5"
    )
    font = "fontname=Helvetica fontsize"
    return [
        f"  graph [id=hydro rankdir={across} {apart} bgcolor=transparent pad=0.1 outputorder=edgesfirst]",
        f"  graph [{font}=12 labeljust=l]",
        f'  node [{font}=12 fontcolor="{INK}" height=0.36 margin="0.13,0.06" penwidth=1.2]',
        f'  edge [{font}=10 fontcolor="{QUIET}" color="{QUIET}" arrowsize=0.7 penwidth=1.3]',
    ]


def _apart(body: list[str]) -> list[str]:
    """Put an unseen frame around each location, which keeps the columns far enough apart for lines between them."""
    lines: list[str] = []
    for line in body:
        begins = line.startswith("  subgraph")
        lines += [f'  {line.strip()[:-3]}/frame" {{ graph [style=invis margin=8 label=""]'] if begins else []
        lines += [line, "  }"] if line == "  }" else [line]
    return lines


def _box(look: _Look, box: Box, indent: str) -> Iterator[str]:
    """Write a box with what is in it; a closed one as one node."""
    if box.slot in look.outline.closed:
        yield indent + _closed(look, box)
        return
    here = look.at.get(box.slot, ())
    nodes = [look.graph.nodes[slot] for slot in here if slot in look.graph.nodes]
    ports = [look.graph.nodes[slot.removesuffix(CLIENT)] for slot in here if slot not in look.graph.nodes]
    inner = [each for each in look.outline.boxes.values() if each.parent == box.slot]
    if box.place and box.place.parent and not nodes:
        return
    yield f"{indent}subgraph {_quote('cluster_' + box.slot)} {{"
    yield f"{indent}  graph [{_frame(look, box, ports)}]"
    yield from (f"{indent}  {_node(look, node)}" for node in nodes)
    yield from (f"{indent}  {_port(node)}" for node in ports)
    for each in inner:
        yield from _box(look, each, indent + "  ")
    if not nodes and not inner and not ports:
        empty = f'shape=plaintext class=empty label="no operators yet" fontcolor="{QUIET}" fontsize=10'
        yield f"{indent}  {_quote(box.slot + '/empty')} [{empty}]"
    yield indent + "}"


def _frame(look: _Look, box: Box, ports: list[Node]) -> str:
    """Write how the frame of an open box looks."""
    place = box.place
    if place is None or place.parent:
        tip, style = ("one tick at a time", "rounded,dashed") if place else (box.title, "rounded")
        kind = "tick" if place else "code"
        return (
            f'id={_quote(box.slot)} class="place {kind}" label={_quote(ascii_text(box.title))}'
            f' tooltip={_quote(tip)} style="{style}" color="#aab4c0" fontcolor="{QUIET}" fontsize=10 margin=10'
        )
    style = "rounded,dashed" if place.kind == "external" else "rounded,filled"
    below = " labelloc=b" if any(not node.outputs for node in ports) else ""  # clear of what comes from above
    return (
        f'id={_quote(box.slot)} margin=12 class="place {PLACE_CLASSES.get(place.kind, place.kind)}"'
        f" label=<<b>{html.escape(box.title)}</b>{_members(look, place)}>"
        f' tooltip={_quote(place.type_name)} style="{style}" color="#c9d1da" fillcolor="#fbfcfd" fontcolor="{INK}"'
        f"{below}"
    )


def _closed(look: _Look, box: Box) -> str:
    """Write a closed box: its name, how much is in it, and room for what arrives."""
    inside = [slot for slot in look.inside.get(box.slot, ()) if slot in look.graph.nodes]
    members = _members(look, box.place) if box.place else ""
    rows = [f"<b>{html.escape(ascii_text(box.title))}</b>{members}"]
    size = f"{len(inside)} operator{'' if len(inside) == 1 else 's'}"
    rows += [f'<font point-size="10" color="{QUIET}">{size}</font>'] if inside else []
    live = look.live and bool(inside)
    rows += [f'<font point-size="10" color="{NET}">{ROOM}</font>'] if live else []
    place = PLACE_CLASSES.get(box.place.kind, box.place.kind) if box.place else "code"
    words = ["closed", place, "live" if live else "", "new" if look.highlight.intersection(inside) else ""]
    named = _quote(" ".join(filter(None, words)))
    return (
        f"{_quote(box.slot)} [id={_quote(box.slot)} class={named} label=<{'<br/>'.join(rows)}>"
        f' tooltip={_quote(box.title)} shape=box style="rounded,filled" color="#8592a3" fillcolor="#fbfcfd"'
        ' penwidth=1.2 margin="0.2,0.12"]'
    )


def _bundle(bundle: Bundle) -> str:
    """Write the edges between two boxes as one line, with their number where there are several."""
    net = any(edge.network for edge in bundle.edges)
    tip = "\n".join(dict.fromkeys(kind_text(edge.kind) for edge in bundle.edges))
    first = bundle.edges[0]
    words = edge_classes(first) if len(bundle.edges) == 1 else ["stream", "unbounded", *(["net"] if net else [])]
    shown = {"id": bundle.id, "class": " ".join(["bundle", *words]), "tooltip": tip, "arrowhead": _head(first.kind)}
    shown |= {"label": f" {len(bundle.edges)} "} if len(bundle.edges) > 1 else {}
    shown |= {"color": NET, "fontcolor": NET, "penwidth": "2", "style": "dashed"} if net else {}
    settings = " ".join(f"{name}={_quote(value)}" for name, value in shown.items())
    return f"  {_quote(bundle.source)} -> {_quote(bundle.target)} [{settings}]"


def _members(look: _Look, root: Place) -> str:
    """Write beside the name of a cluster what it is, or how many members it has."""
    if root.kind != "cluster":
        return ""
    count = look.sizes.get(root.slot)
    words = "cluster" if count is None else "1 member" if count == 1 else f"{count} members"
    return f'  <font point-size="10" color="{QUIET}">{words}</font>'


def _port(node: Node) -> str:
    """Write the client's end of an operator: what a client does there."""
    does = "send" if node.outputs else "receive"
    shape = (
        f'shape=box style="rounded,dashed" class=port label="{does}" color="{QUIET}" fontcolor="{QUIET}" fontsize=11'
    )
    return f"{_quote(node.slot + CLIENT)} [id={_quote(node.slot + CLIENT)} {shape}]"


def _client_arrow(look: _Look, node: Node, direction: str) -> str:
    """Write the line between a client and the process that it talks to."""
    here, there = look.outline.shown(node.slot), look.outline.shown(node.slot + CLIENT)
    ends = (there, here) if node.outputs else (here, there)
    if here == there:
        return ""
    apart = "constraint=false tailport=e headport=w" if direction == "columns" else ""
    kind = node.outputs[0] if node.outputs else node.input_kinds[0]
    line = (
        f'class="stream unbounded net" tooltip={_quote(kind_text(kind))} color="{NET}" penwidth=2 style=dashed {apart}'
    )
    return f"  {_quote(ends[0])} -> {_quote(ends[1])} [id={_quote(f'{ends[0]}:0->{ends[1]}:0')} {line}]"


def _node(look: _Look, node: Node) -> str:
    category, slot = node.op.category, _quote(node.slot)
    fill, line = COLOURS[category]
    room = look.live and shows_count(node)
    why = look.stale.get(node.slot)
    marks = {"new": node.slot in look.highlight, "live": room, "stale": why is not None}
    words = ["op", category.lower(), *(word for word, holds in marks.items() if holds)]
    given = {
        "class": _quote(" ".join(words)),
        "label": f"<{_label(node, room=room, stale=why is not None)}>",
        "tooltip": _quote("\n".join(filter(None, [tooltip(node), why and f"stale: {why}"]))),
        "shape": SHAPES[category],
        "style": _quote(",".join([STYLES.get(category, "filled"), *(["dashed"] if why is not None else [])])),
        "fillcolor": _quote(fill),
        "color": _quote(line),
        "penwidth": "2.4" if "new" in words else "1.2",
    }
    return f"{slot} [id={slot} {' '.join(f'{key}={value}' for key, value in given.items())}{_extra(category)}]"


def _extra(category: str) -> str:
    """Give shapes that point somewhere the room that their point takes; a sink has a double line."""
    return {"Source": ' margin="0.2,0.09"', "Sink": " peripheries=2", "Join": ' margin="0.02,0.03"'}.get(category, "")


def _label(node: Node, *, room: bool, stale: bool) -> str:
    rows = [f"<b>{html.escape(ascii_text(node.op.label))}</b>"]
    if stale:
        again = f"stale: run {node.site.cell} again" if node.site.cell else "stale"
        rows.append(f'<font point-size="10" color="{INK}"><b>{html.escape(ascii_text(again))}</b></font>')
    if detail := shorten(node.op.detail):
        rows.append(f'<font face="Courier" point-size="10" color="{QUIET}">{html.escape(detail)}</font>')
    if room:
        rows.append(f'<font point-size="10" color="{NET}">{ROOM}</font>')
    return "<br/>".join(rows)


def shows_count(node: Node) -> bool:
    """Whether exact numbers are shown without asking: at the receiving end of network edges, and on sinks."""
    return node.op.category in ("Network", "Sink")


def tooltip(node: Node) -> str:
    """Give the user's line, and what comes out."""
    where = f"{node.site.cell}, line {node.site.line}: {node.site.text.strip()}" if node.site.cell else node.op.label
    return "\n".join((where, *(kind_text(kind) for kind in node.outputs)))


def _arrow(edge: Edge, direction: str) -> str:
    kind = edge.kind
    classes = " ".join(edge_classes(edge))
    shown = {
        "id": edge.id,
        "class": classes,
        "tooltip": kind_text(kind),
        "arrowhead": _head(kind),
        "tailclip": "false",
    }
    if edge.network:
        shown |= {"color": NET, "fontcolor": NET, "penwidth": "2", "style": "dashed", "tailclip": "true"}
        shown |= {"constraint": "false", "tailport": "e", "headport": "w"} if direction == "columns" else {}
    elif is_unordered(kind):
        shown |= {"style": "dotted"}
    if edge.delayed:
        shown |= {"style": "dashed", "constraint": "false", "xlabel": "next tick", "arrowhead": "vee"}
    elif edge.index == REFERENCE:
        shown |= {"style": "dashed", "arrowhead": "vee", "tooltip": f"reference to {kind_text(kind)}"}
        shown |= {"dir": "both", "arrowtail": "odot", "tailclip": "true"}
    elif kind.shape.is_keyed and not edge.network:
        shown |= {"color": f"{shown.get('color', QUIET)}:transparent:{shown.get('color', QUIET)}", "penwidth": "1"}
    settings = " ".join(f"{name}={_quote(value)}" for name, value in shown.items())
    return f"  {_quote(edge.source)} -> {_quote(edge.target)} [{settings}]"


def edge_classes(edge: Edge) -> list[str]:
    """Give the style sheet's words for an edge."""
    kind = edge.kind
    words = [str(kind.shape).lower(), "bounded" if is_bounded(kind) else "unbounded"]
    words += ["unordered"] if is_unordered(kind) else []
    words += ["repeats"] if may_repeat(kind) else []
    words += ["keyed"] if kind.shape.is_keyed else []
    words += ["delayed"] if edge.delayed else ["reference"] if edge.index == REFERENCE else []
    return [*words, "net"] if edge.network else words


def _head(kind: Kind) -> str:
    """Streams end in an arrow, values in a dot, values that may be missing in a diamond; a bar marks what ends."""
    heads = {Shape.SINGLETON: "dot", Shape.KEYED_SINGLETON: "dot", Shape.OPTIONAL: "odiamond"}
    return ("tee" if is_bounded(kind) else "") + heads.get(kind.shape, "normal")


def shorten(text: str, width: int = DETAIL) -> str:
    """Cut a function's text to what a node has room for, in characters whose width Graphviz knows."""
    flat = " ".join(ascii_text(text).split())
    return flat if len(flat) <= width else flat[: width - 2].rstrip() + ".."


def ascii_text(text: str) -> str:
    """Replace what Graphviz's built-in metrics have no width for."""
    return "".join(c if 31 < ord(c) < 127 else " " if c.isspace() else "?" for c in text)


def _quote(text: str) -> str:
    """Quote for DOT, where a backslash would begin an escape of Graphviz's own."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
