"""The methods of a keyed stream that lead into and out of atomic sections and from one tick to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from hydro_nb.ir.ops.atomic import AllTicksAtomic, BeginAtomic, EndAtomic
from hydro_nb.ir.ops.tick import DeferTick
from hydro_nb.ir.ops.time import Batch
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, Bounded, K_co, L_co, O_co, R_co, Unbounded, V_co
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.sending import across, section_of, tick_of
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.location import TopLevel
    from hydro_nb.lang.protocols import SeenElements, SeenValue
    from hydro_nb.lang.tick import Atomic, Tick


P = TypeVar("P", bound="TopLevel")
C = TypeVar("C")


class KeyedTime(Collection, Generic[K_co, V_co, L_co, B_co, O_co, R_co]):
    """A keyed stream as something that happens in time."""

    __slots__ = ()

    def atomic(
        self: KeyedTime[K_co, V_co, P, B_co, O_co, R_co], tick: Tick[P] | None = None
    ) -> KeyedStream[K_co, V_co, Atomic[P], B_co, O_co, R_co]:
        """Enter an atomic section: all that is made of it there is done before `end_atomic` shows any of it.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> acknowledged = pairs.atomic().end_atomic()
        >>> acknowledged.entries().preview().rows
        [('a', 1), ('b', 2)]

        Everything stays; state lives on from tick to tick, as outside. With a tick, as older programs write it, the
        section is the one that runs with that tick.
        """
        return self._grow(BeginAtomic(section_of(self, tick)))

    def end_atomic(
        self: KeyedTime[K_co, V_co, Atomic[P], B_co, O_co, R_co],
    ) -> KeyedStream[K_co, V_co, P, B_co, O_co, R_co]:
        """Leave the atomic section; what comes out is seen when all of the section's work is done.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> pairs.atomic().end_atomic().entries().preview().rows
        [('a', 1), ('b', 2)]

        Everything stays.
        """
        return self._grow(EndAtomic())

    @asks_for("nondet")
    def batch_atomic(
        self: KeyedTime[K_co, V_co, Atomic[P], B_co, O_co, R_co], tick: Tick[P], nondet: NonDet
    ) -> KeyedStream[K_co, V_co, Tick[P], Bounded, O_co, R_co]:
        """Give what has come since the section's tick last ran.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> section = pairs.atomic()
        >>> batch = section.batch_atomic(section.location.tick, nondet("put together again"))
        >>> batch.entries().all_ticks().preview().rows
        [('a', 1), ('b', 2)]

        Bounded inside the tick; order and repeats stay. A tick of another section is a `LocationError`.
        """
        return self._grow(Batch(tick_of(self, tick, "batch_atomic"), checked(nondet, "batch_atomic", here())))

    def all_ticks_atomic(
        self: KeyedTime[K_co, V_co, Tick[P], Bounded, O_co, R_co],
    ) -> KeyedStream[K_co, V_co, Atomic[P], Unbounded, O_co, R_co]:
        """Give what a tick makes, one tick after the other, in the atomic section that runs with it.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> batch = pairs.batch(leader.tick(), nondet("put together again"))
        >>> batch.all_ticks_atomic().end_atomic().entries().preview().rows
        [('a', 1), ('b', 2)]

        Unbounded; order and repeats stay.
        """
        return self._grow(AllTicksAtomic())

    def defer_tick(
        self: KeyedTime[K_co, V_co, Tick[P], Bounded, O_co, R_co],
    ) -> KeyedStream[K_co, V_co, Tick[P], Bounded, O_co, R_co]:
        """Give what the tick before had; nothing in the first. It does not make the tick run.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> batch = pairs.batch(leader.tick(), nondet("shown only"))
        >>> batch.defer_tick().entries().all_ticks().preview().rows
        []

        Everything stays.
        """
        return self._grow(DeferTick())

    @overload
    def across_ticks(
        self: KeyedTime[K_co, V_co, Tick[P], Bounded, O_co, R_co],
        thunk: Callable[[KeyedStream[K_co, V_co, Atomic[P], Unbounded, O_co, R_co]], SeenValue[C]],
    ) -> C: ...
    @overload
    def across_ticks(
        self: KeyedTime[K_co, V_co, Tick[P], Bounded, O_co, R_co],
        thunk: Callable[[KeyedStream[K_co, V_co, Atomic[P], Unbounded, O_co, R_co]], SeenElements[C]],
    ) -> C: ...
    def across_ticks(self, thunk: Callable[[Any], Any]) -> Any:
        """Let a function see all that the tick has had so far, this batch included; its result is this tick's.

        >>> leader = FlowBuilder().process()
        >>> pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
        >>> batch = pairs.batch(leader.tick(), nondet("the last number is the same"))
        >>> batch.across_ticks(lambda so_far: so_far.entries().count()).all_ticks().preview().rows
        [2]

        What the function makes of an unbounded collection with lasting state is bounded inside the tick.
        """
        return across(self, thunk)
