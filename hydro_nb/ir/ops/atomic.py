"""Into and out of atomic sections: what runs in step with one hidden tick, with state that outlives it.

In a deployment all of a location runs in one physical tick, so that these only pass on (`hydro.md` 1.8, 1.12); the
simulator decides when elements enter, and shows outside what a section has made when all of it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit
from hydro_nb.ir.node import Bound, Kind, Order, Place, Retries, Shape
from hydro_nb.ir.ops.passing import PassOn
from hydro_nb.ir.ops.time import Latest, push_value


@dataclass(frozen=True)
class BeginAtomic(PassOn):
    """A collection inside an atomic section."""

    section: Place
    name: ClassVar[str] = "atomic"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Change the place alone."""
        check.top_level(inputs[0])
        check.same_root(inputs[0], self.section)
        return (inputs[0].but(place=self.section),)


@dataclass(frozen=True)
class EndAtomic(PassOn):
    """A collection outside the atomic section that made it; seen when all of the section's work is done."""

    name: ClassVar[str] = "end_atomic"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Change the place alone."""
        check.in_atomic(inputs[0])
        return (inputs[0].but(place=inputs[0].place.root),)


@dataclass(frozen=True)
class AllTicksAtomic(PassOn):
    """What a tick makes, one tick after the other, in the atomic section that runs with it."""

    name: ClassVar[str] = "all_ticks_atomic"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an unbounded stream in the section."""
        (kind,) = inputs
        check.in_tick(kind)
        inside = kind.but(place=kind.place.section, bound=Bound.UNBOUNDED)
        if kind.shape.is_stream:
            return (inside,)
        return (inside.but(shape=Shape.STREAM, order=Order.TOTAL, retries=Retries.EXACTLY_ONCE),)

    def after(self, emit: Emit) -> None:
        """Push a value once per tick, if there is one."""
        if not emit.node.input_kinds[0].shape.is_stream:
            push_value(emit, emit.value(0), emit.node.input_kinds[0])


@dataclass(frozen=True)
class LatestAtomic(Latest):
    """The value that a tick last made, in the atomic section that runs with it."""

    name: ClassVar[str] = "latest_atomic"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a live value in the section."""
        return tuple(kind.but(place=inputs[0].place.section) for kind in super().kinds(inputs))
