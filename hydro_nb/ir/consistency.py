"""Whether all members of a cluster come to hold the same collection, as far as the program says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import reduce
from typing import Any

from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Consistency, Kind, Op
from hydro_nb.ir.ops.network import Network


def with_consistency(
    op: Op, inputs: Sequence[Kind], outputs: tuple[Kind, ...], referred: Iterable[Kind] = ()
) -> tuple[Kind, ...]:
    """Note of what lives on a cluster whether its members agree; what chance or a member's own id decides differs.

    `referred` are the kinds of what its functions refer to.
    """
    if isinstance(op, Network) or not any(kind.place.root.kind == "cluster" for kind in outputs):
        return outputs
    kept = _kept(op, (*inputs, *referred))
    return tuple(kind.but(consistency=kept) for kind in outputs)


def _kept(op: Op, inputs: Sequence[Kind]) -> Consistency:
    claimed: Consistency | None = getattr(op, "claims", None)
    if claimed is not None:
        return claimed
    if not inputs or getattr(op, "reason", "") or any(func.names_self for func in functions(op)):
        return Consistency.NONE
    return reduce(Consistency.weaker, (kind.consistency for kind in inputs))


def functions(op: Op) -> list[Func]:
    """Give the user's functions that an operator holds."""
    values: list[Any] = [getattr(op, field.name) for field in fields(op)]  # pyright: ignore[reportArgumentType] - every operator is a dataclass
    return [value for value in values if isinstance(value, Func)]
