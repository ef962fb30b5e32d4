"""Places that a program runs on: processes, ticks of processes, and clients outside."""

# pyright: reportInvalidTypeVarUse=false
# (a guarantee that is left out takes its type variable's declared default, which this rule overlooks)
from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, Any, Generic, Self, cast, overload

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError, LocationError, Site
from hydro_nb.ir.node import Place
from hydro_nb.ir.ops.simulated import SimInput
from hydro_nb.ir.ops.source import SourceExternal, SourceInterval, SourceIter, SourceStream, Spin
from hydro_nb.lang import annotate, quote
from hydro_nb.lang.external import InPort
from hydro_nb.lang.guarantees import (
    O2,
    R2,
    AtLeastOnce,
    Bounded,
    ExactlyOnce,
    NoOrder,
    TotalOrder,
    Unbounded,
    order_of,
    retries_of,
)
from hydro_nb.lang.place import Location
from hydro_nb.lang.sim_ports import SimSender
from hydro_nb.lang.site import here
from hydro_nb.lang.tick import Atomic, Tick

if TYPE_CHECKING:
    from hydro_nb.lang.flow import FlowBuilder
    from hydro_nb.lang.stream import Stream

__all__ = ["Atomic", "External", "Location", "Process", "Tick", "checked_place", "iterated", "located", "period"]

M_co = TypeVar("M_co", covariant=True, default=None)
P_co = TypeVar("P_co", bound="Process[Any]", covariant=True)
T = TypeVar("T", default=Any)
K = TypeVar("K", default=Any)


class External(Location, Generic[M_co]):
    """Clients outside of the flow, who connect to its ports."""

    __slots__ = ()


class Process(Location, Generic[M_co]):
    """A single thread that runs a piece of the program, in an operating system process of its own."""

    __slots__ = ()

    def tick(self) -> Tick[Self]:
        """Make a clock for batches and snapshots.

        >>> FlowBuilder().process().tick()
        Tick[Process[None]]

        All ticks of a deployed process run together: once at the start, then each time that anything has come to it,
        with an empty batch where nothing has come for theirs. The simulator runs a tick only when it has something new.
        """
        return Tick(self.flow, self.flow.graph.place("tick", here(), parent=self.place))

    def try_tick(self) -> Tick[Self]:
        """Make a clock, as `tick` does; inside a tick the same call gives `None`, as ticks do not nest.

        >>> FlowBuilder().process().try_tick()
        Tick[Process[None]]
        """
        return self.tick()

    def source_iter(
        self, data: Iterable[T] | Callable[[], Iterable[T]]
    ) -> Stream[T, Self, Bounded, TotalOrder, ExactlyOnce]:
        """Bring in the elements of a value, or of what a function without arguments gives on the process.

        >>> FlowBuilder().process().source_iter([1, 2, 3]).preview().rows
        [1, 2, 3]

        Totally ordered, exactly once, bounded. An iterator object is read once, when the line runs.
        """
        return self._made(SourceIter(self.place, *iterated(data, here())))

    def source_stream(
        self, function: Callable[[], Iterable[T] | Iterator[T] | AsyncIterator[T]]
    ) -> Stream[T, Self, Unbounded, TotalOrder, ExactlyOnce]:
        """Bring in what an iterator or async iterator yields, made on the process by a function.

        >>> FlowBuilder().process().source_stream(lambda: iter("ab")).preview().rows
        ['a', 'b']

        Totally ordered, exactly once, unbounded.
        """
        func = quote.function(function, 0, "source_stream", here())
        return self._made(SourceStream(self.place, annotate.item_of(function), func))

    def source_interval(
        self, seconds: float | timedelta, delay: float | timedelta = 0
    ) -> Stream[tuple[()], Self, Unbounded, TotalOrder, ExactlyOnce]:
        """Bring in `()` every so many seconds, the first after `delay`.

        >>> FlowBuilder().process().source_interval(0.1).preview(2).rows
        [(), ()]

        Totally ordered, exactly once, unbounded.
        """
        every, first = period(seconds, "source_interval", here()), _duration(delay)
        return self._made(SourceInterval(self.place, tuple[()], every, first))

    def source_interval_delayed(
        self, delay: float | timedelta, seconds: float | timedelta
    ) -> Stream[tuple[()], Self, Unbounded, TotalOrder, ExactlyOnce]:
        """Bring in `()` after a delay and from then on every so many seconds.

        >>> FlowBuilder().process().source_interval_delayed(0.01, 0.1).preview(2).rows
        [(), ()]

        Totally ordered, exactly once, unbounded. The same as `source_interval(seconds, delay)`.
        """
        every, first = period(seconds, "source_interval_delayed", here()), _duration(delay)
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
        self, client: External[Any], element: type[T]
    ) -> tuple[InPort[T], Stream[T, Self, Unbounded, TotalOrder, ExactlyOnce]]: ...
    @overload
    def source_external(
        self, client: External[Any], element: object = ...
    ) -> tuple[InPort[Any], Stream[Any, Self, Unbounded, TotalOrder, ExactlyOnce]]: ...
    def source_external(self, client: External[Any], element: object = Any) -> Any:
        """Bring in what a client sends to a port: gives the port for `deployment.connect`, and the stream.

        >>> flow = FlowBuilder()
        >>> port, numbers = flow.process().source_external(flow.external(), int)
        >>> port.name
        'port'

        Totally ordered, exactly once, unbounded.
        """
        return self._external(client, element, "msgpack")

    @overload
    def source_external_bincode(
        self, client: External[Any], element: type[T]
    ) -> tuple[InPort[T], Stream[T, Self, Unbounded, TotalOrder, ExactlyOnce]]: ...
    @overload
    def source_external_bincode(
        self, client: External[Any], element: object = ...
    ) -> tuple[InPort[Any], Stream[Any, Self, Unbounded, TotalOrder, ExactlyOnce]]: ...
    def source_external_bincode(self, client: External[Any], element: object = Any) -> Any:
        """Bring in what a client sends to a port, as bincode on the wire.

        >>> flow = FlowBuilder()
        >>> port, words = flow.process().source_external_bincode(flow.external(), str)
        >>> words
        Stream[str, Process[None], Unbounded, TotalOrder, ExactlyOnce]
          source_external

        Totally ordered, exactly once, unbounded.
        """
        return self._external(client, element, "bincode")

    @overload
    def sim_input(
        self, element: type[T], order: type[O2] = ..., retries: type[R2] = ...
    ) -> tuple[SimSender[T], Stream[T, Self, Unbounded, O2, R2]]: ...
    @overload
    def sim_input(
        self, element: object = ..., order: type[O2] = ..., retries: type[R2] = ...
    ) -> tuple[SimSender[Any], Stream[Any, Self, Unbounded, O2, R2]]: ...
    def sim_input(
        self, element: object = Any, order: type[NoOrder] = TotalOrder, retries: type[AtLeastOnce] = ExactlyOnce
    ) -> Any:
        """Bring in what a simulated test sends: gives the port and the stream.

        >>> port, numbers = FlowBuilder().process().sim_input(int, order=NoOrder)
        >>> numbers
        Stream[int, Process[None], Unbounded, NoOrder, ExactlyOnce]
          sim_input

        With the guarantees that are asked for; unbounded.
        """
        op = SimInput(self.place, element, order_of(order), retries_of(retries))
        stream = self._made(op, 1)
        return SimSender(stream.ref.slot, here(0).name), stream

    def _external(self, client: Any, element: Any, codec: str) -> tuple[InPort[Any], Any]:
        site = here(0)
        place = checked_place(client, External, f"`source_external` needs a client made by {_CLIENT}", self.flow, site)
        stream = self._made(SourceExternal(self.place, element, place, codec=codec, port=site.name), 1)
        return InPort(stream.ref.slot, site.name), stream


_CLIENT = "flow.external(Marker)"


def located(flow: FlowBuilder, place: Place) -> Location:
    """Give the handle of a place."""
    classes: dict[str, type[Location]] = {"process": Process, "external": External, "tick": Tick, "atomic": Atomic}
    return classes[place.kind](flow, place)


def checked_place(given: Any, wanted: type[Location], needs: str, flow: FlowBuilder, site: Site) -> Place:
    """Give the place of a location that a method was given, or say why it will not do."""
    if not isinstance(given, wanted):
        raise LocationError(f"{needs}, but was given {given!r}.\n  {site}")
    if given.flow is not flow:
        raise LocationError(f"{needs}, but {given!r} belongs to another flow.\n  {site}")
    return given.place


def period(seconds: Any, method: str, site: Site) -> float:
    """Give a positive number of seconds."""
    value = _duration(seconds)
    if not value > 0:
        raise GraphError(
            f"`{method}` needs a positive number of seconds or a timedelta, but was given {seconds!r}.\n  {site}"
        )
    return value


def _duration(value: Any) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf:
        return float(value)
    raise GraphError(f"a duration is a number of seconds or a timedelta, not {value!r}.\n  {here()}")


def iterated(data: Any, site: Site) -> tuple[Any, Any]:
    """Give the type of the elements of what `source_iter` was given, and the iterable or the function that makes it."""
    if callable(data) and not isinstance(data, Iterable):  # an Enum class is both, and meant as its members
        return annotate.item_of(data), quote.function(data, 0, "source_iter", site)
    if not isinstance(data, Iterable):
        raise GraphError(
            f"`source_iter` needs an iterable or a function that gives one, but was given {data!r}.\n  {site}"
        )
    given = cast("Iterable[Any]", data)
    held = list(given) if isinstance(given, Iterator) else given
    return annotate.data_type(held), held
