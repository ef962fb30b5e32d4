"""Operators on live values: singletons and optionals put together, compared, looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit
from hydro_nb.ir.node import Bound, Kind, Op, Shape

_STAYS = (Bound.BOUNDED, Bound.INIT_NONE)
"""bounds under which an optional that is present stays so"""


def _both(left: Kind, right: Kind) -> Bound:
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

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an optional if either is one."""
        left, right = inputs
        bound = _both(left, right)
        shape = Shape.OPTIONAL if Shape.OPTIONAL in (left.shape, right.shape) else Shape.SINGLETON
        known = Any not in (left.element, right.element)
        return (left.but(shape=shape, bound=bound, element=tuple[left.element, right.element] if known else Any),)

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

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an optional that may be absent if both may."""
        left, right = inputs
        element = left.element if left.element == right.element else Any
        return (left.but(bound=_both(left, right), element=element),)

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
        element = Any if kind.element is Any else kind.element | None
        return (kind.but(shape=Shape.SINGLETON, bound=bound, element=element),)

    def after(self, emit: Emit) -> None:
        """Choose."""
        value, result = emit.value(0), emit.local("value")
        emit.write(f"{result} = None if {value} is {ABSENT} else {value}")
        emit.define(result)
