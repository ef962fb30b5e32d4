"""Operators that end a stream, and the two ends of a cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.errors import GraphError
from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Kind, Op
from hydro_nb.ir.ops.fold import Proof


@dataclass(frozen=True)
class ForEach(Op):
    """Calls the function with each element."""

    function: Func
    commutative: Proof | None = None
    idempotent: Proof | None = None

    name: ClassVar[str] = "for_each"
    category: ClassVar = "Sink"

    @property
    def detail(self) -> str:
        """Show the function."""
        return self.function.text

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand the proofs that the input makes necessary."""
        check.proofs(inputs[0], commutative=bool(self.commutative), idempotent=bool(self.idempotent))
        return ()

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Call, count, and remember the newest element for whoever looks."""
        held = emit.assign(item, "item")
        emit.write(emit.call(self.function, held).text)
        emit.seen(held)


@dataclass(frozen=True)
class CycleSource(Op):
    """A collection that is used before it is made; another node completes it."""

    kind: Kind
    name: ClassVar[str] = "forward_ref"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give what was declared, or check what completes it against it."""
        if inputs and not _fits(inputs[0], self.kind):
            raise check.Fault(
                GraphError,
                f"a {_describe(self.kind)} to complete it",
                f"a {_describe(inputs[0])}",
                "Declare the forward reference as what completes it, or convert that first.",
            )
        return (self.kind,)

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Pass on."""
        emit.push(item)

    def after(self, emit: Emit) -> None:
        """Pass a live value on."""
        if not self.kind.shape.is_stream:
            emit.define(emit.value(0))


def _fits(given: Kind, wanted: Kind) -> bool:
    same = given.shape is wanted.shape and given.place == wanted.place and given.bound is wanted.bound
    return same and given.order.weaker(wanted.order) is wanted.order and (
        given.retries.weaker(wanted.retries) is wanted.retries
    )  # fmt: skip


def _describe(kind: Kind) -> str:
    return f"{kind.shape} on {kind.place.type_name}, {kind.bound}, {kind.order}, {kind.retries}"
