"""Keyed singletons: one live value per key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hydro_nb.ir.node import Shape
from hydro_nb.ir.ops.element import Filter, FilterMap, Map
from hydro_nb.ir.ops.shape import Entries, IntoSingleton
from hydro_nb.ir.ops.time import Snapshot
from hydro_nb.lang import annotate
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, Bounded, BoundedValue, ExactlyOnce, K_co, L_co, NoOrder, V_co
from hydro_nb.lang.location import Process, Tick
from hydro_nb.lang.nondet import NonDet, checked
from hydro_nb.lang.sending import tick_of
from hydro_nb.lang.site import here
from hydro_nb.lang.value_time import KeyedSingletonTime

if TYPE_CHECKING:
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream
    from hydro_nb.values import Some

U = TypeVar("U")
K = TypeVar("K")
V = TypeVar("V")
P = TypeVar("P", bound=Process[Any])
F_co = TypeVar("F_co", bound=Bounded | BoundedValue, covariant=True)
"""a bound under which values no longer change"""


class KeyedSingleton(KeyedSingletonTime[K_co, V_co, L_co, B_co], Generic[K_co, V_co, L_co, B_co], shape=Shape.KEYED_SINGLETON):
    """One live value per key.

    Type parameters: key, value, location, boundedness.
    """

    __slots__ = ()

    def map(self, f: Callable[[V_co], U]) -> KeyedSingleton[K_co, U, L_co, B_co]:
        """Give the function's result for each value.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2)]).into_keyed()
        >>> pairs.value_counts().map(lambda n: n * 10).entries().preview().rows
        [('a', 20)]

        Boundedness stays; that values only grow is forgotten.
        """
        return self._grow(Map(self._func(f, 1, "map"), annotate.result_of(f)))

    def filter(self: KeyedSingleton[K, V, L_co, F_co], f: Callable[[V], object]) -> KeyedSingleton[K, V, L_co, F_co]:
        """Keep the values for which the function is true.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2), ("b", 1)]).into_keyed()
        >>> pairs.value_counts().filter(lambda n: n > 1).entries().preview().rows
        [('a', 2)]

        Needs values that no longer change; boundedness stays.
        """
        return self._grow(Filter(self._func(f, 1, "filter")))

    def filter_map(
        self: KeyedSingleton[K, V, L_co, F_co], f: Callable[[V], Some[U] | U | None]
    ) -> KeyedSingleton[K, U, L_co, F_co]:
        """Give the function's result where it is not `None`; `Some(None)` passes a `None` on.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2), ("b", 1)]).into_keyed()
        >>> pairs.value_counts().filter_map(lambda n: n * 10 if n > 1 else None).entries().preview().rows
        [('a', 20)]

        Needs values that no longer change; boundedness stays.
        """
        return self._grow(FilterMap(self._func(f, 1, "filter_map"), annotate.present_of(f)))

    def snapshot(
        self: KeyedSingleton[K_co, V_co, P, B_co], tick: Tick[P], nondet: NonDet
    ) -> KeyedSingleton[K_co, V_co, Tick[P], Bounded]:
        """Give the values as they are when the tick runs; none older than the one before.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1)]).into_keyed().value_counts()
        >>> counts.snapshot(leader.tick(), nondet("they are complete")).entries().all_ticks().preview(1).rows
        [('a', 1)]

        Bounded inside the tick.
        """
        return self._grow(Snapshot(tick_of(self, tick, "snapshot"), checked(nondet, "snapshot", here())))

    def entries(
        self: KeyedSingleton[K, V, L_co, F_co],
    ) -> Stream[tuple[K, V], L_co, F_co, NoOrder, ExactlyOnce]:
        """Give pairs of key and value.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.value_counts().entries().preview().rows
        [('a', 1), ('b', 1)]

        Needs values that no longer change. No order, exactly once; boundedness stays.
        """
        return self._grow(Entries())

    def values(self: KeyedSingleton[K, V, L_co, F_co]) -> Stream[V, L_co, F_co, NoOrder, ExactlyOnce]:
        """Give the values alone.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.value_counts().values().preview().rows
        [1, 1]

        Needs values that no longer change. No order, exactly once; boundedness stays.
        """
        return self._grow(Entries(values_only=True))

    def into_singleton(self: KeyedSingleton[K, V, L_co, B_co]) -> Singleton[dict[K, V], L_co, B_co]:
        """Give all keys and values as one dict.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.value_counts().into_singleton().preview().rows
        [{'a': 1, 'b': 1}]

        Bounded where this is.
        """
        return self._grow(IntoSingleton())
