"""Collections that are used before they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hydro_nb.errors import GraphError
from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.node import Kind, Op, Shape

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
            if not _fits(given, self.kind):
                raise check.Fault(
                    GraphError,
                    f"a {_describe(self.kind)} to complete it",
                    f"a {_describe(given)}",
                    "Declare the forward reference as what completes it, or convert that first.",
                    port=port,
                )
        return (self.kind,)

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


def _fits(given: Kind, wanted: Kind) -> bool:
    alike = given.shape is wanted.shape or (wanted.shape, given.shape) == (Shape.OPTIONAL, Shape.SINGLETON)
    same = alike and given.place == wanted.place and given.bound is wanted.bound
    return same and given.order.weaker(wanted.order) is wanted.order and (
        given.retries.weaker(wanted.retries) is wanted.retries
    )  # fmt: skip


def _describe(kind: Kind) -> str:
    return f"{kind.shape} on {kind.place.type_name}, {kind.bound}, {kind.order}, {kind.retries}"
