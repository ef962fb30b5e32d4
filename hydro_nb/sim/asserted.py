"""What a bare `assert` of a test compared: the values of the names in it, which Python does not tell."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from traceback import walk_tb
from types import FrameType

from hydro_nb.sim.trace import shown

_MOST = 200
"""Characters of a value that are shown."""


def asserted(error: BaseException) -> list[str]:
    """Give a line with the values in the assertion that failed, where it says nothing of its own.

    >>> asserted(AssertionError("0 is not 1"))
    []
    """
    if not isinstance(error, AssertionError) or error.args:
        return []
    *_, (frame, line) = [*walk_tb(error.__traceback__)] or [(None, 0)]
    values = ", ".join(f"{name} = {value}" for name, value in _values(frame, line)) if frame else ""
    return [f"with {values}"] if values else []


def _values(frame: FrameType, line: int) -> Iterator[tuple[str, str]]:
    names = dict.fromkeys(_names(frame.f_code.co_filename, line))
    for name in names:
        if name in frame.f_locals:
            text = shown(frame.f_locals[name])
            yield name, text if len(text) <= _MOST else f"{text[:_MOST]}..."


def _names(file: str, line: int) -> Iterator[str]:
    """Give the names that the test of the `assert` in a line reads, in their order."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Assert) and statement.lineno <= line <= (statement.end_lineno or 0):
            yield from (each.id for each in ast.walk(statement.test) if isinstance(each, ast.Name))
