"""The edges between locations, and out to clients.

A sender's program writes to its output list, a receiver's reads its input list; what happens between the two is the
runtime's. Where a cluster sends, the receiver has the elements under the id of the member that sent them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args, get_origin

from hydro_nb.errors import GraphError, LocationError
from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Bound, Consistency, Kind, Op, Order, Place, Shape
from hydro_nb.ir.ops.futures import refuse_awaitables
from hydro_nb.ir.ops.pairs import are_pairs, halves
from hydro_nb.values import MemberId

Policy = Literal["fail_stop", "lossy", "lossy_delayed_forever"]
Route = Literal["one", "members", "all", "closed", "turns"]


class Leaving(Op):
    """What a process sends away: elements are put into the output list, which the runtime empties."""

    method: str

    takes_iterables: ClassVar[bool] = True
    category: ClassVar = "Network"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return self.method

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Put it into the output list."""
        emit.write(f"{emit.output()}.append({item.text})")

    def elements(self, emit: Emit, batch: str) -> bool:
        """Put a whole list out."""
        emit.write(f"{emit.output()}.extend({batch})")
        return True


@dataclass(frozen=True)
class Network(Leaving):
    """Sends a stream to another location, whole."""

    to: Place
    codec: str = "auto"
    """bincode, msgpack, pickle, or auto: by the element type"""
    channel: str = ""
    order: Order = Order.TOTAL
    """the order that the transport keeps"""
    method: str = "send"
    policy: Policy = "fail_stop"
    transport: Literal["TCP", "UDP"] = "TCP"
    reason: str = ""
    """why it does not matter which messages are lost, or which members are there"""

    name: ClassVar[str] = "send"
    route: ClassVar[Route] = "one"
    """which members of a cluster an element goes to"""

    @property
    def detail(self) -> str:
        """Show the channel's name and codec, and a transport that may lose."""
        how = "" if self.policy == "fail_stop" else f"{self.transport}.{self.policy}"
        return ", ".join(filter(None, (self.channel, how, self.codec)))

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give an unbounded stream over there, under the sender's id where a cluster sends."""
        check.top_level(inputs[0])
        refuse_awaitables(inputs[0])
        sent = self.carried(inputs[0])
        there = sent.but(place=self.to, bound=Bound.UNBOUNDED, order=sent.order.weaker(self.order))
        there = there.but(consistency=self.agreement)
        sender = inputs[0].place.root
        return (_under(there, sender) if sender.kind == "cluster" else there,)

    @property
    def agreement(self) -> Consistency:
        """Whether all members over there come to hold the same."""
        return Consistency.NONE

    def carried(self, kind: Kind) -> Kind:
        """Give the kind of what travels, without the ids of members."""
        return kind

    def after(self, emit: Emit) -> None:
        """Receiver: push what has arrived."""
        sender = emit.node.input_kinds[0]
        if sender.place.root.kind == "cluster" and self.carried(sender).shape.is_keyed:
            self._after_keyed(emit)
        else:
            emit.push_all(emit.input(), is_list=True)

    def _after_keyed(self, emit: Emit) -> None:
        """Receiver: make one key of the sender's id and the key."""
        sender, key, value = emit.local("sender"), emit.local("key"), emit.local("value")
        with emit.block(f"for {sender}, ({key}, {value}) in {emit.input()}:"):
            emit.push(Item.of(f"({sender}, {key})", value))


@dataclass(frozen=True)
class Demux(Network):
    """Sends each element to the member of a cluster that it names: pairs of `MemberId` and what that member gets."""

    name: ClassVar[str] = "demux"
    route: ClassVar[Route] = "members"

    def carried(self, kind: Kind) -> Kind:
        """Take the member's id off."""
        if kind.shape is Shape.STREAM:
            member, element = _split(kind.element, "pairs of a MemberId and what that member gets", "of")
            self._require_member(member, "of", kind.element)
            return kind.but(element=element)
        if _is_member(kind.key) or kind.key is Any:
            self._require_member(kind.key, "keyed by", kind.key)
            return kind.but(shape=Shape.STREAM, key=Any)
        member, key = _split(kind.key, "keys that are a MemberId, or begin with one", "keyed by")
        self._require_member(member, "keyed by", kind.key)
        return kind.but(key=key)

    def _require_member(self, member: Any, has: str, whole: Any) -> None:
        if member is not Any and not _is_member(member):
            needs = "a MemberId that says where each element goes"
            raise check.Fault(GraphError, needs, f"{has} {_typed(whole)}", _PAIRS)
        marker = next(iter(get_args(member)), None)
        mine = self.to.tag.__name__ if self.to.tag else None
        # by name: a cell that runs again makes the class anew
        if isinstance(marker, type) and marker not in _ANY and marker.__name__ != mine:
            needs = f"ids of members of {self.to.title}"
            raise check.Fault(LocationError, needs, f"{has} {_typed(whole)}", _OF_ANOTHER)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Sender: put it into the output list, with the member it goes to."""
        kind = emit.node.input_kinds[0]
        if self.carried(kind).shape.is_keyed:
            key, value = emit.pair(item)
            item = Item(f"({key}[0], ({key}[1], {value}))")
        super().element(emit, item, port)

    def elements(self, emit: Emit, batch: str) -> bool:
        """Sender: put a whole list out, unless each key has to be taken apart."""
        return not self.carried(emit.node.input_kinds[0]).shape.is_keyed and super().elements(emit, batch)


@dataclass(frozen=True)
class Broadcast(Network):
    """Sends each element to all members of a cluster that are there at that moment."""

    name: ClassVar[str] = "broadcast"
    route: ClassVar[Route] = "all"


@dataclass(frozen=True)
class BroadcastClosed(Network):
    """Sends each element to all members that a cluster begins with."""

    name: ClassVar[str] = "broadcast_closed"
    route: ClassVar[Route] = "closed"

    @property
    def agreement(self) -> Consistency:
        """All members get the same in the end, unless the transport loses it."""
        return Consistency.NONE if self.policy == "lossy" else Consistency.EVENTUAL


@dataclass(frozen=True)
class RoundRobin(Network):
    """Sends each element to the next member of a cluster in turn."""

    name: ClassVar[str] = "round_robin"
    route: ClassVar[Route] = "turns"

    def carried(self, kind: Kind) -> Kind:
        """Demand an order and no repeats: they decide who gets what."""
        check.total_order(kind)
        check.exactly_once(kind, "drop repeats first: .unique(), or ")
        return kind


def _under(kind: Kind, sender: Place) -> Kind:
    """Put what a cluster sends under the ids of its members."""
    member = member_type(sender)
    if kind.shape.is_keyed:
        return kind.but(key=tuple[member, kind.key])
    return kind.but(shape=Shape.KEYED_STREAM, key=member)


def member_type(cluster: Place) -> Any:
    """Give the type of the ids of a cluster's members: `MemberId[Worker]`."""
    return MemberId[cluster.tag] if cluster.tag else MemberId


def _is_member(kind: Any) -> bool:
    return kind is MemberId or get_origin(kind) is MemberId


def _split(pair: Any, needs: str, has: str) -> tuple[Any, Any]:
    """Give the halves of a pair's type, which may be unknown."""
    if pair is Any or are_pairs(pair):
        return halves(pair)
    raise check.Fault(GraphError, needs, f"{has} {_typed(pair)}", _PAIRS)


def _typed(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind).replace("hydro_nb.values.", "")


_ANY = (Any, object, type(None))
"""markers of ids that say nothing of their cluster"""
_OF_ANOTHER = "Say which member of this cluster gets it: .map(lambda x: (MemberId.from_raw_id(number), x))"
_PAIRS = "Say which member gets it: .map(lambda x: (MemberId.from_raw_id(number), x))"


@dataclass(frozen=True)
class SendExternal(Leaving):
    """Sends a stream to whoever is connected to a port."""

    client: Place
    codec: str = "auto"
    method: str = "send_external"

    name: ClassVar[str] = "send_external"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a stream outside ticks."""
        check.top_level(inputs[0])
        refuse_awaitables(inputs[0])
        return ()
