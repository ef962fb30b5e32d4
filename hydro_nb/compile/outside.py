"""What a function's free and global names hold, and whether a splice may hold the same."""

from __future__ import annotations

import builtins
import difflib
import re
import sys
from enum import Enum
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, cast

from hydro_nb.compile.body import SpliceError
from hydro_nb.compile.names import BUILTINS
from hydro_nb.errors import CaptureError
from hydro_nb.ir.code import names_in, nested
from hydro_nb.ir.freeze import contents
from hydro_nb.values import CLUSTER_SELF_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hydro_nb.ir.func import Func

_NEVER = tuple(getattr(builtins, name) for name in ("locals", "globals", "vars", "dir", "eval", "exec", "super"))
_IMMUTABLE = (int, float, complex, str, bytes, bool, type(None), type(...), range, re.Pattern, Enum, ModuleType)


class Outside:
    """The names that one function takes from around it."""

    def __init__(self, func: Func, fn: FunctionType) -> None:
        self.func = func
        self.fn = fn
        self.cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True))
        self.by_reference = importable(fn)

    def is_builtin(self, name: str) -> bool:
        """Whether the name means what every Python means by it."""
        return name in BUILTINS and name not in self.cells and name not in self.fn.__globals__

    def value(self, name: str) -> Any:
        """Give what the name holds now, or raise the error that names it."""
        if name in self.cells:
            for value in contents(self.cells[name]):
                return value
            raise self._error(f"`{name}`, which has no value yet", "Give it one before this line.")
        if name in self.fn.__globals__:
            return self.fn.__globals__[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        known = {known.lower(): known for known in (*BUILTINS, *self.fn.__globals__, *self.cells)}
        close = difflib.get_close_matches(name.lower(), known, 1)
        hint = f"Did you mean `{known[close[0]]}`?" if close else f"Run the cell that defines `{name}`, or pass it in."
        raise self._error(f"`{name}`, which is not defined", hint)

    def check(self, name: str, value: Any, written: Mapping[str, str]) -> None:
        """Refuse a value that a splice would hold apart from what the function itself would see."""
        if name in self.cells:
            if any(cell is self.cells[name] for cell in _written_cells(self.fn)):
                raise SpliceError(f"`{name}` is changed by another function")
        elif name in written:
            raise SpliceError(f"the global `{name}` is changed by `{written[name]}`")
        elif self.by_reference and not _stays(value):
            raise SpliceError(f"`{name}` belongs to module {self.fn.__module__}, which is imported there")
        if any(value is never for never in _NEVER):
            raise SpliceError(f"`{name}` is `{value.__name__}`")

    def _error(self, what: str, hint: str) -> CaptureError:
        return CaptureError(f"`{self.func.text}` uses {what}.\n  {self.func.site}\n  {hint}")


def importable(value: Any) -> bool:
    """Whether a function or class is carried by its name, to be imported where it arrives."""
    module = sys.modules.get(getattr(value, "__module__", None) or "")
    if module is None or module.__name__ == "__main__":
        return False
    found: Any = module
    for part in getattr(value, "__qualname__", "<none>").split("."):
        found = getattr(found, part, None)
    return found is value


def written_globals(namespace: Mapping[str, Any]) -> dict[str, str]:
    """Give the globals that functions of a namespace assign, and which function does."""
    written: dict[str, str] = {}
    for value in list(namespace.values()):
        for fn in _functions(value):
            if fn.__globals__ is namespace:
                for inner in nested(fn.__code__):
                    written.update(dict.fromkeys(names_in(inner, "STORE_GLOBAL", "DELETE_GLOBAL"), fn.__name__))
    return written


def _functions(value: Any) -> Iterator[FunctionType]:
    # by their types: what is made only when it is asked something, such as a lazy module, is not asked for its class
    inner: list[Any] = [*value.__dict__.values()] if issubclass(type(value), type) else [value]
    for one in inner:
        plain: Any = one.__func__ if type(one) in (staticmethod, classmethod, MethodType) else one
        if type(plain) is FunctionType:
            yield plain
            wrapped = plain.__dict__.get("__wrapped__")
            yield from [wrapped] if isinstance(wrapped, FunctionType) else []


def _written_cells(fn: FunctionType, seen: set[int] | None = None) -> Iterator[CellType]:
    """Give the cells that functions held in a function's cells assign."""
    seen = set() if seen is None else seen
    seen.add(id(fn))
    for cell in fn.__closure__ or ():
        for inner in contents(cell):
            if isinstance(inner, FunctionType) and id(inner) not in seen:
                stored = {
                    name for code in nested(inner.__code__) for name in names_in(code, "STORE_DEREF", "DELETE_DEREF")
                }
                cells = zip(inner.__code__.co_freevars, inner.__closure__ or (), strict=True)
                yield from (cell for name, cell in cells if name in stored)
                yield from _written_cells(inner, seen)


def _stays(value: Any) -> bool:
    """Whether a copy of a module's value is as good as the one that the module has where it is imported."""
    if isinstance(value, tuple | frozenset):
        return all(map(_stays, cast("Iterable[object]", value)))
    if isinstance(value, type | FunctionType | BuiltinFunctionType):
        return importable(value)
    return value is CLUSTER_SELF_ID or isinstance(value, (*_IMMUTABLE, *_loggers()))


def _loggers() -> tuple[type[Any], ...]:
    """Give the class of loggers, which are one for each name; who has none need not load it."""
    logging = sys.modules.get("logging")
    return (logging.Logger,) if logging else ()
