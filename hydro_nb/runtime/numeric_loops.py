"""Loops over columns of numbers, compiled by numba. Importing this loads numba."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numba
import numpy as np
from numba.extending import register_jitable


@register_jitable
def whole(number: Any) -> Any:
    """Give the integer part of a float; what is no number of 64 bits gives the smallest one."""
    return np.int64(number) if -(2.0**63) <= number < 2.0**63 else np.int64(-(2**63))


@register_jitable
def floor_div(left: Any, right: Any) -> Any:
    """Divide as numpy does: by zero gives 0, and the smallest number by -1 wraps."""
    if right in (0, -1):
        return right * left
    return left // right


@register_jitable
def remainder(left: Any, right: Any) -> Any:
    """Give what a division leaves as numpy does: by zero gives 0."""
    if right in (0, -1):
        return np.int64(0)
    return left % right


@register_jitable
def shift_left(number: Any, by: Any) -> Any:
    """Shift as numpy does: beyond all bits nothing stays."""
    return number << by if 0 <= by < 64 else np.int64(0)


@register_jitable
def shift_right(number: Any, by: Any) -> Any:
    """Shift as numpy does: beyond all bits only the sign stays."""
    return number >> (by if 0 <= by < 64 else np.int64(63))


_KNOWN: dict[str, Any] = {
    "np": np,
    "whole": whole,
    "floor_div": floor_div,
    "remainder": remainder,
    "shift_left": shift_left,
    "shift_right": shift_right,
}
_TYPES: dict[str, Any] = {"bool": numba.types.boolean, "int64": numba.types.int64, "float64": numba.types.float64}


def compiled(function: Callable[..., Any], kinds: Sequence[str]) -> Callable[..., Any]:
    """Compile a function for arguments of these kinds: `int64` is a number, `int64[:]` a column."""
    assert isinstance(function, FunctionType)  # noqa: S101 - it stands in generated source
    known = {"__builtins__": __builtins__, "__name__": __name__, **_KNOWN}
    plain = FunctionType(function.__code__, known, function.__name__)
    return numba.njit(tuple(map(_type, kinds)), error_model="numpy", nogil=True)(plain)


def _type(kind: str) -> Any:
    plain = _TYPES[kind.removesuffix("[:]")]
    return numba.types.Array(plain, 1, "C", readonly=True) if kind.endswith("[:]") else plain
