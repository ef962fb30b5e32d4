"""What is done once for each collection that is complete, or once for each entry of one that only gets more."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from hydro_nb.ir.emit import Emit


class Once:
    """A block that runs in each tick where the input is a tick's, else once, when the input is complete."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit

    def __enter__(self) -> None:
        emit = self.emit
        if emit.node.outputs[0].place.kind == "tick":
            self.block = None
            return
        done = emit.state("done", "False")
        self.block = emit.block(f"if not {done} and {emit.ended()}:")
        self.block.__enter__()
        emit.write(f"{done} = True")

    def __exit__(self, *exc: object) -> None:
        if self.block:
            self.block.__exit__(None, None, None)


@contextmanager
def new_entries(emit: Emit, table: str, part: str = ".items()") -> Generator[str]:
    """Open a block that runs where a table has keys that it lacked before; give its new entries, oldest first.

    Its keys are only ever added, and stand in that order. What is old is not gone through again.
    """
    known, new = emit.state("known", "0"), emit.local("new")
    with emit.block(f"if len({table}) > {known}:"):
        emit.write(f"{new} = list(islice(reversed({table}{part}), len({table}) - {known}))")
        emit.write(f"{known} = len({table})")
        yield f"reversed({new})"
