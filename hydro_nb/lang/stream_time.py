"""The methods of a stream that lead into and out of atomic sections and from one tick to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from hydro_nb.ir.ops.atomic import AllTicksAtomic, BeginAtomic, EndAtomic
from hydro_nb.ir.ops.tick import DeferTick
from hydro_nb.ir.ops.time import Batch
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, Bounded, L_co, O_co, R_co, T_co, Unbounded
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.referable import refer
from hydro_nb.lang.sending import across, section_of, tick_of
from hydro_nb.lang.site import here
from hydro_nb.references import MutableReference, Reference

if TYPE_CHECKING:
    from hydro_nb.lang.location import TopLevel
    from hydro_nb.lang.protocols import SeenElements, SeenValue
    from hydro_nb.lang.stream import Stream
    from hydro_nb.lang.tick import Atomic, Tick


P = TypeVar("P", bound="TopLevel")
C = TypeVar("C")
T = TypeVar("T")


class StreamTime(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something that happens in time."""

    __slots__ = ()

    def atomic(
        self: StreamTime[T_co, P, B_co, O_co, R_co], tick: Tick[P] | None = None
    ) -> Stream[T_co, Atomic[P], B_co, O_co, R_co]:
        """Enter an atomic section: all that is made of it there is done before `end_atomic` shows any of it.

        >>> leader = FlowBuilder().process()
        >>> numbers = leader.source_iter([1, 2])
        >>> acknowledged = numbers.atomic().end_atomic()
        >>> acknowledged.preview().rows
        [1, 2]

        Everything stays; state lives on from tick to tick, as outside. With a tick, as older programs write it, the
        section is the one that runs with that tick.
        """
        return self._grow(BeginAtomic(section_of(self, tick)))

    def end_atomic(self: StreamTime[T_co, Atomic[P], B_co, O_co, R_co]) -> Stream[T_co, P, B_co, O_co, R_co]:
        """Leave the atomic section; what comes out is seen when all of the section's work is done.

        >>> leader = FlowBuilder().process()
        >>> numbers = leader.source_iter([1, 2])
        >>> numbers.atomic().end_atomic().preview().rows
        [1, 2]

        Everything stays.
        """
        return self._grow(EndAtomic())

    @asks_for("nondet")
    def batch_atomic(
        self: StreamTime[T_co, Atomic[P], B_co, O_co, R_co], tick: Tick[P], nondet: NonDet
    ) -> Stream[T_co, Tick[P], Bounded, O_co, R_co]:
        """Give what has come since the section's tick last ran.

        >>> leader = FlowBuilder().process()
        >>> numbers = leader.source_iter([1, 2])
        >>> section = numbers.atomic()
        >>> batch = section.batch_atomic(section.location.tick, nondet("put together again"))
        >>> batch.all_ticks().preview().rows
        [1, 2]

        Bounded inside the tick; order and repeats stay. A tick of another section is a `LocationError`.
        """
        return self._grow(Batch(tick_of(self, tick, "batch_atomic"), checked(nondet, "batch_atomic", here())))

    def all_ticks_atomic(
        self: StreamTime[T_co, Tick[P], Bounded, O_co, R_co],
    ) -> Stream[T_co, Atomic[P], Unbounded, O_co, R_co]:
        """Give what a tick makes, one tick after the other, in the atomic section that runs with it.

        >>> leader = FlowBuilder().process()
        >>> numbers = leader.source_iter([1, 2])
        >>> batch = numbers.batch(leader.tick(), nondet("put together again"))
        >>> batch.all_ticks_atomic().end_atomic().preview().rows
        [1, 2]

        Unbounded; order and repeats stay.
        """
        return self._grow(AllTicksAtomic())

    def defer_tick(self: StreamTime[T_co, Tick[P], Bounded, O_co, R_co]) -> Stream[T_co, Tick[P], Bounded, O_co, R_co]:
        """Give what the tick before had; nothing in the first. It does not make the tick run.

        >>> leader = FlowBuilder().process()
        >>> numbers = leader.source_iter([1, 2])
        >>> batch = numbers.batch(leader.tick(), nondet("shown only"))
        >>> batch.defer_tick().all_ticks().preview().rows
        []

        Everything stays.
        """
        return self._grow(DeferTick())

    @overload
    def across_ticks(
        self: StreamTime[T_co, Tick[P], Bounded, O_co, R_co],
        thunk: Callable[[Stream[T_co, Atomic[P], Unbounded, O_co, R_co]], SeenValue[C]],
    ) -> C: ...
    @overload
    def across_ticks(
        self: StreamTime[T_co, Tick[P], Bounded, O_co, R_co],
        thunk: Callable[[Stream[T_co, Atomic[P], Unbounded, O_co, R_co]], SeenElements[C]],
    ) -> C: ...
    def across_ticks(self, thunk: Callable[[Any], Any]) -> Any:
        """Let a function see all that the tick has had so far, this batch included; its result is this tick's.

        >>> leader = FlowBuilder().process()
        >>> numbers = leader.source_iter([1, 2])
        >>> batch = numbers.batch(leader.tick(), nondet("the last number is the same"))
        >>> batch.across_ticks(lambda so_far: so_far.count()).all_ticks().preview().rows
        [2]

        What the function makes of an unbounded collection with lasting state is bounded inside the tick.
        """
        return across(self, thunk)

    def by_ref(self: StreamTime[T, L_co, Bounded, O_co, R_co]) -> Reference[list[T]]:
        """Give a handle for functions of other operators: `.value` is the list of all elements.

        >>> numbers = FlowBuilder().process().source_iter([1, 2, 3])
        >>> everything = numbers.by_ref()
        >>> numbers.map(lambda n: n / sum(everything.value)).preview().rows[-1]
        0.5

        Needs a bounded stream. Those who use it are at the same place, on bounded inputs.
        """
        return refer(self)

    def by_mut(self: StreamTime[T, L_co, Bounded, O_co, R_co]) -> MutableReference[list[T]]:
        """Give a handle for functions of other operators that may change the list of all elements.

        >>> leader = FlowBuilder().process()
        >>> numbers = leader.source_iter([1, 2])
        >>> everything = numbers.by_mut()
        >>> leader.source_iter([3]).for_each(lambda n: everything.value.append(n))
        >>> numbers.preview().rows
        [1, 2, 3]

        Needs a bounded stream. Operators called later see what functions of operators called earlier have made of it.
        """
        return refer(self, mutable=True)
