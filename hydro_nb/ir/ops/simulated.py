"""The ports through which a simulated test talks to a flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Kind, Op, Order, Retries
from hydro_nb.ir.ops.source import Source


@dataclass(frozen=True)
class SimInput(Source):
    """What the test sends."""

    order: Order = Order.TOTAL
    retries: Retries = Retries.EXACTLY_ONCE
    name: ClassVar[str] = "sim_input"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a stream with the guarantees asked for."""
        return (super().kinds(inputs)[0].but(order=self.order, retries=self.retries),)

    def after(self, emit: Emit) -> None:
        """Push what was sent."""
        emit.push_all(emit.input(), is_list=True)


@dataclass(frozen=True)
class SimOutput(Op):
    """What the test receives."""

    name: ClassVar[str] = "sim_output"
    category: ClassVar = "Sink"

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Demand a stream outside ticks."""
        check.top_level(inputs[0])
        return ()

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Put it into the output list."""
        emit.write(f"{emit.output()}.append({item.text})")
