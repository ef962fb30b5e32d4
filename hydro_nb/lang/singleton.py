"""Singletons: one live value that is always there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from hydro_nb.ir.node import Shape
from hydro_nb.ir.ops.element import Filter, FilterMap, Map
from hydro_nb.ir.ops.shape import IntoStream
from hydro_nb.ir.ops.time import AllTicks, Latest, SampleEvery, Snapshot
from hydro_nb.lang import annotate
from hydro_nb.lang.guarantees import (
    L2,
    AtLeastOnce,
    B_co,
    Bounded,
    ExactlyOnce,
    InitNone,
    L_co,
    T_co,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.location import Process, Tick, period
from hydro_nb.lang.nondet import NonDet, checked
from hydro_nb.lang.sending import tick_of
from hydro_nb.lang.site import here
from hydro_nb.lang.value_logic import SingletonLogic
from hydro_nb.lang.value_time import SingletonTime

if TYPE_CHECKING:
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.stream import Stream
    from hydro_nb.values import Some

U = TypeVar("U")
P = TypeVar("P", bound=Process[Any])


class Singleton(SingletonLogic[T_co, L_co, B_co], SingletonTime[T_co, L_co, B_co], shape=Shape.SINGLETON):
    """One value, always present, that may change.

    Type parameters: value, location, boundedness.
    """

    __slots__ = ()

    def map(self, f: Callable[[T_co], U]) -> Singleton[U, L_co, B_co]:
        """Give the function's result for the value.

        >>> FlowBuilder().process().singleton(7).map(lambda n: n * 10).preview().rows
        [70]

        Boundedness stays; that a value only grows is forgotten.
        """
        return self._grow(Map(self._func(f, 1, "map"), annotate.result_of(f)))

    def filter(self, f: Callable[[T_co], object]) -> Optional[T_co, L_co, B_co]:
        """Keep the value while the function is true for it.

        >>> FlowBuilder().process().singleton(7).filter(lambda n: n > 9).preview().rows
        []

        Boundedness stays.
        """
        return self._grow(Filter(self._func(f, 1, "filter")))

    def filter_map(self, f: Callable[[T_co], Some[U] | U | None]) -> Optional[U, L_co, B_co]:
        """Give the function's result while it is not `None`; `Some(None)` passes a `None` on.

        >>> FlowBuilder().process().singleton("7").filter_map(lambda s: int(s) if s.isdigit() else None).preview().rows
        [7]

        Boundedness stays.
        """
        return self._grow(FilterMap(self._func(f, 1, "filter_map"), annotate.present_of(f)))

    def snapshot(self: Singleton[T_co, P, B_co], tick: Tick[P], nondet: NonDet) -> Singleton[T_co, Tick[P], Bounded]:
        """Give the value as it is when the tick runs; never older than the one before.

        >>> leader = FlowBuilder().process()
        >>> now = leader.singleton(7).snapshot(leader.tick(), nondet("it never changes"))
        >>> now.all_ticks().preview(1).rows
        [7]

        Bounded inside the tick.
        """
        return self._grow(Snapshot(tick_of(self, tick, "snapshot"), checked(nondet, "snapshot", here())))

    def sample_every(
        self: Singleton[T_co, L2, Unbounded], seconds: float | timedelta, nondet: NonDet
    ) -> Stream[T_co, L2, Unbounded, TotalOrder, AtLeastOnce]:
        """Give the value as it is each time a timer fires.

        >>> count = FlowBuilder().process().source_stream(lambda: iter("ab")).count()
        >>> count.sample_every(0.1, nondet("only shown")).preview(1).rows
        [2]

        Totally ordered; values may repeat; unbounded.
        """
        site = here()
        return self._grow(SampleEvery(period(seconds, "sample_every", site), checked(nondet, "sample_every", site)))

    def into_stream(self: Singleton[T_co, L_co, Bounded]) -> Stream[T_co, L_co, Bounded, TotalOrder, ExactlyOnce]:
        """Give the complete value as a stream of one element.

        >>> FlowBuilder().process().singleton(7).into_stream().preview().rows
        [7]

        Totally ordered, exactly once, bounded.
        """
        return self._grow(IntoStream())

    def all_ticks(
        self: Singleton[T_co, Tick[P], Bounded],
    ) -> Stream[T_co, P, Unbounded, TotalOrder, ExactlyOnce]:
        """Give the value of every tick, one after the other, outside of it.

        >>> leader = FlowBuilder().process()
        >>> batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("the sum is the same"))
        >>> batch.count().all_ticks().preview().rows
        [2]

        Totally ordered, exactly once, unbounded.
        """
        return self._grow(AllTicks())

    def latest(self: Singleton[T_co, Tick[P], Bounded]) -> Optional[T_co, P, InitNone]:
        """Give the value that the tick last made, outside of it; absent until it first ran.

        >>> leader = FlowBuilder().process()
        >>> batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("shown only"))
        >>> batch.count().latest().kind.bound
        <Bound.INIT_NONE: 'InitNone'>

        Absent at first, then present, and may change.
        """
        return self._grow(Latest())
