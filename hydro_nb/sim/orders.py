"""What a test may decide of all that comes in one run of a tick: its order, and what of it comes again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hydro_nb.ir.node import Node
from hydro_nb.ir.ops.order import AssumeRetries
from hydro_nb.sim.desk import MismatchError, equal, place_of
from hydro_nb.sim.sequences import interleaved, interleaved_by_key, permuted, permuted_by_key, repeated

__tracebackhide__ = True
"""pytest shows the frames of the user"""
Items = list[Any]


def order_verb(node: Node) -> str:
    """Name what is decided at an operator that takes all of a batch at once."""
    return "release" if isinstance(node.op, AssumeRetries) else "order"


def _permuted(items: Items, given: Items) -> Items:
    """Put elements into the order that was given, which must name each of them."""
    left, ordered = list(items), list[Any]()
    for value in given:
        at = place_of(value, left)
        if at is None:
            raise MismatchError("it is no order of what came")
        ordered.append(left.pop(at))
    if left:
        raise MismatchError("it does not name all that came")
    return ordered


def _merged(items: Items, given: Items) -> Items:
    """Put entries into the order that was given, which must keep that of each key."""
    left, ordered = list(items), list[Any]()
    for key, value in given:
        at = next((index for index, item in enumerate(left) if equal(item[0], key)), None)
        if at is None or not equal(left[at][1], value):
            raise MismatchError("it is no order of what came that keeps what comes first")
        ordered.append(left.pop(at))
    if left:
        raise MismatchError("it does not name all that came")
    return ordered


def _merged_values(items: Items, given: Items) -> Items:
    return [value for _, value in _merged(items, given)]


def _repeated(items: Items, given: Items) -> Items:
    """Let elements come as often as they were given, each once at least, in their order."""
    ends = {-1}
    for value in given:
        ends = {at for end in ends for at in (end, end + 1) if 0 <= at < len(items) and equal(items[at], value)}
    if len(items) - 1 not in ends:
        raise MismatchError("it does not name what came in its order, each once at least")
    return [items[at] for value in given if (at := place_of(value, items)) is not None]


ORDERS: dict[Callable[..., Items], Callable[[Items, Items], Items]] = {
    permuted: _permuted,
    permuted_by_key: _permuted,
    interleaved: _merged_values,
    interleaved_by_key: _merged,
    repeated: _repeated,
}
"""By how a batch is arranged where it is explored, how it is where a test decides."""
