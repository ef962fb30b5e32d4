"""A tree of columns back into the values that they were made of, every length held against what is there."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice, pairwise
from typing import Any, TypeAlias

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec import nodes
from hydro_nb.runtime.codec.classes import Classes, maker, records_of
from hydro_nb.runtime.codec.extras import BY_NAME, array_of, numbers_of
from hydro_nb.schema import field_names

Lift: TypeAlias = Callable[[Any, int, Classes], Sequence[Any]]


def lift(node: nodes.Node, count: int, classes: Classes) -> Sequence[Any]:
    """Give the `count` values of a column.

    >>> lift(nodes.Texts(["a"]), 1, Classes())
    ['a']
    """
    values = LIFT[type(node)](node, count, classes)
    if len(values) != count:
        raise DecodeError(f"a column of {type(node).__name__} has {len(values)} values where {count} are due")
    return values


def _raw(form: str, size: int) -> Callable[[Any, int, Classes], Sequence[Any]]:
    return lambda node, count, _classes: _unpack(form, size, node.raw, count)


def _unpack(form: str, size: int, raw: bytes, count: int) -> tuple[Any, ...]:
    if len(raw) != size * count:
        raise DecodeError(f"a column has {len(raw)} bytes where {size * count} are due")
    return nodes.row(form, count).unpack(raw)


def _units(node: nodes.Units, _count: int, classes: Classes) -> Sequence[Any]:
    many = len(node.marks)
    if node.kind == "None":
        return [None] * many
    if node.kind == "tuple":
        return [()] * many
    kind = classes.record(node.kind)
    if field_names(kind):
        raise DecodeError(f"{node.kind} is not a record without fields")
    return [maker(kind)(kind, ()) for _ in range(many)]


def _tuples(node: nodes.Tuples, count: int, classes: Classes) -> Sequence[Any]:
    return [*zip(*[lift(column, count, classes) for column in node.columns], strict=True)]


def _lists(node: nodes.Lists, count: int, classes: Classes) -> Sequence[Any]:
    make = SEQUENCES[node.kind]
    lengths = _unpack(nodes.LENGTH, 4, node.lengths, count)
    items = lift(node.items, sum(lengths), classes)
    if make is list and not isinstance(items, list):
        items = [*items]
    borders = pairwise(accumulate(lengths, initial=0))
    if make is list:
        return [items[start:end] for start, end in borders]
    return [make(items[start:end]) for start, end in borders]


def _maps(node: nodes.Maps, count: int, classes: Classes) -> Sequence[Any]:
    lengths = _unpack(nodes.LENGTH, 4, node.lengths, count)
    total = sum(lengths)
    pairs = zip(lift(node.keys, total, classes), lift(node.values, total, classes), strict=True)
    return [dict(islice(pairs, length)) for length in lengths]


def _records(node: nodes.Records, count: int, classes: Classes) -> Sequence[Any]:
    kind = classes.record(node.kind)
    if len(node.columns) != len(field_names(kind)) or not node.columns:
        raise DecodeError(f"{node.kind} does not have {len(node.columns)} fields here")
    return records_of(kind, [lift(column, count, classes) for column in node.columns])


def _members(node: nodes.Members, count: int, classes: Classes) -> Sequence[Any]:
    kind = classes.find(node.kind)
    if not issubclass(kind, enum.Enum):
        raise DecodeError(f"{node.kind} is not an enum here")
    names = lift(node.names, count, classes)
    return [*map(kind if issubclass(kind, enum.Flag) else kind.__getitem__, names)]


def _extras(node: nodes.Extras, count: int, classes: Classes) -> Sequence[Any]:
    return BY_NAME[node.kind].together(lift(node.parts, count, classes))


def _arrays(node: nodes.Arrays, count: int, classes: Classes) -> Sequence[Any]:
    return [array_of(kind, raw) for kind, raw in zip(lift(node.kinds, count, classes), node.items, strict=True)]


def _mixed(node: nodes.Mixed, count: int, classes: Classes) -> Sequence[Any]:
    form, size = ("B", 1) if len(node.columns) <= 256 else (nodes.LENGTH, 4)
    which: tuple[int, ...] = _unpack(form, size, node.which, count)
    counts = Counter(which)
    columns: list[Iterator[Any]] = [
        iter(lift(column, counts[number], classes)) for number, column in enumerate(node.columns)
    ]
    return [next(columns[number]) for number in which]


SEQUENCES: dict[str, Callable[[Any], Any]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
LIFT: dict[type, Lift] = {
    nodes.Empty: lambda _node, _count, _classes: (),
    nodes.Units: _units,
    nodes.Ints: _raw(nodes.INT, 8),
    nodes.BigInts: lambda node, _count, _classes: [int.from_bytes(item, "little", signed=True) for item in node.items],
    nodes.Floats: _raw(nodes.FLOAT, 8),
    nodes.Truths: _raw("?", 1),
    nodes.Texts: lambda node, _count, _classes: node.items,
    nodes.RawTexts: lambda node, _count, _classes: [item.decode("utf-8", "surrogatepass") for item in node.items],
    nodes.Blobs: lambda node, _count, _classes: node.items,
    nodes.Tuples: _tuples,
    nodes.Lists: _lists,
    nodes.Maps: _maps,
    nodes.Records: _records,
    nodes.Members: _members,
    nodes.Arrays: _arrays,
    nodes.Extras: _extras,
    nodes.Scalars: lambda node, _count, _classes: numbers_of(node.dtype, node.raw),
    nodes.Mixed: _mixed,
}
