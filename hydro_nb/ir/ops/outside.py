"""Operators of the world outside: TCP ports that a process serves itself, and async functions beside its ticks.

What comes in and what goes out are nodes of their own, joined by the slot of the first and by the runtime, so that
answers may go back to where questions came from without a cycle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Kind, Op, Place, Shape
from hydro_nb.ir.ops.futures import refuse_awaitables
from hydro_nb.ir.ops.source import Fed, OfFunction
from hydro_nb.values import MembershipEvent


@dataclass(frozen=True)
class Framed:
    """How bytes are cut into elements of a type, each of at most so many bytes; `codec` says what is in a frame."""

    kind: Literal["lines", "length-delimited", "bytes"]
    limit: int
    element: Any
    codec: Literal["", "bincode"] = ""


@dataclass(frozen=True)
class BindSingleClient(Fed):
    """What the one client of a TCP port sends."""

    client: Place
    incoming: Framed
    outgoing: Framed
    host: str
    number: int
    method: str
    port: str = ""
    """what the user calls the port"""
    token: str = field(default="", repr=False)
    """what clients must send first, which is shown nowhere"""

    name: ClassVar[str] = "bind_single_client"
    many: ClassVar[bool] = False

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return self.method

    @property
    def detail(self) -> str:
        """Show where it listens, and the framing."""
        where = f"{self.host}:{self.number or 'any'}, {self.incoming.codec or self.incoming.kind}"
        return where + (", with a token" if self.token else "")


@dataclass(frozen=True)
class BidiExternalMany(BindSingleClient):
    """What the clients of a TCP port send, each element under the number of its client."""

    name: ClassVar[str] = "bidi_external_many_bytes"
    many: ClassVar[bool] = True

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a keyed stream, in order for each client."""
        return (super().kinds(inputs)[0].but(shape=Shape.KEYED_STREAM, key=int),)


@dataclass(frozen=True)
class ClientMembership(Fed):
    """The coming and going of the clients of a TCP port."""

    slot: str
    """of the node that brings in what they send"""

    name: ClassVar[str] = "client_membership"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a keyed stream: each number joins once and may leave once."""
        return (super().kinds(inputs)[0].but(shape=Shape.KEYED_STREAM, key=int, element=MembershipEvent),)


@dataclass(frozen=True)
class Outgoing(Op):
    """Elements that leave the flow at a process, for what is named by a slot."""

    slot: str
    method: str

    category: ClassVar = "Sink"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return f"to {self.method}"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand elements that are there, outside ticks."""
        check.top_level(inputs[0])
        refuse_awaitables(inputs[0])
        return ()

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Put it where the runtime takes it, count, and remember the newest for whoever looks."""
        held = emit.assign(item, "item")
        emit.write(f"{emit.output()}.append({held})")
        emit.seen(held)


@dataclass(frozen=True)
class ToClients(Outgoing):
    """Sends each element to the client of a port, or to that one of its clients whose number is the key."""

    name: ClassVar[str] = "to_clients"


@dataclass(frozen=True)
class SidecarBidi(OfFunction):
    """What an async function beside the ticks puts into the flow."""

    name: ClassVar[str] = "sidecar_bidi"


@dataclass(frozen=True)
class ToSidecar(Outgoing):
    """Sends each element to an async function beside the ticks."""

    name: ClassVar[str] = "to_sidecar"
