"""Values that functions change through handles: where a copy keeps a change from those who must not see it."""

from __future__ import annotations

from hydro_nb.compile.split import Part, Unit
from hydro_nb.ir.ops.gathered import Elements

_FIXED = (int, float, complex, str, bytes, bool, type(None))


def changed(unit: Unit, slot: str) -> bool:
    """Whether functions may change the object in a live value; numbers and texts are only ever replaced."""
    if slot not in unit.mutated:
        return False
    kind = unit.parts[slot].outputs[0]
    return kind.shape.is_keyed or kind.element not in _FIXED


def is_copied_in(unit: Unit, part: Part) -> bool:
    """Whether functions get an object of their own, as others may have the one that this part gives."""
    owns = carrier(unit, part.key) or (part.node.op.may_mutate and not list(part.values))
    return changed(unit, part.key) and not owns


def is_copied_out(unit: Unit, reader: Part, slot: str) -> bool:
    """Whether a part reads a copy, as the object may change after that: further down, or in the next tick."""
    if not changed(unit, slot) or reader.role == "seam_out" or isinstance(reader.node.op, Elements):
        return False
    carried = carrier(unit, slot)
    return reader is not carried if carried else _changes_below(unit, reader, slot)


def carrier(unit: Unit, slot: str) -> Part | None:
    """Give the part that takes a state as it is into the next tick."""
    hold = unit.parts.get(f"{slot}<")
    return hold if hold and hold.role == "hold" and hold.inputs[0].slot == slot else None


def is_read_once(unit: Unit, reader: Part, slot: str) -> bool:
    """Whether a part, tick after tick, reads what functions further down change for good: outside of ticks."""
    outside = unit.parts[slot].outputs[0].place.kind != "tick"
    return outside and reader.role != "seam_out" and _changes_below(unit, reader, slot)


def is_made_once(part: Part) -> bool:
    """Whether functions that hold references make a value outside of ticks: what they see, and change, is final."""
    live = bool(part.outputs) and not part.outputs[0].shape.is_stream and not list(part.streams)
    return live and bool(part.references) and part.outputs[0].place.kind != "tick"


def _changes_below(unit: Unit, reader: Part, slot: str) -> bool:
    """Whether something changes a value when a part, in program order, has read it; what is held is read last."""
    if slot not in unit.mutated or reader.role == "hold":
        return False
    below = (part for part in unit.parts.values() if part.turn >= reader.turn)
    return any(held.mutable and held.slot == slot for part in below for held in part.references)
