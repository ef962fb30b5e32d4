"""The methods of a keyed singleton that ask it for keys, or bring it together with another collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from hydro_nb.ir.ops.keyed_table import JoinTables, JoinTableStream, LookupTable, LookupTableStream, ThresholdKeyed
from hydro_nb.ir.ops.keyed_value import GetMaxKey, GetValue, KeyCount, KeySet, WithoutKeys
from hydro_nb.lang.collection import Collection, check_other, grow, handle
from hydro_nb.lang.guarantees import (
    B2,
    R2,
    B_co,
    Bounded,
    BoundedValue,
    ExactlyOnce,
    InitNone,
    K_co,
    L_co,
    Monotonic,
    MonotonicKeys,
    MonotonicValue,
    NoOrder,
    Unbounded,
    V_co,
)
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_singleton import KeyedSingleton
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream

U = TypeVar("U")
K = TypeVar("K")
V = TypeVar("V")
F_co = TypeVar("F_co", bound=Bounded | BoundedValue, covariant=True)
"""a bound under which values no longer change"""


class KeyedTables(Collection, Generic[K_co, V_co, L_co, B_co]):
    """A keyed singleton as a table to look things up in."""

    __slots__ = ()

    # ------------------------------------------------------------ keys

    @overload
    def key_count(self: KeyedTables[K, V, L_co, Bounded]) -> Singleton[int, L_co, Bounded]: ...
    @overload
    def key_count(self: KeyedTables[K, V, L_co, MonotonicKeys]) -> Singleton[int, L_co, Monotonic]: ...
    @overload
    def key_count(self: KeyedTables[K, V, L_co, Unbounded]) -> Singleton[int, L_co, Unbounded]: ...
    def key_count(self: KeyedTables[Any, Any, Any, Any]) -> Any:
        """Count the keys.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> pairs.value_counts().key_count().preview().rows
        [2]

        Bounded where this is; else the number only grows, unless keys may go.
        """
        return self._grow(KeyCount())

    @overload
    def get_max_key(self: KeyedTables[K, V, L_co, Bounded]) -> Optional[tuple[K, V], L_co, Bounded]: ...
    @overload
    def get_max_key(self: KeyedTables[K, V, L_co, BoundedValue]) -> Optional[tuple[K, V], L_co, InitNone]: ...
    def get_max_key(self: KeyedTables[Any, Any, Any, Any]) -> Any:
        """Give the greatest key with its value; absent where there are no keys.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> pairs.value_counts().get_max_key().preview().rows
        [('b', 1)]

        Needs values that no longer change, and keys that can be compared. Bounded where this is; else absent at first.
        """
        return self._grow(GetMaxKey())

    def get(
        self: KeyedTables[K, V, L_co, Bounded], key: Singleton[K, L_co, Bounded] | Optional[K, L_co, Bounded]
    ) -> Optional[V, L_co, Bounded]:
        """Give the value of one key; absent where it has none, or where the key is absent itself.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed().value_counts()
        >>> counts.get(leader.singleton("a")).preview().rows
        [2]

        Needs both to be complete, and so is the result.
        """
        return self._grow(GetValue(), key)

    def filter_key_not_in(
        self: KeyedTables[K, V, L_co, F_co], other: Stream[K, L_co, Bounded, Any, Any]
    ) -> KeyedSingleton[K, V, L_co, F_co]:
        """Drop the keys that are among the elements of a complete stream.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed().value_counts()
        >>> counts.filter_key_not_in(leader.source_iter(["a"])).entries().preview().rows
        [('b', 1)]

        Needs values that no longer change; boundedness stays.
        """
        keys = _key_set(self, other, "filter_key_not_in")
        return self._grow(WithoutKeys(), keys)

    # ------------------------------------------------------------ joins and lookups

    def join_keyed_singleton(
        self: KeyedTables[K, V, L_co, Bounded], other: KeyedSingleton[K, U, L_co, Bounded]
    ) -> KeyedSingleton[K, tuple[V, U], L_co, Bounded]:
        """Pair up the values of the keys that both have.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> large = pairs.filter(lambda n: n > 2).reduce(max)
        >>> pairs.value_counts().join_keyed_singleton(large).entries().preview().rows
        [('a', (2, 3))]

        Needs both to be complete, and so is the result.
        """
        return self._grow(JoinTables(), other)

    def join_keyed_stream(
        self: KeyedTables[K, V, L_co, Bounded], other: KeyedStream[K, U, L_co, B2, Any, R2]
    ) -> KeyedStream[K, tuple[V, U], L_co, B2, NoOrder, R2]:
        """Put its key's value before each value of a keyed stream; drop those whose key has none.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> large = pairs.filter(lambda n: n > 2).reduce(max)
        >>> large.join_keyed_stream(pairs).entries().preview().rows
        [('a', (3, 1)), ('a', (3, 3))]

        Needs to be complete itself. No order; repeats and boundedness as in the keyed stream.
        """
        return self._grow(JoinTableStream(), other)

    def lookup_keyed_singleton(
        self: KeyedTables[K, V, L_co, Bounded], other: KeyedSingleton[V, U, L_co, Bounded]
    ) -> KeyedSingleton[K, tuple[V, U | None], L_co, Bounded]:
        """Pair each value with what the other has under it as key, or with `None`.

        >>> leader = FlowBuilder().process()
        >>> towns = leader.source_iter([("ann", "rome"), ("bob", "oslo")]).into_keyed().reduce(max)
        >>> lands = leader.source_iter([("rome", "italy")]).into_keyed().reduce(max)
        >>> towns.lookup_keyed_singleton(lands).entries().preview().rows
        [('ann', ('rome', 'italy')), ('bob', ('oslo', None))]

        Needs both to be complete, and so is the result.
        """
        return self._grow(LookupTable(), other)

    def lookup_keyed_stream(
        self: KeyedTables[K, V, L_co, Bounded], other: KeyedStream[V, U, L_co, Bounded, Any, R2]
    ) -> KeyedStream[K, tuple[V, U | None], L_co, Bounded, NoOrder, R2]:
        """Pair each value with every value that a keyed stream has under it as key, or with `None` if it has none.

        >>> leader = FlowBuilder().process()
        >>> towns = leader.source_iter([("ann", "rome"), ("bob", "oslo")]).into_keyed().reduce(max)
        >>> sights = leader.source_iter([("rome", "forum"), ("rome", "tiber")]).into_keyed()
        >>> sorted(towns.lookup_keyed_stream(sights).values().preview().rows, key=str)
        [('oslo', None), ('rome', 'forum'), ('rome', 'tiber')]

        Needs both to be complete, and so is the result. No order; repeats as in the keyed stream.
        """
        return self._grow(LookupTableStream(), other)

    # ------------------------------------------------------------ thresholds

    @overload
    def threshold_greater_or_equal(
        self: KeyedTables[K, V, L_co, Bounded], thresholds: KeyedSingleton[K, V, L_co, Bounded]
    ) -> KeyedStream[K, V, L_co, Bounded, NoOrder, ExactlyOnce]: ...
    @overload
    def threshold_greater_or_equal(
        self: KeyedTables[K, V, L_co, Bounded], thresholds: KeyedSingleton[K, V, L_co, BoundedValue]
    ) -> KeyedStream[K, V, L_co, Unbounded, NoOrder, ExactlyOnce]: ...
    @overload
    def threshold_greater_or_equal(
        self: KeyedTables[K, V, L_co, MonotonicValue], thresholds: KeyedSingleton[K, V, L_co, Bounded | BoundedValue]
    ) -> KeyedStream[K, V, L_co, Unbounded, NoOrder, ExactlyOnce]: ...
    def threshold_greater_or_equal(self: KeyedTables[Any, Any, Any, Any], thresholds: Any) -> Any:
        """Give each key's threshold once, when the key's value has reached it.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed().value_counts()
        >>> wanted = leader.source_iter([("a", 2), ("b", 2)]).into_keyed().reduce(max)
        >>> counts.threshold_greater_or_equal(wanted).entries().preview().rows
        [('a', 2)]

        Needs values that only grow or no longer change, and thresholds that no longer change. No order, exactly once;
        bounded where both are.
        """
        return self._grow(ThresholdKeyed(), thresholds)

    @overload
    def threshold_greater_or_equal_uniform(
        self: KeyedTables[K, V, L_co, Bounded], threshold: Singleton[V, L_co, Bounded]
    ) -> KeyedStream[K, V, L_co, Bounded, NoOrder, ExactlyOnce]: ...
    @overload
    def threshold_greater_or_equal_uniform(
        self: KeyedTables[K, V, L_co, MonotonicValue], threshold: Singleton[V, L_co, Bounded]
    ) -> KeyedStream[K, V, L_co, Unbounded, NoOrder, ExactlyOnce]: ...
    def threshold_greater_or_equal_uniform(self: KeyedTables[Any, Any, Any, Any], threshold: Any) -> Any:
        """Give the threshold once for each key, when the key's value has reached it.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed().value_counts()
        >>> counts.threshold_greater_or_equal_uniform(leader.singleton(2)).entries().preview().rows
        [('a', 2)]

        Needs values that only grow or no longer change. No order, exactly once; bounded where this is.
        """
        return self._grow(ThresholdKeyed(uniform=True), threshold)


def _key_set(table: Collection, keys: Any, method: str) -> Collection:
    """Gather a stream beside a table into a set."""
    check_other(method, keys, table, here())
    return handle(table.flow, grow(KeySet(method), keys))
