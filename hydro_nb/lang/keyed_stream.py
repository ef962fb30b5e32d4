"""Keyed streams: one sub-stream per key; functions see values, keys stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from hydro_nb.ir.func import OnError
from hydro_nb.ir.node import Shape
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.ir.ops.keyed import DropKeyPrefix, EntriesPartiallyOrdered, PrefixKey
from hydro_nb.ir.ops.order import AssumeOrdering, AssumeRetries, IntoKeyed, Make, Weaken
from hydro_nb.ir.ops.time import AllTicks, Batch
from hydro_nb.lang import annotate
from hydro_nb.lang.guarantees import (
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
from hydro_nb.lang.keyed_elements import KeyedElements
from hydro_nb.lang.keyed_folds import KeyedFolds
from hydro_nb.lang.keyed_joins import KeyedJoins
from hydro_nb.lang.keyed_network import KeyedStreamNetwork
from hydro_nb.lang.keyed_state import KeyedState
from hydro_nb.lang.keyed_time import KeyedTime
from hydro_nb.lang.location import Tick, TopLevel
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.sending import tick_of
from hydro_nb.lang.site import here
from hydro_nb.lang.stream_elements import effects

if TYPE_CHECKING:
    from hydro_nb.lang.stream import Stream

J = TypeVar("J")
M = TypeVar("M")
P = TypeVar("P", bound=TopLevel)


class KeyedStream(
    KeyedElements[K_co, V_co, L_co, B_co, O_co, R_co],
    KeyedFolds[K_co, V_co, L_co, B_co, O_co, R_co],
    KeyedState[K_co, V_co, L_co, B_co, O_co, R_co],
    KeyedJoins[K_co, V_co, L_co, B_co, O_co, R_co],
    KeyedTime[K_co, V_co, L_co, B_co, O_co, R_co],
    KeyedStreamNetwork[K_co, V_co, L_co, B_co, O_co, R_co],
    shape=Shape.KEYED_STREAM,
):
    """One growing sequence of values per key; order holds within a key, never across keys.

    Type parameters: key, value, location, boundedness, order, retries.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def location(self) -> L_co:
            """The process, tick or section that it lives on."""
            ...

    # ------------------------------------------------------------ to streams, and to other keys

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

    def keys(self) -> Stream[K_co, L_co, B_co, NoOrder, ExactlyOnce]:
        """Give each key once, when its first value comes.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> pairs.keys().preview().rows
        ['a', 'b']

        No order, exactly once; boundedness stays.
        """
        keys: Stream[K_co, L_co, B_co, NoOrder, R_co] = self._grow(IntoKeyed(to="keys"))
        return keys.unique()

    @asks_for("nondet")
    def entries_partially_ordered(
        self: KeyedStream[K_co, V_co, L_co, B_co, TotalOrder, R_co], nondet: NonDet
    ) -> Stream[tuple[K_co, V_co], L_co, B_co, TotalOrder, R_co]:
        """Give pairs of key and value: those of one key in its order, keys among each other as they come.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).into_keyed()
        >>> pairs.entries_partially_ordered(nondet("each key is handled alone")).preview().rows
        [('a', 1), ('b', 2), ('a', 3)]

        Needs a total order within keys. Totally ordered; repeats and boundedness stay.
        """
        return self._grow(EntriesPartiallyOrdered(checked(nondet, "entries_partially_ordered", here())))

    def prefix_key(
        self,
        f: Callable[[K_co, V_co], J],
        *,
        commutative: Proof | None = None,
        idempotent: Proof | None = None,
        on_error: OnError = "raise",
    ) -> KeyedStream[tuple[J, K_co], V_co, L_co, B_co, O_co, R_co]:
        """Put what the function gives for key and value before the key.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("a", 2)]).into_keyed()
        >>> pairs.prefix_key(lambda key, n: n % 2).entries().preview().rows
        [((1, 'a'), 1), ((0, 'a'), 2)]

        Within the finer keys order and repeats stay; boundedness stays.
        With `on_error="skip"` an element that `f` fails on is counted and left out.
        """
        laws = effects("prefix_key", commutative, idempotent)
        return self._grow(PrefixKey(self._func(f, 2, "prefix_key", on_error), annotate.result_of(f), **laws))

    def drop_key_prefix(
        self: KeyedStream[tuple[Any, J], V_co, L_co, B_co, O_co, R_co],
    ) -> KeyedStream[J, V_co, L_co, B_co, NoOrder, R_co]:
        """Leave the first half of each key out.

        >>> pairs = FlowBuilder().process().source_iter([(("x", "a"), 1), (("y", "a"), 2)]).into_keyed()
        >>> pairs.drop_key_prefix().entries().preview().rows
        [('a', 1), ('a', 2)]

        Order is lost, as keys come together that had none between them; repeats and boundedness stay.
        """
        return self._grow(DropKeyPrefix())

    # ------------------------------------------------------------ ticks

    @asks_for("nondet")
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

    @asks_for("nondet")
    def assume_ordering(self, nondet: NonDet) -> KeyedStream[K_co, V_co, L_co, B_co, TotalOrder, R_co]:
        """Take the order in which a key's values come for the order that is meant.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1)]).into_keyed().weaken_ordering()
        >>> pairs.assume_ordering(nondet("shown only")).kind.order
        <Order.TOTAL: 'TotalOrder'>

        Totally ordered within keys; the rest stays.
        """
        return self._grow(AssumeOrdering(checked(nondet, "assume_ordering", here())))

    @asks_for("nondet")
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

    def make_totally_ordered(
        self: KeyedStream[K_co, V_co, L_co, B_co, TotalOrder, R_co],
    ) -> KeyedStream[K_co, V_co, L_co, B_co, TotalOrder, R_co]:
        """Say that this is totally ordered within keys, in code that is written for any order.

        >>> FlowBuilder().process().source_iter([("a", 1)]).into_keyed().make_totally_ordered().kind.order
        <Order.TOTAL: 'TotalOrder'>

        Everything stays; an error where there is no total order.
        """
        return self._grow(Make(guarantee="totally_ordered"))

    def make_exactly_once(
        self: KeyedStream[K_co, V_co, L_co, B_co, O_co, ExactlyOnce],
    ) -> KeyedStream[K_co, V_co, L_co, B_co, O_co, ExactlyOnce]:
        """Say that no value comes twice, in code that is written for any repeats.

        >>> FlowBuilder().process().source_iter([("a", 1)]).into_keyed().make_exactly_once().kind.retries
        <Retries.EXACTLY_ONCE: 'ExactlyOnce'>

        Everything stays; an error where values may come twice.
        """
        return self._grow(Make(guarantee="exactly_once"))

    def make_bounded(
        self: KeyedStream[K_co, V_co, L_co, Bounded, O_co, R_co],
    ) -> KeyedStream[K_co, V_co, L_co, Bounded, O_co, R_co]:
        """Say that all there is to come is here, in code that is written for any bound.

        >>> FlowBuilder().process().source_iter([("a", 1)]).into_keyed().make_bounded().kind.bound
        <Bound.BOUNDED: 'Bounded'>

        Everything stays; an error where it is unbounded.
        """
        return self._grow(Make(guarantee="bounded"))
