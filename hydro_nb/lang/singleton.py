"""Singletons: one live value that is always there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from hydro_nb.ir.func import NoSkip
from hydro_nb.ir.node import Shape
from hydro_nb.ir.ops.element import Filter, FilterMap, Map
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.ir.ops.futures import ResolveFutureBlocking
from hydro_nb.ir.ops.order import Make, Weaken
from hydro_nb.ir.ops.time import Latest, Snapshot
from hydro_nb.ir.ops.value import IgnoreMonotonic
from hydro_nb.lang import annotate
from hydro_nb.lang.guarantees import (
    B_co,
    Bounded,
    InitNone,
    L_co,
    Monotonic,
    T_co,
    Unbounded,
)
from hydro_nb.lang.live import LiveValue, cloned_into
from hydro_nb.lang.location import Tick, TopLevel
from hydro_nb.lang.nondet import NonDet, asks_for, checked, law
from hydro_nb.lang.sending import tick_of
from hydro_nb.lang.site import here
from hydro_nb.lang.value_logic import SingletonLogic
from hydro_nb.lang.value_time import SingletonTime

if TYPE_CHECKING:
    from hydro_nb.lang.optional import Optional
    from hydro_nb.values import Some

U = TypeVar("U")
P = TypeVar("P", bound=TopLevel)


class Singleton(
    LiveValue[T_co, L_co, B_co],
    SingletonLogic[T_co, L_co, B_co],
    SingletonTime[T_co, L_co, B_co],
    shape=Shape.SINGLETON,
):
    """One value, always present, that may change.

    Type parameters: value, location, boundedness.
    """

    __slots__ = ()

    @overload
    def map(
        self: Singleton[T_co, L_co, Bounded],
        f: Callable[[T_co], U],
        *,
        order_preserving: Proof | None = None,
        on_error: NoSkip = "raise",
    ) -> Singleton[U, L_co, Bounded]: ...
    @overload
    def map(
        self: Singleton[T_co, L_co, Monotonic],
        f: Callable[[T_co], U],
        *,
        order_preserving: Proof,
        on_error: NoSkip = "raise",
    ) -> Singleton[U, L_co, Monotonic]: ...
    @overload
    def map(
        self, f: Callable[[T_co], U], *, order_preserving: Proof | None = None, on_error: NoSkip = "raise"
    ) -> Singleton[U, L_co, Unbounded]: ...
    def map(self, f: Callable[[Any], Any], *, order_preserving: Proof | None = None, on_error: NoSkip = "raise") -> Any:
        """Give the function's result for the value.

        >>> FlowBuilder().process().singleton(7).map(lambda n: n * 10).preview().rows
        [70]

        Boundedness stays. That a value only grows stays where `order_preserving` is proved, else it is forgotten.
        """
        grows = law(order_preserving, "order_preserving", "map", here())
        return self._grow(Map(self._func(f, 1, "map", on_error), annotate.result_of(f), order_preserving=grows))

    @overload
    def filter(
        self: Singleton[T_co, L_co, Bounded], f: Callable[[T_co], object], *, on_error: NoSkip = "raise"
    ) -> Optional[T_co, L_co, Bounded]: ...
    @overload
    def filter(self, f: Callable[[T_co], object], *, on_error: NoSkip = "raise") -> Optional[T_co, L_co, Unbounded]: ...
    def filter(self, f: Callable[[Any], object], *, on_error: NoSkip = "raise") -> Any:
        """Keep the value while the function is true for it.

        >>> FlowBuilder().process().singleton(7).filter(lambda n: n > 9).preview().rows
        []

        Bounded where this is; that a value only grows is forgotten.
        """
        return self._grow(Filter(self._func(f, 1, "filter", on_error)))

    @overload
    def filter_map(
        self: Singleton[T_co, L_co, Bounded], f: Callable[[T_co], Some[U] | U | None], *, on_error: NoSkip = "raise"
    ) -> Optional[U, L_co, Bounded]: ...
    @overload
    def filter_map(
        self, f: Callable[[T_co], Some[U] | U | None], *, on_error: NoSkip = "raise"
    ) -> Optional[U, L_co, Unbounded]: ...
    def filter_map(self, f: Callable[[Any], Any], *, on_error: NoSkip = "raise") -> Any:
        """Give the function's result while it is not `None`; `Some(None)` passes a `None` on.

        >>> FlowBuilder().process().singleton("7").filter_map(lambda s: int(s) if s.isdigit() else None).preview().rows
        [7]

        Bounded where this is; that a value only grows is forgotten.
        """
        return self._grow(FilterMap(self._func(f, 1, "filter_map", on_error), annotate.present_of(f)))

    # ------------------------------------------------------------ ticks

    @asks_for("nondet")
    def snapshot(self: Singleton[T_co, P, B_co], tick: Tick[P], nondet: NonDet) -> Singleton[T_co, Tick[P], Bounded]:
        """Give the value as it is when the tick runs; never older than the one before.

        >>> leader = FlowBuilder().process()
        >>> now = leader.singleton(7).snapshot(leader.tick(), nondet("it never changes"))
        >>> now.all_ticks().preview(1).rows
        [7]

        Bounded inside the tick.
        """
        return self._grow(Snapshot(tick_of(self, tick, "snapshot"), checked(nondet, "snapshot", here())))

    def latest(self: Singleton[T_co, Tick[P], Bounded]) -> Optional[T_co, P, InitNone]:
        """Give the value that the tick last made, outside of it; absent until it first ran.

        >>> leader = FlowBuilder().process()
        >>> batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("shown only"))
        >>> batch.count().latest().kind.bound
        <Bound.INIT_NONE: 'InitNone'>

        Absent at first, then present, and may change.
        """
        return self._grow(Latest())

    def clone_into_tick(self: Singleton[T_co, P, Bounded], tick: Tick[P]) -> Singleton[T_co, Tick[P], Bounded]:
        """Give the complete value in every run of a tick.

        >>> leader = FlowBuilder().process()
        >>> tick, numbers = leader.tick(), leader.source_iter([1, 2])
        >>> scale = leader.singleton(10).clone_into_tick(tick)
        >>> batch = numbers.batch(tick, nondet("each is scaled alone")).cross_singleton(scale)
        >>> batch.all_ticks().preview().rows
        [(1, 10), (2, 10)]

        Bounded inside the tick. Nothing is left to chance, so no reason is asked for.
        """
        return cloned_into(tick, self)

    # ------------------------------------------------------------ guarantees

    def make_bounded(self: Singleton[T_co, L_co, Bounded]) -> Singleton[T_co, L_co, Bounded]:
        """Say that the value is complete, in code that is written for any bound.

        >>> FlowBuilder().process().singleton(7).make_bounded().kind.bound
        <Bound.BOUNDED: 'Bounded'>

        Everything stays; an error where it may change.
        """
        return self._grow(Make(guarantee="bounded"))

    def weaken_boundedness(self) -> Singleton[T_co, L_co, Unbounded]:
        """Give up that the value is complete, or that it only grows.

        >>> FlowBuilder().process().singleton(7).weaken_boundedness().kind.bound
        <Bound.UNBOUNDED: 'Unbounded'>

        Unbounded.
        """
        return self._grow(Weaken(guarantee="boundedness"))

    @overload
    def ignore_monotonic(self: Singleton[T_co, L_co, Bounded]) -> Singleton[T_co, L_co, Bounded]: ...
    @overload
    def ignore_monotonic(self) -> Singleton[T_co, L_co, Unbounded]: ...
    def ignore_monotonic(self) -> Any:
        """Give up that the value only grows.

        >>> count = FlowBuilder().process().source_stream(lambda: iter("ab")).count()
        >>> count.kind.bound, count.ignore_monotonic().kind.bound
        (<Bound.MONOTONIC: 'Monotonic'>, <Bound.UNBOUNDED: 'Unbounded'>)

        Bounded where this is.
        """
        return self._grow(IgnoreMonotonic())

    def resolve_future_blocking(self: Singleton[Awaitable[U], L_co, Bounded]) -> Singleton[U, L_co, Bounded]:
        """Give the result of the awaitable that the complete value is; the tick waits for it.

        >>> async def double(n):
        ...     return 2 * n
        >>> FlowBuilder().process().singleton(7).map(double).resolve_future_blocking().preview().rows
        [14]

        Bounded. Nothing else happens on the process while it waits.
        """
        return self._grow(ResolveFutureBlocking())
