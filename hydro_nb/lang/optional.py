"""Optionals: one live value that may be absent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from hydro_nb.ir.func import NoSkip
from hydro_nb.ir.node import Shape
from hydro_nb.ir.ops.element import Filter, FilterMap, Map
from hydro_nb.ir.ops.order import Make, Weaken
from hydro_nb.ir.ops.time import Latest, Snapshot
from hydro_nb.lang import annotate
from hydro_nb.lang.guarantees import (
    B_co,
    Bounded,
    L_co,
    T_co,
    Unbounded,
)
from hydro_nb.lang.live import LiveValue, cloned_into
from hydro_nb.lang.location import Tick, TopLevel
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.sending import tick_of
from hydro_nb.lang.site import here
from hydro_nb.lang.value_logic import OptionalLogic
from hydro_nb.lang.value_time import OptionalTime

if TYPE_CHECKING:
    from hydro_nb.values import Some

U = TypeVar("U")
P = TypeVar("P", bound=TopLevel)


class Optional(
    LiveValue[T_co, L_co, B_co],
    OptionalLogic[T_co, L_co, B_co],
    OptionalTime[T_co, L_co, B_co],
    shape=Shape.OPTIONAL,
):
    """One value that may be absent and may change; a present `None` is a value like any other.

    Type parameters: value, location, boundedness.
    """

    __slots__ = ()

    def map(self, f: Callable[[T_co], U], *, on_error: NoSkip = "raise") -> Optional[U, L_co, B_co]:
        """Give the function's result for the value, if there is one.

        >>> FlowBuilder().process().source_iter([1, 2]).reduce(max).map(lambda n: n * 10).preview().rows
        [20]

        Boundedness stays.
        """
        return self._grow(Map(self._func(f, 1, "map", on_error), annotate.result_of(f)))

    @overload
    def filter(
        self: Optional[T_co, L_co, Bounded], f: Callable[[T_co], object], *, on_error: NoSkip = "raise"
    ) -> Optional[T_co, L_co, Bounded]: ...
    @overload
    def filter(self, f: Callable[[T_co], object], *, on_error: NoSkip = "raise") -> Optional[T_co, L_co, Unbounded]: ...
    def filter(self, f: Callable[[Any], object], *, on_error: NoSkip = "raise") -> Any:
        """Keep the value while the function is true for it.

        >>> FlowBuilder().process().source_iter([1, 2]).reduce(max).filter(lambda n: n > 9).preview().rows
        []

        Bounded where this is; a value that came may go again.
        """
        return self._grow(Filter(self._func(f, 1, "filter", on_error)))

    @overload
    def filter_map(
        self: Optional[T_co, L_co, Bounded], f: Callable[[T_co], Some[U] | U | None], *, on_error: NoSkip = "raise"
    ) -> Optional[U, L_co, Bounded]: ...
    @overload
    def filter_map(
        self, f: Callable[[T_co], Some[U] | U | None], *, on_error: NoSkip = "raise"
    ) -> Optional[U, L_co, Unbounded]: ...
    def filter_map(self, f: Callable[[Any], Any], *, on_error: NoSkip = "raise") -> Any:
        """Give the function's result while it is not `None`; `Some(None)` passes a `None` on.

        >>> FlowBuilder().process().source_iter(["7"]).reduce(max).filter_map(lambda s: int(s)).preview().rows
        [7]

        Bounded where this is; a value that came may go again.
        """
        return self._grow(FilterMap(self._func(f, 1, "filter_map", on_error), annotate.present_of(f)))

    # ------------------------------------------------------------ ticks

    @asks_for("nondet")
    def snapshot(self: Optional[T_co, P, B_co], tick: Tick[P], nondet: NonDet) -> Optional[T_co, Tick[P], Bounded]:
        """Give the value as it is when the tick runs, if there is one; never older than the one before.

        >>> leader = FlowBuilder().process()
        >>> best = leader.source_iter([1, 2]).reduce(max)
        >>> best.snapshot(leader.tick(), nondet("it is complete")).all_ticks().preview(1).rows
        [2]

        Bounded inside the tick.
        """
        return self._grow(Snapshot(tick_of(self, tick, "snapshot"), checked(nondet, "snapshot", here())))

    def latest(self: Optional[T_co, Tick[P], Bounded]) -> Optional[T_co, P, Unbounded]:
        """Give the value that the tick last made, or its absence, outside of it.

        >>> leader = FlowBuilder().process()
        >>> batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("shown only"))
        >>> batch.reduce(max).latest().kind.bound
        <Bound.UNBOUNDED: 'Unbounded'>

        It may come, go and change.
        """
        return self._grow(Latest())

    def clone_into_tick(self: Optional[T_co, P, Bounded], tick: Tick[P]) -> Optional[T_co, Tick[P], Bounded]:
        """Give the complete value, if there is one, in every run of a tick.

        >>> leader = FlowBuilder().process()
        >>> tick, numbers = leader.tick(), leader.source_iter([1, 2])
        >>> best = numbers.reduce(max).clone_into_tick(tick)
        >>> numbers.batch(tick, nondet("each is paired alone")).cross_singleton(best).all_ticks().preview().rows
        [(1, 2), (2, 2)]

        Bounded inside the tick. Nothing is left to chance, so no reason is asked for.
        """
        return cloned_into(tick, self)

    # ------------------------------------------------------------ guarantees

    def make_bounded(self: Optional[T_co, L_co, Bounded]) -> Optional[T_co, L_co, Bounded]:
        """Say that the value, or its absence, is complete, in code that is written for any bound.

        >>> FlowBuilder().process().source_iter([1]).reduce(max).make_bounded().kind.bound
        <Bound.BOUNDED: 'Bounded'>

        Everything stays; an error where it may change.
        """
        return self._grow(Make(guarantee="bounded"))

    def weaken_boundedness(self) -> Optional[T_co, L_co, Unbounded]:
        """Give up that the value, or its absence, is complete, or that it stays once it came.

        >>> FlowBuilder().process().source_iter([1]).reduce(max).weaken_boundedness().kind.bound
        <Bound.UNBOUNDED: 'Unbounded'>

        Unbounded.
        """
        return self._grow(Weaken(guarantee="boundedness"))
