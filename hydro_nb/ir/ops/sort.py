"""Operators that let only some of the elements through, or all of them later: limits, sorting.

At top level the state lives as long as the program; inside a tick it starts anew with every tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Kind, Op, Order
from hydro_nb.ir.ops.once import Once


@dataclass(frozen=True)
class Limit(Op):
    """The first so many elements."""

    count: int

    name: ClassVar[str] = "limit"

    @property
    def detail(self) -> str:
        """Show the number."""
        return str(self.count)

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand an order and no repeats, and keep both."""
        (kind,) = inputs
        check.total_order(kind)
        check.exactly_once(kind, "drop repeats first: .unique(), or ")
        return (kind,)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Skip what comes after them, count, pass on."""
        taken = emit.state("", "0")
        with emit.block(f"if {taken} >= {self.count}:"):
            emit.write("continue")
        emit.write(f"{taken} += 1")
        emit.push(item)

    def elements(self, emit: Emit, batch: str) -> bool:
        """Cut a list short, where the simulator has nothing to decide."""
        if not emit.seams:
            taken, rest = emit.state("", "0"), emit.local("taken")
            emit.write(f"{rest} = {batch}[:{self.count} - {taken}]")
            emit.write(f"{taken} += len({rest})")
            emit.push_all(rest, is_list=True)
        return not emit.seams


@dataclass(frozen=True)
class Sort(Op):
    """All elements from the smallest to the largest; within its key on keyed streams."""

    name: ClassVar[str] = "sort"
    blocking: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand that all elements are here, and give them an order."""
        (kind,) = inputs
        check.bounded(kind, 'Sort what has come by a tick: .batch(tick, nondet("..."))')
        return (kind.but(order=Order.TOTAL),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Keep the element until all are here."""
        if emit.node.outputs[0].shape.is_keyed:
            key, value = emit.pair(item)
            emit.write(f"{emit.state('', '{}')}.setdefault({key}, []).append({value})", key)
        else:
            emit.write(f"{emit.state('', '[]')}.append({item.text})")

    def elements(self, emit: Emit, batch: str) -> bool:
        """Keep a whole list."""
        if not emit.node.outputs[0].shape.is_keyed:
            emit.write(f"{emit.state('', '[]')}.extend({batch})")
        return not emit.node.outputs[0].shape.is_keyed

    def after(self, emit: Emit) -> None:
        """Sort and push."""
        with Once(emit):
            if emit.node.outputs[0].shape.is_keyed:
                self._keyed(emit)
            else:
                kept, ordered = emit.state("", "[]"), emit.local("ordered")
                emit.write(f"{ordered} = sorted({kept})")
                self._forget(emit, kept)
                emit.push_all(ordered, is_list=True)

    def _keyed(self, emit: Emit) -> None:
        table = emit.state("", "{}")
        key, values, value = emit.local("key"), emit.local("values"), emit.local("value")
        with (
            emit.block(f"for {key}, {values} in {table}.items():"),
            emit.block(f"for {value} in sorted({values}):"),
        ):
            emit.push(Item.of(key, value))
        self._forget(emit, table)

    @staticmethod
    def _forget(emit: Emit, kept: str) -> None:
        if not emit.per_tick:
            emit.write(f"{kept}.clear()")
