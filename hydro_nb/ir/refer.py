"""The rules for references that functions of an operator hold to other collections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from hydro_nb.errors import BoundError, GraphError, LocationError
from hydro_nb.ir import check
from hydro_nb.ir.consistency import functions
from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Bound, Kind, Op
from hydro_nb.references import Reference
from hydro_nb.values import CLUSTER_SELF_ID

_SHORT = 10_000


def held_references(op: Op) -> tuple[Reference[Any], ...]:
    """Give the references that the functions of an operator hold, each once."""
    return tuple(dict.fromkeys(_held(op)))


def _held(op: Op) -> Iterator[Reference[Any]]:
    for func in functions(op):
        yield from func.references


def require_usable(op: Op, inputs: Sequence[Kind], held: Mapping[Reference[Any], Kind]) -> None:
    """Demand that a reference is to the same place and moment, and proofs where its changes could be told apart."""
    if held:
        _require_called_later(op, inputs)
    for reference, kind in held.items():
        _require_here(inputs, kind)
        if reference.mutable and inputs and inputs[0].shape.is_stream:
            commutative, idempotent = (bool(getattr(op, law, None)) for law in ("commutative", "idempotent"))
            check.proofs(inputs[0], commutative=commutative, idempotent=idempotent)


def require_member(op: Op, inputs: Sequence[Kind], outputs: Sequence[Kind]) -> None:
    """Demand a cluster where a function names the member that runs it."""
    place = (*inputs, *outputs)[0].place.root
    called = any(func.names_self for func in functions(op))
    if place.kind != "cluster" and (called or any(value is CLUSTER_SELF_ID for value in _plain(op))):
        raise check.Fault(
            LocationError, f"a cluster where {'its function uses' if called else 'it is given'} CLUSTER_SELF_ID",
            f"on {place.title}, which has no members",
            "Use it on a collection of a cluster made by flow.cluster(Marker); a process sends to a member by its "
            "number: MemberId.from_raw_id(n).",
            subject="" if inputs else "it",
        )  # fmt: skip


def _plain(op: Op) -> Iterator[object]:
    """Give the value that an operator was given, and the elements of its data where it is short."""
    yield getattr(op, "value", None)
    data: Any = getattr(op, "data", ())
    if isinstance(data, list | tuple) and len(cast("list[object]", data)) <= _SHORT:
        yield from cast("list[object]", data)


def _require_called_later(op: Op, inputs: Sequence[Kind]) -> None:
    """Demand that no function is called before anything has a value: that of a source, or for a first value."""
    init = getattr(op, "init", None)
    first = isinstance(init, Func) and init.references and not inputs[0].shape.is_keyed
    if first or not inputs:
        raise check.Fault(
            GraphError, "a function without references, as it is called before anything has a value",
            "one that holds a reference", "Make it of the collection itself: collection.map(...)",
            subject="what makes its first value" if first else "its function",
        )  # fmt: skip


def _require_here(inputs: Sequence[Kind], kind: Kind) -> None:
    if inputs[0].place != kind.place:
        raise check.Fault(
            LocationError,
            f"an input where the reference of its function lives, on {kind.place.title}",
            f"on {inputs[0].place.beside(kind.place)}",
            "Bring both to one place, or into one tick.",
        )
    if inputs[0].bound is not Bound.BOUNDED:
        raise check.Fault(
            BoundError, "a bounded input where its function holds a reference", inputs[0].bound,
            'Enter a tick with both: .batch(tick, nondet("...")) and .snapshot(tick, nondet("...")).',
            lost=("the bound", lambda each: each.bound is not Bound.BOUNDED),
        )  # fmt: skip
