"""The network edges of a graph as channels: who sends to whom, and how elements become bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hydro_nb.errors import EncodeError
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Kind, Node, Op, Order, Place
from hydro_nb.ir.ops.network import Network, SendExternal
from hydro_nb.ir.ops.source import SourceExternal
from hydro_nb.schema import bincode_supports, typed_msgpack_keeps
from hydro_nb.values import tag_name
from hydro_nb.wire import ChannelSpec, CodecSpec


def channels(graph: Graph, names: Mapping[str, str]) -> tuple[tuple[ChannelSpec, ...], dict[str, Any]]:
    """Give the channels, and the element types that their codecs need by name; `names` are those of the parts."""
    edges = [(node, *ends) for node in graph.nodes.values() if (ends := _ends(node))]
    links = {(sender.number, receiver.number) for _, sender, receiver in edges}
    types: dict[str, Any] = {}
    made: list[ChannelSpec] = []
    for number, (node, sender, receiver) in enumerate(edges):
        codec = _codec(node, number, types)
        made.append(
            ChannelSpec(
                id=number,
                name=_name(graph, node, sender, receiver),
                edge=node.slot,
                sender=sender.number,
                receiver=receiver.number,
                output=names.get(f"{node.slot}<") or names.get(node.slot, ""),
                input=names.get(node.slot, ""),
                codec=codec,
                cyclic=_reaches(receiver.number, sender.number, links),
                site=node.site,
                op=node.op.label,
                sender_tag=tag_name(sender.tag) if sender.kind == "cluster" else None,
                receiver_tag=tag_name(receiver.tag),
                **_transport(node.op),
            )
        )
    return tuple(made), types


def _transport(op: Op) -> dict[str, Any]:
    """Give which members an element goes to, and what may become of it on the way."""
    if not isinstance(op, Network):
        return {}
    return {"route": op.route, "policy": op.policy, "ordered": op.order is Order.TOTAL}


def _ends(node: Node) -> tuple[Place, Place] | None:
    op = node.op
    if isinstance(op, Network):
        return node.input_kinds[0].place.root, op.to
    if isinstance(op, SendExternal):
        return node.input_kinds[0].place.root, op.client
    if isinstance(op, SourceExternal):
        return op.client, op.place
    return None


def _name(graph: Graph, node: Node, sender: Place, receiver: Place) -> str:
    return _given(node) or f"{graph.display_name(sender)} -> {graph.display_name(receiver)}"


def _given(node: Node) -> str:
    """Give what the user calls a channel: a client's end by the variable that holds it."""
    match node.op:
        case SourceExternal(port=name):
            return name
        case SendExternal():
            return node.site.name
        case op:
            return getattr(op, "channel", "")


def _codec(node: Node, number: int, types: dict[str, Any]) -> CodecSpec:
    element = _on_wire(_carried(node))
    wanted = getattr(node.op, "codec", "auto")
    if wanted == "pickle":
        return CodecSpec("pickle")
    if wanted == "bincode":
        _require_bincode(node, element)
        return _named("bincode", element, number, types)
    if element is not Any and typed_msgpack_keeps(element):
        return _named("msgpack", element, number, types)
    return CodecSpec("self-describing")


def _carried(node: Node) -> Kind:
    if isinstance(node.op, Network):
        return node.op.carried(node.input_kinds[0])
    return node.outputs[0] if node.outputs else node.input_kinds[0]


def _named(codec: Any, element: Any, number: int, types: dict[str, Any]) -> CodecSpec:
    if _unknown(element):
        return CodecSpec(codec)
    types[f"__type_{number}"] = element
    return CodecSpec(codec, f"__type_{number}")


def _unknown(element: Any) -> bool:
    return element is Any or any(_unknown(arg) for arg in getattr(element, "__args__", ()) if arg is not ...)


def _require_bincode(node: Node, element: Any) -> None:
    reason = None if _unknown(element) else bincode_supports(element)
    if reason:
        remedy = "Use .send(process), or .map to a type that it has."
        raise EncodeError(f"bincode cannot carry {element}: {reason}\n  {node.site}\n  {remedy}")


def _on_wire(kind: Kind) -> Any:
    if not kind.shape.is_keyed:
        return kind.element
    return Any if Any in (kind.key, kind.element) else tuple[kind.key, kind.element]


def _reaches(start: int, goal: int, links: set[tuple[int, int]]) -> bool:
    seen = {start}
    waiting = [start]
    for place in waiting:
        if place == goal:
            return True
        new = {b for a, b in links if a == place} - seen
        seen |= new
        waiting.extend(new)
    return False
