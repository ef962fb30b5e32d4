"""A collection in words: its type, its guarantees, and where it comes from."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from hydro_nb.errors import StaleError
from hydro_nb.ir.picture import guarantees, type_name

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph
    from hydro_nb.ir.node import Kind, Ref
    from hydro_nb.lang.collection import Collection

_LONGEST = 12
"""Operators of a lineage that are shown."""


def heading(kind: Kind) -> str:
    """Write a collection's type with all its parameters."""
    key = [type_name(kind.key)] if kind.shape.is_keyed else []
    return f"{kind.shape}[{', '.join([*key, type_name(kind.element), kind.place.type_name, *guarantees(kind)])}]"


def describe(collection: Collection) -> str:
    """Write a collection's type, and one line for each operator it came through, newest first."""
    graph = collection.flow.graph
    try:
        head = heading(graph.kind(collection.ref))
    except StaleError:
        return f"{heading(collection.kind)}\n  (its cell no longer makes it)"
    return "\n".join([head, *(f"  {line}" for line in lineage(graph, collection.ref))])


def lineage(graph: Graph, ref: Ref) -> list[str]:
    """Give a line for each operator from here upwards, following the first input."""
    lines: list[str] = []
    seen: set[str] = set()
    node = graph.nodes.get(ref.slot)
    while node is not None and node.slot not in seen and len(lines) < _LONGEST:
        seen.add(node.slot)
        lines.append(f"{node.op.label}   {node.op.detail}".rstrip())
        node = graph.nodes.get(node.inputs[0].slot) if node.inputs else None
    return [*lines, "..."] if node is not None else lines


def bundle(collection: Collection) -> dict[str, str]:
    """Give the same as text and as text in HTML."""
    text = describe(collection)
    head, _, rest = text.partition("\n")
    html = f"<pre><b>{escape(head)}</b>\n{escape(rest)}</pre>"
    return {"text/plain": text, "text/html": html}
