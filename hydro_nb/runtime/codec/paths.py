"""Where in a batch a value stands, and other words for errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec.limits import MAX_DEPTH
from hydro_nb.schema import Shape, annotation_of, field_names, is_record

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
    if isinstance(value, type):
        return
    if is_record(type(value)):
        names = field_names(type(value))
        yield from ((f".{name}", getattr(value, name)) for name in names if hasattr(value, name))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from ((f"[{at}]", part) for at, part in enumerate(cast("list[Any]", value)))
    elif isinstance(value, Mapping):
        for key, part in cast("Mapping[Any, Any]", value).items():
            yield f" key {key!r}", key
            yield f"[{key!r}]", part


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
