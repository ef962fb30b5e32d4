"""Functions whose failures cost one element and no more: `on_error="skip"`, in generated source.

Only what the user's function does stands inside the `try`; what an operator does with the result stands after it, so
that nothing is changed by an element which is left out, and no mistake of ours is taken for one of the user's.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hydro_nb.ir.emit import Item

if TYPE_CHECKING:
    from hydro_nb.compile.emit import NodeEmit
    from hydro_nb.ir.func import Func


@contextmanager
def trying(emit: NodeEmit) -> Generator[None]:
    """Write a `try` around what follows, which counts an element that it fails on and goes on with the next."""
    with emit.block("try:"):
        yield
    error = _shared(emit, "error")
    with emit.block(f"except Exception as {error}:"):
        emit.write(f"{skips(emit)}.add({emit.handled}, {error})")
        emit.write("continue")


def guarded(emit: NodeEmit, func: Func, args: Sequence[str], through: str, wanted: str) -> Item:
    """Write the function applied inside a `try`; give the fresh variable of what it gave, of a pair both halves.

    What is wanted under a name is stored whole; `pair` wants the next accumulator, and what comes out beside it.
    """
    with trying(emit):
        item = emit.applied(func, args)
        if item.parts and len(item.parts) == 2 and not through and wanted in ("", "pair"):
            halves = ("updated", "out") if wanted else ("key", "value")
            names = [emit.local(each) for each in halves]
            emit.write(f"{', '.join(names)} = {', '.join(item.parts)}")
            stored = Item.of(*names)
        else:
            stored = Item(emit.local(wanted or emit.hint()))
            emit.write(f"{stored.text} = {f'{through}({item.text})' if through else item.text}")
    return stored


def skips(emit: NodeEmit) -> str:
    """Give the expression of what counts the elements that a node goes on without."""
    emit.unit.skipping[emit.name] = emit.node.slot
    name = _shared(emit, "skipped")
    emit.unit.fresh.setdefault(name, "state.skipped")
    return f'{name}["{emit.name}"]'


def _shared(emit: NodeEmit, wanted: str) -> str:
    """Give a variable that all nodes of a unit may use."""
    allocated = emit.unit.allocated
    if ("", wanted) not in allocated:
        allocated["", wanted] = emit.local(wanted)
    return allocated["", wanted]
