"""Operators on order and repeats, and the guards that claim or give up a guarantee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hydro_nb.errors import LocationError
from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Bound, Consistency, Kind, Op, Order, Retries, Shape
from hydro_nb.ir.ops.pairs import are_pairs, key_and_value
from hydro_nb.ir.ops.passing import PassOn


@dataclass(frozen=True)
class Enumerate(Op):
    """Each element with its position, from 0; within its key on keyed streams."""

    name: ClassVar[str] = "enumerate"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand an order and no repeats."""
        (kind,) = inputs
        check.total_order(kind)
        check.exactly_once(kind, "drop repeats first: .unique(), or ")
        return (kind.but(element=tuple[int, kind.element]),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Pair with the position and step it."""
        if emit.node.input_kinds[0].shape.is_keyed:
            self._keyed(emit, item)
            return
        held, position = emit.assign(item, "item"), emit.state("", "0")
        index = emit.local("index")
        emit.write(f"{index} = {position}")
        emit.write(f"{position} += 1")
        emit.push(Item.of(index, held))

    def _keyed(self, emit: Emit, item: Item) -> None:
        key, value = emit.pair(item)
        table, index = emit.state("", "{}"), emit.local("index")
        emit.write(f"{index} = {table}.get({key}, 0)")
        emit.write(f"{table}[{key}] = {index} + 1")
        emit.push(Item.of(key, f"({index}, {value})"))


@dataclass(frozen=True)
class Unique(Op):
    """Each element the first time it comes; within its key on keyed streams."""

    name: ClassVar[str] = "unique"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give exactly-once."""
        return (inputs[0].but(retries=Retries.EXACTLY_ONCE),)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Go on to the next where it was seen."""
        seen = emit.state("seen", "set()")
        held = item if item.parts else Item(emit.assign(item, "item"))
        with emit.block(f"if {held.text} in {seen}:", held.text):
            emit.write("continue")
        emit.write(f"{seen}.add({held.text})")
        emit.push(held)


@dataclass(frozen=True)
class Guard(PassOn):
    """A claim with a written reason, or a guarantee given up; elements pass unchanged."""

    reason: str = ""

    @property
    def detail(self) -> str:
        """Show the reason."""
        return self.reason

    def elements(self, emit: Emit, batch: str) -> bool:
        """Pass a whole list on, where the simulator has nothing to decide."""
        if not emit.seams:
            emit.push_all(batch, is_list=True)
        return not emit.seams


@dataclass(frozen=True)
class AssumeOrdering(Guard):
    """Takes the order in which elements come for the order that is meant."""

    name: ClassVar[str] = "assume_ordering"
    category: ClassVar = "NonDeterministic"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Claim a total order."""
        return (inputs[0].but(order=Order.TOTAL),)


@dataclass(frozen=True)
class AssumeRetries(Guard):
    """Takes each element for a new one."""

    name: ClassVar[str] = "assume_retries"
    category: ClassVar = "NonDeterministic"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Claim exactly-once."""
        return (inputs[0].but(retries=Retries.EXACTLY_ONCE),)


@dataclass(frozen=True)
class Weaken(Guard):
    """Gives a guarantee up: order, exactly-once, boundedness, or that the members of a cluster agree."""

    guarantee: str = ""
    name: ClassVar[str] = "weaken"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return f"weaken_{self.guarantee}"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Lower one guarantee."""
        (kind,) = inputs
        if self.guarantee == "consistency":
            _require_members(kind)
        lower = {
            "ordering": {"order": Order.NONE},
            "retries": {"retries": Retries.AT_LEAST_ONCE},
            "boundedness": {"bound": Bound.UNBOUNDED},
            "consistency": {},
        }
        return (kind.but(**lower[self.guarantee]),)

    @property
    def claims(self) -> Consistency | None:
        """Say that members may differ, where that is what is given up."""
        return Consistency.NONE if self.guarantee == "consistency" else None


@dataclass(frozen=True)
class AssertConsistency(Guard):
    """Claims that all members of a cluster come to hold the same, as far as the program says."""

    claims: Consistency = Consistency.EVENTUAL
    name: ClassVar[str] = "assert_has_consistency_of"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a cluster."""
        _require_members(inputs[0])
        return tuple(inputs)


def _require_members(kind: Kind) -> None:
    if kind.place.root.kind != "cluster":
        raise check.Fault(
            LocationError, "a collection on a cluster, whose members may agree or not",
            f"on {kind.place.title}, which has no members", "Leave it out: on a process there is one of each.",
        )  # fmt: skip


@dataclass(frozen=True)
class Make(Guard):
    """Says what is so already, in code that is written for collections of any guarantee."""

    guarantee: str = ""
    name: ClassVar[str] = "make"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return f"make_{self.guarantee}"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand the guarantee."""
        (kind,) = inputs
        if self.guarantee == "totally_ordered":
            check.total_order(kind)
        elif self.guarantee == "exactly_once":
            check.exactly_once(kind, "drop repeats first: .unique(), or ")
        else:
            way = "batch" if kind.shape.is_stream else "snapshot"
            check.bounded(kind, f'Look at it in a tick: .{way}(tick, nondet("..."))')
        return (kind,)


@dataclass(frozen=True)
class Named(Guard):
    """Gives a place in the program a name of its own."""

    title: str = ""
    name: ClassVar[str] = "ir_node_named"

    @property
    def label(self) -> str:
        """Show the name."""
        return self.title

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Keep everything."""
        return tuple(inputs)


@dataclass(frozen=True)
class Typed(Guard):
    """Says what the elements are; the wire codec follows it."""

    element_type: object = None
    name: ClassVar[str] = "typed"

    @property
    def detail(self) -> str:
        """Show the type."""
        return getattr(self.element_type, "__name__", str(self.element_type))

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Set the element type."""
        return (inputs[0].but(element=self.element_type),)


@dataclass(frozen=True)
class IntoKeyed(Guard):
    """Pairs seen as key and value, or keyed elements seen as pairs, or their keys or values alone."""

    to: str = "keyed"
    name: ClassVar[str] = "into_keyed"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return {"keyed": "into_keyed"}.get(self.to, self.to)

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Change the shape; across keys there is no order."""
        (kind,) = inputs
        if self.to == "keyed":
            key, value = key_and_value(kind)
            return (kind.but(shape=Shape.KEYED_STREAM, key=key, element=value),)
        element = {"values": kind.element, "keys": kind.key}.get(self.to, tuple[kind.key, kind.element])
        bound = Bound.BOUNDED if kind.bound is Bound.BOUNDED else Bound.UNBOUNDED
        return (kind.but(shape=Shape.STREAM, order=Order.NONE, key=Any, element=element, bound=bound),)

    def takes_lists(self, inputs: Sequence[Kind]) -> bool:
        """Take one where all of it are known to be pairs; of others pairs must be made."""
        (kind,) = inputs
        return self.to in ("keyed", "entries") and (kind.shape.is_keyed or are_pairs(kind.element))

    def elements(self, emit: Emit, batch: str) -> bool:
        """Pass a list of pairs on."""
        return self.takes_lists(emit.node.input_kinds) and super().elements(emit, batch)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Take the pair apart, or leave half of it out."""
        key, value = emit.pair(item)
        emit.push({"values": Item(value), "keys": Item(key)}.get(self.to, Item.of(key, value)))
