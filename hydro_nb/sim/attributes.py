"""Attributes of the user's classes and functions, put back after an execution as they were before it.

A class stays the same one in the flow and in its test, so that values of it stay equal; what the flow has done to its
attributes must not be seen by the next execution. Within one execution each process has its own; see `views`.
"""

from __future__ import annotations

import enum
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import FunctionType, MethodType, ModuleType
from typing import Any, cast

from hydro_nb.ir.code import names_in, nested
from hydro_nb.ir.parts import fields, is_own, parts, variables
from hydro_nb.sim.copies import carried

HOLDERS: tuple[type[Any], ...] = (list, deque, dict, set)
_MADE_OF_OTHERS: tuple[type[Any], ...] = (MethodType, partial, tuple)
_MISSING: Any = object()
_INSTALLED = re.compile(r"[/\\](site|dist)-packages[/\\]")


class Attributes:
    """The attributes of one class or function.

    >>> class Seen:
    ...     count, all = 0, []
    >>> attributes = Attributes(Seen)
    >>> attributes.take()
    >>> Seen.count, Seen.last = 1, 1
    >>> Seen.all.append(1)
    >>> attributes.put_back()
    >>> Seen.count, Seen.all, hasattr(Seen, "last")
    (0, [], False)
    """

    def __init__(self, owner: Any) -> None:
        self._owner = owner
        self._before: dict[str, Any] | None = None
        self._content: dict[str, Any] = {}
        """what is in those that hold others"""

    def take(self) -> None:
        """Remember how they are, if they were put back since."""
        if self._before is not None:
            return
        before = self._before = own_of(self._owner)
        held = {name: value for name, value in before.items() if isinstance(value, HOLDERS)}
        self._content = {name: carried(value) for name, value in held.items()}

    def put_back(self) -> None:
        """Make them what they were, if that is known."""
        now, before, self._before = own_of(self._owner), self._before, None
        if before is None:
            return
        for name in now.keys() - before.keys():
            delattr(self._owner, name)
        for name, value in before.items():
            if now.get(name, _MISSING) is not value:
                setattr(self._owner, name, value)
        for name, content in self._content.items():
            if content is not before[name]:
                _refill(before[name], content)


def attributes_in(values: Iterable[Any]) -> list[Attributes]:
    """Give those of the user's classes in some values, and of functions that may have some, as far as they are used."""
    classes, functions = used(values)
    stored = {id(part) for fn in functions if _stores(fn) for _, part in variables(fn)}
    kept = [fn for fn in functions if vars(fn) or id(fn) in stored]
    return [Attributes(owner) for owner in (*classes, *kept)]


def used(values: Iterable[Any]) -> tuple[list[type[Any]], list[FunctionType]]:
    """Give the user's classes and functions in some values, and those that they use."""
    classes: list[type[Any]] = []
    functions: list[FunctionType] = []
    waiting, seen = list(values), set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, FunctionType):
            if _is_users(each):
                functions.append(each)
                waiting += [part for _, part in variables(each)]
                waiting += _of_modules(each)
        elif not isinstance(each, type):
            waiting += [type(each), *_held(each)]
        elif _is_users(kind := cast("type[Any]", each)) and not issubclass(kind, enum.Enum):
            classes.append(kind)
            waiting += [*kind.__mro__, *(part for _, part in fields(kind))]
    return classes, functions


def _of_modules(fn: FunctionType) -> Iterator[Any]:
    """Give what a function may take from modules that it knows."""
    modules = [part for _, part in variables(fn) if isinstance(part, ModuleType)]
    names = {name for code in nested(fn.__code__) for name in code.co_names} if modules else ()
    return (vars(module)[name] for module in modules for name in names if name in vars(module))


def _held(value: Any) -> list[Any]:
    """Give what a method, or another that stands for a function, is made of; tables may be long, and are left out."""
    return [part.value for part in parts(value)] if isinstance(value, _MADE_OF_OTHERS) else []


def _is_users(owner: type[Any] | FunctionType) -> bool:
    """Whether a class or function is not of a package that is installed."""
    file = getattr(sys.modules.get(owner.__module__ or ""), "__file__", None) or ""
    return not is_own(owner.__module__ or "") and not _INSTALLED.search(file)


def _stores(fn: FunctionType) -> bool:
    """Whether it gives something an attribute."""
    return any(True for code in nested(fn.__code__) for _ in names_in(code, "STORE_ATTR", "DELETE_ATTR"))


def own_of(owner: Any) -> dict[str, Any]:
    """Give the attributes that are an owner's own, but for those of Python."""
    held = cast("Mapping[str, Any]", vars(owner))
    return {name: value for name, value in held.items() if not name.startswith("__")}


def _refill(holder: Any, content: Any) -> None:
    """Put back what was in a list, or another that holds values."""
    holder.clear()
    fill = holder.extend if hasattr(holder, "extend") else holder.update
    fill(content)
