"""What the generated program works on columns of numbers with: numpy's side of it, and the compiled loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hydro_nb.errors import GraphError

shift_left, shift_right = np.left_shift, np.right_shift
floor_div, remainder = np.floor_divide, np.remainder
_WIDEST = {"b": 1, "i": 8, "u": 4, "f": 8}
_WIDENS: dict[str, str] = {"b": "bool", "i": "int64", "u": "int64", "f": "float64"}


def array_of(data: Any, column: str) -> Any:
    """Give an array that a function made, once it is seen to hold what the function is annotated to give.

    >>> array_of(np.arange(3), "int64")
    array([0, 1, 2])
    """
    array = np.asarray(data)
    kind, width = array.dtype.kind, array.dtype.itemsize
    if array.ndim == 1 and _WIDENS.get(kind) == column and width <= _WIDEST[kind]:
        return array
    raise GraphError(
        f"`source_iter` was to get an array of one dimension whose numbers are {column}, by the annotation of its "
        f"function, but got {array.ndim} dimension{'s' * (array.ndim != 1)} of {array.dtype}.\n"
        "  Annotate what the function gives, such as `-> NDArray[np.float64]`, or convert it: .astype(...)"
    )


def whole(number: Any) -> Any:
    """Give the integer part of floats; what is no number of 64 bits gives the smallest one.

    >>> whole(np.array([2.9, -2.9, np.nan])).tolist()
    [2, -2, -9223372036854775808]
    """
    fits = (number >= -(2.0**63)) & (number < 2.0**63)
    return np.where(fits, number, -(2.0**63)).astype(np.int64)[()]


def gathered(function: Any, start: float, column: Any) -> Any:
    """Apply a function of numpy's to what was gathered and each number of a column, one after the other.

    >>> gathered(np.add, 10, np.arange(5))
    20
    """
    if not len(column):
        return start
    if column.dtype == np.int64:
        return function.reduce(column, initial=start).item()
    # a sum of floats depends on the order of its additions, and `reduce` takes pairs
    return function.accumulate(np.concatenate(([start], column)))[-1].item()


def least(kept: Any, column: Any) -> Any:
    """Give the smallest of what was kept and a column, the earlier one where nothing is smaller."""
    found = np.fmin.reduce(column).item() if len(column) else kept
    return min(kept, found)


def greatest(kept: Any, column: Any) -> Any:
    """Give the largest of what was kept and a column, the earlier one where nothing is larger."""
    found = np.fmax.reduce(column).item() if len(column) else kept
    return max(kept, found)


def compiled(*kinds: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a loop over a column with numba, before the first tick; `kinds` are those of its arguments."""
    try:
        from hydro_nb.runtime import numeric_loops  # noqa: PLC0415 - numba takes half a second to load
    except ImportError as error:
        raise GraphError(
            f'numba is installed, but cannot be loaded: {error}.\n  Mend that, or say source_iter(..., numeric="numpy")'
        ) from error
    return lambda function: numeric_loops.compiled(function, kinds)
