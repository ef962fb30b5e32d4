"""What can be reached from a captured value, by the names that a user knows."""

from __future__ import annotations

import enum
import functools
import sys
import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import CellType, FunctionType, MethodType, ModuleType
from typing import NamedTuple, cast

import msgspec

from hydro_nb.compile.outside import global_names, importable
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
        yield from (Part(f".{name}", part) for name, part in _fields(value))


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


def _fields(value: object) -> Iterator[tuple[str, object]]:
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


def mentioned_types(captures: Mapping[str, object]) -> tuple[type, ...]:
    """Give the record and enum classes that captured values are, hold, or mention in their code and annotations.

    >>> from dataclasses import make_dataclass
    >>> Point = make_dataclass("Point", ["x", "y"], namespace={"__module__": "__main__"})
    >>> mentioned_types({"origin": Point(0, 0)}) == (Point,)
    True
    """
    found: dict[type, None] = {}
    seen: set[int] = set()
    waiting: list[object] = list(captures.values())
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        kind = value if isinstance(value, type) else type(value)
        if is_record(kind):
            found[kind] = None
            waiting.extend(_hints(kind))
        waiting.extend(_mentions(value))
    return tuple(sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__)))


def is_record(kind: type) -> bool:
    """Whether a class is a dataclass, a msgspec Struct, a NamedTuple or an Enum of the user's."""
    if _is_standard(kind):
        return False
    fields = dir(kind)
    if "__dataclass_fields__" in fields or issubclass(kind, msgspec.Struct | enum.Enum):
        return True
    return "_fields" in fields and issubclass(kind, tuple)


def _is_standard(kind: type) -> bool:
    package = kind.__module__.partition(".")[0]
    return package in sys.stdlib_module_names - {"__main__"} or package == "hydro_nb"


def _mentions(value: object) -> Iterator[object]:
    match value:
        case FunctionType():
            yield from _used(value)
        case type():
            yield from (
                part for part in vars(value).values() if isinstance(part, FunctionType) and not importable(value)
            )
        case list() | tuple() | set() | frozenset():
            yield from _few(cast("Iterable[object]", value))
        case dict():
            held = cast("dict[object, object]", value)
            yield from (*_few(held.keys()), *_few(held.values()))
        case functools.partial() | MethodType():
            yield from (part.value for part in parts(cast("object", value)))
        case ModuleType() | CellType():
            return
        case _:
            yield from typing.get_args(value)
            if not _is_standard(type(value)):
                yield from (part for _, part in _fields(value))


def _used(fn: FunctionType) -> Iterator[object]:
    """Give what a function mentions; of one that is imported where it arrives, classes and what is beside it."""
    every = (*(value for _, value in variables(fn)), *_hints(fn))
    if not importable(fn):
        return iter(every)
    return (part for part in every if isinstance(part, type) or getattr(part, "__module__", None) == fn.__module__)


def _few(values: Iterable[object]) -> Iterator[object]:
    """Give all functions and classes, and some elements of each type: those of a big collection are alike."""
    counts: Counter[type] = Counter()
    for value in islice(values, 1000):
        counts[type(value)] += 1
        if counts[type(value)] <= 16 or isinstance(value, FunctionType | type):
            yield value


def _hints(value: object) -> Iterator[object]:
    try:
        hints = typing.get_type_hints(value)
    except (NameError, TypeError, AttributeError, SyntaxError, ValueError):
        # An annotation that cannot be evaluated names nothing; the others are still there, unevaluated ones as text.
        hints = getattr(value, "__annotations__", {})
    return iter(hints.values())
