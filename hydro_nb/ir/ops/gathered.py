"""A bounded stream as one list that functions refer to, and its elements as they are then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Kind, Op, Order, Retries, Shape
from hydro_nb.ir.ops.once import Once


@dataclass(frozen=True)
class Gathered(Op):
    """All elements of a bounded stream, in the order in which they came."""

    name: ClassVar[str] = "by_ref"
    may_mutate: bool = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a bounded list."""
        (kind,) = inputs
        check.bounded(kind, 'Enter a tick first: .batch(tick, nondet("..."))')
        return (
            kind.but(
                shape=Shape.SINGLETON,
                order=Order.TOTAL,
                retries=Retries.EXACTLY_ONCE,
                element=list[kind.element],
            ),
        )

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Add to the list."""
        emit.write(f"{emit.state('', '[]')}.append({item.text})")

    def elements(self, emit: Emit, batch: str) -> bool:
        """Add a whole list."""
        emit.write(f"{emit.state('', '[]')}.extend({batch})")
        return True

    def after(self, emit: Emit) -> None:
        """Show the list."""
        emit.define(emit.state("", "[]"))


@dataclass(frozen=True)
class Elements(Op):
    """What such a list holds at this point of the program, as the stream that it was made of."""

    kind: Kind
    name: ClassVar[str] = "elements"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give the stream's kind."""
        return (self.kind,)

    def after(self, emit: Emit) -> None:
        """Push what the list holds."""
        with Once(emit):
            emit.push_all(emit.value(0))
