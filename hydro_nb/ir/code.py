"""The names that compiled code uses."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType


def global_names(code: CodeType) -> Iterator[str]:
    """Give the global names that code, and the code inside it, reads; in a class body only those it does not assign."""
    for inner in nested(code):
        yield from names_in(inner, "LOAD_GLOBAL")
        own = set(names_in(inner, "STORE_NAME"))
        yield from (name for name in names_in(inner, "LOAD_NAME") if name not in own)


def nested(code: CodeType) -> Iterator[CodeType]:
    """Give code and the code inside it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from nested(const)


def names_in(code: CodeType, *operations: str) -> Iterator[str]:
    """Give the names that these operations of a code have; most codes have none, which their bytes tell at once."""
    present = set(code.co_code[::2])
    if any(dis.opmap.get(operation) in present for operation in operations):
        yield from (step.argval for step in dis.get_instructions(code) if step.opname in operations)
