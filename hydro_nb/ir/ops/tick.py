"""What begins inside a tick, and what leads from one tick to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hydro_nb.errors import GraphError
from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Bound, Kind, Op, Place, Shape
from hydro_nb.ir.ops.cycle import CycleSource
from hydro_nb.ir.ops.fold import start_value
from hydro_nb.values import Absent


@dataclass(frozen=True)
class TickSource(Op):
    """A node without inputs, in a tick."""

    place: Place

    category: ClassVar = "Source"

    def given(self, shape: Shape, element: Any) -> tuple[Kind, ...]:
        """Give a bounded collection."""
        return (Kind(shape, self.place, Bound.BOUNDED, element=element),)


@dataclass(frozen=True)
class TickIter(TickSource):
    """The elements of a value, in every tick anew."""

    element_type: Any
    data: Any
    """the iterable, or a `Func` without arguments that makes one for each tick"""
    name: ClassVar[str] = "source_iter_in_tick"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "source_iter"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a bounded stream."""
        return self.given(Shape.STREAM, self.element_type)

    def after(self, emit: Emit) -> None:
        """Push all."""
        made = emit.make(self.data) if isinstance(self.data, Func) else emit.capture("data", self.data)
        emit.push_all(made)


@dataclass(frozen=True)
class NoValue(TickSource):
    """An optional that is always empty."""

    element_type: Any
    name: ClassVar[str] = "none"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a bounded optional."""
        return self.given(Shape.OPTIONAL, self.element_type)

    def after(self, emit: Emit) -> None:
        """Say that there is nothing."""
        emit.define(ABSENT)


@dataclass(frozen=True)
class OptionalFirstTick(TickSource):
    """A value that is there in the first tick alone."""

    element_type: Any
    value: Any
    """an immutable value, or a `Func` that makes one"""
    name: ClassVar[str] = "optional_first_tick"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a bounded optional."""
        return self.given(Shape.OPTIONAL, self.element_type)

    def after(self, emit: Emit) -> None:
        """Give the value once."""
        made, value = emit.kept("", start_value(emit, self.value)), emit.local("first")
        emit.write(f"{value} = {made}")
        emit.write(f"{made} = {ABSENT}")
        emit.define(value)


@dataclass(frozen=True)
class CurrentTickInstant(TickSource):
    """The time at which the tick runs."""

    reason: str
    name: ClassVar[str] = "current_tick_instant"
    category: ClassVar = "NonDeterministic"

    @property
    def detail(self) -> str:
        """Show the reason."""
        return self.reason

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a bounded singleton."""
        return self.given(Shape.SINGLETON, float)

    def after(self, emit: Emit) -> None:
        """Look at the clock once."""
        emit.define(emit.state("", "monotonic()"))


@dataclass(frozen=True)
class DeferTick(Op):
    """What the tick before had; nothing in the first."""

    name: ClassVar[str] = "defer_tick"
    delays: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep everything; a singleton would have no value in the first tick."""
        (kind,) = inputs
        check.in_tick(kind)
        if kind.shape is Shape.SINGLETON:
            raise check.Fault(
                GraphError,
                "something that may be empty, as there is nothing before the first tick",
                "a Singleton",
                "Say what stands for it at first: tick.cycle_with_initial(first), or defer .into_stream().",
            )
        return (kind,)


@dataclass(frozen=True)
class TickCycle(CycleSource):
    """What the tick before gave to complete it; nothing in the first."""

    always: bool = False
    """whether what completes it is always there, and missing only in the first tick"""
    name: ClassVar[str] = "cycle"
    noun: ClassVar[str] = "cycle"
    remedy: ClassVar[str] = "Say what it holds in the next tick: handle.complete_next_tick(collection)"
    delays: ClassVar[bool] = True

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """What may complete it."""
        return (Shape.SINGLETON,) if self.always else super().shapes


@dataclass(frozen=True)
class State(TickCycle):
    """What a slice has left for the next, and a first value, or nothing, in the first."""

    title: str = ""
    first: Any = Absent.ABSENT
    """an immutable value, or a `Func` that makes one; absent for what starts empty"""
    name: ClassVar[str] = "state"
    noun: ClassVar[str] = "state"

    @property
    def label(self) -> str:
        """Name it as the user did."""
        return f"state {self.title}".strip()

    @property
    def detail(self) -> str:
        """Show what it starts from."""
        if self.first is Absent.ABSENT:
            return "empty at first"
        return self.first.text if isinstance(self.first, Func) else repr(self.first)

    def declare(self, shape: Shape) -> str:
        """Say how a state of another shape begins."""
        return f"Begin it as what it will be: s.state_null({shape}, ...)"

    def before_first(self, emit: Emit) -> str:
        """Give what it starts from."""
        return super().before_first(emit) if self.first is Absent.ABSENT else start_value(emit, self.first)
