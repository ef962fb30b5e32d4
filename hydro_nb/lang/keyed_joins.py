"""The methods of a keyed stream that bring it together with other collections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from hydro_nb.ir.ops.join import Chain, CrossSingleton, FilterIf, MergeOrdered, MergeUnordered
from hydro_nb.ir.ops.keyed import (
    FilterKeyNotIn,
    GetKeyed,
    JoinKeyedSingleton,
    JoinKeyedStream,
    LookupKeyedSingleton,
    LookupKeyedStream,
)
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import (
    B2,
    O2,
    R2,
    B_co,
    Bounded,
    K_co,
    L_co,
    NoOrder,
    O_co,
    R_co,
    TotalOrder,
    Unbounded,
    V_co,
)
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_singleton import KeyedSingleton
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream

J = TypeVar("J")
K = TypeVar("K")
U = TypeVar("U")
V = TypeVar("V")


class KeyedJoins(Collection, Generic[K_co, V_co, L_co, B_co, O_co, R_co]):
    """A keyed stream as something to join."""

    __slots__ = ()

    # ------------------------------------------------------------ with a value

    def cross_singleton(
        self, other: Singleton[U, L_co, Bounded] | Optional[U, L_co, Bounded]
    ) -> KeyedStream[K_co, tuple[V_co, U], L_co, B_co, O_co, R_co]:
        """Pair each value with a complete one; where an optional is empty, nothing comes out.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.cross_singleton(pairs.values().count()).entries().preview().rows
        [('a', (1, 2)), ('b', (2, 2))]

        Order, repeats and boundedness stay.
        """
        return self._grow(CrossSingleton(), other)

    def filter_if(self, condition: Singleton[bool, L_co, Bounded]) -> Self:
        """Keep all values where a complete truth value is true, else none.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.filter_if(pairs.values().count().map(lambda n: n > 5)).entries().preview().rows
        []

        Everything stays.
        """
        return self._grow(FilterIf(), condition)

    def get(
        self: KeyedJoins[K, V_co, L_co, Bounded, O_co, R_co],
        key: Singleton[K, L_co, Bounded] | Optional[K, L_co, Bounded],
    ) -> Stream[V_co, L_co, Bounded, NoOrder, R_co]:
        """Give the values of one key, which is a complete value; none where it is an empty optional.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> pairs.get(leader.singleton("a")).preview().rows
        [1, 3]

        Needs a bounded keyed stream. No order; repeats stay; bounded.
        """
        return self._grow(GetKeyed(), key)

    # ------------------------------------------------------------ with something to look up

    @overload
    def join_keyed_stream(
        self: KeyedJoins[K, V_co, L_co, B_co, O_co, R_co], other: KeyedStream[K, U, L_co, Bounded, O2, R2]
    ) -> KeyedStream[K, tuple[V_co, U], L_co, B_co, NoOrder, R_co | R2]: ...
    @overload
    def join_keyed_stream(
        self: KeyedJoins[K, V_co, L_co, B_co, O_co, R_co], other: KeyedStream[K, U, L_co, Unbounded, O2, R2]
    ) -> KeyedStream[K, tuple[V_co, U], L_co, Unbounded, NoOrder, R_co | R2]: ...
    def join_keyed_stream(self, other: KeyedStream[Any, Any, Any, Any, Any, Any]) -> Any:
        """Pair each value with each that the other keyed stream has under the same key.

        >>> leader = FlowBuilder().process()
        >>> orders = leader.source_iter([("ann", "pen"), ("bob", "cup")]).into_keyed()
        >>> cities = leader.source_iter([("ann", "Oslo"), ("eve", "Rome")]).into_keyed()
        >>> orders.join_keyed_stream(cities).entries().preview().rows
        [('ann', ('pen', 'Oslo'))]

        Where the other is bounded it is gathered first, and boundedness of this one stays. Where it is not, both are
        kept for ever, each match comes out once, and the result is unbounded. Order is lost; repeats as in the weaker
        of the two. Inside a tick only that tick's values match.
        """
        return self._grow(JoinKeyedStream(), other)

    def join_keyed_singleton(
        self: KeyedJoins[K, V_co, L_co, B_co, O_co, R_co], other: KeyedSingleton[K, U, L_co, Bounded]
    ) -> KeyedStream[K, tuple[V_co, U], L_co, B_co, NoOrder, R_co]:
        """Pair each value with what a complete keyed singleton has under its key; drop it where that is nothing.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> totals = pairs.filter(lambda n: n != 2).fold(0, lambda total, n: total + n)
        >>> pairs.join_keyed_singleton(totals).entries().preview().rows
        [('a', (1, 4)), ('a', (3, 4))]

        Order is lost; repeats and boundedness stay.
        """
        return self._grow(JoinKeyedSingleton(), other)

    def lookup_keyed_singleton(
        self: KeyedJoins[K_co, V, L_co, B_co, O_co, R_co], other: KeyedSingleton[V, U, L_co, Bounded]
    ) -> KeyedStream[K_co, tuple[V, U | None], L_co, B_co, NoOrder, R_co]:
        """Pair each value with what a complete keyed singleton has under it, or with None.

        >>> leader = FlowBuilder().process()
        >>> orders = leader.source_iter([("ann", "tea"), ("bob", "cocoa")]).into_keyed()
        >>> prices = leader.source_iter([("tea", 2)]).into_keyed().reduce(max)
        >>> orders.lookup_keyed_singleton(prices).entries().preview().rows
        [('ann', ('tea', 2)), ('bob', ('cocoa', None))]

        Order is lost; repeats and boundedness stay.
        """
        return self._grow(LookupKeyedSingleton(), other)

    def lookup_keyed_stream(
        self: KeyedJoins[K_co, V, L_co, B_co, O_co, R_co], other: KeyedStream[V, U, L_co, Bounded, O2, R2]
    ) -> KeyedStream[K_co, tuple[V, U | None], L_co, B_co, NoOrder, R_co | R2]:
        """Pair each value with everything that a bounded keyed stream has under it, or with None.

        >>> leader = FlowBuilder().process()
        >>> orders = leader.source_iter([("ann", "tea"), ("bob", "cocoa")]).into_keyed()
        >>> shops = leader.source_iter([("tea", "east"), ("tea", "west")]).into_keyed()
        >>> orders.lookup_keyed_stream(shops).entries().preview().rows
        [('ann', ('tea', 'east')), ('ann', ('tea', 'west')), ('bob', ('cocoa', None))]

        Order is lost; repeats as in the weaker of the two; boundedness stays.
        """
        return self._grow(LookupKeyedStream(), other)

    def filter_key_not_in(
        self: KeyedJoins[K, V_co, L_co, B_co, O_co, R_co], keys: Stream[K, L_co, Bounded, O2, R2]
    ) -> KeyedStream[K, V_co, L_co, B_co, O_co, R_co]:
        """Keep the values whose key a bounded stream does not have.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.filter_key_not_in(leader.source_iter(["b"])).entries().preview().rows
        [('a', 1)]

        Order, repeats and boundedness stay.
        """
        return self._grow(FilterKeyNotIn(), keys)

    # ------------------------------------------------------------ with another keyed stream

    def chain(
        self: KeyedJoins[K_co, V_co, L_co, Bounded, O_co, R_co], other: KeyedStream[J, U, L_co, B2, O2, R2]
    ) -> KeyedStream[K_co | J, V_co | U, L_co, B2, O_co | O2, R_co | R2]:
        """Give all values of this bounded keyed stream, then those of the other.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.chain(pairs.map(lambda n: -n)).entries().preview().rows
        [('a', 1), ('b', 2), ('a', -1), ('b', -2)]

        Order and repeats as in the weaker of the two; bounded where the other is.
        """
        return self._grow(Chain(), other)

    def merge_unordered(
        self: KeyedJoins[K_co, V_co, L_co, Unbounded, O_co, R_co], other: KeyedStream[J, U, L_co, Unbounded, O2, R2]
    ) -> KeyedStream[K_co | J, V_co | U, L_co, Unbounded, NoOrder, R_co | R2]:
        """Give the values of both unbounded keyed streams, as they come.

        >>> leader = FlowBuilder().process()
        >>> one, two = (leader.source_stream(lambda: iter([("a", 1)])).into_keyed() for _ in range(2))
        >>> one.merge_unordered(two).entries().preview().rows
        [('a', 1), ('a', 1)]

        Order is lost; repeats as in the weaker of the two; unbounded.
        """
        return self._grow(MergeUnordered(), other)

    @overload
    def merge_ordered(
        self: KeyedJoins[K_co, V_co, L_co, Bounded, TotalOrder, R_co],
        other: KeyedStream[J, U, L_co, Bounded, TotalOrder, R2],
        nondet: NonDet,
    ) -> KeyedStream[K_co | J, V_co | U, L_co, Bounded, TotalOrder, R_co | R2]: ...
    @overload
    def merge_ordered(
        self: KeyedJoins[K_co, V_co, L_co, B_co, TotalOrder, R_co],
        other: KeyedStream[J, U, L_co, Any, TotalOrder, R2],
        nondet: NonDet,
    ) -> KeyedStream[K_co | J, V_co | U, L_co, Unbounded, TotalOrder, R_co | R2]: ...
    @asks_for("nondet")
    def merge_ordered(self, other: KeyedStream[Any, Any, Any, Any, Any, Any], nondet: NonDet) -> Any:
        """Give the values of both ordered keyed streams as they come, and take that order for the one that is meant.

        >>> leader = FlowBuilder().process()
        >>> ones, tens = leader.source_iter([("a", 1), ("a", 2)]), leader.source_iter([("a", 10)])
        >>> both = ones.into_keyed().merge_ordered(tens.into_keyed(), nondet("either may come first"))
        >>> len(both.enumerate().entries().preview().rows)
        3

        Totally ordered within keys: values of one keyed stream keep their order, between the two any may come first.
        Repeats as in the weaker of the two; bounded where both are.
        """
        return self._grow(MergeOrdered(checked(nondet, "merge_ordered", here())), other)
