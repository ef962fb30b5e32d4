"""Operators on keyed streams that work on keys, or look something up for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hydro_nb.errors import GraphError
from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Kind, Op, Order, Shape
from hydro_nb.ir.ops.element import ElementOp
from hydro_nb.ir.ops.match import AntiJoin, Join, of_stream
from hydro_nb.ir.ops.order import IntoKeyed
from hydro_nb.ir.ops.pairs import NO_PAIRS, halves, or_none, tuple_of

_SNAPSHOT = 'Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))'
_BATCH = 'Look at what has come, in a tick: .batch(tick, nondet("..."))'


@dataclass(frozen=True)
class PrefixKey(ElementOp):
    """The same values under finer keys: what the function gives, and the key."""

    result_type: Any = Any
    with_key: bool = field(default=True, kw_only=True)
    name: ClassVar[str] = "prefix_key"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return self.name

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep every guarantee."""
        (kind,) = inputs
        return (kind.but(key=tuple[self.result_type, kind.key]),)

    def work(self, emit: Emit, item: Item, key: str | None) -> None:
        """Put the function's result before the key."""
        prefix = self.apply(emit, item.text, key)
        emit.push(Item.of(f"({prefix.text}, {key})", item.text))


@dataclass(frozen=True)
class DropKeyPrefix(Op):
    """The same values under coarser keys: the second half of each."""

    name: ClassVar[str] = "drop_key_prefix"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Lose the order, as keys come together that had none between them."""
        (kind,) = inputs
        if kind.key in NO_PAIRS:
            remedy = "Make them first: .prefix_key(lambda key, value: ...)"
            raise check.Fault(GraphError, "keys that are pairs", f"keyed by {kind.key.__name__}", remedy)
        return (kind.but(key=halves(kind.key)[1], order=Order.NONE),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Take the second half of the key."""
        key, value = emit.pair(item)
        emit.push(Item.of(f"{key}[1]", value))


@dataclass(frozen=True)
class EntriesPartiallyOrdered(IntoKeyed):
    """Pairs of key and value: those of a key in its order, keys among each other in any."""

    to: str = "entries"
    name: ClassVar[str] = "entries_partially_ordered"
    category: ClassVar = "NonDeterministic"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return self.name

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand an order within keys and claim one across them."""
        check.total_order(inputs[0], "take .entries(), whose order means nothing, or ")
        return (super().kinds(inputs)[0].but(order=Order.TOTAL),)


@dataclass(frozen=True)
class GetKeyed(Op):
    """The values of one key, which is a complete value; none where it is an empty optional."""

    name: ClassVar[str] = "get_keyed"
    completes: ClassVar[tuple[int, ...]] = (1,)
    category: ClassVar = "Join"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "get"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that both are complete."""
        kind, key = inputs
        check.same_place(kind, key)
        remedy = "Match with many keys: .join_keyed_stream(other) or .filter_key_not_in(keys)"
        check.shaped(key, [Shape.SINGLETON, Shape.OPTIONAL], ", for its value", remedy)
        check.bounded(kind, _BATCH)
        check.bounded(key, _SNAPSHOT, 1)
        return (kind.but(shape=Shape.STREAM, order=Order.NONE, key=Any),)

    def before(self, emit: Emit) -> None:
        """Read the key."""
        emit.value(1)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Go on to the next where the key is another; that of an empty optional equals none."""
        key, value = emit.pair(item)
        with emit.block(f"if {key} != {emit.value(1)}:"):
            emit.write("continue")
        emit.push(Item(value))


@dataclass(frozen=True)
class FilterKeyNotIn(AntiJoin):
    """The values under keys that a complete stream does not have."""

    name: ClassVar[str] = "filter_key_not_in"


@dataclass(frozen=True)
class JoinKeyedStream(Join):
    """The values of both sides under each key that they share, in any order."""

    name: ClassVar[str] = "join_keyed_stream"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Lose the order."""
        return tuple(kind.but(order=Order.NONE) for kind in super().kinds(inputs))


@dataclass(frozen=True)
class BesideTable(Op):
    """Each value with what a complete keyed singleton says to it."""

    completes: ClassVar[tuple[int, ...]] = (1,)
    category: ClassVar = "Join"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a complete table; the order is lost."""
        kind, table = inputs
        check.same_place(kind, table)
        remedy = "Gather one: .into_keyed() and .fold(...), .reduce(...) or .value_counts()"
        check.shaped(table, [Shape.KEYED_SINGLETON], " to look into", remedy)
        check.bounded(table, _SNAPSHOT, 1)
        return (kind.but(order=Order.NONE, element=tuple_of(kind.element, self.found(table.element))),)

    def found(self, element: Any) -> Any:
        """Give the type of what is found in the table."""
        return element

    def before(self, emit: Emit) -> None:
        """Read the table."""
        emit.value(1)

    @staticmethod
    def shown(emit: Emit, value: str) -> str:
        """Give what is found as something that no fold goes on changing."""
        return f"copy({value})" if emit.changes_in_place() else value


@dataclass(frozen=True)
class JoinKeyedSingleton(BesideTable):
    """Each value with what the table has under the same key; values under other keys are dropped."""

    name: ClassVar[str] = "join_keyed_singleton"

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Go on to the next where the table lacks the key."""
        (key, value), table = emit.pair(item), emit.value(1)
        with emit.block(f"if {key} not in {table}:"):
            emit.write("continue")
        emit.push(Item.of(key, f"({value}, {self.shown(emit, f'{table}[{key}]')})"))


@dataclass(frozen=True)
class LookupKeyedSingleton(BesideTable):
    """Each value with what the table has under it, or None."""

    name: ClassVar[str] = "lookup_keyed_singleton"

    def found(self, element: Any) -> Any:
        """Allow for None."""
        return or_none(element)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Look the value up."""
        (key, value), table = emit.pair(item), emit.value(1)
        emit.push(Item.of(key, f"({value}, {self.shown(emit, f'{table}.get({value})')})"))


@dataclass(frozen=True)
class LookupKeyedStream(Op):
    """Each value with everything that a complete keyed stream has under it, or with None."""

    name: ClassVar[str] = "lookup_keyed_stream"
    completes: ClassVar[tuple[int, ...]] = (1,)
    gathers: ClassVar[bool] = True
    nests: ClassVar[bool] = True
    category: ClassVar = "Join"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that the other is complete; the order is lost."""
        kind, other = inputs
        check.same_place(kind, other)
        of_stream(other, Shape.KEYED_STREAM, 1)
        check.bounded(other, _BATCH, 1)
        element, retries = tuple_of(kind.element, or_none(other.element)), kind.retries.weaker(other.retries)
        return (kind.but(order=Order.NONE, retries=retries, element=element),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Put what is looked up into a table, or look a value up in it."""
        table, (key, value) = emit.state("table", "{}"), emit.pair(item)
        if port == 1:
            emit.write(f"{table}.setdefault({key}, []).append({value})", key)
            return
        found = emit.local("found")
        with emit.block(f"for {found} in {table}.get({value}, (None,)):"):
            emit.push(Item.of(key, f"({value}, {found})"))
