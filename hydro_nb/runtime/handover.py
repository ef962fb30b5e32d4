"""The sending end of a channel within one operating system process: what nothing can change is handed over as it is.

Only what would come out of the channel's codec equal and of the same types, and is refused by it in no case: numbers,
texts, bytes, None, members' ids, tuples and frozen records of them, as far as declared types say so. All else goes
through the codec, so that the receiver gets a copy, or the sender the error that it would get elsewhere.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Mapping
from dataclasses import is_dataclass
from itertools import chain
from operator import attrgetter
from typing import Any, TypeAlias, cast

import msgspec

from hydro_nb.runtime.channel import MAX_BUFFER, MAX_BYTES, MAX_ITEMS, Codec, Sender
from hydro_nb.runtime.codec import MAX_ELEMENT
from hydro_nb.runtime.parcel import parcel
from hydro_nb.schema import (
    Atom,
    EnumOf,
    MemberOf,
    Names,
    Opaque,
    OptionOf,
    RecordOf,
    Shape,
    TupleOf,
    fields_of,
    shape_of,
)
from hydro_nb.values import ATOMS, MemberId
from hydro_nb.wire import DATA, ChannelSpec

Gauge: TypeAlias = Callable[[Collection[Any]], int | None]
"""About how many bytes values take; None if they may not be handed over."""
CELL = 8
SIZED = (str, bytes)
DEPTH = 100
"""Tuples in tuples that are looked into; the codec takes a few more"""
CODES = ("", "?", "q", "d")
"""Of numbers of these declared widths the codec takes all"""


class HandingSender(Sender):
    """Hands over what nothing can change, and encodes the rest."""

    __slots__ = ("_gauge",)

    def __init__(
        self, spec: ChannelSpec, codec: Codec, gauge: Gauge, epochs: tuple[int, int], max_buffer: int = MAX_BUFFER
    ) -> None:
        super().__init__(spec, codec, epochs, max_buffer)
        self._gauge = gauge

    def _pack_one(self, items: list[Any], start: int) -> int:
        batch = items if not start and len(items) <= MAX_ITEMS else items[start : start + MAX_ITEMS]
        size = self._gauge(batch)
        if size is not None and size > MAX_BYTES and len(batch) > 1:
            batch = batch[: max(1, len(batch) * MAX_BYTES // size)]
            size = self._gauge(batch)
        if size is None or size > MAX_ELEMENT // 4:  # a character takes four bytes at most
            return super()._pack_one(items, start)
        self._sequence += 1
        header = self.frame(DATA, self._flags, self._sequence, len(batch))
        self._line_up(parcel(header, batch, size), len(batch))
        return len(batch)


def gauge_for(spec: ChannelSpec, captures: Mapping[str, Any]) -> Gauge | None:
    """Give the gauge of a channel's elements; None where all of them are encoded."""
    if spec.codec.codec not in ("msgpack", "self-describing"):
        return None
    name, names = spec.codec.type_name, {kind.__name__: kind for kind in captures.get("__types__", ())}
    element = captures[name] if name else None
    shape = None if element is None or element is Any else shape_of(element, names)
    if shape is None or isinstance(shape, Opaque) or spec.codec.codec == "self-describing":
        return untyped
    return _gauge(shape, names, ())


def _gauge(shape: Shape, names: Names, within: tuple[Shape, ...]) -> Gauge | None:
    """Make the gauge of a declared shape; `within` are the records around it, as one may contain itself."""
    match shape:
        case Atom(kind, code) if code in CODES:
            return _of_atoms(kind)
        case MemberOf(tag):
            return _of_members(tag)
        case EnumOf(kind) if not issubclass(kind, enum.Flag):
            return _of_kind(kind)
        case _:
            return _of_parts(shape, names, within)


def _of_parts(shape: Shape, names: Names, within: tuple[Shape, ...]) -> Gauge | None:
    match shape:
        case OptionOf(item):
            parts = _gauges([item], names, within)
            return _of_options(*parts) if parts else None
        case TupleOf(items):
            parts = _gauges(items, names, within)
            return _of_tuples(parts) if parts else None
        case RecordOf(kind) if shape not in within and _is_frozen(kind):
            fields = dict(fields_of(shape, names))
            parts = _gauges(fields.values(), names, (*within, shape))
            return _of_records(kind, [*fields], parts) if parts else None
        case _:
            return None


def _gauges(shapes: Collection[Shape], names: Names, within: tuple[Shape, ...]) -> list[Gauge] | None:
    parts = [part for part in (_gauge(shape, names, within) for shape in shapes) if part is not None]
    return parts if len(parts) == len(shapes) else None


def _is_frozen(kind: type) -> bool:
    """Whether nothing of an instance can change: it is frozen, and has no place for more than its fields."""
    frozen = is_dataclass(kind) and cast("Any", kind).__dataclass_params__.frozen
    if issubclass(kind, msgspec.Struct):
        frozen = kind.__struct_config__.frozen
    return bool(frozen) and cast("Any", kind).__dictoffset__ == 0


def _of_atoms(kind: type) -> Gauge:
    only, sized = {kind}, kind in SIZED

    def gauge(values: Collection[Any]) -> int | None:
        if {*map(type, values)} != only:
            return None
        return CELL * len(values) + (sum(map(len, values)) if sized else 0)

    return gauge


def _of_kind(kind: type) -> Gauge:
    return lambda values: CELL * len(values) if {*map(type, values)} == {kind} else None


def _of_members(tag: str) -> Gauge:
    def gauge(values: Collection[Any]) -> int | None:
        if {*map(type, values)} != {MemberId} or {*map(attrgetter("tag"), values)} != {tag}:
            return None
        return CELL * len(values) if {*map(type, map(attrgetter("raw_id"), values))} == {int} else None

    return gauge


def _of_options(inner: Gauge) -> Gauge:
    def gauge(values: Collection[Any]) -> int | None:
        there = [value for value in values if value is not None]
        size = inner(there) if there else 0
        return None if size is None else CELL * (len(values) - len(there)) + size

    return gauge


def _of_tuples(parts: list[Gauge]) -> Gauge:
    length = {len(parts)}

    def gauge(values: Collection[Any]) -> int | None:
        if {*map(type, values)} != {tuple} or {*map(len, values)} != length:
            return None
        return _sum(parts, zip(*values, strict=True))

    return gauge


def _of_records(kind: type, fields: list[str], parts: list[Gauge]) -> Gauge:
    getters = [attrgetter(name) for name in fields]

    def gauge(values: Collection[Any]) -> int | None:
        if {*map(type, values)} != {kind}:
            return None
        return _sum(parts, ([*map(getter, values)] for getter in getters))

    return gauge


def _sum(parts: list[Gauge], columns: Any) -> int | None:
    total = CELL
    for part, column in zip(parts, columns, strict=True):
        size = part(column)
        if size is None:
            return None
        total += size
    return total


def untyped(values: Collection[Any]) -> int | None:
    """Gauge values of which no type is known.

    >>> untyped([1, ("a", (None, 2.5))]), untyped([("a", [1])])
    (49, None)
    """
    total = 0
    for _ in range(DEPTH):
        kinds = {*map(type, values)}
        total += CELL * len(values)
        if not kinds.isdisjoint(SIZED):
            total += sum(len(value) for value in values if type(value) in SIZED)
        if kinds <= ATOMS:
            return total
        if not kinds - {tuple} <= ATOMS:
            return None
        tuples: list[Any] = [value for value in values if type(value) is tuple]
        values = [*chain.from_iterable(tuples)]
    return None
