"""A graph as text: a stable form to compare, JSON in the keys of Hydro's viewer, DOT and Mermaid.

Pure functions. The stable form and JSON name nodes by slots and hold no cell numbers outside `site`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hydro_nb.ir.dot import COLOURS, to_dot
from hydro_nb.ir.picture import REFERENCE, Edge, containers, edges, inside, is_bounded, is_unordered, kind_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hydro_nb.ir.graph import Graph
    from hydro_nb.ir.node import Node, Place

__all__ = ["to_dot", "to_json", "to_mermaid", "to_text"]

# ---------------------------------------------------------------- stable text


def to_text(graph: Graph) -> str:
    r"""Write one line per operator, by location; equal graphs give equal texts.

    >>> from hydro_nb.ir.graph import Graph
    >>> to_text(Graph("empty"))
    'flow empty\n'
    """
    lines = [f"flow {graph.name}"]
    for root, ticks in containers(graph):
        lines.append(f"{graph.display_name(root)}: {root.type_name}")
        lines += [f"  {_statement(node)}" for node in inside(graph, root)]
        for tick in ticks:
            lines.append(f"  {tick.what or tick.kind} {tick.slot}")
            lines += [f"    {_statement(node)}" for node in inside(graph, tick)]
    return "\n".join(lines) + "\n"


def _statement(node: Node) -> str:
    """Write a node as an assignment: slot = op(inputs; settings) -> kinds."""
    inputs = ", ".join(ref.slot if ref.port == 0 else f"{ref.slot}:{ref.port}" for ref in node.inputs)
    given = "; ".join(part for part in (inputs, " ".join(node.op.detail.split())) if part)
    kinds = ", ".join(kind_text(kind) for kind in node.outputs)
    return f"{node.slot} = {node.op.label}({given})" + (f" -> {kinds}" if kinds else "")


# ---------------------------------------------------------------- JSON


def to_json(graph: Graph) -> str:
    """Write the graph as JSON that Hydro's own viewer (hydroscope) reads.

    >>> from hydro_nb.ir.graph import Graph
    >>> sorted(json.loads(to_json(Graph("empty"))))[:3]
    ['edgeStyleConfig', 'edges', 'hierarchyChoices']
    """
    return json.dumps(_tree(graph), indent=1, ensure_ascii=False)


def _tree(graph: Graph) -> dict[str, Any]:
    return {
        "nodes": [_json_node(graph, node) for node in graph.nodes.values()],
        "edges": [_json_edge(edge) for edge in edges(graph)],
        "hierarchyChoices": [{"id": "location", "name": "Location", "children": list(_hierarchy(graph))}],
        "nodeAssignments": {"location": {node.slot: node.place.slot for node in graph.nodes.values()}},
        "selectedHierarchy": "location",
        "edgeStyleConfig": EDGE_STYLES,
        "nodeTypeConfig": {"defaultType": "Transform", "types": NODE_TYPES},
        "legend": {"title": "Node types", "items": [{"type": kind, "label": kind} for kind in sorted(COLOURS)]},
    }


NODE_TYPES = [{"id": kind, "label": kind, "colorIndex": index} for index, kind in enumerate(sorted(COLOURS))]
EDGE_STYLES: dict[str, Any] = {
    "semanticPriorities": [
        ["Unbounded", "Bounded"],
        ["NoOrder", "TotalOrder"],
        ["Keyed", "NotKeyed"],
        ["Network", "Local"],
    ],
    "semanticMappings": {
        "BoundednessGroup": {"Bounded": {"halo": "none"}, "Unbounded": {"halo": "light-blue"}},
        "CollectionGroup": {
            "Stream": {"arrowhead": "triangle-filled", "color": "#2563eb"},
            "Singleton": {"arrowhead": "circle-filled", "color": "#000000"},
            "Optional": {"arrowhead": "diamond-open", "color": "#6b7280"},
        },
        "KeyednessGroup": {"Keyed": {"line-style": "hash-marks"}, "NotKeyed": {"line-style": "single"}},
        "NetworkGroup": {
            "Network": {"line-pattern": "dashed", "animation": "animated"},
            "Local": {"line-pattern": "solid"},
        },
        "OrderingGroup": {"NoOrder": {"waviness": "wavy"}, "TotalOrder": {"waviness": "none"}},
    },
}


def _json_node(graph: Graph, node: Node) -> dict[str, Any]:
    root = node.place.root
    full = f"{node.op.label}({node.op.detail})"
    return {
        "id": node.slot,
        "nodeType": node.op.category,
        "shortLabel": node.op.label,
        "label": node.op.label,
        "fullLabel": full,
        "data": {
            "locationId": root.number,
            "locationKey": root.slot,
            "locationName": graph.display_name(root),
            "locationType": root.kind.capitalize(),
            "outputs": [kind_text(kind) for kind in node.outputs],
            "backtrace": [{"fn": node.site.function, "file": node.site.cell, "line": node.site.line}]
            if node.site.cell
            else [],
            "source": node.site.text,
        },
    }


def _json_edge(edge: Edge) -> dict[str, Any]:
    return {
        "id": edge.id,
        "source": edge.source,
        "target": edge.target,
        "semanticTags": list(edge.tags),
        "label": kind_text(edge.kind),
    }


def _hierarchy(graph: Graph) -> Iterator[dict[str, Any]]:
    for root, ticks in containers(graph):
        children: list[dict[str, Any]] = [{"id": tick.slot, "name": tick.short_name, "children": []} for tick in ticks]
        yield {"id": root.slot, "name": graph.display_name(root), "children": children}


# ---------------------------------------------------------------- Mermaid

MERMAID_SHAPES = {
    "Source": ("([", "])"),
    "Join": ("{{", "}}"),
    "Aggregation": ("[(", ")]"),
    "Sink": ("[[", "]]"),
    "NonDeterministic": (">", "]"),
}


def to_mermaid(graph: Graph) -> str:
    """Write the graph as a Mermaid flowchart, which GitHub and many editors draw.

    >>> from hydro_nb.ir.graph import Graph
    >>> to_mermaid(Graph("empty")).splitlines()[0]
    'flowchart TD'
    """
    names = {slot: f"n{index}" for index, slot in enumerate(graph.nodes)}
    lines = ["flowchart TD"]
    for index, (root, ticks) in enumerate(containers(graph)):
        lines += _subgraph(graph, f"p{index}", root, ticks, names)
    lines += [f"  {names[edge.source]} {_mermaid_line(edge)} {names[edge.target]}" for edge in edges(graph)]
    lines += [f"  classDef {kind} fill:{fill},stroke:{line},color:#1f2933" for kind, (fill, line) in COLOURS.items()]
    lines += [f"  class {names[node.slot]} {node.op.category}" for node in graph.nodes.values()]
    return "\n".join(lines) + "\n"


def _subgraph(graph: Graph, name: str, root: Place, ticks: tuple[Place, ...], names: dict[str, str]) -> Iterator[str]:
    yield f"  subgraph {name}[{_mermaid_text(graph.display_name(root))}]"
    yield from (f"    {names[node.slot]}{_mermaid_node(node)}" for node in inside(graph, root))
    for index, tick in enumerate(ticks):
        yield f"    subgraph {name}t{index}[{_mermaid_text(tick.short_name)}]"
        yield from (f"      {names[node.slot]}{_mermaid_node(node)}" for node in inside(graph, tick))
        yield "    end"
    yield "  end"


def _mermaid_node(node: Node) -> str:
    left, right = MERMAID_SHAPES.get(node.op.category, ("[", "]"))
    return left + _mermaid_text(node.op.label) + right


def _mermaid_line(edge: Edge) -> str:
    """Thick across the network, dotted without an order, a plain arrow else; what ends, waits or is held is marked."""
    if edge.delayed or edge.index == REFERENCE:
        return f'-.->|"{"next tick" if edge.delayed else "reference"}"|'
    if edge.network:
        return f"== {_mermaid_text(kind_text(edge.kind))} ==>"
    arrow = "-.->" if is_unordered(edge.kind) else "-->"
    return f'{arrow}|"bounded"|' if is_bounded(edge.kind) else arrow


def _mermaid_text(text: str) -> str:
    """Quote for Mermaid, which reads HTML entities written with `#`."""
    safe = "".join(c if c.isalnum() or c in " _.,:()[]->+*=/" else f"#{ord(c)};" for c in text)
    return f'"{safe}"'
