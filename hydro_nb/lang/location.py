"""Places that a program runs on: processes, ticks of processes, and clients outside."""

# pyright: reportInvalidTypeVarUse=false
# (a guarantee that is left out takes its type variable's declared default, which this rule overlooks)
from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, Self, cast, overload

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError, LocationError, Site
from hydro_nb.ir.node import Kind, Op, Place, Shape
from hydro_nb.ir.ops.cycle import CycleSource
from hydro_nb.ir.ops.shape import SingletonSource
from hydro_nb.ir.ops.simulated import SimInput
from hydro_nb.ir.ops.source import SourceExternal, SourceInterval, SourceIter, SourceStream
from hydro_nb.lang import annotate, quote
from hydro_nb.lang.collection import handle
from hydro_nb.lang.cycle import ForwardHandle
from hydro_nb.lang.external import InPort
from hydro_nb.lang.guarantees import (
    B2,
    O2,
    R2,
    AtLeastOnce,
    Bounded,
    ExactlyOnce,
    NoOrder,
    TotalOrder,
    Unbounded,
    bound_of,
    order_of,
    retries_of,
)
from hydro_nb.lang.sim_ports import SimSender
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.flow import FlowBuilder
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream

M_co = TypeVar("M_co", covariant=True, default=None)
P_co = TypeVar("P_co", bound="Process[Any]", covariant=True)
T = TypeVar("T", default=Any)
K = TypeVar("K", default=Any)


class Location:
    """A place of a flow."""

    __slots__ = ("__weakref__", "flow", "place")

    def __init__(self, flow: FlowBuilder, place: Place) -> None:
        self.flow = flow
        self.place = place

    @property
    def name(self) -> str:
        """Its name in logs and pictures.

        >>> FlowBuilder().process().name
        'process 0'
        """
        return self.flow.graph.display_name(self.place)

    def singleton(self, value: T | Callable[[], T]) -> Singleton[T, Self, Bounded]:
        """Make a live value that is there from the start: a value, or what a function gives on the process.

        >>> FlowBuilder().process().singleton(7).preview().rows
        [7]

        Bounded.
        """
        return self._made(SingletonSource(self.place, _value(value, here())))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Location) and other.flow is self.flow and other.place == self.place

    def __hash__(self) -> int:
        return hash(self.place)

    def __repr__(self) -> str:
        return self.place.type_name

    def _made(self, op: Op, pick: int = -1) -> Any:
        return handle(self.flow, self.flow.graph.add(op, (), here(pick)))


class Tick(Location, Generic[P_co]):
    """A logical clock of a process: inside it every collection is a complete batch or a value of one moment."""

    __slots__ = ()


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
        """
        return Tick(self.flow, self.flow.graph.place("tick", here(), parent=self.place))

    def source_iter(
        self, data: Iterable[T] | Callable[[], Iterable[T]]
    ) -> Stream[T, Self, Bounded, TotalOrder, ExactlyOnce]:
        """Bring in the elements of a value, or of what a function without arguments gives on the process.

        >>> FlowBuilder().process().source_iter([1, 2, 3]).preview().rows
        [1, 2, 3]

        Totally ordered, exactly once, bounded. An iterator object is read once, when the line runs.
        """
        return self._made(_source_iter(self.place, data, here()))

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

    @overload
    def forward_ref(
        self,
        shape: type[Stream[Any, Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
        bound: type[B2] = ...,
    ) -> tuple[ForwardHandle[Stream[T, Self, B2, O2, R2]], Stream[T, Self, B2, O2, R2]]: ...
    @overload
    def forward_ref(
        self,
        shape: type[KeyedStream[Any, Any, Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        key: type[K] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
        bound: type[B2] = ...,
    ) -> tuple[ForwardHandle[KeyedStream[K, T, Self, B2, O2, R2]], KeyedStream[K, T, Self, B2, O2, R2]]: ...
    def forward_ref(
        self,
        shape: Any,
        *,
        of: Any = Any,
        key: Any = Any,
        order: type[NoOrder] = TotalOrder,
        retries: type[AtLeastOnce] = ExactlyOnce,
        bound: type[Bounded | Unbounded] = Unbounded,
    ) -> tuple[ForwardHandle[Any], Any]:
        """Use a collection before it is made: gives the handle that completes it, and the collection.

        >>> handle, replies = FlowBuilder().process().forward_ref(Stream, of=int, order=NoOrder)
        >>> replies
        Stream[int, Process[None], Unbounded, NoOrder, ExactlyOnce]
          forward_ref

        With the guarantees that are asked for, which what completes it must have.
        """
        words = (bound_of(bound), order_of(order), retries_of(retries))
        kind = Kind(_stream_shape(shape, here()), self.place, *words, element=of, key=key)
        collection = self._made(CycleSource(kind), 1)
        return ForwardHandle(self.flow, collection.ref.slot), collection

    def _external(self, client: Any, element: Any, codec: str) -> tuple[InPort[Any], Any]:
        site = here(0)
        place = checked_place(client, External, f"`source_external` needs a client made by {_CLIENT}", self.flow, site)
        stream = self._made(SourceExternal(self.place, element, place, codec=codec, port=site.name), 1)
        return InPort(stream.ref.slot, site.name), stream


_CLIENT = "flow.external(Marker)"


def located(flow: FlowBuilder, place: Place) -> Location:
    """Give the handle of a place."""
    classes: dict[str, type[Location]] = {"process": Process, "external": External, "tick": Tick}
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
    if isinstance(value, int | float) and value >= 0:
        return float(value)
    raise GraphError(f"a duration is a number of seconds or a timedelta, not {value!r}.\n  {here()}")


def _value(value: Any, site: Site) -> Any:
    return quote.function(value, 0, "singleton", site) if callable(value) else value


def _source_iter(place: Place, data: Any, site: Site) -> SourceIter:
    if callable(data) and not isinstance(data, Iterable):  # an Enum class is both, and meant as its members
        return SourceIter(place, annotate.item_of(data), quote.function(data, 0, "source_iter", site))
    if not isinstance(data, Iterable):
        raise GraphError(
            f"`source_iter` needs an iterable or a function that gives one, but was given {data!r}.\n  {site}"
        )
    given = cast("Iterable[Any]", data)
    held = list(given) if isinstance(given, Iterator) else given
    return SourceIter(place, annotate.data_type(held), held)


def _stream_shape(given: Any, site: Site) -> Shape:
    shape = getattr(given, "shape", None)
    if isinstance(shape, Shape) and shape.is_stream:
        return shape
    raise GraphError(f"`forward_ref` stands for a Stream or a KeyedStream, not for {given!r}.\n  {site}")
