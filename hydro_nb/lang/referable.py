"""Handles on collections for the functions of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hydro_nb.ir.check import Fault, bounded, explain
from hydro_nb.ir.node import Ref, Shape
from hydro_nb.ir.ops.gathered import Gathered
from hydro_nb.lang.site import called, here
from hydro_nb.references import Box, MutableReference, Reference

if TYPE_CHECKING:
    from hydro_nb.lang.collection import Collection


def refer(collection: Collection, *, mutable: bool = False) -> Any:
    """Give a handle on a complete collection."""
    flow, kind, ref = collection.flow, collection.kind, collection.ref
    op = Gathered()
    try:
        bounded(kind, 'Enter a tick first: .snapshot(tick, nondet("...")) or .batch(tick, nondet("..."))')
    except Fault as fault:
        raise explain(flow.graph, fault, op, [ref], here(), method=called()) from None
    if kind.shape.is_stream:
        ref = _gathered(collection, op, keep=mutable)
    box = flow.boxes.setdefault(ref.slot, Box())
    box.optional = kind.shape is Shape.OPTIONAL
    return MutableReference[Any](ref.slot, box) if mutable else Reference[Any](ref.slot, box)


def _gathered(collection: Collection, op: Gathered, *, keep: bool) -> Any:
    """Give the list of a stream's elements, and let the stream be what is in it from here on if that is asked for."""
    from hydro_nb.lang.collection import grow, listed

    collection.listed = listed(collection) or Ref(grow(op, collection).slot)
    collection.changes = collection.changes or keep
    return collection.listed
