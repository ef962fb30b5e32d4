"""Where a value or a list crosses a border: from one unit to another, or from one tick to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hydro_nb.compile import once
from hydro_nb.compile.handles import is_made_once
from hydro_nb.compile.walks import reached_seams, values_behind
from hydro_nb.ir.node import Bound, Kind, Shape

if TYPE_CHECKING:
    from hydro_nb.compile.emit import NodeEmit
    from hydro_nb.compile.split import Part


# ------------------------------------------------------------ from one tick to the next


def delayed(emit: NodeEmit) -> str:
    """Give the state that carries what is held in this tick into the next."""
    return emit.unit.unit.parts[emit.node.slot].name


def hold(emit: NodeEmit) -> None:
    """Keep a live value for the next tick; elements are kept as they come."""
    if not emit.part.kinds[0].shape.is_stream:
        emit.write(f"{delayed(emit)} = {_unchanging(emit, emit.value(0))}")


def _unchanging(emit: NodeEmit, value: str) -> str:
    """Give a live value as it is now: a copy, where what it is made of outside of ticks goes on changing."""
    in_place = emit.changes_in_place()
    if emit.part.kinds[0].shape is not Shape.KEYED_SINGLETON:
        return f"copy({value})" if in_place else value
    if in_place:
        return f"{{key: copy(value) for key, value in {value}.items()}}"
    tables = (kind for _, kind in values_behind(emit.unit.unit, emit.part) if kind.shape is Shape.KEYED_SINGLETON)
    return value if emit.seams or all(kind.bound is Bound.BOUNDED for kind in tables) else f"dict({value})"


def release(emit: NodeEmit) -> None:
    """Give what the tick before has held."""
    name, kind = delayed(emit), emit.node.outputs[0]
    emit.unit.state.setdefault(name, emit.node.op.before_first(emit))
    before = emit.scratch("before", name)
    if kind.shape.is_stream:
        emit.unit.fresh.setdefault(name, "[]")
        emit.push_all(before, is_list=True)
    else:
        emit.define(before)


# ------------------------------------------------------------ from one unit to another


def seam_in(emit: NodeEmit) -> None:
    """Read what the other unit left, or what the simulator lets through."""
    if emit.part.outputs[0].shape.is_stream:
        emit.push_all(emit.input(), is_list=True)
        return
    held, newer = emit.state("", _nothing_yet(emit.part.outputs[0])), emit.local("version")
    with emit.block(f"for {newer} in {emit.input()}:"):
        emit.write(f"{held} = {newer}")
        if comes_later(emit, emit.part):
            emit.write(f"{emit.state('came', 'False')} = True")
        spread(emit)
    emit.define(held)


def comes_later(emit: NodeEmit, part: Part) -> bool:
    """Whether a part is a complete value from a unit that may run after this one first did."""
    if part.role != "seam_in" or emit.unit.unit.place.kind == "tick":
        return False
    kind = part.outputs[0]
    return not kind.shape.is_stream and kind.bound is Bound.BOUNDED and kind.place.kind != "tick"


def seam_out(emit: NodeEmit) -> None:
    """Leave the only version of a live value that is complete, or the first of one that is made of such."""
    kind, condition = emit.part.kinds[0], complete(emit)
    if of_section(kind):
        version(emit)  # what a section makes is seen outside when all of it is done
    elif not kind.shape.is_stream and (is_final(emit.part) or condition != "True"):
        first_version(emit, condition)


def spread(emit: NodeEmit) -> None:
    """Put a new version into every seam that this value reaches."""
    for out in reached_seams(emit.unit.unit, emit.part):
        if not is_final(out):
            next_version(emit.unit.emit(out))


def complete(emit: NodeEmit) -> str:
    """Give the condition that every bounded value which this one is made of has all its elements."""
    behind = list(values_behind(emit.unit.unit, emit.part))
    conditions = {emit.unit.emit(source).ended(): None for source, kind in behind if kind.bound is Bound.BOUNDED}
    conditions |= dict.fromkeys(flag for source, _ in behind for flag in once.flags(emit.unit.emit(source)))
    conditions.pop("True", None)
    return " and ".join(conditions) or "True"


def begins_here(emit: NodeEmit) -> bool:
    """Whether a value has its first version when this unit first runs, and not when one has come from elsewhere."""
    behind = values_behind(emit.unit.unit, emit.part)
    from_section = any(source.role == "seam_in" and of_section(kind) for source, kind in behind)
    return not from_section and complete(emit) == "True"


def first_version(emit: NodeEmit, condition: str) -> None:
    """Leave a value once, as soon as a condition holds."""
    done = emit.state("done", "False")
    with emit.block(f"if not {done}:" if condition == "True" else f"if not {done} and {condition}:"):
        emit.write(f"{done} = True")
        version(emit)


def next_version(emit: NodeEmit) -> None:
    """Leave the value as it is now, unless what it is made of is not complete."""
    if complete(emit) == "True":
        version(emit)
    else:
        with emit.block(f"if {emit.state('done', 'False')}:"):
            version(emit)


def version(emit: NodeEmit, *, opening: bool = False) -> None:
    """Leave the value as it is now, or, with `opening`, as it is before its unit ever ran."""
    value = _now(emit, emit.unit.unit.parts[emit.part.inputs[0].slot], opening=opening)
    emit.write(f"{emit.output()}.append(copy({value}))")


def _now(out: NodeEmit, part: Part, *, opening: bool) -> str:
    """Compute a live value again, from the state that it is made of."""
    if part.role == "seam_in":
        return out.unit.emit(part).state("", _nothing_yet(part.outputs[0]))
    if opening and part.node.op.stored:
        return part.name
    emit = type(out)(out.unit, part)
    if is_made_once(part) and not opening:
        return once.what_was_made(emit)
    emit.quiet = True
    for index in part.values:
        emit.values[index] = _read(out, emit, index, opening=opening)
    known = out.unit.defined.get(part.key, "")
    out.unit.after(part, emit)
    value, out.unit.defined[part.key] = out.unit.defined[part.key], known
    return value


def _read(out: NodeEmit, emit: NodeEmit, index: int, *, opening: bool) -> str:
    """Give the live value at an input as a part reads it."""
    if once.is_seen(emit, index) and not opening:
        return once.what_was_seen(emit, index)
    return _now(out, out.unit.unit.parts[emit.part.inputs[index].slot], opening=opening)


def is_final(part: Part) -> bool:
    """Whether the value that a part reads is left once, or once each time that its unit runs."""
    return part.kinds[0].bound is Bound.BOUNDED or of_section(part.kinds[0])


def of_section(kind: Kind) -> bool:
    """Whether it is a live value of an atomic section."""
    return kind.place.kind == "atomic" and not kind.shape.is_stream


def _nothing_yet(kind: Kind) -> str:
    """Give what is read of a value before its first version has come: a table has no entries yet."""
    return "{}" if kind.shape is Shape.KEYED_SINGLETON else "ABSENT"
