"""What a value holds, by the names that a user knows."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import NamedTuple, cast

from hydro_nb.ir.code import global_names
from hydro_nb.ir.freeze import contents


class Part(NamedTuple):
    """A value inside another: `['key']` or `.field` of it, or (`named`) a variable that a function uses."""

    text: str
    value: object
    named: bool = False


def parts(value: object) -> Iterator[Part]:
    """Give the values that a value holds and a user has a name for."""
    if isinstance(value, FunctionType):
        yield from (Part(name, part, named=True) for name, part in variables(value))
    elif isinstance(value, functools.partial):
        held = cast("functools.partial[object]", value)
        yield Part(".func", held.func)
        yield from (Part(f".args[{index}]", part) for index, part in enumerate(held.args))
        yield from (Part(f".keywords[{name!r}]", part) for name, part in held.keywords.items())
    elif isinstance(value, MethodType):
        yield Part(".__self__", value.__self__)
    elif isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        yield from (Part(f"[{key!r}]", part) for key, part in items)
    elif isinstance(value, list | tuple):
        yield from (Part(f"[{index}]", part) for index, part in enumerate(cast("Iterable[object]", value)))
    elif not isinstance(value, ModuleType):
        yield from (Part(f".{name}", part) for name, part in fields(value))


def variables(fn: FunctionType) -> Iterator[tuple[str, object]]:
    """Give the variables that a function takes from around it: free ones, globals, and defaults."""
    for name, cell in zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True):
        yield from ((name, value) for value in contents(cell))
    for name in dict.fromkeys(global_names(fn.__code__)):
        if name in fn.__globals__:
            yield name, fn.__globals__[name]
    positional = fn.__code__.co_varnames[: fn.__code__.co_argcount]
    defaults = fn.__defaults__ or ()
    yield from zip(positional[len(positional) - len(defaults) :], defaults, strict=True)
    yield from (fn.__kwdefaults__ or {}).items()


def fields(value: object) -> Iterator[tuple[str, object]]:
    """Give what an object holds in its fields, and the functions of a class."""
    if isinstance(value, type):
        plain = (part for part in vars(value).items() if isinstance(part[1], FunctionType))
        yield from plain
        return
    yield from getattr(value, "__dict__", {}).items()
    names = [name for kind in type(value).__mro__ for name in _slots(kind)]
    yield from ((name, getattr(value, name)) for name in names if hasattr(value, name))


def _slots(kind: type) -> tuple[str, ...]:
    slots = kind.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def is_standard(kind: type) -> bool:
    """Whether a class is Python's own or this package's."""
    return is_own(kind.__module__)


def is_own(module: str) -> bool:
    """Whether a module is Python's own or this package's."""
    package = module.partition(".")[0]
    return package in sys.stdlib_module_names - {"__main__"} or package == "hydro_nb"
