"""A batch of values into a tree of columns: one look at the types of a column, then one call per column in C.

Types are compared exactly, so that what comes back has the type that went in.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Callable, Sequence
from itertools import chain
from types import NoneType
from typing import Any, TypeAlias, cast

from hydro_nb.runtime.codec import nodes
from hydro_nb.runtime.codec.classes import Classes, columns_of
from hydro_nb.runtime.codec.extras import extra_of
from hydro_nb.runtime.codec.limits import MAX_DEPTH, Unfit
from hydro_nb.schema import field_names
from hydro_nb.values import CLUSTER_SELF_ID, ClusterSelfId, self_id

Values: TypeAlias = Sequence[Any]
Lower: TypeAlias = Callable[[Values, Classes, int], nodes.Node]


def lower(values: Values, classes: Classes, depth: int = 0) -> nodes.Node:
    r"""Put values into columns, or raise `Unfit` with the value that has no column.

    >>> lower([1, 2], Classes())
    Ints(raw=b'\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00')
    """
    kinds = [*map(type, values)]
    if not kinds:
        return nodes.Empty()
    kind = kinds[0]
    # counting compares by identity first and is faster than a set
    if kinds.count(kind) != len(kinds):
        return _mixed(values, classes, depth)
    if (known := LOWER.get(kind)) is not None:
        return known(values, classes, depth)
    _check_depth(values, depth)
    return _instances(kind, values, classes, depth + 1)


def _mixed(values: Values, classes: Classes, depth: int) -> nodes.Node:
    kinds: dict[type, list[Any]] = {}
    for kind, value in zip(map(type, values), values, strict=True):
        kinds.setdefault(kind, []).append(value)
    numbers = {kind: number for number, kind in enumerate(kinds)}
    which = [numbers[type(value)] for value in values]
    form = "B" if len(kinds) <= 256 else nodes.LENGTH
    columns = [lower(some, classes, depth + 1) for some in kinds.values()]
    return nodes.Mixed(nodes.row(form, len(which)).pack(*which), columns)


def _ints(values: Values, _classes: Classes, _depth: int) -> nodes.Node:
    try:
        return nodes.Ints(nodes.row(nodes.INT, len(values)).pack(*values))
    except struct.error:
        return nodes.BigInts([value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True) for value in values])


def mended(node: Any) -> Any:
    r"""Give the same tree with texts that UTF-8 refuses put into `RawTexts`.

    >>> mended(nodes.Texts(["\ud800"]))
    RawTexts(items=[b'\xed\xa0\x80'])
    """
    if isinstance(node, list):
        return [mended(item) for item in cast("list[Any]", node)]
    if isinstance(node, nodes.Texts):
        return nodes.RawTexts([value.encode("utf-8", "surrogatepass") for value in node.items])
    if not isinstance(node, nodes.Column):
        return node
    return type(node)(*[mended(getattr(node, name)) for name in node.__struct_fields__])


def _self_ids(values: Values, classes: Classes, depth: int) -> nodes.Node:
    member = self_id()
    if member is CLUSTER_SELF_ID:
        raise Unfit(values[0], "it names the member of a cluster that runs a function, but what sends it runs on none")
    return lower([member] * len(values), classes, depth)


def _tuples(values: Values, classes: Classes, depth: int) -> nodes.Node:
    _check_depth(values, depth)
    try:
        columns = TRANSPOSE.get(len(values[0]), _transposed)(values)
    except ValueError:
        return _sequences("tuple", values, classes, depth)
    if not columns:
        return nodes.Units(bytes(len(values)), "tuple")
    return nodes.Tuples([lower(column, classes, depth + 1) for column in columns])


def _transposed(values: Values) -> list[Any]:
    return [*zip(*values, strict=True)]


# unpacking refuses another length, and beats zip where there are few places
TRANSPOSE: dict[int, Callable[[Values], list[Any]]] = {
    1: lambda values: [[a for (a,) in values]],
    2: lambda values: [[a for a, _ in values], [b for _, b in values]],
    3: lambda values: [[a for a, _, _ in values], [b for _, b, _ in values], [c for _, _, c in values]],
}


def _sequences(name: str, values: Values, classes: Classes, depth: int) -> nodes.Node:
    _check_depth(values, depth)
    items = lower([*chain.from_iterable(values)], classes, depth + 1)
    return nodes.Lists(name, _lengths(values), items)


def _maps(values: Values, classes: Classes, depth: int) -> nodes.Node:
    _check_depth(values, depth)
    keys = lower([*chain.from_iterable(values)], classes, depth + 1)
    insides = [inside for value in values for inside in value.values()]
    return nodes.Maps(_lengths(values), keys, lower(insides, classes, depth + 1))


def _lengths(values: Values) -> bytes:
    return nodes.row(nodes.LENGTH, len(values)).pack(*map(len, values))


def _check_depth(values: Values, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unfit(values[0], f"it is nested more than {MAX_DEPTH} deep")


def _instances(kind: type, values: Values, classes: Classes, depth: int) -> nodes.Node:
    if (extra := extra_of(kind)) is not None:
        if extra.scalar and (node := extra.scalar(values)):
            return node
        if extra.raw:
            return nodes.Arrays(lower(extra.apart(values), classes, depth), b"", [*map(extra.raw, values)])
        return nodes.Extras(extra.name, lower(extra.apart(values), classes, depth))
    try:
        name = classes.name(kind)
    except Unfit as unfit:
        raise Unfit(values[0], unfit.why) from None
    record: Any = kind
    if issubclass(kind, enum.Enum):
        return _members(kind, name, values, classes, depth)
    return _records(record, name, values, classes, depth)


def _members(kind: type[enum.Enum], name: str, values: Values, classes: Classes, depth: int) -> nodes.Node:
    if issubclass(kind, enum.Flag):
        return nodes.Members(name, lower([value.value for value in values], classes, depth))
    for value in values:
        if kind.__members__.get(value.name) is not value:
            raise Unfit(value, f"it is not among the members of {name}")
    return nodes.Members(name, lower([value.name for value in values], classes, depth))


def _records(kind: type, name: str, values: Values, classes: Classes, depth: int) -> nodes.Node:
    if not field_names(kind):
        return nodes.Units(bytes(len(values)), name)
    try:
        columns = columns_of(kind, values)
    except (AttributeError, IndexError) as error:
        raise Unfit(_incomplete(kind, values), f"a field cannot be read: {error}") from error
    return nodes.Records(name, [lower(column, classes, depth) for column in columns])


def _incomplete(kind: type, values: Values) -> Any:
    for value in values:
        try:
            columns_of(kind, [value])
        except (AttributeError, IndexError):
            return value
    return values[0]


LOWER: dict[type, Lower] = {
    NoneType: lambda values, _classes, _depth: nodes.Units(bytes(len(values))),
    bool: lambda values, _classes, _depth: nodes.Truths(bytes(values)),
    int: _ints,
    float: lambda values, _classes, _depth: nodes.Floats(nodes.row(nodes.FLOAT, len(values)).pack(*values)),
    # a tuple of texts or blobs is written as a list is
    str: lambda values, _classes, _depth: nodes.Texts(cast("list[str]", values)),
    bytes: lambda values, _classes, _depth: nodes.Blobs(cast("list[bytes]", values)),
    tuple: _tuples,
    list: lambda values, classes, depth: _sequences("list", values, classes, depth),
    set: lambda values, classes, depth: _sequences("set", values, classes, depth),
    frozenset: lambda values, classes, depth: _sequences("frozenset", values, classes, depth),
    dict: _maps,
    ClusterSelfId: _self_ids,
}
