"""The shapes that values can have: what a type annotation says, as data."""

from __future__ import annotations

import enum
import functools
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from hydro_nb.values import MemberId

Names: TypeAlias = Mapping[str, type]


@dataclass(frozen=True, slots=True)
class Atom:
    """`int`, `float`, `bool`, `str`, `bytes` or `None`; numbers with their `struct` character."""

    type: type
    code: str = ""


@dataclass(frozen=True, slots=True)
class TupleOf:
    """A tuple of a fixed number of items."""

    items: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class SeqOf:
    """A `list`, `tuple[T, ...]`, `set` or `frozenset` of equal items."""

    type: type
    item: Shape


@dataclass(frozen=True, slots=True)
class MapOf:
    """A `dict`."""

    key: Shape
    value: Shape


@dataclass(frozen=True, slots=True)
class OptionOf:
    """`T | None`."""

    item: Shape


@dataclass(frozen=True, slots=True)
class EnumOf:
    """A member of an enum."""

    type: type[enum.Enum]


@dataclass(frozen=True, slots=True)
class RecordOf:
    """A dataclass, Struct or NamedTuple; its fields are read by `fields_of`, so that types may be recursive."""

    type: type
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberOf:
    """A `MemberId` with the name of its cluster's marker."""

    tag: str


@dataclass(frozen=True, slots=True)
class UnionOf:
    """One of several shapes, none of them `None`."""

    items: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class ClassOf:
    """An instance of any other class."""

    type: type


@dataclass(frozen=True, slots=True)
class Opaque:
    """Nothing that can be checked; `why` completes the sentence "it ..."."""

    annotation: Any
    why: str

    def __hash__(self) -> int:
        # an annotation may be anything, a list among others
        return hash(self.why)


Shape: TypeAlias = Atom | TupleOf | SeqOf | MapOf | OptionOf | EnumOf | RecordOf | MemberOf | UnionOf | ClassOf | Opaque

ATOMS: dict[Any, Atom] = {
    int: Atom(int, "q"),
    float: Atom(float, "d"),
    bool: Atom(bool, "?"),
    str: Atom(str),
    bytes: Atom(bytes),
    None: Atom(types.NoneType),
    types.NoneType: Atom(types.NoneType),
}
UNKNOWN = Opaque(Any, "says nothing about the value")
SEQUENCES: tuple[type, ...] = (list, set, frozenset)


def parts_of(shape: Shape) -> tuple[Shape, ...]:
    """Give the shapes that a shape is written with; a record's fields are not among them.

    >>> parts_of(OptionOf(UNKNOWN)) == (UNKNOWN,)
    True
    """
    match shape:
        case TupleOf(items) | UnionOf(items):
            return items
        case SeqOf(_, item) | OptionOf(item):
            return (item,)
        case MapOf(key, value):
            return (key, value)
        case _:
            return ()


def is_complete(shape: Shape) -> bool:
    """Whether nothing in a shape, down to the records, is unknown.

    >>> is_complete(SeqOf(list, UNKNOWN))
    False
    """
    return not isinstance(shape, Opaque) and all(map(is_complete, parts_of(shape)))


def annotation_of(shape: Shape) -> Any:
    """Write a shape as an annotation.

    >>> annotation_of(SeqOf(tuple, Atom(int, "q")))
    tuple[int, ...]
    """
    if parts := parts_of(shape):
        return _annotation_with(shape, tuple(map(annotation_of, parts)))
    match shape:
        case TupleOf():
            return tuple.__class_getitem__(())
        case MemberOf(tag):
            return MemberId if tag == "_" else types.GenericAlias(MemberId, tag)
        case RecordOf(kind, args) if args:
            return types.GenericAlias(kind, args)
        case Opaque(annotation):
            return annotation
        case _:
            return getattr(shape, "type", object)


def _annotation_with(shape: Shape, parts: tuple[Any, ...]) -> Any:
    match shape:
        case OptionOf():
            return functools.reduce(_either, (*parts, None))
        case UnionOf():
            return functools.reduce(_either, parts)
        case MapOf():
            return types.GenericAlias(dict, parts)
        case SeqOf(kind) if kind is not tuple:
            return types.GenericAlias(kind, parts)
        case _:
            return tuple.__class_getitem__((*parts, ...) if isinstance(shape, SeqOf) else parts)


def _either(one: Any, other: Any) -> Any:
    try:
        return one | other
    except TypeError:  # a name that could not be resolved is text
        return f"{one} | {other}"
