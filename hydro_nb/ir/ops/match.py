"""Operators that match the elements of two streams, or leave out those that the other has.

Where the right side is bounded it is gathered first, and the left streams past it. Else either side waits for the
other: both are kept, outside ticks for the life of the program, and only new matches come out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hydro_nb.errors import GraphError
from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Bound, Kind, Op, Order, Shape
from hydro_nb.ir.ops.pairs import key_and_value, may_match, tuple_of

_SIDES = ("left", "right")
_REMEDIES = {
    Shape.STREAM: "Take pairs for keys and values: .into_keyed()",
    Shape.KEYED_STREAM: "Take pairs: .entries(), or the .values() alone",
    Shape.SINGLETON: "Pair with one value: .cross_singleton(value)",
    Shape.OPTIONAL: "Pair with one value: .cross_singleton(value)",
    Shape.KEYED_SINGLETON: "Take pairs: .entries(), or the .values() alone",
}
_KEYS = "Give both the same kind of key: .map(lambda pair: (str(pair[0]), pair[1]))"
_UNBOUNDED = 'Bring both into a tick: .batch(tick, nondet("..."))'


@dataclass(frozen=True)
class Match(Op):
    """Every pair of an element of the left and one of the right that belong together."""

    category: ClassVar = "Join"
    completes: ClassVar[tuple[int, ...]] = (1,)
    gathers: ClassVar[bool] = True
    nests: ClassVar[bool] = True
    composes: ClassVar[bool] = True

    def matched(self, inputs: Sequence[Kind], element: Any) -> tuple[Kind, ...]:
        """Keep bound and order of the left where the right is gathered first, and has an order itself."""
        left, right = inputs
        check.same_place(left, right)
        retries = left.retries.weaker(right.retries)
        if right.bound is Bound.BOUNDED:
            return (left.but(order=left.order.weaker(right.order), retries=retries, element=element),)
        return (left.but(bound=Bound.UNBOUNDED, order=Order.NONE, retries=retries, element=element),)

    @staticmethod
    def keeps(emit: Emit, port: int) -> bool:
        """Whether elements of an input are kept for later ones of the other."""
        return port == 1 or emit.node.input_kinds[1].bound is not Bound.BOUNDED

    @staticmethod
    def looks(emit: Emit, port: int) -> bool:
        """Whether elements of an input look for those of the other."""
        return port == 0 or emit.node.input_kinds[1].bound is not Bound.BOUNDED


@dataclass(frozen=True)
class Join(Match):
    """The values of both sides under each key that they share."""

    name: ClassVar[str] = "join"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand pairs on both sides."""
        left, right = inputs
        of_stream(right, left.shape, 1)
        (key, value), (other_key, other) = key_and_value(left), key_and_value(right, 1)
        may_match(key, other_key, "keys of", "keyed by", _KEYS)
        both = tuple_of(value, other)
        return self.matched(inputs, both if left.shape.is_keyed else tuple_of(key, both))

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Keep a value under its key, and pair it with those of the other side."""
        key, value = emit.pair(item)
        if self.keeps(emit, port):
            emit.write(f"{emit.state(_SIDES[port], '{}')}.setdefault({key}, []).append({value})")
        if self.looks(emit, port):
            other = emit.local("other")
            with emit.block(f"for {other} in {emit.state(_SIDES[1 - port], '{}')}.get({key}, ()):"):
                emit.push(Item.of(key, f"({value}, {other})" if port == 0 else f"({other}, {value})"))


@dataclass(frozen=True)
class CrossProduct(Match):
    """Every pair of an element of the left and one of the right."""

    name: ClassVar[str] = "cross_product"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand two streams."""
        left, right = inputs
        of_stream(right, Shape.STREAM, 1)
        return self.matched(inputs, tuple_of(left.element, right.element))

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Keep an element, and pair it with all of the other side."""
        held = emit.assign(item, "item")
        if self.keeps(emit, port):
            emit.write(f"{emit.state(_SIDES[port], '[]')}.append({held})")
        if self.looks(emit, port):
            other = emit.local("other")
            with emit.block(f"for {other} in {emit.state(_SIDES[1 - port], '[]')}:"):
                emit.push(Item.of(held, other) if port == 0 else Item.of(other, held))


@dataclass(frozen=True)
class CrossProductNestedLoop(CrossProduct):
    """Every pair of an element of the left and one of the right, both of them complete."""

    name: ClassVar[str] = "cross_product_nested_loop"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that both end."""
        for port, kind in enumerate(inputs):
            check.bounded(kind, "Use .cross_product(other), which takes elements as they come", port)
        return super().kinds(inputs)


@dataclass(frozen=True)
class AntiJoin(Op):
    """The pairs whose key the right does not have."""

    name: ClassVar[str] = "anti_join"
    category: ClassVar = "Join"
    completes: ClassVar[tuple[int, ...]] = (1,)
    gathers: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that the right ends, since a key that comes later would come too late."""
        left, right = inputs
        check.same_place(left, right)
        of_stream(right, Shape.STREAM, 1)
        key, _ = key_and_value(left)
        may_match(key, right.element, "keys of", "of", "Take the keys alone: .map(lambda pair: pair[0])")
        check.bounded(right, _UNBOUNDED, 1)
        return (left,)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Gather the keys of the right, let go what has another."""
        keys = emit.state("keys", "set()")
        if port == 1:
            emit.write(f"{keys}.add({item.text})")
            return
        key, value = emit.pair(item)
        with emit.block(f"if {key} in {keys}:"):
            emit.write("continue")
        emit.push(Item(item.text, (key, value)))


@dataclass(frozen=True)
class FilterNotIn(Op):
    """The elements that the right does not have."""

    name: ClassVar[str] = "filter_not_in"
    category: ClassVar = "Join"
    completes: ClassVar[tuple[int, ...]] = (1,)
    gathers: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that the right ends, since an element that comes later would come too late."""
        left, right = inputs
        check.same_place(left, right)
        of_stream(right, left.shape, 1)
        may_match(left.element, right.element, "elements of", "of", "Take what is compared: .map(lambda x: ...)")
        check.bounded(right, _UNBOUNDED, 1)
        return (left,)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Gather the right, let go what it has not."""
        others = emit.state("others", "set()")
        if port == 1:
            emit.write(f"{others}.add({item.text})")
            return
        held = item if item.parts else Item(emit.assign(item, "item"))
        with emit.block(f"if {held.text} in {others}:"):
            emit.write("continue")
        emit.push(held)


@dataclass(frozen=True)
class RepeatWithKeys(Op):
    """All elements of a stream once under each key."""

    name: ClassVar[str] = "repeat_with_keys"
    category: ClassVar = "Join"
    completes: ClassVar[tuple[int, ...]] = (1,)
    nests: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that both are complete; the order stays within each key."""
        stream, keys = inputs
        check.same_place(stream, keys)
        check.shaped(
            keys, [Shape.KEYED_SINGLETON], ", for its keys",
            "Gather one: .into_keyed() and .fold(...), .reduce(...) or .value_counts()",
        )  # fmt: skip
        check.bounded(stream, 'Take a part of it: .batch(tick, nondet("..."))')
        check.bounded(keys, 'Look at it as it is now: .snapshot(tick, nondet("..."))', 1)
        return (stream.but(shape=Shape.KEYED_STREAM, key=keys.key),)

    def before(self, emit: Emit) -> None:
        """Read the keys."""
        emit.value(1)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Push it under every key."""
        held, key = emit.assign(item, "item"), emit.local("key")
        with emit.block(f"for {key} in {emit.value(1)}:"):
            emit.push(Item.of(key, held))


def of_stream(kind: Kind, shape: Shape, port: int) -> None:
    """Demand a stream of a certain shape."""
    if kind.shape is not shape:
        has = f"{'an' if kind.shape is Shape.OPTIONAL else 'a'} {kind.shape}"
        raise check.Fault(GraphError, f"another {shape}", has, _REMEDIES[kind.shape], port=port)
