"""What singletons and optionals share: one live value to choose by, to take apart and to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from hydro_nb.errors import GraphError
from hydro_nb.ir import check
from hydro_nb.ir.func import OnError
from hydro_nb.ir.node import Shape
from hydro_nb.ir.ops.atomic import AllTicksAtomic
from hydro_nb.ir.ops.element import FlatMapOrdered, FlatMapUnordered
from hydro_nb.ir.ops.join import FilterIf
from hydro_nb.ir.ops.shape import IntoStream
from hydro_nb.ir.ops.time import AllTicks, SampleEvery
from hydro_nb.ir.ops.value import CloneIntoTick, SampleEager
from hydro_nb.lang import annotate
from hydro_nb.lang.collection import Collection, grow, handle
from hydro_nb.lang.guarantees import (
    L2,
    AtLeastOnce,
    B_co,
    Bounded,
    ExactlyOnce,
    InitNone,
    L_co,
    NoOrder,
    T_co,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.location import Atomic, Tick, TopLevel, period
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.sending import tick_of
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream

U = TypeVar("U")
P = TypeVar("P", bound=TopLevel)


class LiveValue(Collection, Generic[T_co, L_co, B_co]):
    """A singleton or an optional."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def location(self) -> L_co:
            """The process, tick or section that it lives on."""
            ...

    # ------------------------------------------------------------ only where something holds

    @overload
    def filter_if(
        self: LiveValue[T_co, L_co, Bounded], condition: Singleton[Any, L_co, Bounded]
    ) -> Optional[T_co, L_co, Bounded]: ...
    @overload
    def filter_if(
        self: LiveValue[T_co, L_co, InitNone], condition: Singleton[Any, L_co, Bounded]
    ) -> Optional[T_co, L_co, InitNone]: ...
    @overload
    def filter_if(self, condition: Singleton[Any, L_co, Bounded]) -> Optional[T_co, L_co, Unbounded]: ...
    def filter_if(self, condition: Singleton[Any, Any, Bounded]) -> Any:
        """Keep the value where a complete value is true.

        >>> leader = FlowBuilder().process()
        >>> numbers = leader.source_iter([1, 2])
        >>> leader.singleton("many").filter_if(numbers.count().map(lambda n: n > 1)).preview().rows
        ['many']

        Boundedness stays; that a value only grows is forgotten.
        """
        return self._grow(FilterIf(), condition)

    def filter_if_some(
        self: LiveValue[T_co, L_co, Bounded], signal: Optional[Any, L_co, Bounded]
    ) -> Optional[T_co, L_co, Bounded]:
        """Keep the value where an optional holds one; newer name: `filter_if(signal.is_some())`.

        >>> leader = FlowBuilder().process()
        >>> leader.singleton(7).filter_if_some(leader.source_iter([1]).reduce(max)).preview().rows
        [7]

        Bounded.
        """
        return self._grow(FilterIf(), optional_of(signal, "filter_if_some").is_some())

    def filter_if_none(
        self: LiveValue[T_co, L_co, Bounded], signal: Optional[Any, L_co, Bounded]
    ) -> Optional[T_co, L_co, Bounded]:
        """Keep the value where an optional is empty; newer name: `filter_if(signal.is_none())`.

        >>> leader = FlowBuilder().process()
        >>> leader.singleton(7).filter_if_none(leader.source_iter([1]).reduce(max)).preview().rows
        []

        Bounded.
        """
        return self._grow(FilterIf(), optional_of(signal, "filter_if_none").is_none())

    def continue_if(
        self: LiveValue[T_co, L_co, Bounded], signal: Optional[Any, L_co, Bounded]
    ) -> Optional[T_co, L_co, Bounded]:
        """Keep the value where an optional holds one; newer name: `filter_if(signal.is_some())`.

        >>> leader = FlowBuilder().process()
        >>> leader.singleton(7).continue_if(leader.source_iter([1]).reduce(max)).preview().rows
        [7]

        Bounded.
        """
        return self.filter_if_some(signal)

    def continue_unless(
        self: LiveValue[T_co, L_co, Bounded], signal: Optional[Any, L_co, Bounded]
    ) -> Optional[T_co, L_co, Bounded]:
        """Keep the value where an optional is empty; newer name: `filter_if(signal.is_none())`.

        >>> leader = FlowBuilder().process()
        >>> leader.singleton(7).continue_unless(leader.source_iter([1]).reduce(max)).preview().rows
        []

        Bounded.
        """
        return self.filter_if_none(signal)

    # ------------------------------------------------------------ a value made of many

    def flat_map_ordered(
        self: LiveValue[T_co, L_co, Bounded], f: Callable[[T_co], Iterable[U]], *, on_error: OnError = "raise"
    ) -> Stream[U, L_co, Bounded, TotalOrder, ExactlyOnce]:
        """Give every item of the iterable that the function makes of the complete value, in its order.

        >>> FlowBuilder().process().singleton("a b").flat_map_ordered(str.split).preview().rows
        ['a', 'b']

        Totally ordered, exactly once, bounded.
        With `on_error="skip"` a value that `f` or its iterable fails on is counted; the items that came before stay.
        """
        return _taken_apart(self, FlatMapOrdered(self._func(f, 1, "flat_map_ordered", on_error), annotate.item_of(f)))

    def flat_map_unordered(
        self: LiveValue[T_co, L_co, Bounded], f: Callable[[T_co], Iterable[U]], *, on_error: OnError = "raise"
    ) -> Stream[U, L_co, Bounded, NoOrder, ExactlyOnce]:
        """Give every item of the iterable that the function makes of the complete value, in any order.

        >>> sorted(FlowBuilder().process().singleton("aba").flat_map_unordered(set).preview().rows)
        ['a', 'b']

        No order, exactly once, bounded.
        With `on_error="skip"` a value that `f` or its iterable fails on is counted; the items that came before stay.
        """
        return _taken_apart(
            self, FlatMapUnordered(self._func(f, 1, "flat_map_unordered", on_error), annotate.item_of(f))
        )

    def flatten_ordered(
        self: LiveValue[Iterable[U], L_co, Bounded],
    ) -> Stream[U, L_co, Bounded, TotalOrder, ExactlyOnce]:
        """Give every item of the complete value, in order.

        >>> FlowBuilder().process().singleton((1, 2)).flatten_ordered().preview().rows
        [1, 2]

        Totally ordered, exactly once, bounded.
        """
        item = annotate.item_type(self.kind.element)
        return _taken_apart(self, FlatMapOrdered(self._func(_items, 1, "flatten_ordered"), item))

    def flatten_unordered(
        self: LiveValue[Iterable[U], L_co, Bounded],
    ) -> Stream[U, L_co, Bounded, NoOrder, ExactlyOnce]:
        """Give every item of the complete value, in any order.

        >>> sorted(FlowBuilder().process().singleton(frozenset("ab")).flatten_unordered().preview().rows)
        ['a', 'b']

        No order, exactly once, bounded.
        """
        item = annotate.item_type(self.kind.element)
        return _taken_apart(self, FlatMapUnordered(self._func(_items, 1, "flatten_unordered"), item))

    def into_stream(self: LiveValue[T_co, L_co, Bounded]) -> Stream[T_co, L_co, Bounded, TotalOrder, ExactlyOnce]:
        """Give the complete value as a stream of one element, or of none where it is absent.

        >>> FlowBuilder().process().singleton(7).into_stream().preview().rows
        [7]

        Totally ordered, exactly once, bounded.
        """
        return self._grow(IntoStream())

    # ------------------------------------------------------------ looks

    def all_ticks(
        self: LiveValue[T_co, Tick[P], Bounded],
    ) -> Stream[T_co, P, Unbounded, TotalOrder, ExactlyOnce]:
        """Give the value of every tick that has one, one after the other, outside of it.

        >>> leader = FlowBuilder().process()
        >>> batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("the sum is the same"))
        >>> batch.count().all_ticks().preview().rows
        [2]

        Totally ordered, exactly once, unbounded.
        """
        return self._grow(AllTicks())

    def all_ticks_atomic(
        self: LiveValue[T_co, Tick[P], Bounded],
    ) -> Stream[T_co, Atomic[P], Unbounded, TotalOrder, ExactlyOnce]:
        """Give the value of every tick that has one, one after the other, in the atomic section that runs with it.

        >>> leader = FlowBuilder().process()
        >>> batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("the sum is the same"))
        >>> batch.count().all_ticks_atomic().end_atomic().preview().rows
        [2]

        Totally ordered, exactly once, unbounded.
        """
        return self._grow(AllTicksAtomic())

    @asks_for("nondet")
    def sample_every(
        self: LiveValue[T_co, L2, Unbounded], seconds: float | timedelta, nondet: NonDet
    ) -> Stream[T_co, L2, Unbounded, TotalOrder, AtLeastOnce]:
        """Give the value as it is each time a timer fires, if there is one.

        >>> count = FlowBuilder().process().source_stream(lambda: iter("ab")).count()
        >>> count.sample_every(0.1, nondet("only shown")).preview(1).rows
        [2]

        Totally ordered; values may repeat; unbounded.
        """
        site = here()
        return self._grow(SampleEvery(period(seconds, "sample_every", site), checked(nondet, "sample_every", site)))

    @asks_for("nondet")
    def sample_eager(
        self: LiveValue[T_co, P, B_co], nondet: NonDet
    ) -> Stream[T_co, P, Unbounded, TotalOrder, AtLeastOnce]:
        """Give the value as it is whenever its process does something, if there is one.

        >>> count = FlowBuilder().process().source_stream(lambda: iter("ab")).count()
        >>> count.sample_eager(nondet("only shown")).preview().rows[-1]
        2

        Totally ordered; values may repeat, and may be skipped; unbounded.
        """
        site = here()
        reason = checked(nondet, "sample_eager", site)
        tick = self.flow.graph.place("tick", site, parent=self.kind.place.root)
        inside = handle(self.flow, grow(SampleEager(tick, reason), self))
        return inside.all_ticks().weaken_retries()


def optional_of(signal: Any, method: str) -> Optional[Any, Any, Any]:
    """Give the optional that a method was given, or say that it is none."""
    if getattr(signal, "shape", None) is Shape.OPTIONAL:
        return signal
    given = signal.shape if isinstance(signal, Collection) else repr(signal)
    raise GraphError(
        f"`{method}` looks whether an Optional holds a value, but was given {given}.\n"
        f"  {here()}\n  Where a value is true or false, say so: .filter_if(condition)"
    )


def cloned_into(tick: Any, value: LiveValue[Any, Any, Any]) -> Any:
    """Give a complete value in every run of a tick."""
    return handle(value.flow, grow(CloneIntoTick(tick_of(value, tick, "clone_into_tick")), value))


def _taken_apart(value: LiveValue[Any, Any, Any], op: FlatMapOrdered) -> Any:
    """Take a complete value apart: it is a stream of one element, whose items are wanted."""
    try:
        check.bounded(value.kind, _NOT_YET)
    except check.Fault as fault:
        raise check.explain(value.flow.graph, fault, op, (value.ref,), here()) from None
    return handle(value.flow, grow(op, handle(value.flow, grow(IntoStream(), value))))


def _items(items: Iterable[Any]) -> Iterable[Any]:
    return items


_NOT_YET = 'Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))'
