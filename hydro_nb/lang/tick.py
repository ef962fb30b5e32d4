"""Ticks and atomic sections of a process, and what begins inside them."""

# pyright: reportInvalidTypeVarUse=false
# (a guarantee that is left out takes its type variable's declared default, which this rule overlooks)
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, Self, overload

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError, LocationError
from hydro_nb.ir.node import Kind, Shape
from hydro_nb.ir.ops.tick import CurrentTickInstant, NoValue, OptionalFirstTick, TickCycle, TickIter
from hydro_nb.lang import annotate
from hydro_nb.lang.collection import Collection, handle
from hydro_nb.lang.cycle import TickCycleHandle
from hydro_nb.lang.guarantees import O2, R2, AtLeastOnce, Bounded, ExactlyOnce, NoOrder, TotalOrder
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.numbers import pythons
from hydro_nb.lang.place import Location, declared, started
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_singleton import KeyedSingleton
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.location import TopLevel
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream

P_co = TypeVar("P_co", bound="TopLevel", covariant=True)
T = TypeVar("T", default=Any)
K = TypeVar("K", default=Any)


class Tick(Location, Generic[P_co]):
    """A logical clock of a process: inside it every collection is a complete batch or a value of one moment."""

    __slots__ = ()

    @property
    def parent_location(self) -> P_co:
        """The process whose clock it is; older releases call it `outer()`.

        >>> FlowBuilder().process().tick().parent_location
        Process[None] (process 0)
        """
        from hydro_nb.lang.location import located

        return located(self.flow, self.place.root)  # pyright: ignore[reportReturnType] - a tick is in a process

    def try_tick(self) -> None:
        """Give `None`: ticks do not nest.

        >>> FlowBuilder().process().tick().try_tick() is None
        True
        """

    def outer(self) -> P_co:
        """Give the process whose clock it is; newer name: `parent_location`.

        >>> FlowBuilder().process().tick().outer()
        Process[None] (process 0)
        """
        return self.parent_location

    def source_iter(
        self, data: Iterable[T] | Callable[[], Iterable[T]]
    ) -> Stream[T, Self, Bounded, TotalOrder, ExactlyOnce]:
        """Bring in the elements of a value in every tick; a function without arguments is called in each.

        >>> leader = FlowBuilder().process()
        >>> tick = leader.tick()
        >>> tick.source_iter([1, 2]).all_ticks().preview(2).rows
        [1, 2]

        Totally ordered, exactly once, bounded.
        """
        from hydro_nb.lang.location import iterated

        return self._made(TickIter(self.place, *iterated(pythons(data), here())))

    def none(self, of: type[T] | None = None) -> Optional[T, Self, Bounded]:
        """Make an optional that is always empty.

        >>> FlowBuilder().process().tick().none(int).all_ticks().preview().rows
        []

        Bounded.
        """
        return self._made(NoValue(self.place, Any if of is None else of))

    def optional_first_tick(self, value: T | Callable[[], T]) -> Optional[T, Self, Bounded]:
        """Make an optional that has a value in the first tick alone.

        >>> FlowBuilder().process().tick().optional_first_tick(7).all_ticks().preview().rows
        [7]

        Bounded.
        """
        element = annotate.data_type([value]) if not callable(value) else annotate.result_of(value)
        return self._made(OptionalFirstTick(self.place, element, started(value, here())))

    def spin_batch(self, count: int) -> Stream[tuple[()], Self, Bounded, TotalOrder, ExactlyOnce]:
        """Bring in `()` so many times in every tick, and let the tick run again and again.

        >>> tick = FlowBuilder().process().tick()
        >>> tick.spin_batch(3).count().all_ticks().preview(2).rows
        [3, 3]

        Totally ordered, exactly once, bounded.
        """
        from hydro_nb.lang.nondet import nondet

        units: list[tuple[()]] = [()] * count

        def each(_: tuple[()]) -> list[tuple[()]]:
            return units

        process: Any = self.parent_location
        return process.spin().flat_map_ordered(each).batch(self, nondet("every batch has its units"))

    @asks_for("nondet")
    def current_tick_instant(self, nondet: NonDet) -> Singleton[float, Self, Bounded]:
        """Give the time at which the tick runs, in seconds that never go back.

        >>> tick = FlowBuilder().process().tick()
        >>> now = tick.current_tick_instant(nondet("only differences are used"))
        >>> now.map(lambda seconds: seconds > 0).all_ticks().preview(1).rows
        [True]

        Bounded; the same for all of one tick. Comparable between the processes of one machine.
        """
        return self._made(CurrentTickInstant(self.place, checked(nondet, "current_tick_instant", here())))

    # ------------------------------------------------------------ cycles

    @overload
    def cycle(
        self,
        shape: type[Stream[Any, Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
    ) -> tuple[TickCycleHandle[Stream[T, Self, Bounded, O2, R2]], Stream[T, Self, Bounded, O2, R2]]: ...
    @overload
    def cycle(
        self,
        shape: type[KeyedStream[Any, Any, Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        key: type[K] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
    ) -> tuple[TickCycleHandle[KeyedStream[K, T, Self, Bounded, O2, R2]], KeyedStream[K, T, Self, Bounded, O2, R2]]: ...
    @overload
    def cycle(
        self, shape: type[Optional[Any, Any, Any]], *, of: type[T] = ...
    ) -> tuple[
        TickCycleHandle[Optional[T, Self, Bounded] | Singleton[T, Self, Bounded]], Optional[T, Self, Bounded]
    ]: ...
    @overload
    def cycle(
        self, shape: type[KeyedSingleton[Any, Any, Any, Any]], *, of: type[T] = ..., key: type[K] = ...
    ) -> tuple[TickCycleHandle[KeyedSingleton[K, T, Self, Bounded]], KeyedSingleton[K, T, Self, Bounded]]: ...
    def cycle(
        self,
        shape: Any,
        *,
        of: Any = Any,
        key: Any = Any,
        order: type[NoOrder] = TotalOrder,
        retries: type[AtLeastOnce] = ExactlyOnce,
    ) -> tuple[TickCycleHandle[Any], Any]:
        """Use what this tick will hold at its next run: gives the handle that completes it, and the collection.

        >>> leader = FlowBuilder().process()
        >>> tick = leader.tick()
        >>> handle, seen = tick.cycle(Stream, of=int)
        >>> batch = leader.source_iter([1, 2]).batch(tick, nondet("all are kept"))
        >>> handle.complete_next_tick(seen.chain(batch))

        Empty in the first tick; then what completed it in the tick before. A singleton has nothing to be at first:
        use `cycle_with_initial`.
        """
        kind = declared(self.place, shape, "cycle", (Bounded, order, retries), of, key)
        _refuse_singleton(kind)
        collection = self._made(TickCycle(kind), 1)
        return TickCycleHandle(self.flow, collection.ref.slot), collection

    @overload
    def cycle_with_initial(
        self, initial: Singleton[T, Tick[Any], Bounded]
    ) -> tuple[TickCycleHandle[Singleton[T, Self, Bounded]], Singleton[T, Self, Bounded]]: ...
    @overload
    def cycle_with_initial(
        self, initial: Optional[T, Tick[Any], Bounded]
    ) -> tuple[TickCycleHandle[Optional[T, Self, Bounded]], Optional[T, Self, Bounded]]: ...
    @overload
    def cycle_with_initial(
        self, initial: Stream[T, Tick[Any], Bounded, O2, R2]
    ) -> tuple[TickCycleHandle[Stream[T, Self, Bounded, O2, R2]], Stream[T, Self, Bounded, O2, R2]]: ...
    def cycle_with_initial(self, initial: Any) -> tuple[TickCycleHandle[Any], Any]:
        """Use what this tick will hold at its next run, and `initial` in the first.

        >>> leader = FlowBuilder().process()
        >>> tick = leader.tick()
        >>> handle, total = tick.cycle_with_initial(tick.singleton(0))
        >>> batch = leader.source_iter([1, 2]).batch(tick, nondet("a sum is a sum"))
        >>> handle.complete_next_tick(total.zip(batch.count()).map(lambda both: both[0] + both[1]))

        Bounded; as ordered and repeated as `initial`.
        """
        if not isinstance(initial, Collection):
            raise GraphError(
                f"`cycle_with_initial` needs a collection of this tick, not {initial!r}.\n  {here()}\n"
                "  Make one of it: tick.singleton(...)"
            )
        if initial.kind.place != self.place:
            raise LocationError(
                "`cycle_with_initial` needs a collection of this tick, but was given one on "
                f"{initial.kind.place.title}.\n  {here()}\n"
                '  Bring it in first: .batch(tick, nondet("...")) or .snapshot(tick, nondet("..."))'
            )
        return _with_initial(self, initial)


class Atomic(Location, Generic[P_co]):
    """A section of a process that runs in step with one hidden tick: what it answers, it has taken in."""

    __slots__ = ()

    @property
    def tick(self) -> Tick[P_co]:
        """The tick that the section runs with.

        >>> FlowBuilder().process().source_iter([1]).atomic().location.tick
        Tick[Process[None]]
        """
        return Tick(self.flow, self.place.clock)


def _refuse_singleton(kind: Kind) -> None:
    if kind.shape is Shape.SINGLETON:
        raise GraphError(
            f"a cycle of a Singleton has no value in the first tick.\n  {here()}\n"
            "  Give it one: tick.cycle_with_initial(tick.singleton(first))"
        )


def _with_initial(tick: Tick[Any], initial: Any) -> tuple[TickCycleHandle[Any], Any]:
    """Make a cycle that is empty at first, and put the initial collection in its place then."""
    kind: Kind = initial.kind
    single = kind.shape is Shape.SINGLETON
    cycle = TickCycle(kind.but(shape=Shape.OPTIONAL) if single else kind, always=single)
    before = handle(tick.flow, tick.flow.graph.add(cycle, (), here()))
    if single:
        return TickCycleHandle(tick.flow, before.ref.slot), before.unwrap_or(initial)
    first = initial.filter_if(tick.optional_first_tick(()).is_some())
    joined = before.chain(first) if kind.shape.is_stream else before.or_(first)
    return TickCycleHandle(tick.flow, before.ref.slot), joined
