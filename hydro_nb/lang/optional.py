"""Optionals: one live value that may be absent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar

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
    L_co,
    T_co,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.location import Process, Tick, period
from hydro_nb.lang.nondet import NonDet, checked
from hydro_nb.lang.sending import tick_of
from hydro_nb.lang.site import here
from hydro_nb.lang.value_logic import OptionalLogic
from hydro_nb.lang.value_time import OptionalTime

if TYPE_CHECKING:
    from hydro_nb.lang.stream import Stream
    from hydro_nb.values import Some

U = TypeVar("U")
P = TypeVar("P", bound=Process[Any])


class Optional(OptionalLogic[T_co, L_co, B_co], OptionalTime[T_co, L_co, B_co], shape=Shape.OPTIONAL):
    """One value that may be absent and may change; a present `None` is a value like any other.

    Type parameters: value, location, boundedness.
    """

    __slots__ = ()

    def map(self, f: Callable[[T_co], U]) -> Optional[U, L_co, B_co]:
        """Give the function's result for the value, if there is one.

        >>> FlowBuilder().process().source_iter([1, 2]).reduce(max).map(lambda n: n * 10).preview().rows
        [20]

        Boundedness stays.
        """
        return self._grow(Map(self._func(f, 1, "map"), annotate.result_of(f)))

    def filter(self, f: Callable[[T_co], object]) -> Self:
        """Keep the value while the function is true for it.

        >>> FlowBuilder().process().source_iter([1, 2]).reduce(max).filter(lambda n: n > 9).preview().rows
        []

        Boundedness stays.
        """
        return self._grow(Filter(self._func(f, 1, "filter")))

    def filter_map(self, f: Callable[[T_co], Some[U] | U | None]) -> Optional[U, L_co, B_co]:
        """Give the function's result while it is not `None`; `Some(None)` passes a `None` on.

        >>> FlowBuilder().process().source_iter(["7"]).reduce(max).filter_map(lambda s: int(s)).preview().rows
        [7]

        Boundedness stays.
        """
        return self._grow(FilterMap(self._func(f, 1, "filter_map"), annotate.present_of(f)))

    def snapshot(self: Optional[T_co, P, B_co], tick: Tick[P], nondet: NonDet) -> Optional[T_co, Tick[P], Bounded]:
        """Give the value as it is when the tick runs, if there is one; never older than the one before.

        >>> leader = FlowBuilder().process()
        >>> best = leader.source_iter([1, 2]).reduce(max)
        >>> best.snapshot(leader.tick(), nondet("it is complete")).all_ticks().preview(1).rows
        [2]

        Bounded inside the tick.
        """
        return self._grow(Snapshot(tick_of(self, tick, "snapshot"), checked(nondet, "snapshot", here())))

    def sample_every(
        self: Optional[T_co, L2, Unbounded], seconds: float | timedelta, nondet: NonDet
    ) -> Stream[T_co, L2, Unbounded, TotalOrder, AtLeastOnce]:
        """Give the value as it is each time a timer fires, if there is one.

        >>> best = FlowBuilder().process().source_stream(lambda: iter("ab")).reduce(max)
        >>> best.sample_every(0.1, nondet("only shown")).preview(1).rows
        ['b']

        Totally ordered; values may repeat; unbounded.
        """
        site = here()
        return self._grow(SampleEvery(period(seconds, "sample_every", site), checked(nondet, "sample_every", site)))

    def into_stream(self: Optional[T_co, L_co, Bounded]) -> Stream[T_co, L_co, Bounded, TotalOrder, ExactlyOnce]:
        """Give the complete value as a stream of one element, or of none.

        >>> FlowBuilder().process().source_iter([1, 2]).reduce(max).into_stream().preview().rows
        [2]

        Totally ordered, exactly once, bounded.
        """
        return self._grow(IntoStream())

    def all_ticks(self: Optional[T_co, Tick[P], Bounded]) -> Stream[T_co, P, Unbounded, TotalOrder, ExactlyOnce]:
        """Give the value of every tick that has one, one after the other, outside of it.

        >>> leader = FlowBuilder().process()
        >>> batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("shown only"))
        >>> batch.reduce(max).all_ticks().preview().rows
        [2]

        Totally ordered, exactly once, unbounded.
        """
        return self._grow(AllTicks())

    def latest(self: Optional[T_co, Tick[P], Bounded]) -> Optional[T_co, P, Unbounded]:
        """Give the value that the tick last made, or its absence, outside of it.

        >>> leader = FlowBuilder().process()
        >>> batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("shown only"))
        >>> batch.reduce(max).latest().kind.bound
        <Bound.UNBOUNDED: 'Unbounded'>

        It may come, go and change.
        """
        return self._grow(Latest())
