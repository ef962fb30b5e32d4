"""The edges between locations, and out to clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Bound, Kind, Op, Order, Place
from hydro_nb.ir.ops.futures import refuse_awaitables


@dataclass(frozen=True)
class Network(Op):
    """Sends a stream to another location.

    One node with one foot in each: the sender's program writes to its output list, the receiver's reads its input list.
    """

    to: Place
    codec: str = "auto"
    """bincode, msgpack, pickle, or auto: by the element type"""
    channel: str = ""
    order: Order = Order.TOTAL
    """the order that the transport keeps"""
    method: str = "send"

    name: ClassVar[str] = "send"
    takes_iterables: ClassVar[bool] = True
    category: ClassVar = "Network"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return self.method

    @property
    def detail(self) -> str:
        """Show the channel's name and codec."""
        return ", ".join(filter(None, (self.channel, self.codec)))

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an unbounded stream over there."""
        (kind,) = inputs
        check.top_level(kind)
        refuse_awaitables(kind)
        return (kind.but(place=self.to, bound=Bound.UNBOUNDED, order=kind.order.weaker(self.order)),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Sender: put it into the output list."""
        emit.write(f"{emit.output()}.append({item.text})")

    def elements(self, emit: Emit, batch: str) -> bool:
        """Sender: put a whole list out."""
        emit.write(f"{emit.output()}.extend({batch})")
        return True

    def after(self, emit: Emit) -> None:
        """Receiver: push what has arrived."""
        emit.push_all(emit.input(), is_list=True)


@dataclass(frozen=True)
class SendExternal(Op):
    """Sends a stream to whoever is connected to a port."""

    client: Place
    codec: str = "auto"
    method: str = "send_external"

    name: ClassVar[str] = "send_external"
    takes_iterables: ClassVar[bool] = True
    category: ClassVar = "Network"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return self.method

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a stream outside ticks."""
        check.top_level(inputs[0])
        refuse_awaitables(inputs[0])
        return ()

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Put it into the output list."""
        emit.write(f"{emit.output()}.append({item.text})")

    def elements(self, emit: Emit, batch: str) -> bool:
        """Put a whole list out."""
        emit.write(f"{emit.output()}.extend({batch})")
        return True
