"""Operators that bring a keyed singleton together with another, with a keyed stream, or with thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Bound, Kind, Op, Order, Retries, Shape
from hydro_nb.ir.ops.keyed_value import BESIDE, NOW, complete, held
from hydro_nb.ir.ops.once import Once
from hydro_nb.ir.ops.pairs import or_none, tuple_of

_KEYED = "Take pairs for keys and values: .into_keyed(); for one value per key there is .join_keyed_singleton(other)"
_THRESHOLD = (
    "One for each key: .threshold_greater_or_equal(table); one for all: .threshold_greater_or_equal_uniform(singleton)"
)
_GROWS = (Bound.BOUNDED, Bound.BOUNDED_VALUE, Bound.MONOTONIC_VALUE)


@dataclass(frozen=True)
class OfTables(Op):
    """An operator on two complete keyed singletons."""

    category: ClassVar = "Join"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that both are complete."""
        left, right = inputs
        check.shaped(right, [Shape.KEYED_SINGLETON], BESIDE, "Make one value per key: .into_keyed().reduce(function)")
        check.same_place(left, right)
        complete(left)
        complete(right, 1)
        return (left.but(element=tuple_of(left.element, self.other(right.element))),)

    def other(self, element: Any) -> Any:
        """Give the type of what stands beside a value."""
        return element


@dataclass(frozen=True)
class JoinTables(OfTables):
    """Both values of each key that both have."""

    name: ClassVar[str] = "join_tables"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "join_keyed_singleton"

    def after(self, emit: Emit) -> None:
        """Pair up."""
        left, right = emit.value(0), emit.value(1)
        pair = f"({held(emit, 'value')}, {held(emit, f'{right}[key]')})"
        emit.define(f"{{key: {pair} for key, value in {left}.items() if key in {right}}}")


@dataclass(frozen=True)
class LookupTable(OfTables):
    """Each value with what another keyed singleton has under it, or None."""

    name: ClassVar[str] = "lookup_table"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "lookup_keyed_singleton"

    def other(self, element: Any) -> Any:
        """Allow for None."""
        return or_none(element)

    def after(self, emit: Emit) -> None:
        """Look each value up."""
        left, right = emit.value(0), emit.value(1)
        pair = f"({held(emit, 'value')}, {held(emit, f'{right}.get(value)')})"
        emit.define(f"{{key: {pair} for key, value in {left}.items()}}")


@dataclass(frozen=True)
class JoinTableStream(Op):
    """Each element of a keyed stream with its key's value before it; dropped where the key has none."""

    name: ClassVar[str] = "join_table_stream"
    category: ClassVar = "Join"
    completes: ClassVar[tuple[int, ...]] = (0,)

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "join_keyed_stream"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that the table is complete; lose the order."""
        table, stream = inputs
        check.shaped(stream, [Shape.KEYED_STREAM], BESIDE, _KEYED)
        check.same_place(table, stream)
        complete(table)
        return (stream.but(order=Order.NONE, key=table.key, element=tuple_of(table.element, stream.element)),)

    def before(self, emit: Emit) -> None:
        """Read the table."""
        emit.value(0)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Pair up."""
        table = emit.value(0)
        key, value = emit.pair(item)
        with emit.block(f"if {key} not in {table}:", key):
            emit.write("continue")
        emit.push(Item.of(key, f"({held(emit, f'{table}[{key}]')}, {value})"))


@dataclass(frozen=True)
class LookupTableStream(Op):
    """Each value with each of those that a keyed stream has under it, or with None."""

    name: ClassVar[str] = "lookup_table_stream"
    category: ClassVar = "Join"
    blocking: ClassVar[bool] = True

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "lookup_keyed_stream"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that both are complete; lose the order."""
        table, stream = inputs
        check.shaped(stream, [Shape.KEYED_STREAM], BESIDE, _KEYED)
        check.same_place(table, stream)
        complete(table)
        check.bounded(stream, 'Take what has come so far, in a tick: .batch(tick, nondet("..."))', 1)
        element = tuple_of(table.element, or_none(stream.element))
        return (stream.but(order=Order.NONE, key=table.key, element=element),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Keep it until the table is complete."""
        key, value = emit.pair(item)
        emit.write(f"{emit.state('found', '{}')}.setdefault({key}, []).append({value})", key)

    def after(self, emit: Emit) -> None:
        """Look each value up."""
        found = emit.state("found", "{}")
        key, value, other = emit.local("key"), emit.local("value"), emit.local("other")
        with (
            Once(emit),
            emit.block(f"for {key}, {value} in {emit.value(0)}.items():"),
            emit.block(f"for {other} in {found}.get({value}, (None,)):", value),
        ):
            emit.push(Item.of(key, f"({held(emit, value)}, {other})"))


@dataclass(frozen=True)
class ThresholdKeyed(Op):
    """The threshold of each key, once, when the key's value has reached it."""

    uniform: bool = False
    """whether one threshold stands for all keys"""
    name: ClassVar[str] = "threshold_keyed"
    category: ClassVar = "Join"
    completes: ClassVar[tuple[int, ...]] = (0, 1)

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "threshold_greater_or_equal_uniform" if self.uniform else "threshold_greater_or_equal"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand values that only grow, and thresholds that stay."""
        table, threshold = inputs
        wanted = Shape.SINGLETON if self.uniform else Shape.KEYED_SINGLETON
        check.shaped(threshold, [wanted], BESIDE, _THRESHOLD)
        check.same_place(table, threshold)
        if table.bound not in _GROWS:
            raise check.Fault(check.BoundError, "values that only grow, or no longer change", table.bound, NOW)
        self._stays(threshold)
        bounded = table.bound is Bound.BOUNDED and threshold.bound is Bound.BOUNDED
        stream = table.but(shape=Shape.KEYED_STREAM, order=Order.NONE, retries=Retries.EXACTLY_ONCE)
        bound = Bound.BOUNDED if bounded else Bound.UNBOUNDED
        return (stream.but(bound=bound, element=threshold.element),)

    def _stays(self, threshold: Kind) -> None:
        if threshold.bound is not Bound.BOUNDED_VALUE:
            complete(threshold, 1)

    def after(self, emit: Emit) -> None:
        """Push the thresholds that were reached since the last tick."""
        table, threshold, reached = emit.value(0), emit.value(1), emit.state("reached", "set()")
        key, value = emit.local("key"), emit.local("value")
        mine = threshold if self.uniform else f"{threshold}[{key}]"
        known = "" if self.uniform else f"{key} in {threshold} and "
        with (
            emit.block(f"for {key}, {value} in {table}.items():"),
            emit.block(f"if {key} not in {reached} and {known}{value} >= {mine}:", key),
        ):
            emit.write(f"{reached}.add({key})")
            emit.push(Item.of(key, held(emit, mine)))
