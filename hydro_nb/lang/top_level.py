"""What begins on a process or a cluster: ticks, sources, ports."""

# pyright: reportInvalidTypeVarUse=false
# (a guarantee that is left out takes its type variable's declared default, which this rule overlooks)
from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, TypeAlias, overload

from typing_extensions import TypeVar

from hydro_nb.errors import LocationError
from hydro_nb.ir.numbers import Engine
from hydro_nb.ir.ops.source import SourceExternal, SourceInterval, SourceIter, SourceMembers, SourceStream, Spin
from hydro_nb.lang import annotate, quote
from hydro_nb.lang.external import External, InPort
from hydro_nb.lang.given import checked_place, iterated, lasting
from hydro_nb.lang.guarantees import (
    Bounded,
    ExactlyOnce,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.numbers import PYTHON, numbers_of
from hydro_nb.lang.place import Location
from hydro_nb.lang.site import here
from hydro_nb.lang.tick import Tick
from hydro_nb.values import MemberId, MembershipEvent

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.location import Cluster, Process
    from hydro_nb.lang.protocols import Numbers
    from hydro_nb.lang.stream import Stream

M = TypeVar("M")
T = TypeVar("T", default=Any)
P = TypeVar("P", bound="Process[Any]")
Duration: TypeAlias = float | timedelta


class TopLevel(Location):
    """A process or a cluster: what is neither a tick nor an atomic section."""

    __slots__ = ()

    def tick(self) -> Tick[Self]:
        """Make a clock for batches and snapshots.

        >>> FlowBuilder().process().tick()
        Tick[Process[None]]

        All ticks of a deployed process, or of a member of a cluster, run together: once at the start, then each time
        that anything has come to it, with an empty batch where nothing has come for theirs. The simulator runs a tick
        only when it has something new.
        """
        return Tick(self.flow, self.flow.graph.place("tick", here(), parent=self.place))

    def try_tick(self) -> Tick[Self]:
        """Make a clock, as `tick` does; inside a tick the same call gives `None`, as ticks do not nest.

        >>> FlowBuilder().process().try_tick()
        Tick[Process[None]]
        """
        return self.tick()

    @overload
    def source_iter(
        self, data: Numbers[T] | Callable[[], Numbers[T]], *, numeric: Engine | None = None
    ) -> Stream[T, Self, Bounded, TotalOrder, ExactlyOnce]: ...
    @overload
    def source_iter(
        self, data: Iterable[T] | Callable[[], Iterable[T]]
    ) -> Stream[T, Self, Bounded, TotalOrder, ExactlyOnce]: ...
    def source_iter(self, data: Any, *, numeric: Engine | None = None) -> Any:
        """Bring in the elements of a value, or of what a function without arguments gives on the process.

        >>> FlowBuilder().process().source_iter([1, 2, 3]).preview().rows
        [1, 2, 3]

        Totally ordered, exactly once, bounded. An iterator object is read once, when the line runs.

        A numpy array of one dimension, of integers, floats or truth values, or a function that is annotated to give
        one (`-> NDArray[np.int64]`), gives Python's numbers; but `map`, `filter`, `filter_map`, `fold`, `reduce`,
        `count`, `min` and `max` right behind it work on whole columns of them where their functions are arithmetic:
        in a loop that numba compiles where it is installed and there are many numbers, else with numpy's operations.
        Arithmetic is numpy's there, on 64 bits: integers wrap, `x / 0` is `inf` or `nan`, `x // 0` and `x % 0` of
        integers are 0, `math` functions give `nan` outside of their domain, and all results of a function are of one
        type. What cannot be done so, and all that follows it, works on Python's numbers one by one.
        `flow.source(process)` tells what works where, and why. `numeric` asks for `"numba"` or `"numpy"`, and is an
        error where a function is no arithmetic; `"python"` forbids both, and with them the arithmetic of 64 bits.
        Previews and the simulator use numpy where numba is asked for: both give the same, but the last digits of
        functions such as `math.sin`.
        """
        site = here()
        element, held = iterated(data, site)
        numbers = numbers_of(held, numeric, site)
        return self._made(SourceIter(self.place, PYTHON[numbers.column] if numbers else element, held, numbers))

    def source_stream(
        self, function: Callable[[], Iterable[T] | Iterator[T] | AsyncIterator[T]]
    ) -> Stream[T, Self, Unbounded, TotalOrder, ExactlyOnce]:
        """Bring in what an iterator or async iterator yields, made on the process by a function.

        >>> FlowBuilder().process().source_stream(lambda: iter("ab")).preview().rows
        ['a', 'b']

        Totally ordered, exactly once, unbounded. An iterator that raises is at its end, so the process fails with it:
        there is no element that could be skipped.
        """
        func = quote.function(function, 0, "source_stream", here())
        return self._made(SourceStream(self.place, annotate.item_of(function), func))

    def source_interval(
        self, seconds: Duration | Callable[[], Duration], delay: Duration | Callable[[], Duration] = 0
    ) -> Stream[tuple[()], Self, Unbounded, TotalOrder, ExactlyOnce]:
        """Bring in `()` every so many seconds, the first after `delay`.

        >>> FlowBuilder().process().source_interval(0.1).preview(2).rows
        [(), ()]

        Totally ordered, exactly once, unbounded. A function without arguments is asked for either on the process, so
        that members of a cluster may differ: `lambda: 0.1 * CLUSTER_SELF_ID.raw_id`.
        """
        every = lasting(seconds, "source_interval", here(), some=True)
        first = lasting(delay, "source_interval", here())
        return self._made(SourceInterval(self.place, tuple[()], every, first))

    def source_interval_delayed(
        self, delay: Duration | Callable[[], Duration], seconds: Duration | Callable[[], Duration]
    ) -> Stream[tuple[()], Self, Unbounded, TotalOrder, ExactlyOnce]:
        """Bring in `()` after a delay and from then on every so many seconds.

        >>> FlowBuilder().process().source_interval_delayed(0.01, 0.1).preview(2).rows
        [(), ()]

        Totally ordered, exactly once, unbounded. The same as `source_interval(seconds, delay)`.
        """
        every = lasting(seconds, "source_interval_delayed", here(), some=True)
        first = lasting(delay, "source_interval_delayed", here())
        return self._made(SourceInterval(self.place, tuple[()], every, first))

    def spin(self) -> Stream[tuple[()], Self, Unbounded, TotalOrder, ExactlyOnce]:
        """Bring in `()` in every turn of the scheduler, so that ticks follow one another without a pause.

        >>> leader = FlowBuilder().process()
        >>> turns = leader.spin().batch(leader.tick(), nondet("counted only"))
        >>> turns.count().all_ticks().preview(3).rows
        [1, 1, 1]

        Totally ordered, exactly once, unbounded. The process keeps a core busy; messages are heard between two turns.
        A deployment settles in spite of it, as with timers.
        """
        return self._made(Spin(self.place, tuple[()]))

    @overload
    def source_external(
        self: P, client: External[Any], element: type[T]
    ) -> tuple[InPort[T], Stream[T, P, Unbounded, TotalOrder, ExactlyOnce]]: ...
    @overload
    def source_external(
        self: P, client: External[Any], element: object = ...
    ) -> tuple[InPort[Any], Stream[Any, P, Unbounded, TotalOrder, ExactlyOnce]]: ...
    def source_external(self, client: External[Any], element: object = Any) -> Any:
        """Bring in what a client sends to a port: gives the port for `deployment.connect`, and the stream.

        >>> flow = FlowBuilder()
        >>> port, numbers = flow.process().source_external(flow.external(), int)
        >>> port.name
        'port'

        Totally ordered, exactly once, unbounded.
        """
        return self._external(client, element, "msgpack", "source_external")

    @overload
    def source_external_bincode(
        self: P, client: External[Any], element: type[T]
    ) -> tuple[InPort[T], Stream[T, P, Unbounded, TotalOrder, ExactlyOnce]]: ...
    @overload
    def source_external_bincode(
        self: P, client: External[Any], element: object = ...
    ) -> tuple[InPort[Any], Stream[Any, P, Unbounded, TotalOrder, ExactlyOnce]]: ...
    def source_external_bincode(self, client: External[Any], element: object = Any) -> Any:
        """Bring in what a client sends to a port, as bincode on the wire.

        >>> flow = FlowBuilder()
        >>> port, words = flow.process().source_external_bincode(flow.external(), str)
        >>> words
        Stream[str, Process[None], Unbounded, TotalOrder, ExactlyOnce]
          source_external

        Totally ordered, exactly once, unbounded.
        """
        return self._external(client, element, "bincode", "source_external_bincode")

    @asks_for("nondet")
    def source_cluster_membership_stream(
        self, cluster: Cluster[M], nondet: NonDet
    ) -> KeyedStream[MemberId[M], MembershipEvent, Self, Unbounded, TotalOrder, ExactlyOnce]:
        """Bring in who joins a cluster and who leaves it, as far as is known here and now.

        >>> flow = FlowBuilder()
        >>> workers, leader = flow.cluster(), flow.process()
        >>> _ = workers.source_iter([1]).for_each(print)
        >>> seen = leader.source_cluster_membership_stream(workers, nondet("only shown"))
        >>> sorted(seen.entries().preview().rows)
        [(MemberId::<_>(0), Joined), (MemberId::<_>(1), Joined)]

        Totally ordered for each member, exactly once, unbounded. All that are there at the start have joined; a late
        subscriber can miss a prefix.
        """
        return self._members(cluster, checked(nondet, "source_cluster_membership_stream", here()))

    def source_cluster_members(
        self, cluster: Cluster[M]
    ) -> KeyedStream[MemberId[M], MembershipEvent, Self, Unbounded, TotalOrder, ExactlyOnce]:
        """Bring in who joins a cluster and who leaves it; newer name: `source_cluster_membership_stream`.

        >>> flow = FlowBuilder()
        >>> flow.process().source_cluster_members(flow.cluster()).kind.shape
        <Shape.KEYED_STREAM: 'KeyedStream'>

        Totally ordered for each member, exactly once, unbounded.
        """
        return self._members(cluster, "")

    def _members(self, cluster: Any, reason: str) -> Any:
        from hydro_nb.lang.location import Cluster

        needs = "`source_cluster_membership_stream` needs a cluster made by flow.cluster(Marker)"
        place = checked_place(cluster, Cluster, needs, self.flow, here())
        return self._made(SourceMembers(self.place, place, reason))

    def _external(self, client: Any, element: Any, codec: str, method: str) -> tuple[InPort[Any], Any]:
        site = here(0)
        if self.place.kind == "cluster":
            raise LocationError(
                f"`{method}` needs a process, but {self!r} has members, and a client talks to one.\n  {site}\n"
                "  Take it in on a process, and send it on from there: .demux(cluster), .broadcast(cluster, ...)"
            )
        place = checked_place(client, External, f"`{method}` needs a client made by {_CLIENT}", self.flow, site)
        stream = self._made(SourceExternal(self.place, element, place, codec=codec, port=site.name), 1)
        return InPort(stream.ref.slot, site.name), stream


_CLIENT = "flow.external(Marker)"
