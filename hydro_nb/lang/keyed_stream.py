"""Keyed streams: one sub-stream per key; functions see values, keys stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from hydro_nb.ir.node import Shape
from hydro_nb.ir.ops.element import Filter, FilterMap, FlatMapOrdered, FlatMapUnordered, Inspect, Map
from hydro_nb.ir.ops.join import MergeUnordered
from hydro_nb.ir.ops.order import AssumeOrdering, AssumeRetries, Enumerate, IntoKeyed, Typed, Unique, Weaken
from hydro_nb.ir.ops.time import AllTicks, Batch
from hydro_nb.lang import annotate
from hydro_nb.lang.guarantees import (
    O2,
    R2,
    AtLeastOnce,
    B_co,
    Bounded,
    ExactlyOnce,
    K_co,
    L_co,
    NoOrder,
    O_co,
    R_co,
    TotalOrder,
    Unbounded,
    V_co,
)
from hydro_nb.lang.keyed_folds import KeyedFolds
from hydro_nb.lang.keyed_joins import KeyedJoins
from hydro_nb.lang.keyed_state import KeyedState
from hydro_nb.lang.keyed_time import KeyedTime
from hydro_nb.lang.location import Process, Tick
from hydro_nb.lang.nondet import NonDet, checked
from hydro_nb.lang.sending import network, tick_of
from hydro_nb.lang.site import here
from hydro_nb.lang.stream_elements import checked_type

if TYPE_CHECKING:
    from hydro_nb.lang.network import Via
    from hydro_nb.lang.stream import Stream
    from hydro_nb.values import Some

U = TypeVar("U")
J = TypeVar("J")
M = TypeVar("M")
P = TypeVar("P", bound=Process[Any])


class KeyedStream(
    KeyedFolds[K_co, V_co, L_co, B_co, O_co, R_co],
    KeyedState[K_co, V_co, L_co, B_co, O_co, R_co],
    KeyedJoins[K_co, V_co, L_co, B_co, O_co, R_co],
    KeyedTime[K_co, V_co, L_co, B_co, O_co, R_co],
    shape=Shape.KEYED_STREAM,
):
    """One growing sequence of values per key; order holds within a key, never across keys.

    Type parameters: key, value, location, boundedness, order, retries.
    """

    __slots__ = ()

    # ------------------------------------------------------------ elements

    def map(self, f: Callable[[V_co], U]) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]:
        """Give the function's result for each value.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.map(lambda n: n * 10).entries().preview().rows
        [('a', 10), ('b', 20)]

        Order, repeats and boundedness stay.
        """
        return self._grow(Map(self._func(f, 1, "map"), annotate.result_of(f)))

    def filter(self, f: Callable[[V_co], object]) -> Self:
        """Keep the values for which the function is true.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.filter(lambda n: n > 1).entries().preview().rows
        [('b', 2)]

        Everything stays.
        """
        return self._grow(Filter(self._func(f, 1, "filter")))

    def filter_map(self, f: Callable[[V_co], Some[U] | U | None]) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]:
        """Give the function's result where it is not `None`; `Some(None)` passes a `None` on.

        >>> pairs = FlowBuilder().process().source_iter([("a", "1"), ("b", "x")]).into_keyed()
        >>> pairs.filter_map(lambda s: int(s) if s.isdigit() else None).entries().preview().rows
        [('a', 1)]

        Order, repeats and boundedness stay.
        """
        return self._grow(FilterMap(self._func(f, 1, "filter_map"), annotate.present_of(f)))

    def flat_map_ordered(self, f: Callable[[V_co], Iterable[U]]) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]:
        """Give every item of the iterable that the function makes of a value, in its order.

        >>> pairs = FlowBuilder().process().source_iter([("a", "x y")]).into_keyed()
        >>> pairs.flat_map_ordered(str.split).entries().preview().rows
        [('a', 'x'), ('a', 'y')]

        Order, repeats and boundedness stay.
        """
        return self._grow(FlatMapOrdered(self._func(f, 1, "flat_map_ordered"), annotate.item_of(f)))

    def flat_map_unordered(self, f: Callable[[V_co], Iterable[U]]) -> KeyedStream[K_co, U, L_co, B_co, NoOrder, R_co]:
        """Give every item of the iterable that the function makes of a value, in any order.

        >>> pairs = FlowBuilder().process().source_iter([("a", "xy")]).into_keyed()
        >>> sorted(pairs.flat_map_unordered(set).entries().preview().rows)
        [('a', 'x'), ('a', 'y')]

        Order within keys is lost; repeats and boundedness stay.
        """
        return self._grow(FlatMapUnordered(self._func(f, 1, "flat_map_unordered"), annotate.item_of(f)))

    def inspect(self, f: Callable[[V_co], object]) -> Self:
        """Call the function with each value and pass the value on.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1)]).into_keyed()
        >>> pairs.inspect(lambda n: None).entries().preview().rows
        [('a', 1)]

        Everything stays.
        """
        return self._grow(Inspect(self._func(f, 1, "inspect")))

    def enumerate(
        self: KeyedStream[K_co, V_co, L_co, B_co, TotalOrder, ExactlyOnce],
    ) -> KeyedStream[K_co, tuple[int, V_co], L_co, B_co, TotalOrder, ExactlyOnce]:
        """Pair each value with its position within its key, from 0.

        >>> pairs = FlowBuilder().process().source_iter([("a", "x"), ("b", "y"), ("a", "z")]).into_keyed()
        >>> pairs.enumerate().entries().preview().rows
        [('a', (0, 'x')), ('b', (0, 'y')), ('a', (1, 'z'))]

        Needs a total order within keys and no repeats, and keeps both.
        """
        return self._grow(Enumerate())

    def unique(self) -> KeyedStream[K_co, V_co, L_co, B_co, O_co, ExactlyOnce]:
        """Keep each value the first time it comes under its key.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 1), ("b", 1)]).into_keyed()
        >>> pairs.unique().entries().preview().rows
        [('a', 1), ('b', 1)]

        Exactly once; order and boundedness stay.
        """
        return self._grow(Unique())

    @overload
    def typed(self, value: type[U]) -> KeyedStream[K_co, U, L_co, B_co, O_co, R_co]: ...
    @overload
    def typed(self, value: object) -> KeyedStream[K_co, Any, L_co, B_co, O_co, R_co]: ...
    def typed(self, value: object) -> Any:
        """Say what the values are; the codec of a channel follows it.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1)]).into_keyed()
        >>> pairs.map(lambda n: n / 2).typed(float).kind.element
        <class 'float'>

        Everything stays.
        """
        return self._grow(Typed(element_type=checked_type(value)))

    # ------------------------------------------------------------ to streams, and two of them

    def entries(self) -> Stream[tuple[K_co, V_co], L_co, B_co, NoOrder, R_co]:
        """Give pairs of key and value.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.entries().preview().rows
        [('a', 1), ('b', 2)]

        No order; repeats and boundedness stay.
        """
        return self._grow(IntoKeyed(to="entries"))

    def values(self) -> Stream[V_co, L_co, B_co, NoOrder, R_co]:
        """Give the values alone.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.values().preview().rows
        [1, 2]

        No order; repeats and boundedness stay.
        """
        return self._grow(IntoKeyed(to="values"))

    def merge_unordered(
        self: KeyedStream[K_co, V_co, L_co, Unbounded, O_co, R_co], other: KeyedStream[J, U, L_co, Unbounded, O2, R2]
    ) -> KeyedStream[K_co | J, V_co | U, L_co, Unbounded, NoOrder, R_co | R2]:
        """Give the values of both unbounded keyed streams, as they come.

        >>> leader = FlowBuilder().process()
        >>> one, two = (leader.source_stream(lambda: iter([("a", 1)])).into_keyed() for _ in range(2))
        >>> one.merge_unordered(two).entries().preview().rows
        [('a', 1), ('a', 1)]

        Order is lost; repeats as in the weaker of the two; unbounded.
        """
        return self._grow(MergeUnordered(), other)

    # ------------------------------------------------------------ ticks

    def batch(
        self: KeyedStream[K_co, V_co, P, B_co, O_co, R_co], tick: Tick[P], nondet: NonDet
    ) -> KeyedStream[K_co, V_co, Tick[P], Bounded, O_co, R_co]:
        """Give what has come since the tick last ran; where one batch ends and the next begins is arbitrary.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([("a", 1), ("a", 2)]).into_keyed()
        >>> batch = pairs.batch(leader.tick(), nondet("sums add up"))
        >>> batch.fold(0, lambda total, n: total + n).entries().all_ticks().preview().rows
        [('a', 3)]

        Bounded inside the tick; order and repeats stay.
        """
        return self._grow(Batch(tick_of(self, tick, "batch"), checked(nondet, "batch", here())))

    def all_ticks(
        self: KeyedStream[K_co, V_co, Tick[P], Bounded, O_co, R_co],
    ) -> KeyedStream[K_co, V_co, P, Unbounded, O_co, R_co]:
        """Give what a tick makes, one tick after the other, outside of it.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([("a", 1)]).into_keyed()
        >>> pairs.batch(leader.tick(), nondet("taken apart again")).all_ticks().entries().preview().rows
        [('a', 1)]

        Unbounded; order and repeats stay.
        """
        return self._grow(AllTicks())

    # ------------------------------------------------------------ guarantees

    def assume_ordering(self, nondet: NonDet) -> KeyedStream[K_co, V_co, L_co, B_co, TotalOrder, R_co]:
        """Take the order in which a key's values come for the order that is meant.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1)]).into_keyed().weaken_ordering()
        >>> pairs.assume_ordering(nondet("shown only")).kind.order
        <Order.TOTAL: 'TotalOrder'>

        Totally ordered within keys; the rest stays.
        """
        return self._grow(AssumeOrdering(checked(nondet, "assume_ordering", here())))

    def assume_retries(self, nondet: NonDet) -> KeyedStream[K_co, V_co, L_co, B_co, O_co, ExactlyOnce]:
        """Take each value for a new one.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1)]).into_keyed().weaken_retries()
        >>> pairs.assume_retries(nondet("an estimate is enough")).kind.retries
        <Retries.EXACTLY_ONCE: 'ExactlyOnce'>

        Exactly once; the rest stays.
        """
        return self._grow(AssumeRetries(checked(nondet, "assume_retries", here())))

    def weaken_ordering(self) -> KeyedStream[K_co, V_co, L_co, B_co, NoOrder, R_co]:
        """Give the order within keys up.

        >>> FlowBuilder().process().source_iter([("a", 1)]).into_keyed().weaken_ordering().kind.order
        <Order.NONE: 'NoOrder'>

        No order; the rest stays.
        """
        return self._grow(Weaken(guarantee="ordering"))

    def weaken_retries(self) -> KeyedStream[K_co, V_co, L_co, B_co, O_co, AtLeastOnce]:
        """Give up that each value comes once.

        >>> FlowBuilder().process().source_iter([("a", 1)]).into_keyed().weaken_retries().kind.retries
        <Retries.AT_LEAST_ONCE: 'AtLeastOnce'>

        At least once; the rest stays.
        """
        return self._grow(Weaken(guarantee="retries"))

    def weaken_boundedness(self) -> KeyedStream[K_co, V_co, L_co, Unbounded, O_co, R_co]:
        """Give up that all there is to come is here.

        >>> FlowBuilder().process().source_iter([("a", 1)]).into_keyed().weaken_boundedness().kind.bound
        <Bound.UNBOUNDED: 'Unbounded'>

        Unbounded; the rest stays.
        """
        return self._grow(Weaken(guarantee="boundedness"))

    # ------------------------------------------------------------ to other places

    def send(
        self: KeyedStream[K_co, V_co, Process[Any], B_co, O_co, R_co], to: Process[M], via: Via | None = None
    ) -> KeyedStream[K_co, V_co, Process[M], Unbounded, O_co, R_co]:
        """Send every entry to another process.

        >>> flow = FlowBuilder()
        >>> pairs = flow.process().source_iter([("a", 1)]).into_keyed()
        >>> pairs.send(flow.process()).entries().preview().rows
        [('a', 1)]

        Order and repeats stay; unbounded over there. `via` defaults to `TCP.fail_stop()`.
        """
        return self._grow(network(self, to, via, "send"))

    def send_bincode(
        self: KeyedStream[K_co, V_co, Process[Any], B_co, O_co, R_co], to: Process[M]
    ) -> KeyedStream[K_co, V_co, Process[M], Unbounded, O_co, R_co]:
        """Send every entry to another process, as bincode on the wire.

        >>> flow = FlowBuilder()
        >>> pairs = flow.process().source_iter([("a", 1)]).into_keyed()
        >>> pairs.send_bincode(flow.process()).entries().preview().rows
        [('a', 1)]

        Order and repeats stay; unbounded over there.
        """
        return self._grow(network(self, to, None, "send_bincode"))
