"""Keyed singletons: one live value per key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from hydro_nb.ir.func import NoSkip
from hydro_nb.ir.node import Shape
from hydro_nb.ir.ops.element import Filter, FilterMap, Inspect, Map
from hydro_nb.ir.ops.keyed_value import CollectKeyed, SnapshotKeyed
from hydro_nb.ir.ops.order import Make, Weaken
from hydro_nb.ir.ops.shape import Entries, IntoSingleton
from hydro_nb.ir.ops.time import Batch
from hydro_nb.lang import annotate
from hydro_nb.lang.collection import Collection, grow, handle
from hydro_nb.lang.guarantees import (
    B_co,
    Bounded,
    BoundedValue,
    ExactlyOnce,
    K_co,
    L_co,
    MonotonicKeys,
    MonotonicValue,
    NoOrder,
    TotalOrder,
    Unbounded,
    V_co,
)
from hydro_nb.lang.keyed_tables import KeyedTables
from hydro_nb.lang.location import Tick, TopLevel
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.sending import tick_of
from hydro_nb.lang.site import here
from hydro_nb.lang.value_time import KeyedSingletonTime

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream
    from hydro_nb.lang.tick import Atomic
    from hydro_nb.values import Some

U = TypeVar("U")
K = TypeVar("K")
V = TypeVar("V")
P = TypeVar("P", bound=TopLevel)
F_co = TypeVar("F_co", bound=Bounded | BoundedValue, covariant=True)
"""a bound under which values no longer change"""


class KeyedSingleton(
    KeyedTables[K_co, V_co, L_co, B_co],
    KeyedSingletonTime[K_co, V_co, L_co, B_co],
    shape=Shape.KEYED_SINGLETON,
):
    """One live value per key.

    Type parameters: key, value, location, boundedness.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def location(self) -> L_co:
            """The process, tick or section that it lives on."""
            ...

    # ------------------------------------------------------------ value by value

    @overload
    def map(
        self: KeyedSingleton[K, V, L_co, F_co], f: Callable[[V], U], *, on_error: NoSkip = "raise"
    ) -> KeyedSingleton[K, U, L_co, F_co]: ...
    @overload
    def map(
        self: KeyedSingleton[K, V, L_co, MonotonicValue], f: Callable[[V], U], *, on_error: NoSkip = "raise"
    ) -> KeyedSingleton[K, U, L_co, MonotonicKeys]: ...
    @overload
    def map(self, f: Callable[[V_co], U], *, on_error: NoSkip = "raise") -> KeyedSingleton[K_co, U, L_co, B_co]: ...
    def map(self, f: Callable[[Any], Any], *, on_error: NoSkip = "raise") -> Any:
        """Give the function's result for each value.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2)]).into_keyed()
        >>> pairs.value_counts().map(lambda n: n * 10).entries().preview().rows
        [('a', 20)]

        Boundedness stays; that values only grow is forgotten.
        """
        return self._grow(Map(self._func(f, 1, "map", on_error), annotate.result_of(f)))

    @overload
    def map_with_key(
        self: KeyedSingleton[K, V, L_co, F_co], f: Callable[[K, V], U], *, on_error: NoSkip = "raise"
    ) -> KeyedSingleton[K, U, L_co, F_co]: ...
    @overload
    def map_with_key(
        self: KeyedSingleton[K, V, L_co, MonotonicValue], f: Callable[[K, V], U], *, on_error: NoSkip = "raise"
    ) -> KeyedSingleton[K, U, L_co, MonotonicKeys]: ...
    @overload
    def map_with_key(
        self, f: Callable[[K_co, V_co], U], *, on_error: NoSkip = "raise"
    ) -> KeyedSingleton[K_co, U, L_co, B_co]: ...
    def map_with_key(self, f: Callable[[Any, Any], Any], *, on_error: NoSkip = "raise") -> Any:
        """Give the function's result for each key and value, under the key.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2)]).into_keyed()
        >>> pairs.value_counts().map_with_key(lambda key, n: key * n).entries().preview().rows
        [('a', 'aa')]

        Boundedness stays; that values only grow is forgotten.
        """
        return self._grow(Map(self._func(f, 2, "map_with_key", on_error), annotate.result_of(f), with_key=True))

    def filter(
        self: KeyedSingleton[K, V, L_co, F_co], f: Callable[[V], object], *, on_error: NoSkip = "raise"
    ) -> KeyedSingleton[K, V, L_co, F_co]:
        """Keep the values for which the function is true.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2), ("b", 1)]).into_keyed()
        >>> pairs.value_counts().filter(lambda n: n > 1).entries().preview().rows
        [('a', 2)]

        Needs values that no longer change; boundedness stays.
        """
        return self._grow(Filter(self._func(f, 1, "filter", on_error)))

    def filter_map(
        self: KeyedSingleton[K, V, L_co, F_co], f: Callable[[V], Some[U] | U | None], *, on_error: NoSkip = "raise"
    ) -> KeyedSingleton[K, U, L_co, F_co]:
        """Give the function's result where it is not `None`; `Some(None)` passes a `None` on.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2), ("b", 1)]).into_keyed()
        >>> pairs.value_counts().filter_map(lambda n: n * 10 if n > 1 else None).entries().preview().rows
        [('a', 20)]

        Needs values that no longer change; boundedness stays.
        """
        return self._grow(FilterMap(self._func(f, 1, "filter_map", on_error), annotate.present_of(f)))

    def inspect(
        self: KeyedSingleton[K, V, L_co, F_co], f: Callable[[V], object], *, on_error: NoSkip = "raise"
    ) -> KeyedSingleton[K, V, L_co, F_co]:
        """Call the function once with each value, when its key comes, and pass all on.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2)]).into_keyed()
        >>> pairs.value_counts().inspect(lambda n: None).entries().preview().rows
        [('a', 2)]

        Needs values that no longer change; everything stays.
        """
        return self._grow(Inspect(self._func(f, 1, "inspect", on_error)))

    def inspect_with_key(
        self: KeyedSingleton[K, V, L_co, F_co], f: Callable[[K, V], object], *, on_error: NoSkip = "raise"
    ) -> KeyedSingleton[K, V, L_co, F_co]:
        """Call the function once with each key and value, when the key comes, and pass all on.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2)]).into_keyed()
        >>> pairs.value_counts().inspect_with_key(lambda key, n: None).entries().preview().rows
        [('a', 2)]

        Needs values that no longer change; everything stays.
        """
        return self._grow(Inspect(self._func(f, 2, "inspect_with_key", on_error), with_key=True))

    # ------------------------------------------------------------ to streams, and to one value

    @overload
    def entries(
        self: KeyedSingleton[K, V, L_co, Bounded],
    ) -> Stream[tuple[K, V], L_co, Bounded, NoOrder, ExactlyOnce]: ...
    @overload
    def entries(
        self: KeyedSingleton[K, V, L_co, BoundedValue],
    ) -> Stream[tuple[K, V], L_co, Unbounded, NoOrder, ExactlyOnce]: ...
    def entries(self: KeyedSingleton[Any, Any, Any, Any]) -> Any:
        """Give pairs of key and value, each once.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.value_counts().entries().preview().rows
        [('a', 1), ('b', 1)]

        Needs values that no longer change. No order, exactly once; boundedness stays.
        """
        return self._grow(Entries())

    @overload
    def values(self: KeyedSingleton[K, V, L_co, Bounded]) -> Stream[V, L_co, Bounded, NoOrder, ExactlyOnce]: ...
    @overload
    def values(self: KeyedSingleton[K, V, L_co, BoundedValue]) -> Stream[V, L_co, Unbounded, NoOrder, ExactlyOnce]: ...
    def values(self: KeyedSingleton[Any, Any, Any, Any]) -> Any:
        """Give the values alone, each once.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.value_counts().values().preview().rows
        [1, 1]

        Needs values that no longer change. No order, exactly once; boundedness stays.
        """
        return self._grow(Entries("values"))

    @overload
    def keys(self: KeyedSingleton[K, V, L_co, Bounded]) -> Stream[K, L_co, Bounded, NoOrder, ExactlyOnce]: ...
    @overload
    def keys(self: KeyedSingleton[K, V, L_co, BoundedValue]) -> Stream[K, L_co, Unbounded, NoOrder, ExactlyOnce]: ...
    def keys(self: KeyedSingleton[Any, Any, Any, Any]) -> Any:
        """Give the keys alone, each once.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.value_counts().keys().preview().rows
        ['a', 'b']

        Needs values that no longer change. No order, exactly once; boundedness stays.
        """
        return self._grow(Entries("keys"))

    @overload
    def into_keyed_stream(
        self: KeyedSingleton[K, V, L_co, Bounded],
    ) -> KeyedStream[K, V, L_co, Bounded, TotalOrder, ExactlyOnce]: ...
    @overload
    def into_keyed_stream(
        self: KeyedSingleton[K, V, L_co, BoundedValue],
    ) -> KeyedStream[K, V, L_co, Unbounded, TotalOrder, ExactlyOnce]: ...
    def into_keyed_stream(self: KeyedSingleton[Any, Any, Any, Any]) -> Any:
        """Give a keyed stream of one value per key.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.value_counts().into_keyed_stream().entries().preview().rows
        [('a', 1), ('b', 1)]

        Needs values that no longer change. Totally ordered within keys, exactly once; boundedness stays.
        """
        return self._grow(Entries("into_keyed_stream"))

    @overload
    def into_singleton(
        self: KeyedSingleton[K, V, L_co, Bounded],
    ) -> Singleton[dict[K, V], L_co, Bounded]: ...
    @overload
    def into_singleton(self: KeyedSingleton[K, V, L_co, B_co]) -> Singleton[dict[K, V], L_co, Unbounded]: ...
    def into_singleton(self: KeyedSingleton[Any, Any, Any, Any]) -> Any:
        """Give all keys and values as one dict.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.value_counts().into_singleton().preview().rows
        [{'a': 1, 'b': 1}]

        Bounded where this is.
        """
        return self._grow(IntoSingleton())

    # ------------------------------------------------------------ ticks and guarantees

    @asks_for("nondet")
    def snapshot(
        self: KeyedSingleton[K_co, V_co, P, B_co], tick: Tick[P], nondet: NonDet
    ) -> KeyedSingleton[K_co, V_co, Tick[P], Bounded]:
        """Give the values as they are when the tick runs; none older than the one before.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1)]).into_keyed().value_counts()
        >>> counts.snapshot(leader.tick(), nondet("they are complete")).entries().all_ticks().preview(1).rows
        [('a', 1)]

        Bounded inside the tick. Where keys come but values stay, a `BoundError`: each entry is news once, see `batch`.
        """
        return self._grow(SnapshotKeyed(tick_of(self, tick, "snapshot"), checked(nondet, "snapshot", here())))

    @asks_for("nondet")
    def batch(
        self: KeyedSingleton[K, V, P, Bounded | BoundedValue], tick: Tick[P], nondet: NonDet
    ) -> KeyedSingleton[K, V, Tick[P], Bounded]:
        """Give the entries whose keys have come since the tick last ran; where one batch ends is arbitrary.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1), ("b", 2)]).into_keyed().value_counts()
        >>> counts.batch(leader.tick(), nondet("shown only")).key_count().all_ticks().preview(1).rows
        [2]

        Needs values that no longer change. Each entry is in one batch; bounded inside the tick.
        """
        return _collected(self, tick, nondet, "batch")

    @asks_for("nondet")
    def batch_atomic(
        self: KeyedSingleton[K, V, Atomic[P], Bounded | BoundedValue], tick: Tick[P], nondet: NonDet
    ) -> KeyedSingleton[K, V, Tick[P], Bounded]:
        """Give the entries whose keys have come since the section's tick last ran.

        >>> leader = FlowBuilder().process()
        >>> section = leader.source_iter([("a", 1), ("b", 2)]).into_keyed().atomic()
        >>> batch = section.first().batch_atomic(section.location.tick, nondet("shown only"))
        >>> batch.key_count().all_ticks().preview(1).rows
        [2]

        Needs values that no longer change. Each entry is in one batch; bounded inside the tick.
        """
        return _collected(self, tick, nondet, "batch_atomic")

    def make_bounded(self: KeyedSingleton[K, V, L_co, Bounded]) -> KeyedSingleton[K, V, L_co, Bounded]:
        """Say, in code for collections of any boundedness, that this one is complete.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1)]).into_keyed()
        >>> pairs.value_counts().make_bounded().entries().preview().rows
        [('a', 1)]

        A `BoundError` where it is not; everything stays.
        """
        return self._grow(Make(guarantee="bounded"))

    def weaken_boundedness(self) -> KeyedSingleton[K_co, V_co, L_co, Unbounded]:
        """Take it for one whose keys and values may still change.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1)]).into_keyed()
        >>> pairs.value_counts().weaken_boundedness().kind.bound
        <Bound.UNBOUNDED: 'Unbounded'>

        Of one whose values stay, `snapshot` then gives all entries that there are.
        """
        return self._grow(Weaken(guarantee="boundedness"))


def _collected(table: Collection, tick: Any, nondet: NonDet, method: str) -> Any:
    """Let the entries into a tick as they come, and make a table of those that came together."""
    batch = Batch(tick_of(table, tick, method), checked(nondet, method, here()))
    for op in (Entries("into_keyed_stream", method), batch, CollectKeyed()):
        table = handle(table.flow, grow(op, table))
    return table
