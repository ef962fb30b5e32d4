"""The methods of live values that lead into and out of atomic sections and from one tick to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from hydro_nb.ir.ops.atomic import BeginAtomic, EndAtomic, LatestAtomic
from hydro_nb.ir.ops.tick import DeferTick
from hydro_nb.ir.ops.time import Latest, Snapshot
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, Bounded, InitNone, K_co, L_co, T_co, Unbounded, V_co
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.referable import refer
from hydro_nb.lang.sending import section_of, tick_of
from hydro_nb.lang.site import here
from hydro_nb.references import MutableReference, Reference

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_singleton import KeyedSingleton
    from hydro_nb.lang.location import TopLevel
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.tick import Atomic, Tick


P = TypeVar("P", bound="TopLevel")
T = TypeVar("T")


class SingletonTime(Collection, Generic[T_co, L_co, B_co]):
    """A singleton as something that happens in time."""

    __slots__ = ()

    def atomic(self: SingletonTime[T_co, P, B_co], tick: Tick[P] | None = None) -> Singleton[T_co, Atomic[P], B_co]:
        """Enter an atomic section, in which it is seen together with what else is there.

        >>> leader = FlowBuilder().process()
        >>> count = leader.source_iter([1, 2]).count()
        >>> count.atomic().end_atomic().kind.bound == count.kind.bound
        True

        Everything stays.
        """
        return self._grow(BeginAtomic(section_of(self, tick)))

    def end_atomic(self: SingletonTime[T_co, Atomic[P], B_co]) -> Singleton[T_co, P, B_co]:
        """Leave the atomic section; a new value is seen when all of the section's work is done.

        >>> leader = FlowBuilder().process()
        >>> count = leader.source_iter([1, 2]).count()
        >>> count.atomic().end_atomic().location
        Process[None] (process 0)

        Everything stays.
        """
        return self._grow(EndAtomic())

    @asks_for("nondet")
    def snapshot_atomic(
        self: SingletonTime[T_co, Atomic[P], B_co], tick: Tick[P], nondet: NonDet
    ) -> Singleton[T_co, Tick[P], Bounded]:
        """Give the value as the section's tick leaves it, with all that it has taken in.

        >>> leader = FlowBuilder().process()
        >>> count = leader.source_iter([1, 2]).count()
        >>> inside = count.atomic()
        >>> now = inside.snapshot_atomic(inside.location.tick, nondet("it is complete"))
        >>> now.all_ticks().preview(1).rows
        [2]

        Bounded inside the tick. A tick of another section is a `LocationError`.
        """
        return self._grow(Snapshot(tick_of(self, tick, "snapshot_atomic"), checked(nondet, "snapshot_atomic", here())))

    def latest_atomic(self: SingletonTime[T_co, Tick[P], Bounded]) -> Optional[T_co, Atomic[P], InitNone]:
        """Give the value that the tick last made, in the atomic section that runs with it.

        >>> leader = FlowBuilder().process()
        >>> count = leader.source_iter([1, 2]).count()
        >>> inside = count.snapshot(leader.tick(), nondet("it is complete")).latest_atomic()
        >>> inside.location
        Atomic[Process[None]]

        It may change.
        """
        return self._grow(LatestAtomic())

    def by_ref(self: SingletonTime[T, L_co, Bounded]) -> Reference[T]:
        """Give a handle for functions of other operators: `.value` is what it holds.

        >>> numbers = FlowBuilder().process().source_iter([1, 2, 3])
        >>> biggest = numbers.reduce(max).unwrap_or(numbers.location.singleton(1)).by_ref()
        >>> numbers.filter(lambda n: n < biggest.value).preview().rows
        [1, 2]

        Needs a bounded value. Those who use it are at the same place, on bounded inputs.
        """
        return refer(self)

    def by_mut(self: SingletonTime[T, L_co, Bounded]) -> MutableReference[T]:
        """Give a handle for functions of other operators that may assign `.value`.

        >>> leader = FlowBuilder().process()
        >>> total = leader.singleton(0)
        >>> sum_ = total.by_mut()
        >>> def add(n: int) -> None:
        ...     sum_.value += n
        >>> leader.source_iter([1, 2]).for_each(add)
        >>> total.preview().rows
        [3]

        Needs a bounded value. Operators called later see what functions of operators called earlier have made of it. On
        a stream without order such an operator needs `commutative`, with repeats `idempotent`.
        """
        return refer(self, mutable=True)


class OptionalTime(Collection, Generic[T_co, L_co, B_co]):
    """An optional as something that happens in time."""

    __slots__ = ()

    def atomic(self: OptionalTime[T_co, P, B_co], tick: Tick[P] | None = None) -> Optional[T_co, Atomic[P], B_co]:
        """Enter an atomic section, in which it is seen together with what else is there.

        >>> leader = FlowBuilder().process()
        >>> best = leader.source_iter([1, 2]).reduce(max)
        >>> best.atomic().end_atomic().kind.bound == best.kind.bound
        True

        Everything stays.
        """
        return self._grow(BeginAtomic(section_of(self, tick)))

    def end_atomic(self: OptionalTime[T_co, Atomic[P], B_co]) -> Optional[T_co, P, B_co]:
        """Leave the atomic section; a new value is seen when all of the section's work is done.

        >>> leader = FlowBuilder().process()
        >>> best = leader.source_iter([1, 2]).reduce(max)
        >>> best.atomic().end_atomic().location
        Process[None] (process 0)

        Everything stays.
        """
        return self._grow(EndAtomic())

    @asks_for("nondet")
    def snapshot_atomic(
        self: OptionalTime[T_co, Atomic[P], B_co], tick: Tick[P], nondet: NonDet
    ) -> Optional[T_co, Tick[P], Bounded]:
        """Give the value as the section's tick leaves it, with all that it has taken in.

        >>> leader = FlowBuilder().process()
        >>> best = leader.source_iter([1, 2]).reduce(max)
        >>> inside = best.atomic()
        >>> now = inside.snapshot_atomic(inside.location.tick, nondet("it is complete"))
        >>> now.all_ticks().preview(1).rows
        [2]

        Bounded inside the tick. A tick of another section is a `LocationError`.
        """
        return self._grow(Snapshot(tick_of(self, tick, "snapshot_atomic"), checked(nondet, "snapshot_atomic", here())))

    def latest_atomic(self: OptionalTime[T_co, Tick[P], Bounded]) -> Optional[T_co, Atomic[P], Unbounded]:
        """Give the value that the tick last made, in the atomic section that runs with it.

        >>> leader = FlowBuilder().process()
        >>> best = leader.source_iter([1, 2]).reduce(max)
        >>> inside = best.snapshot(leader.tick(), nondet("it is complete")).latest_atomic()
        >>> inside.location
        Atomic[Process[None]]

        It may change.
        """
        return self._grow(LatestAtomic())

    def defer_tick(self: OptionalTime[T_co, Tick[P], Bounded]) -> Optional[T_co, Tick[P], Bounded]:
        """Give what the tick before had; nothing in the first. It does not make the tick run.

        >>> leader = FlowBuilder().process()
        >>> best = leader.source_iter([1, 2]).reduce(max)
        >>> inside = best.snapshot(leader.tick(), nondet("it is complete"))
        >>> inside.defer_tick().location
        Tick[Process[None]]

        Bounded.
        """
        return self._grow(DeferTick())

    def by_ref(self: OptionalTime[T, L_co, Bounded]) -> Reference[T | None]:
        """Give a handle for functions of other operators: `.value` is what it holds, or `None`.

        >>> numbers = FlowBuilder().process().source_iter([1, 2, 3])
        >>> biggest = numbers.reduce(max).by_ref()
        >>> numbers.filter(lambda n: n < biggest.value).preview().rows
        [1, 2]

        Needs a bounded value. Those who use it are at the same place, on bounded inputs.
        """
        return refer(self)

    def by_mut(self: OptionalTime[T, L_co, Bounded]) -> MutableReference[T | None]:
        """Give a handle for functions of other operators that may assign `.value`.

        >>> leader = FlowBuilder().process()
        >>> total = leader.source_iter([0]).reduce(max)
        >>> sum_ = total.by_mut()
        >>> def add(n: int) -> None:
        ...     sum_.value += n
        >>> leader.source_iter([1, 2]).for_each(add)
        >>> total.preview().rows
        [3]

        Needs a bounded value. Operators called later see what functions of operators called earlier have made of it. On
        a stream without order such an operator needs `commutative`, with repeats `idempotent`.
        """
        return refer(self, mutable=True)


class KeyedSingletonTime(Collection, Generic[K_co, V_co, L_co, B_co]):
    """A keyed singleton as something that happens in time."""

    __slots__ = ()

    def atomic(
        self: KeyedSingletonTime[K_co, V_co, P, B_co], tick: Tick[P] | None = None
    ) -> KeyedSingleton[K_co, V_co, Atomic[P], B_co]:
        """Enter an atomic section, in which it is seen together with what else is there.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1)]).into_keyed().value_counts()
        >>> counts.atomic().end_atomic().kind.bound == counts.kind.bound
        True

        Everything stays.
        """
        return self._grow(BeginAtomic(section_of(self, tick)))

    def end_atomic(self: KeyedSingletonTime[K_co, V_co, Atomic[P], B_co]) -> KeyedSingleton[K_co, V_co, P, B_co]:
        """Leave the atomic section; a new value is seen when all of the section's work is done.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1)]).into_keyed().value_counts()
        >>> counts.atomic().end_atomic().location
        Process[None] (process 0)

        Everything stays.
        """
        return self._grow(EndAtomic())

    @asks_for("nondet")
    def snapshot_atomic(
        self: KeyedSingletonTime[K_co, V_co, Atomic[P], B_co], tick: Tick[P], nondet: NonDet
    ) -> KeyedSingleton[K_co, V_co, Tick[P], Bounded]:
        """Give the value as the section's tick leaves it, with all that it has taken in.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1)]).into_keyed().value_counts()
        >>> inside = counts.atomic()
        >>> now = inside.snapshot_atomic(inside.location.tick, nondet("it is complete"))
        >>> now.into_singleton().all_ticks().preview(1).rows
        [{'a': 1}]

        Bounded inside the tick. A tick of another section is a `LocationError`.
        """
        return self._grow(Snapshot(tick_of(self, tick, "snapshot_atomic"), checked(nondet, "snapshot_atomic", here())))

    def latest_atomic(
        self: KeyedSingletonTime[K_co, V_co, Tick[P], Bounded],
    ) -> KeyedSingleton[K_co, V_co, Atomic[P], Unbounded]:
        """Give the value that the tick last made, in the atomic section that runs with it.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1)]).into_keyed().value_counts()
        >>> inside = counts.snapshot(leader.tick(), nondet("it is complete")).latest_atomic()
        >>> inside.location
        Atomic[Process[None]]

        It may change.
        """
        return self._grow(LatestAtomic())

    def defer_tick(
        self: KeyedSingletonTime[K_co, V_co, Tick[P], Bounded],
    ) -> KeyedSingleton[K_co, V_co, Tick[P], Bounded]:
        """Give what the tick before had; nothing in the first. It does not make the tick run.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1)]).into_keyed().value_counts()
        >>> inside = counts.snapshot(leader.tick(), nondet("it is complete"))
        >>> inside.defer_tick().location
        Tick[Process[None]]

        Bounded.
        """
        return self._grow(DeferTick())

    def latest(self: KeyedSingletonTime[K_co, V_co, Tick[P], Bounded]) -> KeyedSingleton[K_co, V_co, P, Unbounded]:
        """Give the values that the tick last made, outside of it; none until it first ran.

        >>> leader = FlowBuilder().process()
        >>> counts = leader.source_iter([("a", 1)]).into_keyed().value_counts()
        >>> counts.snapshot(leader.tick(), nondet("it is complete")).latest().kind.bound
        <Bound.UNBOUNDED: 'Unbounded'>

        Keys may come and go, and values change.
        """
        return self._grow(Latest())
