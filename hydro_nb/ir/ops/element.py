"""Operators that look at one element at a time: `map`, `filter` and their kin, on every kind of collection.

On keyed collections the functions see values, or with `with_key` keys and values, and keys stay; on singletons and
optionals they see the live value.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Bound, Kind, Op, Order, Shape
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.ir.ops.once import Once, new_entries
from hydro_nb.ir.trial import Trial, tell, tell_begin, tell_effect

_AFTER_MAP = {Bound.MONOTONIC: Bound.UNBOUNDED, Bound.MONOTONIC_VALUE: Bound.MONOTONIC_KEYS}
_AFTER_FILTER = {Bound.INIT_NONE: Bound.UNBOUNDED, Bound.MONOTONIC: Bound.UNBOUNDED}


@dataclass(frozen=True)
class ElementOp(Op):
    """An operator with one input and one function of an element."""

    function: Func
    with_key: bool = field(default=False, kw_only=True)
    """whether the function takes the key before the value"""
    commutative: Proof | None = field(default=None, kw_only=True)
    """why the order in which the function is called means nothing, where it changes something outside"""
    idempotent: Proof | None = field(default=None, kw_only=True)
    """why a repeated call means nothing, where the function changes something outside"""
    trial: Trial | None = field(default=None, kw_only=True, repr=False, compare=False)
    """what tries in a simulation whether the proofs are right"""

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return f"{self.name}_with_key" if self.with_key else self.name

    @property
    def detail(self) -> str:
        """Show the function."""
        return self.function.detail

    def apply(self, emit: Emit, value: str, key: str | None, through: str = "", wanted: str = "") -> Item:
        """Write the function applied to a value, and to its key where it asks for that."""
        args = self._told(emit, value, key)
        return emit.call(self.function, *args, through=through, wanted=wanted)

    def run(self, emit: Emit, value: str, key: str | None) -> None:
        """Write the function applied in the same way, for what it does."""
        emit.run(self.function, *self._told(emit, value, key))

    def test(self, emit: Emit, value: str, key: str | None) -> str:
        """Write the function applied as a condition; whether the result counts as true may fail as well."""
        skips = self.function.skips
        return self.apply(emit, value, key, "bool" if skips else "", "wanted").text

    def _told(self, emit: Emit, value: str, key: str | None) -> tuple[str, ...]:
        """Let who tries the proofs hear of a use of the function; give its arguments."""
        args = (key, value) if self.with_key and key else (value,)
        tell_effect(emit, self.trial, self.function, *args)
        return args

    def before(self, emit: Emit) -> None:
        """Tell who tries the proofs that a tick begins."""
        tell_begin(emit, self.trial)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Take a key off, do the work on the value, put the key back."""
        if emit.node.outputs and emit.node.input_kinds[port].shape.is_keyed:
            key, value = emit.pair(item)
            self.work(emit, Item(value), key)
        else:
            self.work(emit, item, None)

    def work(self, emit: Emit, item: Item, key: str | None) -> None:
        """Write the work on one element, under `key` if it has one."""
        raise NotImplementedError

    @staticmethod
    def give(emit: Emit, item: Item, key: str | None) -> None:
        """Push a result, with its key if it has one."""
        emit.push(item if key is None else Item.of(key, emit.assign(item, emit.hint())))


@dataclass(frozen=True)
class Map(ElementOp):
    """One result for each element."""

    result_type: Any = Any
    order_preserving: Proof | None = None
    """why the results of a value that only grows only grow"""
    name: ClassVar[str] = "map"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep every guarantee but monotonicity, which must be proved."""
        (kind,) = inputs
        bound = kind.bound if self.order_preserving else _AFTER_MAP.get(kind.bound, kind.bound)
        return (kind.but(element=self.result_type, bound=bound),)

    def work(self, emit: Emit, item: Item, key: str | None) -> None:
        """Push the function's result."""
        self.give(emit, self.apply(emit, item.text, key), key)

    def after(self, emit: Emit) -> None:
        """Apply the function to a live value."""
        shape = emit.node.outputs[0].shape
        if shape is Shape.SINGLETON:
            tell(emit, self.trial, emit.value(0))
            emit.define(emit.assign(emit.call(self.function, emit.value(0)), emit.hint(), emit.value(0)))
        elif shape is Shape.OPTIONAL:
            self._optional(emit)
        elif shape is Shape.KEYED_SINGLETON:
            self._keyed(emit)

    def _optional(self, emit: Emit) -> None:
        value, result = emit.value(0), emit.local(emit.hint())
        emit.write(f"{result} = {ABSENT}")
        with emit.block(f"if {value} is not {ABSENT}:"):
            emit.write(f"{result} = {emit.call(self.function, value).text}", value)
        emit.define(result)

    def _keyed(self, emit: Emit) -> None:
        with filling(emit, "mapped") as (result, key, value):
            emit.write(f"{result}[{key}] = {self.apply(emit, value, key).text}", value)


@dataclass(frozen=True)
class Filter(ElementOp):
    """Only the elements for which the function is true."""

    name: ClassVar[str] = "filter"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep every guarantee; a singleton becomes an optional."""
        (kind,) = inputs
        shape = Shape.OPTIONAL if kind.shape is Shape.SINGLETON else kind.shape
        if shape is Shape.KEYED_SINGLETON:
            values_bounded(kind)
        bound = kind.bound if kind.shape.is_keyed else _AFTER_FILTER.get(kind.bound, kind.bound)
        return (kind.but(shape=shape, bound=bound),)

    def work(self, emit: Emit, item: Item, key: str | None) -> None:
        """Go on to the next element where the function says no."""
        test = self.test(emit, item.text, key)
        with emit.block(f"if not {test}:" if self.function.skips else f"if not ({test}):"):
            emit.write("continue")
        emit.push(item if key is None else Item.of(key, item.text))

    def after(self, emit: Emit) -> None:
        """Keep a live value, or leave the optional empty."""
        shape = emit.node.outputs[0].shape
        if shape is Shape.OPTIONAL:
            value, result = emit.value(0), emit.local("kept")
            emit.write(f"{result} = {ABSENT}")
            with emit.block(f"if {value} is not {ABSENT}:"):
                emit.write(f"if {emit.call(self.function, value).text}: {result} = {value}", value)
            emit.define(result)
        elif shape is Shape.KEYED_SINGLETON:
            with filling(emit, "kept") as (result, key, value):
                emit.write(f"if {self.apply(emit, value, key).text}: {result}[{key}] = {value}", value)


@dataclass(frozen=True)
class FilterMap(ElementOp):
    """One result for each element, dropping `None`; `Some(None)` passes a `None` on."""

    result_type: Any = Any
    name: ClassVar[str] = "filter_map"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep every guarantee; a singleton becomes an optional."""
        (kind,) = inputs
        shape = Shape.OPTIONAL if kind.shape is Shape.SINGLETON else kind.shape
        if shape is Shape.KEYED_SINGLETON:
            values_bounded(kind)
        return (kind.but(shape=shape, element=self.result_type, bound=_AFTER_FILTER.get(kind.bound, kind.bound)),)

    def work(self, emit: Emit, item: Item, key: str | None) -> None:
        """Drop `None`, unwrap `Some`."""
        result = self._result(emit, item.text, key)
        with emit.block(f"if {result} is None:"):
            emit.write("continue")
        self._unwrap(emit, result)
        self.give(emit, Item(result), key)

    def _result(self, emit: Emit, value: str, key: str | None) -> str:
        if self.function.skips:
            return self.apply(emit, value, key, wanted=emit.hint()).text
        result = emit.local(emit.hint())
        emit.write(f"{result} = {self.apply(emit, value, key).text}", value)
        return result

    @staticmethod
    def _unwrap(emit: Emit, result: str) -> None:
        emit.write(f"if type({result}) is Some: {result} = {result}.value")

    def after(self, emit: Emit) -> None:
        """Map a live value, or leave the optional empty."""
        shape = emit.node.outputs[0].shape
        if shape is Shape.OPTIONAL:
            value, kept = emit.value(0), emit.local("kept")
            emit.write(f"{kept} = {ABSENT}")
            with emit.block(f"if {value} is not {ABSENT}:"):
                self._keep(emit, value, kept, None)
            emit.define(kept)
        elif shape is Shape.KEYED_SINGLETON:
            with filling(emit, "kept") as (kept, key, value):
                self._keep(emit, value, f"{kept}[{key}]", key)

    def _keep(self, emit: Emit, value: str, target: str, key: str | None) -> None:
        result = self._result(emit, value, key)
        with emit.block(f"if {result} is not None:"):
            self._unwrap(emit, result)
            emit.write(f"{target} = {result}")


@dataclass(frozen=True)
class FlatMapOrdered(ElementOp):
    """Every element of the iterable that the function gives, in its order."""

    result_type: Any = Any
    name: ClassVar[str] = "flat_map_ordered"
    keeps_order: ClassVar[bool] = True
    nests: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep every guarantee."""
        (kind,) = inputs
        order = kind.order if self.keeps_order else Order.NONE
        return (kind.but(element=self.result_type, order=order),)

    def work(self, emit: Emit, item: Item, key: str | None) -> None:
        """Loop over the result."""
        many = self.apply(emit, item.text, key, wanted="many").text
        if self.function.skips:
            many = f"{emit.skips()}.each({many}, {emit.handled})"
        if key is None:
            emit.push_all(many)
            return
        inner = emit.local(emit.hint())
        with emit.block(f"for {inner} in {many}:"):
            emit.push(Item.of(key, inner))


@dataclass(frozen=True)
class FlatMapUnordered(FlatMapOrdered):
    """Every element of the iterable that the function gives, in any order."""

    name: ClassVar[str] = "flat_map_unordered"
    keeps_order: ClassVar[bool] = False


@dataclass(frozen=True)
class Inspect(ElementOp):
    """Calls the function with each element and passes the element on."""

    name: ClassVar[str] = "inspect"
    stored: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep everything."""
        (kind,) = inputs
        if kind.shape is Shape.KEYED_SINGLETON:
            values_bounded(kind)
        return (kind,)

    def work(self, emit: Emit, item: Item, key: str | None) -> None:
        """Call, then push."""
        self.run(emit, item.text, key)
        emit.push(item if key is None else Item.of(key, item.text))

    def after(self, emit: Emit) -> None:
        """Call once for each key of a keyed singleton."""
        kind = emit.node.outputs[0]
        if kind.shape is not Shape.KEYED_SINGLETON:
            return
        table, key, value = emit.value(0), emit.local("key"), emit.local("value")
        complete = kind.bound is Bound.BOUNDED
        with (
            Once(emit) if complete else nullcontext(),
            nullcontext(f"{table}.items()") if complete else new_entries(emit, table) as entries,
            emit.block(f"for {key}, {value} in {entries}:"),
        ):
            emit.write(self.apply(emit, value, key).text, value)
        emit.define(table)


@dataclass(frozen=True)
class Partition(ElementOp):
    """Two streams: the elements for which the function is true, and the others."""

    name: ClassVar[str] = "partition"
    nests: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep everything, twice."""
        (kind,) = inputs
        return (kind, kind)

    def work(self, emit: Emit, item: Item, key: str | None) -> None:
        """Push to the one port or to the other."""
        whole = item if key is None else Item.of(key, item.text)
        with emit.block(f"if {self.test(emit, item.text, key)}:"):
            emit.push(whole, 0)
        with emit.block("else:"):
            emit.push(whole, 1)


@contextmanager
def filling(emit: Emit, wanted: str) -> Generator[tuple[str, str, str]]:
    """Open a loop over a keyed singleton in which the node's own table is filled; give that, key and value.

    Where values stay as they are, so does what is made of them: only new keys are looked at then.
    """
    table, key, value = emit.value(0), emit.local("key"), emit.local("value")
    stays = emit.node.input_kinds[0].bound is Bound.BOUNDED_VALUE and not emit.seams
    result = emit.state("", "{}") if stays else emit.local(wanted)
    if not stays:
        emit.write(f"{result} = {{}}")
    with (
        new_entries(emit, table) if stays else nullcontext(f"{table}.items()") as entries,
        emit.block(f"for {key}, {value} in {entries}:"),
    ):
        yield result, key, value
    emit.define(result)


def values_bounded(kind: Kind) -> None:
    """Demand a keyed singleton whose values no longer change once they are there."""
    if _changing(kind):
        raise check.Fault(
            check.BoundError,
            "values that no longer change",
            kind.bound,
            'Look at the values as they are now: .snapshot(tick, nondet("..."))',
            lost=("the bound", _changing),
        )


def _changing(kind: Kind) -> bool:
    return kind.bound not in (Bound.BOUNDED, Bound.BOUNDED_VALUE)
