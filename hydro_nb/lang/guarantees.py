"""What a collection promises, as marker classes for the type checker; each stands for a word of the program's data.

A marker that promises more is a subclass of one that promises less, so that a collection with the stronger promise is
accepted where the weaker one is asked for. `Bounded` is apart: what never ends and what ends are used differently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError
from hydro_nb.ir.node import Bound, Consistency, Order, Retries
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.place import Location


class Bounded:
    """All there is to come is here, in this tick."""


class Unbounded:
    """It may go on changing."""


class Monotonic(Unbounded):
    """A value that only grows."""


class InitNone(Unbounded):
    """A value that is absent at first, and once present stays so."""


class MonotonicKeys(Unbounded):
    """Keys are added and never removed; values may change."""


class MonotonicValue(MonotonicKeys):
    """Keys are added and values only grow."""


class BoundedValue(MonotonicValue):
    """Keys are added, and a value no longer changes once it is there."""


class NoOrder:
    """The order of elements means nothing."""


class TotalOrder(NoOrder):
    """The order of elements is part of the meaning."""


class AtLeastOnce:
    """An element may come more than once; none is lost."""


class ExactlyOnce(AtLeastOnce):
    """Each element comes once."""


class NoConsistency:
    """Members of a cluster may come to hold different things."""


class EventualConsistency(NoConsistency):
    """All members of a cluster come to hold the same in the end."""


T_co = TypeVar("T_co", covariant=True)
K_co = TypeVar("K_co", covariant=True)
V_co = TypeVar("V_co", covariant=True)
L_co = TypeVar("L_co", bound="Location", covariant=True, default=Any)
B_co = TypeVar("B_co", bound=Bounded | Unbounded, covariant=True, default=Unbounded)
O_co = TypeVar("O_co", bound=NoOrder, covariant=True, default=TotalOrder)
R_co = TypeVar("R_co", bound=AtLeastOnce, covariant=True, default=ExactlyOnce)

B2 = TypeVar("B2", bound=Bounded | Unbounded, default=Unbounded)
O2 = TypeVar("O2", bound=NoOrder, default=TotalOrder)
R2 = TypeVar("R2", bound=AtLeastOnce, default=ExactlyOnce)
L2 = TypeVar("L2", bound="Location")

_BOUNDS: dict[type, Bound] = {
    cls: Bound(cls.__name__)
    for cls in (Bounded, Unbounded, Monotonic, InitNone, BoundedValue, MonotonicValue, MonotonicKeys)
}
_ORDERS: dict[type, Order] = {cls: Order(cls.__name__) for cls in (TotalOrder, NoOrder)}
_RETRIES: dict[type, Retries] = {cls: Retries(cls.__name__) for cls in (ExactlyOnce, AtLeastOnce)}
_CONSISTENCIES: dict[type, Consistency] = {
    cls: Consistency(cls.__name__) for cls in (EventualConsistency, NoConsistency)
}


def bound_of(marker: type) -> Bound:
    """Give the word for a marker of boundedness.

    >>> bound_of(Bounded)
    <Bound.BOUNDED: 'Bounded'>
    """
    return _known(_BOUNDS, marker, "bound")


def order_of(marker: type) -> Order:
    """Give the word for a marker of order.

    >>> order_of(NoOrder)
    <Order.NONE: 'NoOrder'>
    """
    return _known(_ORDERS, marker, "order")


def retries_of(marker: type) -> Retries:
    """Give the word for a marker of repeats.

    >>> retries_of(ExactlyOnce)
    <Retries.EXACTLY_ONCE: 'ExactlyOnce'>
    """
    return _known(_RETRIES, marker, "retries")


def consistency_of(marker: type) -> Consistency:
    """Give the word for a marker of agreement among members.

    >>> consistency_of(EventualConsistency)
    <Consistency.EVENTUAL: 'EventualConsistency'>
    """
    return _known(_CONSISTENCIES, marker, "consistency")


def _known(words: dict[type, Any], marker: type, keyword: str) -> Any:
    if marker not in words:
        names = ", ".join(cls.__name__ for cls in words)
        given = getattr(marker, "__name__", repr(marker))
        raise GraphError(f"{keyword}={given} is not known here.\n  {here()}\n  There are {names}.")
    return words[marker]
