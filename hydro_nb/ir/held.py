"""The handles on collections that a function holds, wherever it keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from types import FunctionType, MethodType, ModuleType
from typing import Any

from hydro_nb.ir.freeze import contents
from hydro_nb.ir.parts import is_own, is_standard, parts
from hydro_nb.references import Reference

_PLAIN = (int, float, str, bytes, bool, type(None), ModuleType)
_WRAPPED = (staticmethod, classmethod, MethodType)
_MANY = 1000
"""Values in one collection that are looked at; nobody keeps that many handles."""
_MOST = 5000
"""Values that are looked at in all, near ones first."""


def held(value: object) -> Iterator[Reference[Any]]:
    """Iterate over the handles that a value is or holds: in variables, defaults, arguments, fields and collections.

    >>> from functools import partial
    >>> from hydro_nb.references import Box
    >>> total = Reference("total", Box())
    >>> list(held(partial(max, [total])))
    [reference to total]
    """
    waiting, seen = [value], {id(value)}
    for each in waiting:
        if isinstance(each, Reference):
            yield each
            continue
        for part in islice(_inside(each), _MANY):
            if not isinstance(part, _PLAIN) and id(part) not in seen and len(waiting) < _MOST:
                seen.add(id(part))
                waiting.append(part)


def _inside(value: Any) -> Iterator[object]:
    if isinstance(value, type):
        if not is_standard(value):
            yield from vars(value).values()
        return
    if _is_of_a_package(value):
        yield from (part for cell in value.__closure__ or () for part in contents(cell))
        return
    if type(value) in _WRAPPED:
        yield value.__func__
    elif type(value) in (set, frozenset):
        yield from value
    if _is_looked_into(value):
        yield from (part.value for part in parts(value))
        yield type(value)


def _is_of_a_package(value: object) -> bool:
    """Whether it is a function that finds around it only what a package has there: nothing of the user's."""
    if not isinstance(value, FunctionType):
        return False
    around = value.__globals__
    return is_own(str(around.get("__name__"))) or "site-packages" in str(around.get("__file__"))


def _is_looked_into(value: object) -> bool:
    kind = type(value)
    return kind.__module__ in ("builtins", "functools", "collections") or not is_standard(kind)
