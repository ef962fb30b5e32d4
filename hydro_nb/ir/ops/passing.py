"""What operators have in common that hand on what they are given."""

from __future__ import annotations

from dataclasses import dataclass

from hydro_nb.ir.emit import Emit, Item
from hydro_nb.ir.node import Op


@dataclass(frozen=True)
class PassOn(Op):
    """Elements and values pass unchanged."""

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Pass on."""
        emit.push(item)

    def elements(self, emit: Emit, batch: str) -> bool:
        """Pass a whole list on."""
        emit.push_all(batch, is_list=True)
        return True

    def after(self, emit: Emit) -> None:
        """Pass a live value on."""
        if not emit.node.outputs[0].shape.is_stream:
            emit.define(emit.value(0))
