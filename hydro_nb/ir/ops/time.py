"""Operators between the outside of a tick and its inside, and samples of live values.

A location has one physical tick in a deployment, so `batch` is what came since the last one and `snapshot` is the value
now (`hydro.md` 1.12); the simulator cuts here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.node import Bound, Kind, Op, Order, Place, Retries, Shape


@dataclass(frozen=True)
class IntoTick(Op):
    """What of a collection is seen inside a tick."""

    tick: Place
    reason: str
    joins: bool = False
    """whether the tick is that of a slice, which runs with the atomic section that it looks into"""

    category: ClassVar = "NonDeterministic"

    @property
    def detail(self) -> str:
        """Show the reason."""
        return self.reason

    def inside(self, kind: Kind) -> Kind:
        """Move a kind into the tick."""
        if kind.place.kind == "atomic":
            self._require_its_tick(kind)
            return kind.but(place=self.tick, bound=Bound.BOUNDED)
        check.top_level(kind)
        check.same_root(kind, self.tick)
        return kind.but(place=self.tick, bound=Bound.BOUNDED)

    def _require_its_tick(self, kind: Kind) -> None:
        if kind.place.clock != self.tick and not self.joins:
            raise check.Fault(
                check.LocationError,
                "the tick of the atomic section",
                "in a section that runs with another tick",
                "Look into it from a slice: s.atomic(...), or use the section's own tick: collection.location.tick",
            )


@dataclass(frozen=True)
class Batch(IntoTick):
    """The elements since the tick last ran; where one batch ends and the next begins is arbitrary."""

    name: ClassVar[str] = "batch"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a bounded stream in the tick."""
        return (self.inside(inputs[0]),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Pass on."""
        emit.push(item)

    def elements(self, emit: Emit, batch: str) -> bool:
        """Pass a whole list on, where the simulator has nothing to decide."""
        if not emit.seams:
            emit.push_all(batch, is_list=True)
        return not emit.seams


@dataclass(frozen=True)
class Snapshot(IntoTick):
    """The live value as it is when the tick runs; never older than the one before."""

    name: ClassVar[str] = "snapshot"
    completes: ClassVar[tuple[int, ...]] = (0,)

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a bounded value in the tick."""
        return (self.inside(inputs[0]),)

    def after(self, emit: Emit) -> None:
        """Pass the value on."""
        emit.define(emit.value(0))


@dataclass(frozen=True)
class AllTicks(Op):
    """What a tick makes, one tick after the other, outside of it."""

    name: ClassVar[str] = "all_ticks"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an unbounded stream on the process."""
        (kind,) = inputs
        check.in_tick(kind)
        outside = kind.but(place=kind.place.root, bound=Bound.UNBOUNDED)
        if kind.shape.is_stream:
            return (outside,)
        return (outside.but(shape=Shape.STREAM, order=Order.TOTAL, retries=Retries.EXACTLY_ONCE),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Pass on."""
        emit.push(item)

    def after(self, emit: Emit) -> None:
        """Push a value once per tick, if there is one."""
        if not emit.node.input_kinds[0].shape.is_stream:
            push_value(emit, emit.value(0), emit.node.input_kinds[0])


@dataclass(frozen=True)
class Latest(Op):
    """The value that a tick last made, outside of it; absent until it first ran."""

    name: ClassVar[str] = "latest"
    stored: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an optional on the process."""
        (kind,) = inputs
        check.in_tick(kind)
        bound = Bound.INIT_NONE if kind.shape is Shape.SINGLETON else Bound.UNBOUNDED
        shape = kind.shape if kind.shape is Shape.KEYED_SINGLETON else Shape.OPTIONAL
        return (kind.but(shape=shape, place=kind.place.root, bound=bound),)

    def after(self, emit: Emit) -> None:
        """Keep the value."""
        held = emit.state("", "{}" if emit.node.outputs[0].shape is Shape.KEYED_SINGLETON else ABSENT)
        emit.write(f"{held} = {emit.value(0)}")
        emit.define(held)
        emit.changed()


@dataclass(frozen=True)
class SampleEvery(Op):
    """Each time that a timer fires: the live value, or the elements since it last fired."""

    interval: float
    reason: str

    name: ClassVar[str] = "sample_every"
    blocking: ClassVar[bool] = True
    category: ClassVar = "NonDeterministic"

    @property
    def detail(self) -> str:
        """Show the period and the reason."""
        return f"every {self.interval:g} s: {self.reason}"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an at-least-once stream."""
        (kind,) = inputs
        check.top_level(kind)
        check.unbounded(kind, "A complete value is a stream of one: .into_stream()")
        stream = kind.but(bound=Bound.UNBOUNDED, retries=Retries.AT_LEAST_ONCE)
        return (stream if kind.shape.is_stream else stream.but(shape=Shape.STREAM, order=Order.TOTAL),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Keep the element until the timer fires."""
        emit.write(f"{emit.state('held', '[]')}.append({item.text})")

    def after(self, emit: Emit) -> None:
        """Push when the timer has fired."""
        kind = emit.node.input_kinds[0]
        with emit.block(f"if {emit.input()}:"):
            if kind.shape.is_stream:
                held = emit.state("held", "[]")
                batch = emit.local("sampled")
                emit.write(f"{batch} = {held}")
                emit.write(f"{held} = []")
                emit.push_all(batch)
            else:
                push_value(emit, emit.value(0), kind)


def push_value(emit: Emit, value: str, kind: Kind) -> None:
    """Push a live value as one element, if it is there; one that goes on changing as a copy, since elements do not."""
    item = emit.local(emit.hint())
    shown = f"copy({value})" if emit.changes_in_place() else value
    present = f"({shown},) if {value} is not {ABSENT} else ()" if kind.shape is Shape.OPTIONAL else f"({shown},)"
    with emit.block(f"for {item} in {present}:"):
        emit.push(Item(item))
