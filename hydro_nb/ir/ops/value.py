"""Operators on live values: singletons and optionals put together, compared, looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.node import Bound, Kind, Op, Order, Retries, Shape
from hydro_nb.ir.ops.once import Once
from hydro_nb.ir.ops.order import Guard
from hydro_nb.ir.ops.pairs import common, or_none, tuple_of
from hydro_nb.ir.ops.time import Snapshot

_LIVE = (Shape.SINGLETON, Shape.OPTIONAL)
_LOOK = 'Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))'
_STAYS = (Bound.BOUNDED, Bound.INIT_NONE)
"""bounds under which an optional that is present stays so"""


def _bound_of(left: Kind, right: Kind) -> Bound:
    """Give the bound of what is there while both are, or while one of them is."""
    check.same_place(left, right)
    if left.bound is Bound.BOUNDED and right.bound is Bound.BOUNDED:
        return Bound.BOUNDED
    optionals = [kind for kind in (left, right) if kind.shape is Shape.OPTIONAL]
    stays = optionals and all(kind.bound in _STAYS for kind in optionals)
    return Bound.INIT_NONE if stays else Bound.UNBOUNDED


@dataclass(frozen=True)
class Zip(Op):
    """Two live values as a pair, while both are present."""

    name: ClassVar[str] = "zip"
    category: ClassVar = "Join"
    on_demand: ClassVar[bool] = True
    completes: ClassVar[tuple[int, ...]] = (0, 1)

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an optional if either is one."""
        left, right = inputs
        check.shaped(
            right,
            _LIVE,
            " to go with it",
            "Pair the elements of a stream with a complete value: .cross_singleton(value)",
        )
        bound = _bound_of(left, right)
        shape = Shape.OPTIONAL if Shape.OPTIONAL in (left.shape, right.shape) else Shape.SINGLETON
        return (left.but(shape=shape, bound=bound, element=tuple_of(left.element, right.element)),)

    def after(self, emit: Emit) -> None:
        """Pair up, with copies where a half goes on changing: the pair is another object, which hides that."""
        halves = [emit.value(0), emit.value(1)]
        copied = emit.seams or emit.changes_in_place()
        pair = ", ".join(f"copy({half})" if copied else half for half in halves)
        kinds = zip(halves, emit.node.input_kinds, strict=True)
        tests = [f"{half} is not {ABSENT}" for half, kind in kinds if kind.shape is Shape.OPTIONAL]
        text = f"({pair}) if {' and '.join(tests)} else {ABSENT}" if tests else f"({pair})"
        result = emit.local("pair")
        emit.write(f"{result} = {text}")
        emit.define(result)


@dataclass(frozen=True)
class FirstPresent(Op):
    """The value of the first optional, or that of the second where the first is empty."""

    name: ClassVar[str] = "or_"
    completes: ClassVar[tuple[int, ...]] = (0, 1)

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an optional that may be absent if both may."""
        left, right = inputs
        check.shaped(
            right,
            (Shape.OPTIONAL,),
            " to go with it",
            "Fall back on a value that is always there: .unwrap_or(singleton)",
        )
        return (left.but(bound=_bound_of(left, right), element=common(left.element, right.element)),)

    def after(self, emit: Emit) -> None:
        """Choose."""
        value, other, result = emit.value(0), emit.value(1), emit.local("value")
        emit.write(f"{result} = {other} if {value} is {ABSENT} else {value}")
        emit.define(result)


@dataclass(frozen=True)
class IsSome(Op):
    """Whether an optional holds a value, or whether it holds none."""

    absent: bool = False
    name: ClassVar[str] = "is_some"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "is_none" if self.absent else "is_some"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a bool; of what once present stays so, presence only grows from False to True."""
        (kind,) = inputs
        grows = kind.bound is Bound.INIT_NONE and not self.absent
        bound = Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.MONOTONIC if grows else Bound.UNBOUNDED
        return (kind.but(shape=Shape.SINGLETON, bound=bound, element=bool),)

    def after(self, emit: Emit) -> None:
        """Look."""
        result = emit.local("absent" if self.absent else "present")
        emit.write(f"{result} = {emit.value(0)} is {'' if self.absent else 'not '}{ABSENT}")
        emit.define(result)


@dataclass(frozen=True)
class OrNone(Op):
    """An optional's value, or `None` where it is empty."""

    name: ClassVar[str] = "or_none"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return "into_singleton"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a singleton, bounded where the optional is."""
        (kind,) = inputs
        bound = Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.UNBOUNDED
        return (kind.but(shape=Shape.SINGLETON, bound=bound, element=or_none(kind.element)),)

    def after(self, emit: Emit) -> None:
        """Choose."""
        value, result = emit.value(0), emit.local("value")
        emit.write(f"{result} = None if {value} is {ABSENT} else {value}")
        emit.define(result)


@dataclass(frozen=True)
class Logic(Op):
    """Two complete values joined by a word of Python: `and`, `or`, `==`."""

    word: str = "and"
    name: ClassVar[str] = "logic"
    category: ClassVar = "Join"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return {"==": "equals"}.get(self.word, f"{self.word}_")

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand two complete singletons."""
        left, right = inputs
        check.shaped(
            right,
            (Shape.SINGLETON,),
            " to go with it",
            "An optional may be absent: ask .is_some(), or give .unwrap_or(singleton)",
        )
        check.same_place(left, right)
        for port, kind in enumerate(inputs):
            check.bounded(kind, _LOOK, port)
        return (left.but(element=bool),)

    def after(self, emit: Emit) -> None:
        """Join them."""
        result = emit.local("answer")
        emit.write(f"{result} = {emit.value(0)} {self.word} {emit.value(1)}")
        emit.define(result)


def _forgets_growth(kind: Kind) -> bool:
    return not kind.shape.is_stream and kind.bound not in (Bound.MONOTONIC, Bound.BOUNDED)


@dataclass(frozen=True)
class Threshold(Op):
    """A complete threshold, once, when a value that only grows has reached it."""

    name: ClassVar[str] = "threshold_greater_or_equal"
    completes: ClassVar[tuple[int, ...]] = (1,)
    category: ClassVar = "Join"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a value that never falls back, and a threshold that stays."""
        value, threshold = inputs
        check.shaped(
            threshold,
            (Shape.SINGLETON,),
            " to go with it",
            "Give it as a value of the process: process.singleton(threshold)",
        )
        check.same_place(value, threshold)
        if _forgets_growth(value):
            raise check.Fault(
                check.BoundError,
                "a value that only grows, or a complete one",
                value.bound,
                'Prove that it grows: .fold(..., monotone=proof("...")) or .map(f, order_preserving=proof("...")),\n'
                '  or look at it as it is now, in a tick: .snapshot(tick, nondet("..."))',
                lost=("growth", _forgets_growth),
            )
        check.bounded(threshold, _LOOK, 1)
        bound = Bound.BOUNDED if value.bound is Bound.BOUNDED else Bound.UNBOUNDED
        stream = value.but(shape=Shape.STREAM, bound=bound, order=Order.TOTAL, retries=Retries.EXACTLY_ONCE)
        return (stream.but(element=threshold.element),)

    def after(self, emit: Emit) -> None:
        """Compare: once all of a bounded value is there, else until it is reached."""
        value, threshold = emit.value(0), emit.value(1)
        if emit.node.outputs[0].bound is Bound.BOUNDED:
            with Once(emit):
                self._give(emit, threshold, f"{value} >= {threshold}")
        else:
            reached = emit.state("reached", "False")
            self._give(emit, threshold, f"not {reached} and {value} >= {threshold}", reached)

    @staticmethod
    def _give(emit: Emit, threshold: str, condition: str, reached: str = "") -> None:
        item = emit.local(emit.hint())
        with emit.block(f"for {item} in ({threshold},) if {condition} else ():"):
            if reached:
                emit.write(f"{reached} = True")
            emit.push(Item(item))


@dataclass(frozen=True)
class CloneIntoTick(Snapshot):
    """A complete value, in every run of a tick: nothing is left to chance."""

    reason: str = ""
    name: ClassVar[str] = "clone_into_tick"
    category: ClassVar = "Transform"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a complete value."""
        check.top_level(inputs[0])
        check.bounded(inputs[0], _LOOK)
        return super().kinds(inputs)


@dataclass(frozen=True)
class SampleEager(Snapshot):
    """The live value as it is whenever its process does something."""

    name: ClassVar[str] = "sample_eager"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a value at top level."""
        check.top_level(inputs[0])
        return super().kinds(inputs)


@dataclass(frozen=True)
class IgnoreMonotonic(Guard):
    """Gives up that a value only grows."""

    name: ClassVar[str] = "ignore_monotonic"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Forget it; what is complete stays so."""
        (kind,) = inputs
        return (kind.but(bound=Bound.UNBOUNDED if kind.bound is Bound.MONOTONIC else kind.bound),)
