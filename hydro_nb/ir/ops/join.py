"""Operators with two inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.errors import GraphError
from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.node import Bound, Kind, Op, Order, Shape
from hydro_nb.ir.ops.match import of_stream
from hydro_nb.ir.ops.pairs import common, tuple_of


@dataclass(frozen=True)
class Merge(Op):
    """The elements of both inputs."""

    category: ClassVar = "Join"

    def merged(self, inputs: Sequence[Kind], order: Order) -> tuple[Kind, ...]:
        """Give the weaker of the two inputs' guarantees."""
        left, right = inputs
        of_stream(right, left.shape, 1)
        element, key = common(left.element, right.element), common(left.key, right.key)
        return (left.but(order=order, retries=left.retries.weaker(right.retries), element=element, key=key),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Pass on."""
        emit.push(item)


@dataclass(frozen=True)
class MergeUnordered(Merge):
    """The elements of two unbounded streams, as they come."""

    name: ClassVar[str] = "merge_unordered"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Lose the order."""
        check.same_place(*inputs)
        for port, kind in enumerate(inputs):
            check.unbounded(kind, "Put one bounded stream after the other: .chain(other)", port)
        return self.merged(inputs, Order.NONE)


@dataclass(frozen=True)
class Chain(Merge):
    """All elements of a bounded stream, then those of the other."""

    name: ClassVar[str] = "chain"
    completes: ClassVar[tuple[int, ...]] = (0,)

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that the first ends."""
        left, right = inputs
        check.same_place(left, right)
        check.bounded(left, "An unbounded stream never ends: use .merge_unordered(other)")
        return tuple(kind.but(bound=right.bound) for kind in self.merged(inputs, left.order.weaker(right.order)))


@dataclass(frozen=True)
class MergeOrdered(Merge):
    """The elements of two streams as they come, taken for the order that is meant; each keeps its own."""

    reason: str = ""
    name: ClassVar[str] = "merge_ordered"
    category: ClassVar = "NonDeterministic"

    @property
    def detail(self) -> str:
        """Show the reason."""
        return self.reason

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that each has an order."""
        check.same_place(*inputs)
        for port, kind in enumerate(inputs):
            check.total_order(kind, port=port)
        bounds = {kind.bound for kind in inputs}
        bound = Bound.BOUNDED if bounds == {Bound.BOUNDED} else Bound.UNBOUNDED
        return tuple(kind.but(bound=bound) for kind in self.merged(inputs, Order.TOTAL))


@dataclass(frozen=True)
class CrossSingleton(Op):
    """Each element paired with a complete value; nothing where an optional is empty."""

    name: ClassVar[str] = "cross_singleton"
    completes: ClassVar[tuple[int, ...]] = (1,)
    category: ClassVar = "Join"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep the stream's guarantees."""
        stream, value = inputs
        check.same_place(stream, value)
        keyed = value.shape is Shape.KEYED_SINGLETON
        remedy = "Take it as one dict: .into_singleton()" if keyed else "Gather it first: .fold(...), .count()"
        check.shaped(value, [Shape.SINGLETON, Shape.OPTIONAL], " beside it", remedy)
        check.bounded(value, 'Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))', 1)
        return (stream.but(element=tuple_of(stream.element, value.element)),)

    def before(self, emit: Emit) -> None:
        """Read the value."""
        emit.value(1)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Pair up."""
        value = emit.value(1)
        if emit.node.input_kinds[1].shape is Shape.OPTIONAL:
            with emit.block(f"if {value} is {ABSENT}:"):
                emit.write("continue")
        value = self._shown(emit, value)
        if emit.node.input_kinds[0].shape.is_keyed:
            key, held = emit.pair(item)
            emit.push(Item.of(key, f"({held}, {value})"))
        else:
            emit.push(Item.of(emit.assign(item, "item"), value))

    @staticmethod
    def _shown(emit: Emit, value: str) -> str:
        """Give a value that elements may hold: one copy for all of a tick, where a fold goes on changing it."""
        if not emit.changes_in_place():
            return value
        shown = emit.state("shown", ABSENT)
        with emit.block(f"if {shown} is {ABSENT}:"):
            emit.write(f"{shown} = copy({value})")
        return shown


@dataclass(frozen=True)
class UnwrapOr(Op):
    """The optional's value, or the singleton's where it is empty."""

    name: ClassVar[str] = "unwrap_or"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a value that is always there; the result may change if either may."""
        left, right = inputs
        check.same_place(left, right)
        if right.shape is not Shape.SINGLETON:
            optional = right.shape is Shape.OPTIONAL
            remedy = "Take the first of two that is there: .or_(other)" if optional else "Gather it first: .count()"
            has = "an Optional, which may be absent too" if optional else f"a {right.shape}"
            raise check.Fault(GraphError, "a Singleton to fall back on", has, remedy, port=1)
        both = left.bound is Bound.BOUNDED and right.bound is Bound.BOUNDED
        bound = Bound.BOUNDED if both else Bound.UNBOUNDED
        return (left.but(shape=Shape.SINGLETON, bound=bound, element=common(left.element, right.element)),)

    def after(self, emit: Emit) -> None:
        """Choose."""
        value, other = emit.value(0), emit.value(1)
        result = emit.local("value")
        emit.write(f"{result} = {other} if {value} is {ABSENT} else {value}")
        emit.define(result)


@dataclass(frozen=True)
class FilterIf(Op):
    """Everything where a complete truth value is true, else nothing: all elements, or a live value."""

    name: ClassVar[str] = "filter_if"
    completes: ClassVar[tuple[int, ...]] = (1,)

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep the guarantees; a live value may be absent then."""
        kind, condition = inputs
        check.same_place(kind, condition)
        if kind.shape is Shape.KEYED_SINGLETON:
            remedy = "Choose by each value: .filter(function), or take it as one dict: .into_singleton()"
            raise check.Fault(GraphError, "a stream or one live value", "a KeyedSingleton", remedy)
        if condition.shape is not Shape.SINGLETON:
            raise check.Fault(
                GraphError,
                "a Singleton that is true or false",
                f"a {condition.shape}",
                "Ask for one: .is_some() or .is_none() of an Optional, .map(lambda n: n > 0) of .count()",
                port=1,
            )
        check.bounded(condition, 'Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))', 1)
        if kind.shape.is_stream:
            return (kind,)
        bound = Bound.UNBOUNDED if kind.bound is Bound.MONOTONIC else kind.bound
        return (kind.but(shape=Shape.OPTIONAL, bound=bound),)

    def before(self, emit: Emit) -> None:
        """Read the truth value."""
        emit.value(1)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Go on to the next where nothing is wanted."""
        with emit.block(f"if not {emit.value(1)}:"):
            emit.write("continue")
        emit.push(item)

    def elements(self, emit: Emit, batch: str) -> bool:
        """Pass a whole list on, or an empty one."""
        kept = emit.local("kept")
        emit.write(f"{kept} = {batch} if {emit.value(1)} else []")
        emit.push_all(kept, is_list=True)
        return True

    def after(self, emit: Emit) -> None:
        """Keep a live value, or leave the optional empty."""
        if not emit.node.outputs[0].shape.is_stream:
            value, kept = emit.value(0), emit.local("kept")
            emit.write(f"{kept} = {value} if {emit.value(1)} else {ABSENT}")
            emit.define(kept)
