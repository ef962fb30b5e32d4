"""The methods of a stream that bring it together with other collections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from hydro_nb.ir.ops.join import FilterIf, MergeOrdered
from hydro_nb.ir.ops.match import (
    AntiJoin,
    CrossProduct,
    CrossProductNestedLoop,
    FilterNotIn,
    Join,
    RepeatWithKeys,
)
from hydro_nb.ir.ops.order import IntoKeyed
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import (
    O2,
    R2,
    B_co,
    Bounded,
    ExactlyOnce,
    L_co,
    NoOrder,
    O_co,
    R_co,
    T_co,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_singleton import KeyedSingleton
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream

K = TypeVar("K")
U = TypeVar("U")
V = TypeVar("V")


class StreamJoins(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something to join."""

    __slots__ = ()

    # ------------------------------------------------------------ matches

    @overload
    def join(
        self: StreamJoins[tuple[K, V], L_co, B_co, O_co, R_co], other: Stream[tuple[K, U], L_co, Bounded, O2, R2]
    ) -> Stream[tuple[K, tuple[V, U]], L_co, B_co, O_co | O2, R_co | R2]: ...
    @overload
    def join(
        self: StreamJoins[tuple[K, V], L_co, B_co, O_co, R_co], other: Stream[tuple[K, U], L_co, Unbounded, O2, R2]
    ) -> Stream[tuple[K, tuple[V, U]], L_co, Unbounded, NoOrder, R_co | R2]: ...
    def join(self, other: Stream[Any, Any, Any, Any, Any]) -> Any:
        """Match two streams of pairs: give each key that both have, with a value of either; keys must be hashable.

        >>> leader = FlowBuilder().process()
        >>> orders = leader.source_iter([("ann", "pen"), ("bob", "cup"), ("ann", "ink")])
        >>> cities = leader.source_iter([("ann", "Oslo"), ("eve", "Rome")])
        >>> orders.join(cities).preview().rows
        [('ann', ('pen', 'Oslo')), ('ann', ('ink', 'Oslo'))]

        Where the other is bounded it is gathered first, and boundedness of this one stays, and its order where the
        other has one too (Hydro keeps it always, though matches under one key then come in any order). Where it is not,
        both are kept for ever, each match comes out once, order is lost and the result is unbounded. Repeats as in
        the weaker of the two. Inside a tick only that tick's elements match.
        """
        return self._grow(Join(), other)

    @overload
    def cross_product(
        self, other: Stream[U, L_co, Bounded, O2, R2]
    ) -> Stream[tuple[T_co, U], L_co, B_co, O_co | O2, R_co | R2]: ...
    @overload
    def cross_product(
        self, other: Stream[U, L_co, Unbounded, O2, R2]
    ) -> Stream[tuple[T_co, U], L_co, Unbounded, NoOrder, R_co | R2]: ...
    def cross_product(self, other: Stream[Any, Any, Any, Any, Any]) -> Any:
        """Pair every element with every element of the other stream.

        >>> leader = FlowBuilder().process()
        >>> leader.source_iter([1, 2]).cross_product(leader.source_iter("ab")).preview().rows
        [(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')]

        Where the other is bounded it is gathered first, and boundedness of this one stays, and its order where the
        other has one too. Where it is not, both are kept for ever, each pair comes out once, order is lost and the
        result is unbounded. Repeats as in the weaker of the two.
        """
        return self._grow(CrossProduct(), other)

    def cross_product_nested_loop(
        self: StreamJoins[T_co, L_co, Bounded, O_co, R_co], other: Stream[U, L_co, Bounded, O2, R2]
    ) -> Stream[tuple[T_co, U], L_co, Bounded, O_co | O2, R_co | R2]:
        """Pair every element with every element of the other stream, both of them bounded.

        >>> leader = FlowBuilder().process()
        >>> leader.source_iter([1, 2]).cross_product_nested_loop(leader.source_iter("ab")).preview().rows
        [(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')]

        Order and repeats as in the weaker of the two; bounded.
        """
        return self._grow(CrossProductNestedLoop(), other)

    # ------------------------------------------------------------ what the other has not

    def anti_join(
        self: StreamJoins[tuple[K, V], L_co, B_co, O_co, R_co], keys: Stream[K, L_co, Bounded, O2, R2]
    ) -> Stream[tuple[K, V], L_co, B_co, O_co, R_co]:
        """Keep the pairs whose key is not in a bounded stream of keys; keys must be hashable.

        >>> leader = FlowBuilder().process()
        >>> orders = leader.source_iter([("ann", "pen"), ("bob", "cup")])
        >>> orders.anti_join(leader.source_iter(["bob"])).preview().rows
        [('ann', 'pen')]

        Order, repeats and boundedness stay.
        """
        return self._grow(AntiJoin(), keys)

    def filter_not_in(self, other: Stream[Any, L_co, Bounded, O2, R2]) -> Stream[T_co, L_co, B_co, O_co, R_co]:
        """Keep the elements that are not in a bounded stream; elements must be hashable.

        >>> leader = FlowBuilder().process()
        >>> leader.source_iter([1, 2, 3, 1]).filter_not_in(leader.source_iter([2])).preview().rows
        [1, 3, 1]

        Order, repeats and boundedness stay.
        """
        return self._grow(FilterNotIn(), other)

    def difference(self, other: Stream[Any, L_co, Bounded, O2, R2]) -> Stream[T_co, L_co, B_co, O_co, R_co]:
        """Keep the elements that are not in a bounded stream: another name of `filter_not_in`.

        >>> leader = FlowBuilder().process()
        >>> leader.source_iter([1, 2, 3]).difference(leader.source_iter([2])).preview().rows
        [1, 3]

        Order, repeats and boundedness stay.
        """
        return self.filter_not_in(other)

    def filter_if(self, condition: Singleton[bool, L_co, Bounded]) -> Stream[T_co, L_co, B_co, O_co, R_co]:
        """Keep all elements where a complete value is true, else none.

        >>> numbers = FlowBuilder().process().source_iter([1, 2])
        >>> numbers.filter_if(numbers.count().map(lambda n: n > 1)).preview().rows
        [1, 2]

        Order, repeats and boundedness stay.
        """
        return self._grow(FilterIf(), condition)

    # ------------------------------------------------------------ one after the other, keys

    @overload
    def merge_ordered(
        self: StreamJoins[T_co, L_co, Bounded, TotalOrder, R_co],
        other: Stream[U, L_co, Bounded, TotalOrder, R2],
        nondet: NonDet,
    ) -> Stream[T_co | U, L_co, Bounded, TotalOrder, R_co | R2]: ...
    @overload
    def merge_ordered(
        self: StreamJoins[T_co, L_co, B_co, TotalOrder, R_co],
        other: Stream[U, L_co, Any, TotalOrder, R2],
        nondet: NonDet,
    ) -> Stream[T_co | U, L_co, Unbounded, TotalOrder, R_co | R2]: ...
    @asks_for("nondet")
    def merge_ordered(self, other: Stream[Any, Any, Any, Any, Any], nondet: NonDet) -> Any:
        """Give the elements of both ordered streams as they come, and take that order for the one that is meant.

        >>> leader = FlowBuilder().process()
        >>> ones, tens = leader.source_iter([1, 2]), leader.source_iter([10])
        >>> len(ones.merge_ordered(tens, nondet("either may come first")).enumerate().preview().rows)
        3

        Totally ordered: elements of one stream keep their order, between the two any may come first. Repeats as in
        the weaker of the two; bounded where both are.
        """
        return self._grow(MergeOrdered(checked(nondet, "merge_ordered", here())), other)

    def repeat_with_keys(
        self: StreamJoins[T_co, L_co, Bounded, O_co, R_co], keys: KeyedSingleton[K, Any, L_co, Bounded]
    ) -> KeyedStream[K, T_co, L_co, Bounded, O_co, R_co]:
        """Give all elements under each key of a complete keyed singleton.

        >>> leader = FlowBuilder().process()
        >>> seats = leader.source_iter([("ann", 1), ("bob", 2)]).into_keyed().value_counts()
        >>> leader.source_iter(["hi"]).repeat_with_keys(seats).entries().preview().rows
        [('ann', 'hi'), ('bob', 'hi')]

        Within a key order and repeats stay; bounded.
        """
        return self._grow(RepeatWithKeys(), keys)

    def keys(
        self: StreamJoins[tuple[K, Any], L_co, B_co, O_co, R_co],
    ) -> Stream[K, L_co, B_co, NoOrder, ExactlyOnce]:
        """Give each key of a stream of pairs once; keys must be hashable.

        >>> FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).keys().preview().rows
        ['a', 'b']

        No order, exactly once; boundedness stays.
        """
        return self._grow(IntoKeyed(to="keyed")).keys()
