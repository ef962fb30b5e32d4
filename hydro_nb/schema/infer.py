"""The type that values have in common, read off the values."""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from hydro_nb.schema.annotations import class_shape
from hydro_nb.schema.shapes import (
    ATOMS,
    SEQUENCES,
    UNKNOWN,
    MapOf,
    MemberOf,
    OptionOf,
    SeqOf,
    Shape,
    TupleOf,
    annotation_of,
    is_complete,
)
from hydro_nb.values import CLUSTER_SELF_ID, ClusterSelfId, MemberId, self_id

MOST_DEPTH = 64


def infer_type(value: object) -> Any | None:
    """Give the annotation of a value's type, or None where the value does not tell (an empty list, a bare None).

    >>> infer_type([("a", 1), ("b", None)])
    list[tuple[str, int | None]]
    >>> infer_type([]) is None
    True
    """
    return type_of_literal([value])


def type_of_literal(values: Iterable[object]) -> Any | None:
    """Give the annotation that all these values have in common, or None if there is none.

    >>> type_of_literal([1, 2]), type_of_literal([1, "a"])
    (<class 'int'>, None)
    """
    shape = infer_shape(list(values))
    return annotation_of(shape) if shape and is_complete(shape) else None


def infer_shape(values: Sequence[Any]) -> Shape | None:
    """Give the shape that all these values have, with `UNKNOWN` where none tells, or None if they differ.

    It looks at all values of one place at once, so that a long list costs little more than its `map(type, ...)`.

    >>> infer_shape([]) is UNKNOWN
    True
    """
    try:
        return _infer(values, 0)
    except _Differ:
        return None


class _Differ(Exception):  # noqa: N818 - it is not an error, only the way out of the recursion
    pass


def _infer(values: Sequence[Any], depth: int) -> Shape:
    kinds = {*map(type, values)}
    if types.NoneType in kinds:
        return OptionOf(_infer([value for value in values if value is not None], depth))
    if not kinds:
        return UNKNOWN
    if len(kinds) > 1 or depth > MOST_DEPTH:
        raise _Differ
    kind = kinds.pop()
    return ATOMS.get(kind) or _infer_many(kind, values, depth + 1) or _infer_one(kind, values)


def _infer_many(kind: type, values: Sequence[Any], depth: int) -> Shape | None:
    flat = chain.from_iterable
    if kind is tuple and len({*map(len, values)}) == 1:
        return TupleOf(tuple(_infer(column, depth) for column in zip(*values, strict=True)))
    if kind is tuple or kind in SEQUENCES:
        return SeqOf(kind, _infer([*flat(values)], depth))
    if kind is dict:
        insides = [*flat(value.values() for value in values)]
        return MapOf(_infer([*flat(values)], depth), _infer(insides, depth))
    return None


def _infer_one(kind: type, values: Sequence[Any]) -> Shape:
    if kind is ClusterSelfId:
        return MemberOf("_" if self_id() is CLUSTER_SELF_ID else self_id().tag)
    if kind is MemberId:
        tags = {value.tag for value in values}
        return MemberOf(tags.pop() if len(tags) == 1 else "_")
    return class_shape(kind, (), kind)
