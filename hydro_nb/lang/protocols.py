"""Structural types, for the type checker alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from hydro_nb.lang.nondet import NonDet
    from hydro_nb.lang.tick import Tick

C_co = TypeVar("C_co", covariant=True)
N = TypeVar("N", bound="Named")
Ts = TypeVarTuple("Ts")
"""what a tuple holds: item by item `(0, 0)` is two numbers, and not a pair of just these"""


class Named(Protocol):
    """A named tuple, which keeps its own type."""

    def _asdict(self) -> dict[str, Any]: ...


class Numbers(Protocol[C_co]):
    """An array of one dimension, of numbers that are in Python what `item` gives."""

    @property
    def shape(self) -> tuple[int]:
        """How long it is."""
        ...

    def item(self, at: int, /) -> C_co:
        """Give a number as Python has it."""
        ...


class Elements(Protocol[C_co]):
    """A stream in a tick, with what it is outside."""

    def all_ticks(self) -> C_co:
        """Give what it is outside."""
        ...


class Value(Protocol[C_co]):
    """A live value in a tick, with what it is outside."""

    def latest(self) -> C_co:
        """Give what it is outside."""
        ...


class AtomicElements(Protocol[C_co]):
    """A stream in a tick, with what it is in an atomic section."""

    def all_ticks_atomic(self) -> C_co:
        """Give what it is in an atomic section."""
        ...


class AtomicValue(Protocol[C_co]):
    """A live value in a tick, with what it is in an atomic section."""

    def latest_atomic(self) -> C_co:
        """Give what it is in an atomic section."""
        ...


class SeenElements(Protocol[C_co]):
    """A stream in an atomic section, with what it is in a tick."""

    def batch_atomic(self, tick: Tick[Any], nondet: NonDet) -> C_co:
        """Give what it is in a tick."""
        ...


class SeenValue(Protocol[C_co]):
    """A live value in an atomic section, with what it is in a tick."""

    def snapshot_atomic(self, tick: Tick[Any], nondet: NonDet) -> C_co:
        """Give what it is in a tick."""
        ...
