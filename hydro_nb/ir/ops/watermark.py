"""Aggregation per key that forgets the keys below a mark which only rises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hydro_nb.ir import check
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.node import Bound, Kind
from hydro_nb.ir.ops.fold import ReduceKeyed


@dataclass(frozen=True)
class ReduceWatermark(ReduceKeyed):
    """One value per key, as long as no watermark was above the key; what comes later under such a key is dropped."""

    name: ClassVar[str] = "reduce_watermark"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return self.name

    def kinds(self, inputs: Sequence[Kind]) -> tuple[Kind, ...]:
        """Give a keyed singleton whose keys come and go."""
        stream, watermark = inputs
        if stream.place.kind == "tick":
            check.top_level(stream)
        check.same_place(stream, watermark)
        return super().kinds((stream,))

    def result_bound(self, kind: Kind) -> Bound:
        """Say that keys may go."""
        return Bound.UNBOUNDED

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Skip keys below the mark, then gather."""
        key, value = emit.pair(item)
        mark = self._mark(emit)
        with emit.block(f"if {mark} is not {ABSENT} and {key} < {mark}:", key):
            emit.write("continue")
        super().element(emit, Item.of(key, value), port)

    def after(self, emit: Emit) -> None:
        """Raise the mark, and forget the keys below it."""
        mark, newest, table = self._mark(emit), emit.value(1), emit.state("", "{}")
        with emit.block(f"if {newest} is not {ABSENT} and ({mark} is {ABSENT} or {newest} > {mark}):"):
            emit.write(f"{mark} = {newest}")
            passed, key = emit.local("passed"), emit.local("key")
            with emit.block(f"for {key} in [{passed} for {passed} in {table} if {passed} < {mark}]:"):
                emit.write(f"del {table}[{key}]")
        emit.define(table)

    @staticmethod
    def _mark(emit: Emit) -> str:
        return emit.state("mark", ABSENT)
