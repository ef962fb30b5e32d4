"""Aggregations that need no function: the first and the last, the smallest and the largest, all, and whether any.

At top level the state lives as long as the program; inside a tick it starts anew with every tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.node import Bound, Kind, Shape
from hydro_nb.ir.ops.fold import Gather


@dataclass(frozen=True)
class Chosen(Gather):
    """An aggregation that keeps one of the elements, absent until there is one."""

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an optional that stays present once it is."""
        return self.gathered(inputs[0], Shape.OPTIONAL, inputs[0].element)

    def result_bound(self, kind: Kind) -> Bound:
        """Say that it starts absent."""
        return Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.INIT_NONE

    def after(self, emit: Emit) -> None:
        """Show what is kept."""
        emit.define(emit.state("", ABSENT))


@dataclass(frozen=True)
class First(Chosen):
    """The first element."""

    name: ClassVar[str] = "first"

    def require(self, kind: Kind) -> None:
        """Refuse elements without an order."""
        check.total_order(kind, "use .min() or .max(), or ")

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Keep it where there is none yet."""
        kept = emit.state("", ABSENT)
        with emit.block(f"if {kept} is {ABSENT}:"):
            emit.write(f"{kept} = {item.text}")
            emit.changed()

    def elements(self, emit: Emit, batch: str) -> bool:
        """Take it off a list."""
        if not emit.seams:
            kept = emit.state("", ABSENT)
            with emit.block(f"if {kept} is {ABSENT} and {batch}:"):
                emit.write(f"{kept} = {batch}[0]")
        return not emit.seams


@dataclass(frozen=True)
class Last(Chosen):
    """The last element."""

    name: ClassVar[str] = "last"

    def require(self, kind: Kind) -> None:
        """Refuse elements without an order."""
        check.total_order(kind, "use .min() or .max(), or ")

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Keep it."""
        emit.write(f"{emit.state('', ABSENT)} = {item.text}")
        emit.changed()

    def elements(self, emit: Emit, batch: str) -> bool:
        """Take it off a list."""
        if not emit.seams:
            with emit.block(f"if {batch}:"):
                emit.write(f"{emit.state('', ABSENT)} = {batch}[-1]")
        return not emit.seams


@dataclass(frozen=True)
class Extreme(Chosen):
    """The element that stands at one end of all; needs no order, and repeats do no harm."""

    sign: ClassVar[str]

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Keep it where it goes beyond what is kept."""
        self._keep(emit, emit.assign(item, emit.hint()))

    def elements(self, emit: Emit, batch: str) -> bool:
        """Let Python look through a list, from what is kept on: some elements are neither smaller nor larger."""
        if not emit.seams:
            kept, each = emit.state("", ABSENT), emit.local("each")
            emit.write(f"{each} = iter({batch})")
            before = f"chain(() if {kept} is {ABSENT} else ({kept},), {each})"
            failing = f"{batch}[~{each}.__length_hint__()]"
            emit.write(f"{kept} = {self.name}({before}, default={ABSENT})", failing)
        return not emit.seams

    def _keep(self, emit: Emit, value: str) -> None:
        kept = emit.state("", ABSENT)
        with emit.block(f"if {kept} is {ABSENT} or {value} {self.sign} {kept}:"):
            emit.write(f"{kept} = {value}", value)
            emit.changed()


@dataclass(frozen=True)
class Min(Extreme):
    """The smallest element."""

    name: ClassVar[str] = "min"
    sign: ClassVar[str] = "<"


@dataclass(frozen=True)
class Max(Extreme):
    """The largest element."""

    name: ClassVar[str] = "max"
    sign: ClassVar[str] = ">"


@dataclass(frozen=True)
class FirstKeyed(Gather):
    """The first value of each key."""

    name: ClassVar[str] = "first_keyed"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "first"

    def require(self, kind: Kind) -> None:
        """Refuse values without an order, or that may come twice."""
        check.total_order(kind)
        check.exactly_once(kind, "drop repeats first: .unique(), or ")

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a keyed singleton whose values never change."""
        return self.gathered(inputs[0], Shape.KEYED_SINGLETON, inputs[0].element)

    def result_bound(self, kind: Kind) -> Bound:
        """Say that keys may yet come."""
        return Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.BOUNDED_VALUE

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Keep it where its key has none yet."""
        key, value = emit.pair(item)
        table = emit.state("", "{}")
        with emit.block(f"if {key} not in {table}:", key):
            emit.write(f"{table}[{key}] = {value}")
            emit.changed()

    def after(self, emit: Emit) -> None:
        """Show the table."""
        emit.define(emit.state("", "{}"))


@dataclass(frozen=True)
class CollectVec(Gather):
    """All elements as one list."""

    name: ClassVar[str] = "collect_vec"
    takes_iterables: ClassVar[bool] = True
    may_mutate = True

    def require(self, kind: Kind) -> None:
        """Refuse elements without an order, or that may come twice."""
        check.total_order(kind, "sort them first: .sort(), or ")
        check.exactly_once(kind, "drop repeats first: .unique(), or ")

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a list that may grow."""
        return self.gathered(inputs[0], Shape.SINGLETON, list[inputs[0].element])

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Append."""
        emit.write(f"{emit.state('', '[]')}.append({item.text})")
        emit.changed()

    def elements(self, emit: Emit, batch: str) -> bool:
        """Append many, where nobody asks for the lists in between."""
        if not emit.seams:
            emit.write(f"{emit.state('', '[]')}.extend({batch})")
        return not emit.seams

    def after(self, emit: Emit) -> None:
        """Show the list."""
        emit.define(emit.state("", "[]"))


@dataclass(frozen=True)
class IsEmpty(Gather):
    """Whether there is no element at all."""

    name: ClassVar[str] = "is_empty"

    def require(self, kind: Kind) -> None:
        """Demand that all elements are here."""
        check.bounded(kind, 'Look at what has come by a tick: .batch(tick, nondet("..."))')

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a truth value."""
        return self.gathered(inputs[0], Shape.SINGLETON, bool)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Remember that there was one."""
        emit.write(f"{emit.state('', 'True')} = False")

    def elements(self, emit: Emit, batch: str) -> bool:
        """Look at a list's length."""
        with emit.block(f"if {batch}:"):
            emit.write(f"{emit.state('', 'True')} = False")
        return True

    def after(self, emit: Emit) -> None:
        """Show whether there was none."""
        emit.define(emit.state("", "True"))
