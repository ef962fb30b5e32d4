"""What a process shares with the world outside: TCP ports that it serves, async functions beside its ticks."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, overload

from hydro_nb.errors import CaptureError, EncodeError, GraphError, Site
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Kind, Order, Place, Shape
from hydro_nb.ir.ops.cycle import Channel
from hydro_nb.ir.ops.outside import (
    BidiExternalMany,
    BindSingleClient,
    ClientMembership,
    Framed,
    SidecarBidi,
    ToClients,
    ToSidecar,
)
from hydro_nb.lang.codecs import (
    Auto,
    BytesCodec,
    LengthDelimitedCodec,
    LinesCodec,
    NetworkHint,
    SocketCodec,
    bincode_of,
    checked_token,
)
from hydro_nb.lang.collection import grow
from hydro_nb.lang.cycle import ChannelSender
from hydro_nb.lang.external import External, SocketPort
from hydro_nb.lang.given import checked_place
from hydro_nb.lang.outward import Outward
from hydro_nb.lang.site import here
from hydro_nb.lang.top_level import TopLevel
from hydro_nb.schema import bincode_supports
from hydro_nb.values import MembershipEvent

if TYPE_CHECKING:
    from hydro_nb.lang.guarantees import ExactlyOnce, TotalOrder, Unbounded
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.stream import Stream

T = TypeVar("T")
In = TypeVar("In")
Out = TypeVar("Out")
Item_contra = TypeVar("Item_contra", contravariant=True)

_LINES = LinesCodec()


class Outbox(Protocol[Item_contra]):
    """Where a sidecar puts elements into its flow."""

    async def send(self, item: Item_contra, /) -> None:
        """Put an element into the flow; waits while the flow has too many to take.

        >>> async def greet(inbox, outbox):
        ...     await outbox.send("hello")
        >>> greeted, _ = FlowBuilder().process().sidecar_bidi(greet, of=str)
        >>> greeted.kind.bound
        <Bound.UNBOUNDED: 'Unbounded'>
        """
        ...


class Outside(TopLevel):
    """The methods of a process that open it to the world outside."""

    __slots__ = ()

    def bind_single_client(
        self,
        client: External[Any],
        codec: SocketCodec[T] = _LINES,
        hint: NetworkHint = Auto,
        *,
        token: str | None = None,
    ) -> tuple[
        SocketPort[T],
        Stream[T, Self, Unbounded, TotalOrder, ExactlyOnce],
        ChannelSender[Stream[T, Self, Any, TotalOrder, ExactlyOnce]],
    ]:
        """Serve a TCP port for one client at a time: gives the port, what the client sends, and the way back.

        >>> flow = FlowBuilder()
        >>> port, lines, replies = flow.process().bind_single_client(flow.external())
        >>> replies.send(lines.map(str.upper))
        >>> with flow.deploy(backend="inprocess") as deployment:
        ...     connected = deployment.connect(port)
        ...     connected.send("hello")
        ...     connected.receive(10)
        'HELLO'

        Totally ordered, exactly once, unbounded. What is sent before the first client has come waits for it; what comes
        for one that has left is dropped and counted. A second client is turned away while the first is there.

        With a `token`, 8 to 256 printable characters without spaces, only who sends it as a first line, before anything
        else, is a client: others are refused, and that is told. `deployment.connect` sends it by itself. It is no part
        of the graph's texts or the generated code.
        """
        return self._bound(BindSingleClient, client, "bind_single_client", (codec, codec), hint, token)

    @overload
    def bind_single_client_bincode(
        self,
        client: External[Any],
        received: type[In],
        sent: type[Out],
        hint: NetworkHint = ...,
        *,
        token: str | None = ...,
    ) -> tuple[
        SocketPort[In],
        Stream[In, Self, Unbounded, TotalOrder, ExactlyOnce],
        ChannelSender[Stream[Out, Self, Any, TotalOrder, ExactlyOnce]],
    ]: ...
    @overload
    def bind_single_client_bincode(
        self,
        client: External[Any],
        received: object,
        sent: object,
        hint: NetworkHint = ...,
        *,
        token: str | None = ...,
    ) -> tuple[
        SocketPort[Any],
        Stream[Any, Self, Unbounded, TotalOrder, ExactlyOnce],
        ChannelSender[Stream[Any, Self, Any, TotalOrder, ExactlyOnce]],
    ]: ...
    def bind_single_client_bincode(
        self,
        client: External[Any],
        received: object,
        sent: object,
        hint: NetworkHint = Auto,
        *,
        token: str | None = None,
    ) -> Any:
        """Serve a TCP port for one client that speaks bincode, given the types of what it sends and receives.

        >>> flow = FlowBuilder()
        >>> port, numbers, replies = flow.process().bind_single_client_bincode(flow.external(), int, str)
        >>> replies.send(numbers.map(str))
        >>> numbers
        Stream[int, Process[None], Unbounded, TotalOrder, ExactlyOnce]
          bind_single_client_bincode   127.0.0.1:any, bincode

        Each element travels behind its length in four bytes, the highest first. Otherwise as `bind_single_client`.
        """
        method = "bind_single_client_bincode"
        return self._bound(BindSingleClient, client, method, (received, sent), hint, token)

    def bidi_external_many_bytes(
        self,
        client: External[Any],
        codec: SocketCodec[T] = _LINES,
        hint: NetworkHint = Auto,
        *,
        token: str | None = None,
    ) -> tuple[
        SocketPort[T],
        KeyedStream[int, T, Self, Unbounded, TotalOrder, ExactlyOnce],
        KeyedStream[int, MembershipEvent, Self, Unbounded, TotalOrder, ExactlyOnce],
        ChannelSender[KeyedStream[int, T, Self, Any, Any, ExactlyOnce]],
    ]:
        """Serve a TCP port for any number of clients: gives the port, what they send, who comes and goes, the way back.

        >>> flow = FlowBuilder()
        >>> port, lines, members, replies = flow.process().bidi_external_many_bytes(flow.external())
        >>> replies.send(lines.map(str.upper))
        >>> with flow.deploy(backend="inprocess") as deployment:
        ...     ann, bob = deployment.connect(port), deployment.connect(port)
        ...     ann.send("I am Ann")
        ...     bob.send("I am Bob")
        ...     ann.receive(10), bob.receive(10)
        ('I AM ANN', 'I AM BOB')

        In order for each client, exactly once, unbounded. The keys are the numbers of the clients, which count up from
        0 and are never used again. What comes for a client that has left is dropped and counted. A `token` is as for
        `bind_single_client`.
        """
        return self._bound(BidiExternalMany, client, "bidi_external_many_bytes", (codec, codec), hint, token)

    @overload
    def bidi_external_many_bincode(
        self,
        client: External[Any],
        received: type[In],
        sent: type[Out],
        hint: NetworkHint = ...,
        *,
        token: str | None = ...,
    ) -> tuple[
        SocketPort[In],
        KeyedStream[int, In, Self, Unbounded, TotalOrder, ExactlyOnce],
        KeyedStream[int, MembershipEvent, Self, Unbounded, TotalOrder, ExactlyOnce],
        ChannelSender[KeyedStream[int, Out, Self, Any, Any, ExactlyOnce]],
    ]: ...
    @overload
    def bidi_external_many_bincode(
        self,
        client: External[Any],
        received: object,
        sent: object,
        hint: NetworkHint = ...,
        *,
        token: str | None = ...,
    ) -> tuple[
        SocketPort[Any],
        KeyedStream[int, Any, Self, Unbounded, TotalOrder, ExactlyOnce],
        KeyedStream[int, MembershipEvent, Self, Unbounded, TotalOrder, ExactlyOnce],
        ChannelSender[KeyedStream[int, Any, Self, Any, Any, ExactlyOnce]],
    ]: ...
    def bidi_external_many_bincode(
        self,
        client: External[Any],
        received: object,
        sent: object,
        hint: NetworkHint = Auto,
        *,
        token: str | None = None,
    ) -> Any:
        """Serve a TCP port for any number of clients that speak bincode, given the types of what they send and receive.

        >>> flow = FlowBuilder()
        >>> port, numbers, members, replies = flow.process().bidi_external_many_bincode(flow.external(), int, int)
        >>> replies.send(numbers.map(lambda n: n + 1))
        >>> numbers
        KeyedStream[int, int, Process[None], Unbounded, TotalOrder, ExactlyOnce]
          bidi_external_many_bincode   127.0.0.1:any, bincode

        Each element travels behind its length in four bytes, the highest first. Else as `bidi_external_many_bytes`.
        """
        method = "bidi_external_many_bincode"
        return self._bound(BidiExternalMany, client, method, (received, sent), hint, token)

    def source_external_bytes(
        self, client: External[Any], hint: NetworkHint = Auto, *, token: str | None = None
    ) -> tuple[SocketPort[bytes], Stream[bytes, Self, Unbounded, TotalOrder, ExactlyOnce]]:
        """Serve a TCP port for one client that sends bytes, each element behind its length: gives the port, the stream.

        >>> flow = FlowBuilder()
        >>> port, frames = flow.process().source_external_bytes(flow.external())
        >>> frames
        Stream[bytes, Process[None], Unbounded, TotalOrder, ExactlyOnce]
          source_external_bytes   127.0.0.1:any, length-delimited

        Totally ordered, exactly once, unbounded. The length is four bytes, the highest first.
        """
        codec = LengthDelimitedCodec()
        op = self._op(BindSingleClient, client, "source_external_bytes", (codec, codec), hint, token)
        stream = self._made(op, 1)
        return SocketPort(stream.ref.slot, op.port), stream

    @overload
    def sidecar_bidi(
        self,
        function: Callable[[AsyncIterator[Out], Outbox[In]], Awaitable[None]],
        *,
        of: type[In],
        accepts: type[Out],
    ) -> tuple[
        Stream[In, Self, Unbounded, TotalOrder, ExactlyOnce],
        ChannelSender[Stream[Out, Self, Any, TotalOrder, ExactlyOnce]],
    ]: ...
    @overload
    def sidecar_bidi(
        self,
        function: Callable[[AsyncIterator[Any], Outbox[Any]], Awaitable[None]],
        *,
        of: object = ...,
        accepts: object = ...,
    ) -> tuple[
        Stream[Any, Self, Unbounded, TotalOrder, ExactlyOnce],
        ChannelSender[Stream[Any, Self, Any, TotalOrder, ExactlyOnce]],
    ]: ...
    def sidecar_bidi(self, function: Any, *, of: object = Any, accepts: object = Any) -> Any:
        """Run an async function beside the ticks of the process: gives what it sends, and the way to it.

        >>> async def doubled(inbox, outbox):
        ...     async for n in inbox:
        ...         await outbox.send(n * 2)
        >>> leader = FlowBuilder().process()
        >>> numbers, questions = leader.sidecar_bidi(doubled, of=int, accepts=int)
        >>> questions.send(leader.source_iter([1, 2]))
        >>> numbers.preview(2).rows
        [2, 4]

        Totally ordered, exactly once, unbounded. The function is called once, when the process starts, with what the
        flow sends and a place to send to; it is cancelled when the process stops. What it raises, its process fails
        with. A deployment settles while the function waits for its inbox, or has ended.
        """
        func = _async_function(function, here())
        stream = self._made(SidecarBidi(self.place, of, func), 0)
        sender = self._way(Shape.STREAM, accepts, ToSidecar(stream.ref.slot, "sidecar_bidi"), 1)
        return stream, sender

    # ------------------------------------------------------------ plumbing

    def _op(
        self, kind: type[BindSingleClient], client: Any, method: str, codecs: tuple[Any, Any], hint: Any, token: Any
    ) -> BindSingleClient:
        secret = checked_token(token, method)
        site = here(0)
        needs = f"`{method}` needs a client made by flow.external(Marker)"
        place = checked_place(client, External, needs, self.flow, site)
        incoming, outgoing = (_framed(codec, method, site) for codec in codecs)
        host, number = _address(hint, method, site)
        return kind(self.place, incoming.element, place, incoming, outgoing, host, number, method, site.name, secret)

    def _bound(
        self, kind: type[BindSingleClient], client: Any, method: str, codecs: tuple[Any, Any], hint: Any, token: Any
    ) -> Any:
        op = self._op(kind, client, method, codecs, hint, token)
        stream = self._made(op, 1)
        slot = stream.ref.slot
        port = SocketPort[Any](slot, op.port, op.many)
        members = [self._made(ClientMembership(self.place, MembershipEvent, slot), 2)] if op.many else []
        shape = Shape.KEYED_STREAM if op.many else Shape.STREAM
        sender = self._way(shape, op.outgoing.element, ToClients(slot, method), 3 if op.many else 2)
        return port, stream, *members, sender

    def _way(self, shape: Shape, element: Any, op: ToClients | ToSidecar, pick: int) -> ChannelSender[Any]:
        """Make the way out: a channel to be sent into, and what takes from it."""
        kind = _kind(self.place, shape, element)
        channel = self._made(Channel(kind), pick)
        grow(op, channel)
        return Outward(self.flow, channel.ref.slot, op.method)


def _kind(place: Place, shape: Shape, element: Any) -> Kind:
    keyed = shape is Shape.KEYED_STREAM
    order = Order.NONE if keyed else Order.TOTAL
    return Kind(shape, place, order=order, element=element, key=int if keyed else Any)


def _framed(codec: Any, method: str, site: Site) -> Framed:
    if not method.endswith("bincode"):
        return _of_codec(codec, method, site)
    reason = bincode_supports(codec)
    if codec is Any or reason:
        raise EncodeError(
            f"`{method}` needs types that have a bincode form, but was given {_text(codec)}: "
            f"{reason or 'it says nothing of the bytes'}\n  {site}"
        )
    return bincode_of(codec)


def _of_codec(codec: Any, method: str, site: Site) -> Framed:
    made = codec() if codec in (LinesCodec, LengthDelimitedCodec, BytesCodec) else codec
    if not isinstance(made, SocketCodec):
        raise GraphError(
            f"`{method}` needs a codec such as LinesCodec(), but was given {codec!r}.\n  {site}\n"
            "  There are LinesCodec(), LengthDelimitedCodec() and BytesCodec()."
        )
    return made.framed


def _address(hint: Any, method: str, site: Site) -> tuple[str, int]:
    if not isinstance(hint, NetworkHint):
        raise GraphError(f"`{method}` needs hint=Auto or hint=TcpPort(n), but was given {hint!r}.\n  {site}")
    return hint.host, hint.number


def _async_function(function: Any, site: Site) -> Func:
    if not inspect.iscoroutinefunction(function):
        raise CaptureError(
            f"`sidecar_bidi` needs an async function, but was given {_called(function)}.\n  {site}\n"
            "  Write it as: async def sidecar(inbox, outbox): ..."
        )
    func = Func.of(function, site)
    error = func.arity_error(2)
    if error:
        raise error
    return func


def _called(function: Any) -> str:
    return f"the function `{function.__name__}`" if inspect.isfunction(function) else repr(function)


def _text(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)
