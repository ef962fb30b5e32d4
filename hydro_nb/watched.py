"""Functions whose calls are looked at: elements are shared, so that none may change one that it is given."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hydro_nb.errors import GraphError
from hydro_nb.values import ATOMS


class Watched:
    """A user's function that is stopped where it changes an element; a first accumulator is its own to change.

    >>> Watched(lambda row: row.append(1), "lambda row: row.append(1)")([])
    Traceback (most recent call last):
        ...
    hydro_nb.errors.GraphError: `lambda row: row.append(1)` changed an element that it was given: [] became [1].
      Elements are shared with other operators. Make a new one: return [*row, item], {**row, key: value}, replace(row).
    """

    def __init__(self, function: Callable[..., Any], text: str, own: int = 0) -> None:
        self.function, self.text, self.own = function, text, own
        self.__name__ = getattr(function, "__name__", "function")

    def __call__(self, *args: Any) -> Any:
        """Call the function on its arguments, and compare the elements among them with what they were."""
        before = [_kept(each) for each in args[self.own :]]
        result = self.function(*args)
        for was, now in zip(before, args[self.own :], strict=True):
            if _differs(was, now):
                raise GraphError(
                    f"`{self.text}` changed an element that it was given: {was!r} became {now!r}.\n"
                    "  Elements are shared with other operators. Make a new one: "
                    "return [*row, item], {**row, key: value}, replace(row)."
                )
        return result


def _kept(value: Any) -> Any:
    """Copy what can change; what cannot be copied stands for itself."""
    if type(value) in ATOMS:
        return value
    try:
        return deepcopy(value)
    except Exception:  # noqa: BLE001 - a user's own `__deepcopy__` may raise anything
        return value


def _differs(was: Any, now: Any) -> bool:
    try:
        return was is not now and type(was) is type(now) and bool(was != now) and bool(now == now)  # noqa: PLR0124 - NaN
    except Exception:  # noqa: BLE001 - what cannot be compared is not accused
        return False
