"""Operators that end a stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Kind, Op
from hydro_nb.ir.ops.fold import Proof
from hydro_nb.ir.ops.futures import refuse_awaitables
from hydro_nb.ir.trial import Trial, tell_begin, tell_effect


@dataclass(frozen=True)
class ForEach(Op):
    """Calls the function with each element."""

    function: Func
    commutative: Proof | None = None
    idempotent: Proof | None = None
    trial: Trial | None = field(default=None, kw_only=True, repr=False, compare=False)
    """what tries in a simulation whether the proofs are right"""

    name: ClassVar[str] = "for_each"
    category: ClassVar = "Sink"

    @property
    def detail(self) -> str:
        """Show the function."""
        return self.function.detail

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand the proofs that the input makes necessary, and elements that are there."""
        refuse_awaitables(inputs[0])
        check.proofs(inputs[0], commutative=bool(self.commutative), idempotent=bool(self.idempotent))
        return ()

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Call, count, and remember the newest element for whoever looks."""
        held = emit.assign(item, "item")
        tell_effect(emit, self.trial, self.function, held)
        emit.run(self.function, held)
        emit.seen(held)

    def before(self, emit: Emit) -> None:
        """Tell who tries the proofs that a tick begins."""
        tell_begin(emit, self.trial)


@dataclass(frozen=True)
class DestSink(Op):
    """Sends each element into a generator that the function makes on the process."""

    function: Func

    name: ClassVar[str] = "dest_sink"
    category: ClassVar = "Sink"

    @property
    def detail(self) -> str:
        """Show the function."""
        return self.function.text

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand an order and no repeats, outside of ticks."""
        (kind,) = inputs
        check.top_level(kind)
        check.total_order(kind)
        check.exactly_once(kind, "drop repeats first: .unique(), or ")
        refuse_awaitables(kind)
        return ()

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Send, count, and remember the newest element for whoever looks."""
        held = emit.assign(item, "item")
        emit.write(f"{emit.state('', f'opened({emit.make(self.function)})')}.send({held})")
        emit.seen(held)
