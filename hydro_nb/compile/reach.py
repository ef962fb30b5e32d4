"""The classes that captured values are, hold or mention."""

from __future__ import annotations

import enum
import functools
import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import CellType, FunctionType, MethodType, ModuleType
from typing import cast

import msgspec

from hydro_nb.compile.outside import importable
from hydro_nb.compile.remembering import wrapped
from hydro_nb.ir.parts import fields, is_standard, parts, variables


def mentioned_types(captures: Mapping[str, object], declared: Iterable[object] = ()) -> tuple[type, ...]:
    """Give the record and enum classes that captured values are, hold, or mention in their code and annotations.

    So do the `declared` types of elements. Where a class is meant an instance may be of one that is derived from it.

    >>> from dataclasses import make_dataclass
    >>> Point = make_dataclass("Point", ["x", "y"], namespace={"__module__": "__main__"})
    >>> mentioned_types({"origin": Point(0, 0)}) == (Point,)
    True
    """
    found: dict[type, None] = {}
    seen: set[int] = set()
    waiting: list[object] = [*captures.values(), *declared]
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        kind = value if isinstance(value, type) else type(value)
        if is_record(kind):
            found[kind] = None
        if is_record(kind) or not (is_standard(kind) or importable(kind)):
            waiting.extend((*_hints(kind), *_derived(kind)))
        waiting.extend(_mentions(wrapped(value) or value))
    return tuple(sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__)))


def is_record(kind: type) -> bool:
    """Whether a class is a dataclass, a msgspec Struct, a NamedTuple or an Enum of the user's."""
    if is_standard(kind):
        return False
    fields = dir(kind)
    if "__dataclass_fields__" in fields or issubclass(kind, msgspec.Struct | enum.Enum):
        return True
    return "_fields" in fields and issubclass(kind, tuple)


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
        case typing.NewType():
            yield value.__supertype__
        case _ if type(value).__name__ == "TypeAliasType":
            yield cast("typing.Any", value).__value__
        case _:
            yield from (typing.get_origin(value), *typing.get_args(value))
            if not is_standard(type(value)):
                yield from (part for _, part in fields(value))


def _derived(kind: type) -> Iterable[type]:
    """Give the classes derived from one; of those that were defined again under their name the newest."""
    return {(each.__module__, each.__qualname__): each for each in type.__subclasses__(kind)}.values()


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
