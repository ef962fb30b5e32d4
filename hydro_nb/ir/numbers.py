"""What is known of a source whose elements are the numbers of an array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Column: TypeAlias = Literal["bool", "int64", "float64"]
"""Of which kind the numbers of a column are; narrower ones are widened as they are read."""
Engine: TypeAlias = Literal["numba", "numpy", "python"]
"""What works numbers out: a compiled loop, numpy on columns, or Python one by one, with Python's own arithmetic."""


@dataclass(frozen=True)
class Numbers:
    """The numbers of one source."""

    column: Column
    asked: Engine | None = None
    """what the user wants to work on them; None leaves the choice open"""
    count: int | None = None
    """how many there are, where that is known before it runs"""
