"""Large values at the end of a batch: they are copied once, to where they stand in the frame, and aligned there."""

from __future__ import annotations

from typing import Any

import msgspec

from hydro_nb.runtime.codec import nodes
from hydro_nb.runtime.codec.body import Body, Parts
from hydro_nb.runtime.codec.limits import LARGE
from hydro_nb.wire import HEADER

ALIGNED = 8
"""Where arrays begin, from the begin of their frame; every carrier has that at such an address"""
_AROUND, _SIZED = {nodes.Tuples, nodes.Records}, {nodes.Blobs, nodes.Arrays}
_NO_BYTES = b"\xc4\x00"
_encode = msgspec.msgpack.Encoder().encode


def encoded(node: nodes.Node) -> Body:
    r"""Write a tree of columns; a large value at its end stays where it is.

    >>> encoded(nodes.Blobs([b"x"])), len(encoded(nodes.Blobs([bytes(LARGE)]))) - LARGE
    (b'\x92\xa1y\x91\xc4\x01x', 9)
    """
    column = _last(node)
    if column is None:
        return _encode(node)
    items = column.items
    tail = memoryview(items[-1])
    column.items = [*items[:-1], b""]
    try:
        return Parts(_headed(node, column, tail.nbytes), tail)
    finally:
        column.items = items


def _headed(node: nodes.Node, column: Any, size: int) -> bytes:
    """Write all that stands before the last value, with a pad if that is an array."""
    length = b"\xc6" + size.to_bytes(4, "big")
    head = _encode(node).removesuffix(_NO_BYTES) + length
    if isinstance(column, nodes.Arrays) and (beyond := (HEADER.size + len(head)) % ALIGNED):
        column.pad = bytes(ALIGNED - beyond)
        head = _encode(node).removesuffix(_NO_BYTES) + length
    return head


def _last(node: nodes.Node) -> Any:
    """Give the column whose last value ends the batch, if that is large."""
    last: Any = node
    while type(last) in _AROUND:
        last = last.columns[-1]
    return last if type(last) in _SIZED and last.items and len(last.items[-1]) >= LARGE else None
