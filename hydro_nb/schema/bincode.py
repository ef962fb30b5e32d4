"""Which shapes have a bincode form, and how small their values can be."""

from __future__ import annotations

import struct
import types
from typing import Any

from hydro_nb.schema.annotations import fields_of, shape_of
from hydro_nb.schema.shapes import (
    Atom,
    ClassOf,
    EnumOf,
    MapOf,
    Names,
    Opaque,
    OptionOf,
    RecordOf,
    SeqOf,
    Shape,
    TupleOf,
    UnionOf,
    parts_of,
)


def bincode_supports(element_type: Any, names: Names | None = None) -> str | None:
    """Say why a type has no bincode form, or None if it has one.

    >>> bincode_supports(tuple[str, int]) is None
    True
    >>> bincode_supports(tuple[str, complex])
    'complex has no bincode form; use int, float, bool, str, bytes, tuples, lists, dicts, enums or dataclasses'
    """
    return refusal(shape_of(element_type, names), names)


def refusal(shape: Shape, names: Names | None = None) -> str | None:
    """Say why a shape has no bincode form, or None if it has one.

    >>> refusal(Atom(int, "q")) is None
    True
    """
    return _refusal(shape, names or {}, set())


def _refusal(shape: Shape, names: Names, seen: set[RecordOf]) -> str | None:
    if isinstance(shape, RecordOf):
        return _refusal_of_fields(shape, names, seen)
    parts = parts_of(shape)
    refused = next((why for part in parts if (why := _refusal(part, names, seen))), None)
    if isinstance(shape, UnionOf):
        return refused or _refusal_of_union(parts)
    if isinstance(shape, SeqOf | MapOf):
        return refused or _refusal_of_many(parts, names)
    return refused or _refusal_of_leaf(shape)


def _refusal_of_leaf(shape: Shape) -> str | None:
    match shape:
        case EnumOf(kind) if not list(kind):
            return f"{kind.__name__} has no members"
        case ClassOf(kind):
            return f"{kind.__name__} has no bincode form; {_USE}"
        case Opaque(annotation, why):
            return f"{_text(annotation)} {why}, so its bincode form is not known; {_USE}"
        case _:
            return None


_USE = "use int, float, bool, str, bytes, tuples, lists, dicts, enums or dataclasses"
MOST_RECORDS = 256


def _text(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _refusal_of_many(parts: tuple[Shape, ...], names: Names) -> str | None:
    if any(least_bytes(part, names) for part in parts):
        return None
    # without a byte per item a length could not be held against the bytes that are there
    return "a collection of values that take no bytes has no safe bincode form"


def least_bytes(shape: Shape, names: Names | None = None) -> int:
    """Count the bytes that any value of a shape takes in bincode at the least.

    >>> least_bytes(TupleOf((Atom(int, "h"), Atom(str))))
    10
    """
    return _least(shape, names or {}, frozenset())


def _least(shape: Shape, names: Names, seen: frozenset[RecordOf]) -> int:
    match shape:
        case Atom(kind, code):
            return struct.calcsize("<" + code) if code else 0 if kind is types.NoneType else 8
        case TupleOf(items):
            return sum(_least(item, names, seen) for item in items)
        case SeqOf() | MapOf():
            return 8
        case OptionOf():
            return 1
        case RecordOf() if shape not in seen:
            return sum(_least(field, names, seen | {shape}) for _, field in fields_of(shape, names))
        case _:
            return 0 if isinstance(shape, RecordOf | ClassOf | Opaque) else 4


def _refusal_of_union(items: tuple[Shape, ...]) -> str | None:
    records = [item.type for item in items if isinstance(item, RecordOf)]
    if len(records) == len(items) == len(set(records)):
        return None
    return "a union has a bincode form only where each part is a dataclass of its own"


def _refusal_of_fields(shape: RecordOf, names: Names, seen: set[RecordOf]) -> str | None:
    if shape in seen:
        return None
    if len(seen) > MOST_RECORDS:
        return "its parts are of ever new types"
    seen.add(shape)
    for name, field in fields_of(shape, names):
        if why := _refusal(field, names, seen):
            return f"{shape.type.__name__}.{name}: {why}"
    return None
