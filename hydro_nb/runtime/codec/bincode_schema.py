"""An inferred schema as plain msgpack data, for the head of the first frame."""

from __future__ import annotations

from typing import Any, cast

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec.classes import Classes, is_enum
from hydro_nb.runtime.codec.limits import MAX_DEPTH
from hydro_nb.schema.shapes import (
    ATOMS,
    Atom,
    EnumOf,
    MapOf,
    MemberOf,
    OptionOf,
    RecordOf,
    SeqOf,
    Shape,
    TupleOf,
    parts_of,
)

KINDS: dict[str, type] = {kind.__name__: kind for kind in (list, tuple, set, frozenset)}
WORDS: dict[type, str] = {TupleOf: "tuple", MapOf: "dict", OptionOf: "option"}
PLAIN: dict[str, Atom] = {atom.type.__name__: atom for atom in ATOMS.values()}


def to_wire(shape: Shape, classes: Classes) -> list[Any]:
    """Write the shape of a first element.

    >>> to_wire(SeqOf(list, Atom(int, "q")), Classes())
    ['many', 'list', ['plain', 'int']]
    """
    match shape:
        case Atom(kind):
            head = ["plain", kind.__name__]
        case SeqOf(kind):
            head = ["many", kind.__name__]
        case MemberOf(tag):
            head = ["member", tag]
        case RecordOf(kind) | EnumOf(kind):
            head = ["class", classes.name(cast("type", kind))]
        case _:
            head = [WORDS[type(shape)]]
    return [*head, *(to_wire(part, classes) for part in parts_of(shape))]


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
        case ["member", str(tag)]:
            return MemberOf(tag)
        case ["class", str(name)]:
            kind: Any = classes.find(name)
            return EnumOf(kind) if is_enum(kind) else RecordOf(kind)
        case ["many", str(name), item]:
            return SeqOf(KINDS[name], from_wire(item, classes, depth + 1))
        case [str(word), *items]:
            return _with_parts(word, tuple(from_wire(item, classes, depth + 1) for item in items))
        case _:
            raise DecodeError(f"{data!r:.60} is no schema")


def _with_parts(word: str, parts: tuple[Shape, ...]) -> Shape:
    match word, parts:
        case "tuple", _:
            return TupleOf(parts)
        case "dict", (key, value):
            return MapOf(key, value)
        case "option", (item,):
            return OptionOf(item)
        case _:
            raise DecodeError(f"a schema has no {word!r:.20} of {len(parts)} parts")
