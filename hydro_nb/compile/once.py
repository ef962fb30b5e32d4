"""Bounded values outside of ticks that functions change: each is looked at, and made, once, where the program says.

A deployment's function runs in every tick; what a line saw in the first is what it goes on seeing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hydro_nb.compile.handles import is_made_once, is_read_once

if TYPE_CHECKING:
    from hydro_nb.compile.emit import NodeEmit


def is_seen(emit: NodeEmit, index: int) -> bool:
    """Whether a part looks once at the value of an input, as it changes further down."""
    return is_read_once(emit.unit.unit, emit.part, emit.part.inputs[index].slot)


def look(emit: NodeEmit, index: int, value: str) -> str:
    """Look at a value once, at this place; give the state that holds what was seen."""
    saw, looked = _seen(emit, index)
    with emit.block(f"if not {looked}:"):
        emit.write(f"{saw}, {looked} = {value}, True")
    return saw


def what_was_seen(emit: NodeEmit, index: int) -> str:
    """Give the state that holds what was seen."""
    return _seen(emit, index)[0]


def make(emit: NodeEmit) -> None:
    """Make a value once; what makes it may change others."""
    made, done = _made(emit)
    with emit.block(f"if not {done}:"):
        emit.node.op.after(emit)
        value = emit.unit.defined[emit.part.key]
        emit.write(f"{done} = True" if value == made else f"{made}, {done} = {value}, True")
    emit.unit.defined[emit.part.key] = made


def what_was_made(emit: NodeEmit) -> str:
    """Give the state that holds what was made."""
    return _made(emit)[0]


def flags(emit: NodeEmit) -> Iterator[str]:
    """Give the conditions that a part has seen and made what it sees and makes once."""
    if is_made_once(emit.part):
        yield _made(emit)[1]
    yield from (_seen(emit, index)[1] for index in emit.part.values if is_seen(emit, index))


def _seen(emit: NodeEmit, index: int) -> tuple[str, str]:
    number = f"_{index}" if len(emit.part.inputs) > 1 else ""
    return emit.kept(f"saw{number}", "None"), emit.kept(f"looked{number}", "False")


def _made(emit: NodeEmit) -> tuple[str, str]:
    held = emit.unit.unit.boxes.get(emit.part.key)
    return f"{emit.box(held)}.value" if held else emit.state("made", "None"), emit.state("done", "False")
