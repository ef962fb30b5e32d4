"""Names that a stream's methods had in older releases of Hydro, for those who follow a tutorial or a paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hydro_nb.ir.func import OnError
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import (
    O2,
    R2,
    AtLeastOnce,
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
from hydro_nb.lang.live import optional_of
from hydro_nb.lang.nondet import NonDet, asks_for
from hydro_nb.lang.quote import Stepping

if TYPE_CHECKING:
    from hydro_nb.lang.location import Tick, TopLevel
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream

A = TypeVar("A")
K = TypeVar("K")
P = TypeVar("P", bound="TopLevel")
T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")


class StreamOlder(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream under the names of older releases."""

    __slots__ = ()

    @property
    def _now(self) -> Any:
        """The same, under the names of today."""
        return self

    # ------------------------------------------------------------ ticks and two streams

    @asks_for("nondet")
    def tick_batch(
        self: StreamOlder[T_co, P, B_co, O_co, R_co], tick: Tick[P], nondet: NonDet
    ) -> Stream[T_co, Tick[P], Bounded, O_co, R_co]:
        """Give what has come since the tick last ran; newer name: `batch`.

        >>> leader = FlowBuilder().process()
        >>> leader.source_iter([1, 2]).tick_batch(leader.tick(), nondet("shown only")).all_ticks().preview().rows
        [1, 2]

        Bounded inside the tick; order and repeats stay.
        """
        return self._now.batch(tick, nondet)

    def union(
        self: StreamOlder[T_co, L_co, Unbounded, O_co, R_co], other: Stream[U, L_co, Unbounded, O2, R2]
    ) -> Stream[T_co | U, L_co, Unbounded, NoOrder, R_co | R2]:
        """Give the elements of both unbounded streams, as they come; newer name: `merge_unordered`.

        >>> leader = FlowBuilder().process()
        >>> one, two = (leader.source_stream(lambda: iter("a")) for _ in range(2))
        >>> one.union(two).preview().rows
        ['a', 'a']

        Order is lost; repeats as in the weaker of the two; unbounded.
        """
        return self._now.merge_unordered(other)

    def interleave(
        self: StreamOlder[T_co, L_co, Unbounded, O_co, R_co], other: Stream[U, L_co, Unbounded, O2, R2]
    ) -> Stream[T_co | U, L_co, Unbounded, NoOrder, R_co | R2]:
        """Give the elements of both unbounded streams, as they come; newer name: `merge_unordered`.

        >>> leader = FlowBuilder().process()
        >>> one, two = (leader.source_stream(lambda: iter("a")) for _ in range(2))
        >>> one.interleave(two).preview().rows
        ['a', 'a']

        Order is lost; repeats as in the weaker of the two; unbounded.
        """
        return self._now.merge_unordered(other)

    # ------------------------------------------------------------ all or nothing

    def continue_if(self, signal: Optional[Any, L_co, Bounded]) -> Stream[T_co, L_co, B_co, O_co, R_co]:
        """Keep all elements where an optional holds a value; newer name: `filter_if(signal.is_some())`.

        >>> numbers = FlowBuilder().process().source_iter([1])
        >>> numbers.continue_if(numbers.reduce(max)).preview().rows
        [1]

        Order, repeats and boundedness stay.
        """
        return self._now.filter_if(optional_of(signal, "continue_if").is_some())

    def continue_unless(self, signal: Optional[Any, L_co, Bounded]) -> Stream[T_co, L_co, B_co, O_co, R_co]:
        """Keep all elements where an optional is empty; newer name: `filter_if(signal.is_none())`.

        >>> numbers = FlowBuilder().process().source_iter([1])
        >>> numbers.continue_unless(numbers.reduce(max)).preview().rows
        []

        Order, repeats and boundedness stay.
        """
        return self._now.filter_if(optional_of(signal, "continue_unless").is_none())

    def filter_if_some(self, signal: Optional[Any, L_co, Bounded]) -> Stream[T_co, L_co, B_co, O_co, R_co]:
        """Keep all elements where an optional holds a value; newer name: `filter_if(signal.is_some())`.

        >>> numbers = FlowBuilder().process().source_iter([1])
        >>> numbers.filter_if_some(numbers.reduce(max)).preview().rows
        [1]

        Order, repeats and boundedness stay.
        """
        return self._now.filter_if(optional_of(signal, "filter_if_some").is_some())

    def filter_if_none(self, signal: Optional[Any, L_co, Bounded]) -> Stream[T_co, L_co, B_co, O_co, R_co]:
        """Keep all elements where an optional is empty; newer name: `filter_if(signal.is_none())`.

        >>> numbers = FlowBuilder().process().source_iter([1])
        >>> numbers.filter_if_none(numbers.reduce(max)).preview().rows
        []

        Order, repeats and boundedness stay.
        """
        return self._now.filter_if(optional_of(signal, "filter_if_none").is_none())

    # ------------------------------------------------------------ guarantees

    def weakest_ordering(self) -> Stream[T_co, L_co, B_co, NoOrder, R_co]:
        """Give the order up; newer name: `weaken_ordering`.

        >>> FlowBuilder().process().source_iter([1]).weakest_ordering().kind.order
        <Order.NONE: 'NoOrder'>

        No order; the rest stays.
        """
        return self._now.weaken_ordering()

    def weakest_retries(self) -> Stream[T_co, L_co, B_co, O_co, AtLeastOnce]:
        """Give up that each element comes once; newer name: `weaken_retries`.

        >>> FlowBuilder().process().source_iter([1]).weakest_retries().kind.retries
        <Retries.AT_LEAST_ONCE: 'AtLeastOnce'>

        At least once; the rest stays.
        """
        return self._now.weaken_retries()

    # ------------------------------------------------------------ one value of all

    def fold_commutative(
        self: StreamOlder[T_co, L_co, B_co, NoOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, B_co]:
        """Gather all elements into one value.

        >>> numbers = FlowBuilder().process().source_iter([1, 2]).weaken_ordering()
        >>> numbers.fold_commutative(0, lambda most, n: max(most, n)).preview().rows
        [2]

        Newer name: `fold(init, f, commutative=proof("..."))`.
        Needs no order; bounded where the stream is.
        """
        return self._now.fold(init, f, commutative=_said("fold_commutative"), on_error=on_error)

    def fold_idempotent(
        self: StreamOlder[T_co, L_co, B_co, TotalOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, B_co]:
        """Gather all elements into one value.

        >>> numbers = FlowBuilder().process().source_iter([1, 2]).weaken_retries()
        >>> numbers.fold_idempotent(0, lambda most, n: max(most, n)).preview().rows
        [2]

        Newer name: `fold(init, f, idempotent=proof("..."))`.
        Elements may repeat; bounded where the stream is.
        """
        return self._now.fold(init, f, idempotent=_said("fold_idempotent"), on_error=on_error)

    def fold_commutative_idempotent(
        self: StreamOlder[T_co, L_co, B_co, NoOrder, AtLeastOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, T_co],
        *,
        on_error: OnError = "raise",
    ) -> Singleton[A, L_co, B_co]:
        """Gather all elements into one value.

        >>> numbers = FlowBuilder().process().source_iter([1, 2]).weaken_ordering().weaken_retries()
        >>> numbers.fold_commutative_idempotent(0, lambda most, n: max(most, n)).preview().rows
        [2]

        Newer name: `fold(init, f, commutative=proof("..."), idempotent=proof("..."))`.
        Needs no order, and elements may repeat; bounded where the stream is.
        """
        return self._now.fold(
            init,
            f,
            commutative=_said("fold_commutative_idempotent"),
            idempotent=_said("fold_commutative_idempotent"),
            on_error=on_error,
        )

    def reduce_commutative(
        self: StreamOlder[T, L_co, B_co, NoOrder, ExactlyOnce], f: Stepping[T, T], *, on_error: OnError = "raise"
    ) -> Optional[T, L_co, B_co]:
        """Gather all elements into one value of their own type.

        >>> numbers = FlowBuilder().process().source_iter([1, 2]).weaken_ordering()
        >>> numbers.reduce_commutative(max).preview().rows
        [2]

        Newer name: `reduce(f, commutative=proof("..."))`.
        Needs no order; absent while there is none, bounded where the stream is.
        """
        return self._now.reduce(f, commutative=_said("reduce_commutative"), on_error=on_error)

    def reduce_idempotent(
        self: StreamOlder[T, L_co, B_co, TotalOrder, AtLeastOnce], f: Stepping[T, T], *, on_error: OnError = "raise"
    ) -> Optional[T, L_co, B_co]:
        """Gather all elements into one value of their own type.

        >>> numbers = FlowBuilder().process().source_iter([1, 2]).weaken_retries()
        >>> numbers.reduce_idempotent(max).preview().rows
        [2]

        Newer name: `reduce(f, idempotent=proof("..."))`.
        Elements may repeat; absent while there is none, bounded where the stream is.
        """
        return self._now.reduce(f, idempotent=_said("reduce_idempotent"), on_error=on_error)

    def reduce_commutative_idempotent(
        self: StreamOlder[T, L_co, B_co, NoOrder, AtLeastOnce], f: Stepping[T, T], *, on_error: OnError = "raise"
    ) -> Optional[T, L_co, B_co]:
        """Gather all elements into one value of their own type.

        >>> numbers = FlowBuilder().process().source_iter([1, 2]).weaken_ordering().weaken_retries()
        >>> numbers.reduce_commutative_idempotent(max).preview().rows
        [2]

        Newer name: `reduce(f, commutative=proof("..."), idempotent=proof("..."))`.
        Needs no order, and elements may repeat; absent while there is none, bounded where the stream is.
        """
        return self._now.reduce(
            f,
            commutative=_said("reduce_commutative_idempotent"),
            idempotent=_said("reduce_commutative_idempotent"),
            on_error=on_error,
        )

    # ------------------------------------------------------------ one value per key

    def fold_keyed(
        self: StreamOlder[tuple[K, V], L_co, Bounded, TotalOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V],
        *,
        on_error: OnError = "raise",
    ) -> Stream[tuple[K, A], L_co, Bounded, NoOrder, ExactlyOnce]:
        """Gather the values of each key of bounded pairs.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)])
        >>> pairs.fold_keyed(0, lambda total, n: total + n).preview().rows
        [('a', 4), ('b', 2)]

        Newer name: `into_keyed().fold(init, f).entries()`.
        No order, exactly once, bounded.
        """
        return self._now.into_keyed().fold(init, f, on_error=on_error).entries()

    def fold_keyed_commutative(
        self: StreamOlder[tuple[K, V], L_co, Bounded, NoOrder, ExactlyOnce],
        init: type[A] | Callable[[], A] | A,
        f: Stepping[A, V],
        *,
        on_error: OnError = "raise",
    ) -> Stream[tuple[K, A], L_co, Bounded, NoOrder, ExactlyOnce]:
        """Gather the values of each key of bounded pairs.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).weaken_ordering()
        >>> pairs.fold_keyed_commutative(0, lambda total, n: total + n).preview().rows
        [('a', 4), ('b', 2)]

        Newer name: `into_keyed().fold(init, f, commutative=proof("...")).entries()`.
        No order, exactly once, bounded.
        """
        return (
            self._now.into_keyed()
            .fold(init, f, commutative=_said("fold_keyed_commutative"), on_error=on_error)
            .entries()
        )

    def reduce_keyed(
        self: StreamOlder[tuple[K, V], L_co, Bounded, TotalOrder, ExactlyOnce],
        f: Stepping[V, V],
        *,
        on_error: OnError = "raise",
    ) -> Stream[tuple[K, V], L_co, Bounded, NoOrder, ExactlyOnce]:
        """Gather the values of each key of bounded pairs.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)])
        >>> pairs.reduce_keyed(lambda one, two: one + two).preview().rows
        [('a', 4), ('b', 2)]

        Newer name: `into_keyed().reduce(f).entries()`.
        No order, exactly once, bounded.
        """
        return self._now.into_keyed().reduce(f, on_error=on_error).entries()

    def reduce_keyed_commutative(
        self: StreamOlder[tuple[K, V], L_co, Bounded, NoOrder, ExactlyOnce],
        f: Stepping[V, V],
        *,
        on_error: OnError = "raise",
    ) -> Stream[tuple[K, V], L_co, Bounded, NoOrder, ExactlyOnce]:
        """Gather the values of each key of bounded pairs.

        >>> pairs = FlowBuilder().process().source_iter([("a", 1), ("b", 2), ("a", 3)]).weaken_ordering()
        >>> pairs.reduce_keyed_commutative(lambda one, two: one + two).preview().rows
        [('a', 4), ('b', 2)]

        Newer name: `into_keyed().reduce(f, commutative=proof("...")).entries()`.
        No order, exactly once, bounded.
        """
        return (
            self._now.into_keyed().reduce(f, commutative=_said("reduce_keyed_commutative"), on_error=on_error).entries()
        )


def _said(method: str) -> Proof:
    """Give the proof that a name stands for."""
    return Proof(f"{method} was called")
