"""Operators on keyed singletons that look at keys: how many, the greatest, one, those that are not in a stream.

A keyed singleton is a dict in generated source. What is made of one is computed anew from it, so that it is right at
any moment and in any cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.node import Bound, Kind, Op, Order, Retries, Shape
from hydro_nb.ir.ops.element import values_bounded
from hydro_nb.ir.ops.once import new_entries
from hydro_nb.ir.ops.time import Snapshot

BESIDE = " beside the table"
"""What the other collection is to a keyed singleton."""
_KEYS_ONLY_COME = (Bound.BOUNDED_VALUE, Bound.MONOTONIC_VALUE, Bound.MONOTONIC_KEYS)
NOW = 'Look at the values as they are now, in a tick: .snapshot(tick, nondet("..."))'
"""What to do where a keyed singleton may still change; one whose values stay must first be made one that may change."""


def complete(kind: Kind, port: int = 0) -> None:
    """Demand a keyed singleton that no longer changes at all."""
    remedy = NOW.replace(".snapshot", ".weaken_boundedness().snapshot") if kind.bound is Bound.BOUNDED_VALUE else NOW
    check.bounded(kind, remedy, port)


def held(emit: Emit, value: str) -> str:
    """Give the expression of a value that is put into a tuple: a copy, where a fold goes on changing it."""
    return f"copy({value})" if emit.changes_in_place() else value


@dataclass(frozen=True)
class KeyCount(Op):
    """How many keys there are."""

    name: ClassVar[str] = "key_count"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a number that only grows where keys only come."""
        (kind,) = inputs
        bound = Bound.MONOTONIC if kind.bound in _KEYS_ONLY_COME else kind.bound
        return (kind.but(shape=Shape.SINGLETON, bound=bound, key=Any, element=int),)

    def after(self, emit: Emit) -> None:
        """Ask the table."""
        emit.define(f"len({emit.value(0)})")


@dataclass(frozen=True)
class GetMaxKey(Op):
    """The entry with the greatest key."""

    name: ClassVar[str] = "get_max_key"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an optional that stays present once it is."""
        (kind,) = inputs
        values_bounded(kind)
        bound = Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.INIT_NONE
        return (kind.but(shape=Shape.OPTIONAL, bound=bound, key=Any, element=tuple[kind.key, kind.element]),)

    def after(self, emit: Emit) -> None:
        """Find the key, then the value; where values stay as they are, among new keys only."""
        table, key = emit.value(0), emit.local("key")
        stays = emit.node.input_kinds[0].bound is Bound.BOUNDED_VALUE and not emit.seams
        entry = emit.state("", ABSENT) if stays else emit.local("entry")
        if stays:
            with new_entries(emit, table, "") as keys:
                emit.write(f"{key} = max({keys})")
                with emit.block(f"if {entry} is {ABSENT} or {key} > {entry}[0]:"):
                    emit.write(f"{entry} = ({key}, {table}[{key}])")
        else:
            emit.write(f"{entry} = {ABSENT}")
            with emit.block(f"if {table}:"):
                emit.write(f"{key} = max({table})")
                emit.write(f"{entry} = ({key}, {held(emit, f'{table}[{key}]')})")
        emit.define(entry)


@dataclass(frozen=True)
class GetValue(Op):
    """The value of one key; absent where the key is not there, or is absent itself."""

    name: ClassVar[str] = "get_value"
    category: ClassVar = "Join"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "get"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a complete table and a complete key."""
        table, key = inputs
        check.shaped(key, [Shape.SINGLETON, Shape.OPTIONAL], BESIDE, "Take one key: .reduce(function) or .first()")
        check.same_place(table, key)
        complete(table)
        check.bounded(key, 'Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))', 1)
        return (table.but(shape=Shape.OPTIONAL, key=Any),)

    def after(self, emit: Emit) -> None:
        """Look the key up."""
        emit.define(f"{emit.value(0)}.get({emit.value(1)}, {ABSENT})")


@dataclass(frozen=True)
class KeySet(Op):
    """The elements of a complete stream as a set, for who asks whether a key is among them."""

    method: str
    """the method that was called"""
    name: ClassVar[str] = "key_set"
    category: ClassVar = "Aggregation"

    @property
    def label(self) -> str:
        """Name the method that was called, and what this is of it."""
        return f"{self.method} keys"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a complete stream; order and repeats do not matter."""
        (kind,) = inputs
        check.shaped(kind, [Shape.STREAM], " of keys", "Take the keys alone: .keys()", port=0)
        check.bounded(kind, 'Take what has come so far, in a tick: .batch(tick, nondet("..."))')
        plain = kind.but(order=Order.TOTAL, retries=Retries.EXACTLY_ONCE)
        return (plain.but(shape=Shape.SINGLETON, element=set[kind.element]),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Put it into the set."""
        emit.write(f"{emit.state('', 'set()')}.add({item.text})", item.text)

    def elements(self, emit: Emit, batch: str) -> bool:
        """Put all into the set."""
        emit.write(f"{emit.state('', 'set()')}.update({batch})")
        return True

    def after(self, emit: Emit) -> None:
        """Show the set."""
        emit.define(emit.state("", "set()"))


@dataclass(frozen=True)
class WithoutKeys(Op):
    """The entries whose keys are not in a set."""

    name: ClassVar[str] = "without_keys"
    category: ClassVar = "Join"
    completes: ClassVar[tuple[int, ...]] = (1,)

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "filter_key_not_in"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand values that no longer change, and keep everything."""
        table, keys = inputs
        check.same_place(table, keys)
        values_bounded(table)
        return (table,)

    def after(self, emit: Emit) -> None:
        """Choose the entries."""
        table, keys = emit.value(0), emit.value(1)
        emit.define(f"{{key: value for key, value in {table}.items() if key not in {keys}}}")


@dataclass(frozen=True)
class CollectKeyed(Op):
    """A complete keyed stream of at most one value per key, as a keyed singleton."""

    name: ClassVar[str] = "collect_keyed"
    category: ClassVar = "Aggregation"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that all there is to come is here."""
        (kind,) = inputs
        check.bounded(kind, 'Take what has come so far, in a tick: .batch(tick, nondet("..."))')
        plain = kind.but(order=Order.TOTAL, retries=Retries.EXACTLY_ONCE)
        return (plain.but(shape=Shape.KEYED_SINGLETON),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Store the value."""
        key, value = emit.pair(item)
        emit.write(f"{emit.state('', '{}')}[{key}] = {value}", key)

    def elements(self, emit: Emit, batch: str) -> bool:
        """Store all values."""
        emit.write(f"{emit.state('', '{}')}.update({batch})")
        return True

    def after(self, emit: Emit) -> None:
        """Show the table."""
        emit.define(emit.state("", "{}"))


@dataclass(frozen=True)
class SnapshotKeyed(Snapshot):
    """The table as it is when the tick runs; no value older than the one before."""

    name: ClassVar[str] = "snapshot_keyed"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "snapshot"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Refuse values that stay as they are: of such only the new ones are news."""
        (kind,) = inputs
        if kind.bound is Bound.BOUNDED_VALUE:
            raise check.Fault(
                check.BoundError,
                "values that change",
                kind.bound,
                'Take each entry once, when its key comes: .batch(tick, nondet("...")), '
                'or all that there are: .weaken_boundedness().snapshot(tick, nondet("..."))',
            )
        return super().kinds(inputs)
