"""An inferred schema as plain msgpack data, for the head of the first frame."""

from __future__ import annotations

import enum
from typing import Any, cast

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec.classes import Classes
from hydro_nb.runtime.codec.limits import MAX_DEPTH
from hydro_nb.schema import ATOMS, Atom, EnumOf, MapOf, MemberOf, OptionOf, RecordOf, SeqOf, Shape, TupleOf, is_record

KINDS: dict[str, type] = {kind.__name__: kind for kind in (list, tuple, set, frozenset)}
PLAIN: dict[str, Atom] = {atom.type.__name__: atom for atom in ATOMS.values()}


def to_wire(shape: Shape, classes: Classes) -> list[Any]:
    """Write the shape of a first element.

    >>> to_wire(SeqOf(list, Atom(int, "q")), Classes())
    ['many', 'list', ['plain', 'int']]
    """
    match shape:
        case Atom(kind):
            return ["plain", kind.__name__]
        case TupleOf(items):
            return ["tuple", *(to_wire(item, classes) for item in items)]
        case SeqOf(kind, item):
            return ["many", kind.__name__, to_wire(item, classes)]
        case MapOf(key, value):
            return ["dict", to_wire(key, classes), to_wire(value, classes)]
        case OptionOf(item):
            return ["option", to_wire(item, classes)]
        case MemberOf(tag):
            return ["member", tag]
        case _:
            return ["class", classes.name(cast("RecordOf | EnumOf", shape).type)]


def from_wire(data: Any, classes: Classes, depth: int = 0) -> Shape:
    """Read what `to_wire` wrote.

    >>> from_wire(["option", ["plain", "str"]], Classes())
    OptionOf(item=Atom(type=<class 'str'>, code=''))
    """
    if depth > MAX_DEPTH:
        raise DecodeError("the schema is nested too deep")
    match data:
        case ["plain", str(name)]:
            return PLAIN[name]
        case ["tuple", *items]:
            return TupleOf(tuple(from_wire(item, classes, depth + 1) for item in items))
        case ["many", str(name), item]:
            return SeqOf(KINDS[name], from_wire(item, classes, depth + 1))
        case ["dict", key, value]:
            return MapOf(from_wire(key, classes, depth + 1), from_wire(value, classes, depth + 1))
        case ["option", item]:
            return OptionOf(from_wire(item, classes, depth + 1))
        case ["member", str(tag)]:
            return MemberOf(tag)
        case ["class", str(name)]:
            return _class_shape(classes.find(name))
        case _:
            raise DecodeError(f"{data!r:.60} is no schema")


def _class_shape(kind: type) -> Shape:
    return EnumOf(kind) if issubclass(kind, enum.Enum) else RecordOf(kind) if is_record(kind) else _refuse(kind)


def _refuse(kind: type) -> Shape:
    raise DecodeError(f"{kind.__name__} is no record")
