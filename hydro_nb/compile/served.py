"""What a location shares with the world outside, as data: the TCP ports that it serves, and its sidecars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from hydro_nb.compile.split import Part
from hydro_nb.ir.node import Node
from hydro_nb.ir.ops.outside import BindSingleClient, ClientMembership, Framed, Outgoing, SidecarBidi
from hydro_nb.wire import CodecSpec, FramingSpec, ServedSpec, SidecarSpec


def served(parts: Sequence[Part]) -> tuple[ServedSpec, ...]:
    """Give the ports of a location."""
    return tuple(_port(part, parts) for part in parts if isinstance(part.node.op, BindSingleClient))


def _port(part: Part, parts: Sequence[Part]) -> ServedSpec:
    op, node = cast("BindSingleClient", part.node.op), part.node
    return ServedSpec(
        slot=node.slot,
        op=op.method,
        name=op.port,
        host=op.host,
        port=op.number,
        many=op.many,
        input=part.name,
        incoming=_framing(op.incoming, node, "in"),
        outgoing=_framing(op.outgoing, node, "out"),
        membership=_partner(part, parts, ClientMembership),
        output=_partner(part, parts, Outgoing),
        site=node.site,
        token=_token_name(node) if op.token else "",
    )


def _token_name(node: Node) -> str:
    return f"__token_{node.slot}"


def tokens(parts: Sequence[Part]) -> dict[str, Any]:
    """Give the secrets that clients of a location's ports must know, by name: they travel with the captured values."""
    ports = [(part.node, part.node.op) for part in parts]
    return {_token_name(node): op.token for node, op in ports if isinstance(op, BindSingleClient) and op.token}


def _partner(part: Part, parts: Sequence[Part], kind: type[ClientMembership | Outgoing]) -> str:
    """Give the name of the other end of a port or sidecar, if it has one."""
    slot = part.node.slot
    return next((each.name for each in parts if isinstance(each.node.op, kind) and each.node.op.slot == slot), "")


def _framing(framed: Framed, node: Node, way: str) -> FramingSpec:
    codec = CodecSpec(framed.codec, _type_name(node, way)) if framed.codec else None
    return FramingSpec(framed.kind, framed.limit, codec)


def _type_name(node: Node, way: str) -> str:
    return f"__type_{node.slot}_{way}"


def port_types(parts: Sequence[Part]) -> dict[str, Any]:
    """Give the types of elements that the codecs of a location's ports need, by name."""
    return dict(_types(parts))


def _types(parts: Sequence[Part]) -> Iterator[tuple[str, Any]]:
    for part in parts:
        op = part.node.op
        if isinstance(op, BindSingleClient):
            for way, framed in (("in", op.incoming), ("out", op.outgoing)):
                if framed.codec:
                    yield _type_name(part.node, way), framed.element


def sidecars(parts: Sequence[Part]) -> tuple[SidecarSpec, ...]:
    """Give the async functions that run beside the ticks of a location."""
    return tuple(_sidecar(part, parts) for part in parts if isinstance(part.node.op, SidecarBidi))


def _sidecar(part: Part, parts: Sequence[Part]) -> SidecarSpec:
    node = part.node
    return SidecarSpec(part.name, _partner(part, parts, Outgoing), part.name, node.op.label, node.slot, node.site)
