"""Where in a batch a value stands, and other words for errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, cast

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec.limits import MAX_DEPTH
from hydro_nb.schema import (
    Atom,
    MapOf,
    MemberOf,
    Names,
    OptionOf,
    RecordOf,
    SeqOf,
    Shape,
    TupleOf,
    UnionOf,
    annotation_of,
    field_names,
    fields_of,
    is_record,
)
from hydro_nb.values import MemberId

MAX_LOOKS = 1_000_000


def find(batch: list[Any], value: Any) -> str:
    """Give the path of a value in a batch, by identity, "" if it is not there.

    >>> find([1, {"a": ["x"]}], "x")
    "[1]['a'][0]"
    """
    looks = 0
    todo: list[tuple[str, Any, int]] = [("", batch, 0)]
    while todo and looks < MAX_LOOKS:
        path, found, depth = todo.pop()
        looks += 1
        if found is value and path:
            return path
        if depth <= 2 * MAX_DEPTH:
            todo.extend((path + suffix, part, depth + 1) for suffix, part in reversed([*_parts(found)]))
    return ""


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if is_record(cast("type[object]", type(value))):
        yield from ((f".{name}", part) for name, part in _fields(value))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from ((f"[{at}]", part) for at, part in _numbered(value))
    elif isinstance(value, Mapping):
        for key, part in cast("Mapping[Any, Any]", value).items():
            yield f" key {key!r}", key
            yield f"[{key!r}]", part


def parts(value: Any, shape: Shape, names: Names) -> Iterator[tuple[str, Any, Shape]]:
    """Give the parts of one value with the shapes declared for them, as far as the value is what its shape says.

    >>> from hydro_nb.schema import shape_of
    >>> [(path, part) for path, part, _ in parts([5], shape_of(list[int]), {})]
    [('[0]', 5)]
    """
    match shape:
        case OptionOf(item):
            yield from [("", value, item)] if value is not None else []
        case UnionOf(items):
            yield from (("", value, item) for item in items if getattr(item, "type", None) is type(value))
        case TupleOf(items):
            yield from ((f"[{at}]", part, item) for (at, part), item in zip(_numbered(value), items, strict=False))
        case SeqOf(_, item):
            yield from ((f"[{at}]", part, item) for at, part in _numbered(value))
        case MapOf() if isinstance(value, dict):
            pairs = cast("dict[Any, Any]", value).items()
            yield from ((f" key {key!r}", key, shape.key) for key, _ in pairs)
            yield from ((f"[{key!r}]", part, shape.value) for key, part in pairs)
        case RecordOf(kind) if type(value) is kind:
            fields = fields_of(shape, names)
            found = dict(_fields(value))
            yield from ((f".{name}", found[name], item) for name, item in fields if name in found)
        case MemberOf() if isinstance(value, MemberId):
            yield ".raw_id", value.raw_id, Atom(int, "I")
        case _:
            return


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    for name in field_names(cast("type[object]", type(value))):
        # a field may be missing, or be a property of the user's that raises anything
        with suppress(Exception):
            yield name, getattr(value, name)


def _numbered(value: Any) -> Iterator[tuple[int, Any]]:
    return enumerate(cast("list[Any]", value) if isinstance(value, list | tuple | set | frozenset) else [])


def text_of(shape: Shape) -> str:
    """Write a shape as the annotation it came from.

    >>> from hydro_nb.schema import shape_of
    >>> text_of(shape_of(int | None))
    'int | None'
    """
    annotation = annotation_of(shape)
    return annotation.__name__ if type(annotation) is type else str(annotation)


def reason(error: Exception) -> str:
    """Say why decoding failed: our own words as they are, others' with their type.

    >>> reason(ValueError("no"))
    'ValueError: no'
    """
    return str(error) if isinstance(error, DecodeError) else f"{type(error).__name__}: {error}"
