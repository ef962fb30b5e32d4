"""Collections that are used before they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hydro_nb.errors import BoundError, GraphError, LocationError
from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.node import Bound, Kind, Op, Order, Retries, Shape

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph


@dataclass(frozen=True)
class CycleSource(Op):
    """A collection that is used before it is made; another node completes it."""

    kind: Kind
    name: ClassVar[str] = "forward_ref"
    must_complete: ClassVar[bool] = True
    """whether a flow with it still open cannot run"""
    noun: ClassVar[str] = "forward reference"
    remedy: ClassVar[str] = "Complete it with the collection that it stands for: handle.complete(collection)"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give what was declared, or check what completes it against it."""
        for port, given in enumerate(inputs):
            self._require_fit(given, port)
        return (self.kind,)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """What may complete it: for a value that may be absent, one that is always there too."""
        shape = self.kind.shape
        return (shape, Shape.SINGLETON) if shape is Shape.OPTIONAL else (shape,)

    def declare(self, shape: Shape) -> str:
        """Say how it would be declared for what is to complete it."""
        return f"Declare it as what it stands for: {self.name}({shape}, ...)"

    def _require_fit(self, given: Kind, port: int) -> None:
        wanted = self.kind
        if given.shape not in self.shapes:
            remedy = "Say what it is where there is none: .unwrap_or(singleton)"
            if given.shape is not Shape.OPTIONAL:
                remedy = self.declare(given.shape)
            raise check.Fault(
                GraphError, f"the {self.shapes[0]} that was declared", f"of shape {given.shape}",
                remedy, port=port,
            )  # fmt: skip
        if given.place != wanted.place:
            raise check.Fault(
                LocationError, f"a collection on {wanted.place.title}", f"on {given.place.beside(wanted.place)}",
                check.meeting(wanted.place, given.place), port=port,
            )  # fmt: skip
        if not given.bound.keeps(wanted.bound):
            weaken, declare = "Weaken it first: .weaken_boundedness()", f"Declare it as what it is: bound={given.bound}"
            raise check.Fault(
                BoundError, f"the {wanted.bound} collection that was declared", given.bound,
                weaken if wanted.bound is Bound.UNBOUNDED else declare, port=port,
            )  # fmt: skip
        if wanted.order is Order.TOTAL:
            check.total_order(given, "declare it with order=NoOrder, or ", port)
        if wanted.retries is Retries.EXACTLY_ONCE:
            check.exactly_once(given, "declare it with retries=AtLeastOnce, or ", port)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Pass on."""
        emit.push(item)

    def after(self, emit: Emit) -> None:
        """Pass a live value on."""
        if not self.kind.shape.is_stream:
            emit.define(emit.value(0))


@dataclass(frozen=True)
class Channel(CycleSource):
    """A collection that is used before anything is sent into it; all that is sent comes out."""

    name: ClassVar[str] = "channel"
    noun: ClassVar[str] = "channel of a singleton"
    remedy: ClassVar[str] = "Send what it stands for into it: sender.send(collection)"

    @property
    def must_complete(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether there must be a value: an unsent stream is empty, and so is an optional."""
        return self.kind.shape is Shape.SINGLETON

    def after(self, emit: Emit) -> None:
        """Pass a live value on, if one was sent."""
        if not self.kind.shape.is_stream:
            empty = "{}" if self.kind.shape is Shape.KEYED_SINGLETON else ABSENT
            emit.define(emit.value(0) if emit.node.inputs else empty)


def require_complete(graph: Graph) -> None:
    """Raise where a collection is used that nothing was ever made of, naming its line."""
    for node in graph.nodes.values():
        op = node.op
        if isinstance(op, CycleSource) and not node.inputs and op.must_complete:
            raise GraphError(f"a {op.noun} is not completed.\n  made at   {node.site}\n  {op.remedy}")
