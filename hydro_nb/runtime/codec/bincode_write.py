"""Writes the function that puts elements of one shape into bincode."""

from __future__ import annotations

import struct
import types
from collections.abc import Callable
from typing import Any, cast

from hydro_nb.runtime.codec.source import Body, Source, wants_function
from hydro_nb.schema import (
    Atom,
    EnumOf,
    MapOf,
    MemberOf,
    Names,
    OptionOf,
    RecordOf,
    SeqOf,
    Shape,
    TupleOf,
    UnionOf,
    fields_of,
)
from hydro_nb.values import ClusterSelfId, MemberId

Encode = Callable[[list[Any]], bytes]
MISFIT = "raise TypeError"


def exact_float(value: Any) -> float:
    """Give an int as the float that is declared, if it is exactly one.

    >>> exact_float(3)
    3.0
    """
    if type(value) is not int or (made := float(value)) != value:
        raise TypeError
    return made


def as_float(value: Any) -> float:
    """Give a float as it is, an int as `exact_float` does.

    >>> as_float(0.5), as_float(1)
    (0.5, 1.0)
    """
    return value if type(value) is float else exact_float(value)


def encoder(shape: Shape, names: Names) -> Encode:
    r"""Make the function that writes a batch.

    >>> encoder(Atom(int, "h"), {})([1, 2])
    b'\x01\x00\x02\x00'
    """
    writer = Writer(Source(), names)
    return writer.make(shape)


class _Out(Body):
    def flush(self) -> None:
        if self.fields:
            self.line(f"out({self.source.packer(self.codes, 'pack')}({', '.join(self.fields)}))")
        self.codes, self.fields = "", []


class Writer:
    """One method per shape; each writes the lines that append a value's bytes to `out`."""

    def __init__(self, source: Source, names: Names) -> None:
        self.source, self.names = source, names
        source.names.update(
            Member={MemberId, ClusterSelfId},
            exact_float=exact_float,
            as_float=as_float,
            pack=struct.pack,
            Int={int},
            Float={float},
        )

    def make(self, shape: Shape) -> Encode:
        """Write the function for whole batches and give it."""
        body = _Out(self.source, "def encode(items):")
        body.line("parts = []; out = parts.append")
        if isinstance(shape, Atom) and shape.code not in ("", "?"):
            self.numbers(body, shape, "items")
        else:
            with body.block("for item in items:"):
                self.write(body, shape, "item")
        body.line("return b''.join(parts)")
        body.finish()
        return self.source.run()["encode"]

    def write(self, body: _Out, shape: Shape, value: str) -> None:
        """Write the lines for one value of a shape."""
        match shape:
            case Atom(kind, code):
                self.atom(body, kind, code, value)
            case TupleOf(items):
                self.tuple(body, items, value)
            case SeqOf() | MapOf():
                self.collection(body, shape, value)
            case OptionOf(item):
                with body.block(f"if {value} is None:"):
                    body.line(r"out(b'\0')")
                with body.block("else:"):
                    body.line(r"out(b'\1')")
                    self.inner(body, item, value)
            case EnumOf(kind):
                index = self.source.hold("e", {member: at for at, member in enumerate(kind)})
                self.demand(body, value, kind)
                body.field("I", f"{index}[{value}]")
            case MemberOf():
                body.line(f"if type({value}) not in Member or type({value}.raw_id) is not int: {MISFIT}")
                body.field("I", f"{value}.raw_id")
            case RecordOf():
                self.demand(body, value, shape.type)
                self.fields(body, shape, value)
            case UnionOf(items):
                self.union(body, items, value)
            case _:
                body.line(MISFIT)

    def inner(self, body: _Out, shape: Shape, value: str) -> None:
        """Write a value in place, or a call of the function for its shape."""
        if not wants_function(shape, body.depth):
            self.write(body, shape, value)
            return
        body.flush()
        body.line(f"{self.function(shape)}({value}, out)")

    def function(self, shape: Shape) -> str:
        """Name the function that writes one value of a shape, made on the first call."""
        if shape not in self.source.functions:
            name = self.source.functions[shape] = self.source.fresh("write")
            body = _Out(self.source, f"def {name}(value, out):")
            self.write(body, shape, "value")
            body.flush()
            body.line("return")
            body.finish()
        return self.source.functions[shape]

    def demand(self, body: _Out, value: str, kind: type) -> None:
        """Write the refusal of values of another class, subclasses included: their fields would be lost."""
        body.line(f"if type({value}) is not {self.source.hold('k', kind)}: {MISFIT}")

    def atom(self, body: _Out, kind: type, code: str, value: str) -> None:
        """Write a number, text or unit."""
        if kind is types.NoneType:
            body.line(f"if {value} is not None: {MISFIT}")
        elif kind is float:
            made = self.source.fresh("f")
            body.line(f"{made} = {value} if type({value}) is float else exact_float({value})")
            body.field(code, made)
        elif code:
            self.demand(body, value, kind)
            body.field(code, value)
        else:
            self.blob(body, kind, value)

    def blob(self, body: _Out, kind: type, value: str) -> None:
        """Write a length and as many bytes."""
        self.demand(body, value, kind)
        raw = self.source.fresh("b")
        body.line(f"{raw} = {value}.encode()" if kind is str else f"{raw} = {value}")
        body.field("Q", f"len({raw})")
        body.flush()
        body.line(f"out({raw})")

    def tuple(self, body: _Out, items: tuple[Shape, ...], value: str) -> None:
        """Write the items of a tuple one after another."""
        body.line(f"if type({value}) is not tuple or len({value}) != {len(items)}: {MISFIT}")
        parts = [self.source.fresh("t") for _ in items]
        if parts:
            body.line(f"{', '.join(parts)}, = {value}")
        for part, item in zip(parts, items, strict=True):
            self.inner(body, item, part)

    def collection(self, body: _Out, shape: SeqOf | MapOf, value: str) -> None:
        """Write a length and the items."""
        self.demand(body, value, dict if isinstance(shape, MapOf) else shape.type)
        body.field("Q", f"len({value})")
        body.flush()
        if isinstance(shape, MapOf):
            key, inside = self.source.fresh("k"), self.source.fresh("v")
            with body.block(f"for {key}, {inside} in {value}.items():"):
                self.inner(body, shape.key, key)
                self.inner(body, shape.value, inside)
        elif isinstance(shape.item, Atom) and shape.item.code not in ("", "?"):
            self.numbers(body, shape.item, value)
        else:
            part = self.source.fresh("i")
            with body.block(f"for {part} in {value}:"):
                self.inner(body, shape.item, part)

    def numbers(self, body: _Out, item: Atom, value: str) -> None:
        """Write fixed-width numbers in one call."""
        numbers = self.source.fresh("n")
        body.line(f"{numbers} = {value}")
        kinds = "Int" if item.type is int else "Float"
        otherwise = MISFIT if item.type is int else f"{numbers} = [*map(as_float, {numbers})]"
        body.line(f"if not {{*map(type, {numbers})}} <= {kinds}: {otherwise}")
        body.line(f"out(pack('<%d{item.code}' % len({numbers}), *{numbers}))")

    def fields(self, body: _Out, record: RecordOf, value: str) -> None:
        """Write the fields of a record."""
        for name, field in fields_of(record, self.names):
            part = self.source.fresh("r")
            body.line(f"{part} = {value}.{name}")
            self.inner(body, field, part)

    def union(self, body: _Out, items: tuple[Shape, ...], value: str) -> None:
        """Write the number of the class, then its fields."""
        word = "if"
        for at, item in enumerate(items):
            record = cast("RecordOf", item)
            with body.block(f"{word} type({value}) is {self.source.hold('k', record.type)}:"):
                body.field("I", str(at))
                self.fields(body, record, value)
            word = "elif"
        with body.block("else:"):
            body.line(MISFIT)
