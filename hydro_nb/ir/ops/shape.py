"""Operators between live values and streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, cast

from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Bound, Kind, Op, Order, Place, Retries, Shape
from hydro_nb.ir.ops.element import values_bounded
from hydro_nb.ir.ops.fold import start_value
from hydro_nb.ir.ops.once import Once, new_entries
from hydro_nb.ir.ops.time import push_value
from hydro_nb.values import ClusterSelfId, MemberId

Part = Literal["entries", "values", "keys", "into_keyed_stream"]


@dataclass(frozen=True)
class IntoStream(Op):
    """A complete value as a stream of one element, or of none."""

    name: ClassVar[str] = "into_stream"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a complete value."""
        (kind,) = inputs
        check.bounded(kind, 'Choose when to look at it: .sample_every(seconds, nondet("...")), or a snapshot in a tick')
        return (kind.but(shape=Shape.STREAM, order=Order.TOTAL, retries=Retries.EXACTLY_ONCE),)

    def after(self, emit: Emit) -> None:
        """Push the value once it is complete."""
        kind = emit.node.input_kinds[0]
        with Once(emit):
            push_value(emit, emit.value(0), kind)


@dataclass(frozen=True)
class Entries(Op):
    """What a keyed singleton holds: pairs, keys or values in any order, or a keyed stream of one value per key.

    Of values that no longer change, each entry comes once, when its key does.
    """

    part: Part = "entries"
    method: str = ""
    """the method that was called, where that is another than the part's"""
    name: ClassVar[str] = "entries"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return self.method or self.part

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand values that no longer change."""
        (kind,) = inputs
        values_bounded(kind)
        bound = Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.UNBOUNDED
        keyed = kind.but(shape=Shape.KEYED_STREAM, order=Order.TOTAL, retries=Retries.EXACTLY_ONCE, bound=bound)
        if self.part == "into_keyed_stream":
            return (keyed,)
        element = {"entries": tuple[kind.key, kind.element], "values": kind.element, "keys": kind.key}[self.part]
        return (keyed.but(shape=Shape.STREAM, order=Order.NONE, key=Any, element=element),)

    def after(self, emit: Emit) -> None:
        """Push all entries once they are complete, or those that are new."""
        many = "" if self.part == "keys" else ".items()"
        if emit.node.input_kinds[0].bound is Bound.BOUNDED:
            with Once(emit):
                self._push(emit, emit.value(0) + many, copied=emit.changes_in_place())
            return
        with new_entries(emit, emit.value(0), many) as entries:
            self._push(emit, entries, copied=False)

    def _push(self, emit: Emit, many: str, *, copied: bool) -> None:
        key, value = emit.local("key"), "" if self.part == "keys" else emit.local("value")
        with emit.block(f"for {key}, {value} in {many}:" if value else f"for {key} in {many}:"):
            if value and copied:
                emit.write(f"{value} = copy({value})")
            parts = {"values": Item(value), "keys": Item(key)}
            emit.push(parts.get(self.part, Item.of(key, value)))


@dataclass(frozen=True)
class IntoSingleton(Op):
    """A keyed singleton as one dict."""

    name: ClassVar[str] = "into_singleton"
    on_demand: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a singleton that may change if any value may."""
        (kind,) = inputs
        bound = Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.UNBOUNDED
        return (kind.but(shape=Shape.SINGLETON, bound=bound, key=Any, element=dict[kind.key, kind.element]),)

    def after(self, emit: Emit) -> None:
        """Copy, as the table goes on changing, and so may its values."""
        table = emit.value(0)
        if emit.node.input_kinds[0].bound is not Bound.BOUNDED_VALUE and emit.changes_in_place():
            emit.define(f"{{key: copy(value) for key, value in {table}.items()}}")
        else:
            emit.define(f"dict({table})")


@dataclass(frozen=True)
class SingletonSource(Op):
    """A value that is there from the start."""

    place: Place
    value: Any
    """an immutable value, or a `Func` that makes one"""

    name: ClassVar[str] = "singleton"
    category: ClassVar = "Source"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a bounded singleton."""
        unknown = isinstance(self.value, Func) or self.value is None
        return (Kind(Shape.SINGLETON, self.place, Bound.BOUNDED, element=Any if unknown else self._type),)

    @property
    def _type(self) -> Any:
        kind = cast("type[Any]", type(self.value))
        return MemberId if kind is ClusterSelfId else kind

    def after(self, emit: Emit) -> None:
        """Make the value at the start."""
        emit.define(emit.state("", start_value(emit, self.value)))
