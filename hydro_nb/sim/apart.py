"""A user's function in a copy of its own, which may be called without anybody else seeing it."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from hydro_nb.compile.outside import importable
from hydro_nb.ir.code import names_in, nested
from hydro_nb.ir.func import Func
from hydro_nb.ir.held import held
from hydro_nb.ir.parts import is_own, variables
from hydro_nb.sim.fresh import Captured, is_fixed

_NAME, _NOWHERE = "function", "<nowhere>"


class Apart:
    """A function with copies of all that it could change around it."""

    def __init__(self, func: Func, fn: Any) -> None:
        self.text, self.inplace, self.skips = func.text, func.inplace, func.skips
        self.slots = tuple(reference.slot for reference in func.references)
        """what it refers to"""
        self._captured = Captured({_NAME: fn}, {})
        self._namespace: dict[str, Any] = {}
        self._boxes: list[Any] = []
        self._is_fixed, self._used = is_fixed(fn), True

    def renew(self) -> None:
        """Forget what calls have left behind."""
        if not self._is_fixed and self._used:
            self._namespace.clear()
            self._boxes = []
            self._used = False

    def __call__(self, *args: Any) -> Any:
        """Call it."""
        return self._copy()(*args)

    def boxes(self) -> list[Any]:
        """Give what its copy looks into where it refers to live values, in the order of the slots."""
        if not self._namespace or not self._boxes:
            found = {reference.slot: reference.box for reference in held(self._copy())}
            self._boxes = [found[slot] for slot in self.slots]
        return self._boxes

    def _copy(self) -> Any:
        if not self._namespace:
            self._captured.put_into(self._namespace)
        self._used = True
        return self._namespace[_NAME]


def apart(func: Func) -> Apart | None:
    """Give a copy of a function, unless it does something to what surrounds it that a copy would do as well.

    >>> from hydro_nb.errors import Site
    >>> seen = []
    >>> func = Func.of(lambda total, n: seen.append(n) or total + n, Site())
    >>> apart(func)(1, 2), seen
    (3, [])

    A function that gives a variable around it another value has none.
    """
    if _assigns_around(func.fn, set()):
        return None
    try:
        return Apart(func, _movable(func.fn))
    except Exception:  # noqa: BLE001 - what a function holds may refuse to be copied in any way
        return None


def _assigns_around(fn: Any, seen: set[int]) -> bool:
    """Whether a function, or one that it uses, gives a variable around it another value."""
    if not isinstance(fn, FunctionType) or id(fn) in seen or is_own(fn.__module__ or ""):
        return False
    seen.add(id(fn))
    names = {name for code in nested(fn.__code__) for name in names_in(code, "STORE_DEREF", "DELETE_DEREF")}
    assigned = any(any(names_in(code, "STORE_GLOBAL", "DELETE_GLOBAL")) for code in nested(fn.__code__))
    return assigned or not names.isdisjoint(fn.__code__.co_freevars) or _any_assigns(fn, seen)


def _any_assigns(fn: FunctionType, seen: set[int]) -> bool:
    return any(_assigns_around(value, seen) for _, value in variables(fn))


def _movable(fn: Any) -> Any:
    """Give a function that is carried with what it uses, where its module has something that can change."""
    if not isinstance(fn, FunctionType) or not importable(fn) or all(is_fixed(value) for _, value in variables(fn)):
        return fn
    own = FunctionType(fn.__code__, fn.__globals__, fn.__name__, fn.__defaults__, fn.__closure__)
    own.__kwdefaults__, own.__module__ = fn.__kwdefaults__, _NOWHERE
    return own
