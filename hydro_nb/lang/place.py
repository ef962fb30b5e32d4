"""What all places have in common: a name, values from the start, and collections used before they are made."""

# pyright: reportInvalidTypeVarUse=false
# (a guarantee that is left out takes its type variable's declared default, which this rule overlooks)
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, overload

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError, Site
from hydro_nb.ir.node import Bound, Kind, Op, Place, Shape
from hydro_nb.ir.ops.cycle import Channel, CycleSource
from hydro_nb.ir.ops.shape import SingletonSource
from hydro_nb.lang import quote
from hydro_nb.lang.collection import handle
from hydro_nb.lang.cycle import ChannelSender, ForwardHandle
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
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.lang.flow import FlowBuilder
    from hydro_nb.lang.keyed_singleton import KeyedSingleton
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.optional import Optional
    from hydro_nb.lang.protocols import N, Ts
    from hydro_nb.lang.singleton import Singleton
    from hydro_nb.lang.stream import Stream
    from hydro_nb.lang.tick import Tick

T = TypeVar("T", default=Any)
K = TypeVar("K", default=Any)
C = TypeVar("C", bound="Tick[Any]")
"""a tick, in which all is bounded"""


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

    @overload
    def singleton(self, value: N) -> Singleton[N, Self, Bounded]: ...
    @overload
    def singleton(self, value: tuple[*Ts] | Callable[[], tuple[*Ts]]) -> Singleton[tuple[*Ts], Self, Bounded]: ...
    @overload
    def singleton(self, value: T | Callable[[], T]) -> Singleton[T, Self, Bounded]: ...
    def singleton(self, value: Any) -> Any:
        """Make a live value that is there from the start: a value, or what a function gives on the process.

        >>> FlowBuilder().process().singleton(7).preview().rows
        [7]

        Bounded.
        """
        return self._made(SingletonSource(self.place, started(value, here())))

    @overload
    def forward_ref(
        self: C,
        shape: type[Stream[Any, Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
        bound: type[Bounded] = ...,
    ) -> tuple[ForwardHandle[Stream[T, C, Bounded, O2, R2]], Stream[T, C, Bounded, O2, R2]]: ...
    @overload
    def forward_ref(
        self: C,
        shape: type[KeyedStream[Any, Any, Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        key: type[K] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
        bound: type[Bounded] = ...,
    ) -> tuple[ForwardHandle[KeyedStream[K, T, C, Bounded, O2, R2]], KeyedStream[K, T, C, Bounded, O2, R2]]: ...
    @overload
    def forward_ref(
        self: C,
        shape: type[Singleton[Any, Any, Any]],
        *,
        of: type[T] = ...,
        bound: type[Bounded] = ...,
    ) -> tuple[ForwardHandle[Singleton[T, C, Bounded]], Singleton[T, C, Bounded]]: ...
    @overload
    def forward_ref(
        self: C,
        shape: type[Optional[Any, Any, Any]],
        *,
        of: type[T] = ...,
        bound: type[Bounded] = ...,
    ) -> tuple[ForwardHandle[Optional[T, C, Bounded]], Optional[T, C, Bounded]]: ...
    @overload
    def forward_ref(
        self: C,
        shape: type[KeyedSingleton[Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        key: type[K] = ...,
        bound: type[Bounded] = ...,
    ) -> tuple[ForwardHandle[KeyedSingleton[K, T, C, Bounded]], KeyedSingleton[K, T, C, Bounded]]: ...
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
    @overload
    def forward_ref(
        self,
        shape: type[Singleton[Any, Any, Any]],
        *,
        of: type[T] = ...,
        bound: type[B2] = ...,
    ) -> tuple[ForwardHandle[Singleton[T, Self, B2]], Singleton[T, Self, B2]]: ...
    @overload
    def forward_ref(
        self,
        shape: type[Optional[Any, Any, Any]],
        *,
        of: type[T] = ...,
        bound: type[B2] = ...,
    ) -> tuple[ForwardHandle[Optional[T, Self, B2]], Optional[T, Self, B2]]: ...
    @overload
    def forward_ref(
        self,
        shape: type[KeyedSingleton[Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        key: type[K] = ...,
        bound: type[B2] = ...,
    ) -> tuple[ForwardHandle[KeyedSingleton[K, T, Self, B2]], KeyedSingleton[K, T, Self, B2]]: ...
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

        With the guarantees that are asked for, which what completes it must have. Newer programs use `channel`.
        """
        kind = declared(self.place, shape, "forward_ref", (bound, order, retries), of, key)
        collection = self._made(CycleSource(kind), 1)
        return ForwardHandle(self.flow, collection.ref.slot), collection

    @overload
    def channel(
        self: C,
        shape: type[Stream[Any, Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
        bound: type[Bounded] = ...,
    ) -> tuple[ChannelSender[Stream[T, C, Bounded, O2, R2]], Stream[T, C, Bounded, O2, R2]]: ...
    @overload
    def channel(
        self: C,
        shape: type[KeyedStream[Any, Any, Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        key: type[K] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
        bound: type[Bounded] = ...,
    ) -> tuple[ChannelSender[KeyedStream[K, T, C, Bounded, O2, R2]], KeyedStream[K, T, C, Bounded, O2, R2]]: ...
    @overload
    def channel(
        self: C,
        shape: type[Singleton[Any, Any, Any]],
        *,
        of: type[T] = ...,
        bound: type[Bounded] = ...,
    ) -> tuple[ChannelSender[Singleton[T, C, Bounded]], Singleton[T, C, Bounded]]: ...
    @overload
    def channel(
        self: C,
        shape: type[Optional[Any, Any, Any]],
        *,
        of: type[T] = ...,
        bound: type[Bounded] = ...,
    ) -> tuple[ChannelSender[Optional[T, C, Bounded]], Optional[T, C, Bounded]]: ...
    @overload
    def channel(
        self: C,
        shape: type[KeyedSingleton[Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        key: type[K] = ...,
        bound: type[Bounded] = ...,
    ) -> tuple[ChannelSender[KeyedSingleton[K, T, C, Bounded]], KeyedSingleton[K, T, C, Bounded]]: ...
    @overload
    def channel(
        self,
        shape: type[Stream[Any, Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
        bound: type[B2] = ...,
    ) -> tuple[ChannelSender[Stream[T, Self, B2, O2, R2]], Stream[T, Self, B2, O2, R2]]: ...
    @overload
    def channel(
        self,
        shape: type[KeyedStream[Any, Any, Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        key: type[K] = ...,
        order: type[O2] = ...,
        retries: type[R2] = ...,
        bound: type[B2] = ...,
    ) -> tuple[ChannelSender[KeyedStream[K, T, Self, B2, O2, R2]], KeyedStream[K, T, Self, B2, O2, R2]]: ...
    @overload
    def channel(
        self,
        shape: type[Singleton[Any, Any, Any]],
        *,
        of: type[T] = ...,
        bound: type[B2] = ...,
    ) -> tuple[ChannelSender[Singleton[T, Self, B2]], Singleton[T, Self, B2]]: ...
    @overload
    def channel(
        self,
        shape: type[Optional[Any, Any, Any]],
        *,
        of: type[T] = ...,
        bound: type[B2] = ...,
    ) -> tuple[ChannelSender[Optional[T, Self, B2]], Optional[T, Self, B2]]: ...
    @overload
    def channel(
        self,
        shape: type[KeyedSingleton[Any, Any, Any, Any]],
        *,
        of: type[T] = ...,
        key: type[K] = ...,
        bound: type[B2] = ...,
    ) -> tuple[ChannelSender[KeyedSingleton[K, T, Self, B2]], KeyedSingleton[K, T, Self, B2]]: ...
    def channel(
        self,
        shape: Any,
        *,
        of: Any = Any,
        key: Any = Any,
        order: type[NoOrder] = TotalOrder,
        retries: type[AtLeastOnce] = ExactlyOnce,
        bound: type[Bounded | Unbounded] = Unbounded,
    ) -> tuple[ChannelSender[Any], Any]:
        """Use a collection before anything is sent into it: gives the sender, and the collection.

        >>> leader = FlowBuilder().process()
        >>> sender, numbers = leader.channel(Stream, of=int, order=NoOrder)
        >>> sender.send(leader.source_iter([1]).weaken_boundedness())
        >>> sender.send(leader.source_iter([2]).weaken_boundedness())
        >>> sorted(numbers.preview().rows)
        [1, 2]

        A stream without order takes many collections and gives what is in any of them; all else takes one. What nobody
        sends into is empty; a singleton must be sent.
        """
        kind = declared(self.place, shape, "channel", (bound, order, retries), of, key)
        collection = self._made(Channel(kind), 1)
        return ChannelSender(self.flow, collection.ref.slot), collection

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Location) and other.flow is self.flow and other.place == self.place

    def __hash__(self) -> int:
        return hash(self.place)

    def __repr__(self) -> str:
        known = self.place.parent or (self.place.tag and self.place.tag.__name__ == self.name)
        return self.place.type_name if known else f"{self.place.type_name} ({self.name})"

    def _made(self, op: Op, pick: int = -1) -> Any:
        return handle(self.flow, self.flow.graph.add(op, (), here(pick)))


def started(value: Any, site: Site) -> Any:
    """Give a value, or the function that makes it on the process."""
    return quote.function(value, 0, "singleton", site) if callable(value) else value


def declared(place: Place, shape: Any, method: str, words: tuple[Any, Any, Any], element: Any, key: Any) -> Kind:
    """Give the kind of a collection that is declared before it is made; inside a tick all is bounded."""
    given = getattr(shape, "shape", None)
    if not isinstance(given, Shape):
        raise GraphError(f"`{method}` stands for a collection such as Stream, not for {shape!r}.\n  {here()}")
    bound, order, retries = words
    held = Bound.BOUNDED if place.kind == "tick" else bound_of(bound)
    return Kind(given, place, held, order_of(order), retries_of(retries), element=element, key=key)
