"""Writing the operators that work on columns: where a column comes from, where it goes, and where elements begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hydro_nb.compile.numeric import columns, loops, trees
from hydro_nb.compile.numeric.chains import Columns, Step
from hydro_nb.compile.walks import must_complete
from hydro_nb.ir.numbers import Numbers
from hydro_nb.wire import SAMPLED

if TYPE_CHECKING:
    from hydro_nb.compile.emit import NodeEmit

LARGER = {"numba": 64, "numpy": 4}
"""How many numbers are taken at once where elements would be one; numpy's results in between are to fit a cache."""


def push_numbers(emit: NodeEmit, data: str, numbers: Numbers) -> None:
    """Take a piece of an array, and hand it on as a column, or as elements where no column is wanted."""
    name, array, at = emit.name, emit.state("", data), emit.state("at", "0")
    piece, whole = _piece(emit, array, at), must_complete(emit.unit.unit, emit.part)
    if not whole:
        emit.unit.ended.append(f"{name}_ended")
    wanted = emit.node.site.name or "numbers"
    if numbers.asked == "python":
        column = trees.variable(emit, f"{piece}.tolist()", wanted)
    else:
        column = trees.variable(emit, f"np.ascontiguousarray({piece}, np.{trees.dtype(numbers.column)})", wanted)
    emit.write(f"{at} += len({column})")
    emit.write(f"{name}_ended = {at} >= len({array})")
    if numbers.asked == "python":
        emit.push_all(column, is_list=True)
    else:
        _count(emit, column)
        push(emit, column)


def _piece(emit: NodeEmit, array: str, at: str) -> str:
    """Write which numbers are taken: all where somebody must see all first."""
    if must_complete(emit.unit.unit, emit.part):
        return f"{array}[{at}:]"
    columns, part = emit.unit.columns, emit.part
    one_by_one = part.key not in columns.given or columns.has_elements(part)
    more = "" if one_by_one else f" * {LARGER[columns.engine(part)[0]]}"
    return f"{array}[{at} : {at} + state.room{more}]"


def _count(emit: NodeEmit, column: str) -> None:
    """Count and sample a whole column."""
    emit.unit.counted[emit.name] = emit.node.slot
    with emit.block(f"if len({column}):"):
        emit.write(f'state.counts["{emit.name}"] += len({column})')
        emit.write(f'state.samples["{emit.name}"].extend({column}[-{SAMPLED}:].tolist())')


def push(emit: NodeEmit, column: str) -> None:
    """Hand a column on to all that take what comes out here."""
    slot, key = emit.node.slot, (emit.part.key, 0)
    if emit.is_tapped():
        emit.write(f'tapped("{slot}", 0, {column}.tolist())')
    if key in emit.unit.buffers:
        emit.unit.buffers[key] = column
        return
    for part, index in emit.unit.unit.consumers(*key):
        take(emit.unit.emit(part), index, column, emit)


def take(emit: NodeEmit, index: int, column: str, producer: NodeEmit | None = None) -> None:
    """Let an operator, and those that follow it in one go, work on a column; or hand its elements over."""
    made = emit.unit.columns
    step = made.steps.get(emit.part.key)
    if step is None:
        _hand_over(emit, index, column, producer)
        return
    chain = list(_chain(emit, made, step))
    engine, why = made.engine(step.source) if any(each.meaning for each in chain) else ("", "")
    if engine:
        emit.write(_comment(engine, why, chain))
    given = (loops if engine == "numba" else columns).write(emit.unit, chain, column)
    if not chain[-1].ends:
        push(emit.unit.emit(chain[-1].part), given)


def _chain(emit: NodeEmit, made: Columns, step: Step) -> list[Step]:
    """Give a step with those that nobody but the next one looks between."""
    chain = [step]
    while not chain[-1].ends:
        key = (chain[-1].part.key, 0)
        consumers = emit.unit.unit.consumers(*key)
        if key in emit.unit.buffers or len(consumers) != 1 or consumers[0][0].key not in made.steps:
            break
        chain.append(made.steps[consumers[0][0].key])
    return chain


def _comment(engine: str, why: str, chain: list[Step]) -> str:
    title = f"{engine}, {why}" if why else engine
    return f"# {title}: {chain[0].given} -> {chain[-1].kind}"


def _hand_over(emit: NodeEmit, index: int, column: str, producer: NodeEmit | None) -> None:
    """Go on with Python's own numbers."""
    reason = emit.unit.columns.reasons.get(emit.part.key)
    writer = producer or emit
    if reason:
        emit.write(f"# Python from here, because {reason}")
    listed = trees.variable(writer, f"{column}.tolist()", column)
    emit.loop_into(listed, index, producer)
