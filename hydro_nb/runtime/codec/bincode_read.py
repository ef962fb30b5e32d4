"""Writes the function that takes elements of one shape out of bincode, every length held against what is left."""

from __future__ import annotations

import struct
import types
from collections.abc import Callable
from typing import Any

from hydro_nb.errors import DecodeError
from hydro_nb.runtime.codec.classes import constructs_plainly, is_tuple, maker, new_tuple
from hydro_nb.runtime.codec.limits import MAX_UNITS
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
    least_bytes,
)
from hydro_nb.values import MemberId

Decode = Callable[[bytes, int], list[Any]]


def short(wanted: int, left: int) -> DecodeError:
    """Say that a length promises more than there is."""
    return DecodeError(f"a length asks for {wanted} bytes and {left} are left")


def decoder(shape: Shape, names: Names) -> Decode:
    r"""Make the function that reads a batch.

    >>> decoder(Atom(int, "h"), {})(b"\x01\x00\x02\x00", 2)
    [1, 2]
    """
    return Reader(Source(), names).make(shape)


class _In(Body):
    def flush(self) -> None:
        if self.fields:
            size = self.source.format(self.codes).size
            self.line(f"{', '.join(self.fields)}, = {self.source.packer(self.codes, 'unpack_from')}(raw, at)")
            self.line(f"at += {size}")
        after, self.after = self.after, []
        self.codes, self.fields = "", []
        for text in after:
            self.line(text)


class Reader:
    """One method per shape; each writes the lines that read a value at `at` and gives the name that holds it.

    A line in `after` uses fields of a run that is not yet read.
    """

    def __init__(self, source: Source, names: Names) -> None:
        self.source, self.names = source, names
        source.names.update(
            MemberId=MemberId, DecodeError=DecodeError, short=short, unpack_from=struct.unpack_from, new=new_tuple
        )

    def make(self, shape: Shape) -> Decode:
        """Write the function for whole batches and give it."""
        body = _In(self.source, "def decode(raw, count):")
        body.line("at = 0; end = len(raw); items = []; put = items.append")
        self.limit(body, "count", least_bytes(shape, self.names))
        if isinstance(shape, Atom) and shape.code not in ("", "?"):
            body.line(f"items = [*unpack_from('<%d{shape.code}' % count, raw, 0)]")
            body.line(f"at = count * {self.source.format(shape.code).size}")
        else:
            with body.block("for _ in range(count):"):
                value = self.read(body, shape)
                body.flush()
                body.line(f"put({value})")
        body.line("if at != end: raise DecodeError(f'{end - at} bytes are left over at the end')")
        body.line("return items")
        body.finish()
        return self.source.run()["decode"]

    def limit(self, body: _In, count: str, least: int) -> None:
        """Write the refusal of a count that cannot be true."""
        if least:
            body.line(f"if {count} * {least} > end - at: raise short({count} * {least}, end - at)")
        else:
            body.line(f"if {count} > {MAX_UNITS}: raise DecodeError('too many elements without bytes')")

    def read(self, body: _In, shape: Shape) -> str:
        """Write the lines for one value of a shape."""
        match shape:
            case TupleOf(items):
                return self.later(body, self.joined([self.inner(body, item) for item in items]))
            case SeqOf() | MapOf():
                return self.collection(body, shape)
            case OptionOf(item):
                return self.option(body, item)
            case RecordOf():
                return self.record(body, shape)
            case UnionOf(items):
                return self.union(body, items)
            case _:
                return self.leaf(body, shape)

    def leaf(self, body: _In, shape: Shape) -> str:
        """Write the lines for a value that has no parts."""
        match shape:
            case Atom(kind, code):
                return self.atom(body, kind, code)
            case EnumOf(kind):
                members = self.source.hold("e", dict(enumerate(kind)))
                return self.later(body, f"{members}[{self.number(body, 'I')}]")
            case MemberOf(tag):
                return self.later(body, f"MemberId({self.number(body, 'I')}, {tag!r})")
            case _:
                raise DecodeError(f"{shape} has no bincode form")

    def inner(self, body: _In, shape: Shape) -> str:
        """Write a value in place, or a call of the function for its shape."""
        if not wants_function(shape, body.depth):
            return self.read(body, shape)
        body.flush()
        value = self.source.fresh("v")
        body.line(f"{value}, at = {self.function(shape)}(raw, at, end)")
        return value

    def function(self, shape: Shape) -> str:
        """Name the function that reads one value of a shape, made on the first call."""
        if shape not in self.source.functions:
            name = self.source.functions[shape] = self.source.fresh("read")
            body = _In(self.source, f"def {name}(raw, at, end):")
            value = self.read(body, shape)
            body.flush()
            body.line(f"return {value}, at")
            body.finish()
        return self.source.functions[shape]

    def later(self, body: _In, expression: str) -> str:
        """Name a value that is computed when the present run has been read."""
        value = self.source.fresh("v")
        body.after.append(f"{value} = {expression}")
        return value

    def joined(self, parts: list[str]) -> str:
        """Write a tuple."""
        return f"({', '.join(parts)},)" if parts else "()"

    def number(self, body: _In, code: str) -> str:
        """Add a number to the run."""
        value = self.source.fresh("n")
        body.field(code, value)
        return value

    def atom(self, body: _In, kind: type, code: str) -> str:
        """Write a number, text or unit."""
        if kind is types.NoneType:
            return "None"
        if kind is bool:
            value = self.number(body, "B")
            body.after.append(f"if {value} > 1: raise DecodeError(f'a bool is 0 or 1, not {{{value}}}')")
            return self.later(body, f"{value} == 1")
        return self.number(body, code) if code else self.blob(body, kind)

    def blob(self, body: _In, kind: type) -> str:
        """Write a length and as many bytes."""
        size = self.number(body, "Q")
        body.flush()
        self.limit(body, size, 1)
        value = self.source.fresh("v")
        body.line(f"{value} = raw[at:at + {size}]{'.decode()' if kind is str else ''}; at += {size}")
        return value

    def collection(self, body: _In, shape: SeqOf | MapOf) -> str:
        """Write a length and the items."""
        size, value = self.number(body, "Q"), self.source.fresh("v")
        body.flush()
        if isinstance(shape, MapOf):
            self.map(body, shape, size, value)
            return value
        self.limit(body, size, least_bytes(shape.item, self.names))
        if isinstance(shape.item, Atom) and shape.item.code not in ("", "?"):
            body.line(f"{value} = [*unpack_from(f'<{{{size}}}{shape.item.code}', raw, at)]")
            body.line(f"at += {size} * {self.source.format(shape.item.code).size}")
        else:
            body.line(f"{value} = []; put_{value} = {value}.append")
            with body.block(f"for _ in range({size}):"):
                item = self.inner(body, shape.item)
                body.flush()
                body.line(f"put_{value}({item})")
        if shape.type is not list:
            body.line(f"{value} = {shape.type.__name__}({value})")
        return value

    def map(self, body: _In, shape: MapOf, size: str, value: str) -> None:
        """Write the entries of a dict."""
        self.limit(body, size, least_bytes(shape.key, self.names) + least_bytes(shape.value, self.names))
        body.line(f"{value} = {{}}")
        with body.block(f"for _ in range({size}):"):
            key = self.inner(body, shape.key)
            inside = self.inner(body, shape.value)
            body.flush()
            body.line(f"{value}[{key}] = {inside}")

    def option(self, body: _In, item: Shape) -> str:
        """Write a tag, and the value if it is there."""
        tag, value = self.number(body, "B"), self.source.fresh("v")
        body.flush()
        with body.block(f"if {tag} == 1:"):
            found = self.inner(body, item)
            body.flush()
            body.line(f"{value} = {found}")
        with body.block(f"elif {tag} == 0:"):
            body.line(f"{value} = None")
        with body.block("else:"):
            body.line(f"raise DecodeError(f'the tag of an option is 0 or 1, not {{{tag}}}')")
        return value

    def record(self, body: _In, record: RecordOf) -> str:
        """Write the fields of a record and its making."""
        parts = [self.inner(body, field) for _, field in fields_of(record, self.names)]
        return self.later(body, self.made(record.type, parts))

    def made(self, kind: type[Any], parts: list[str]) -> str:
        """Write the expression that makes a record of its fields."""
        name = self.source.hold("k", kind)
        if is_tuple(kind):
            return f"new({name}, {self.joined(parts)})"
        if constructs_plainly(kind):
            return f"{name}({', '.join(parts)})"
        make = self.source.hold("m", maker(kind))
        return f"{make}({name}, {self.joined(parts)})"

    def union(self, body: _In, items: tuple[Shape, ...]) -> str:
        """Write the number of the class, then its fields."""
        tag, value, word = self.number(body, "I"), self.source.fresh("v"), "if"
        body.flush()
        for at, item in enumerate(items):
            with body.block(f"{word} {tag} == {at}:"):
                found = self.read(body, item)
                body.flush()
                body.line(f"{value} = {found}")
            word = "elif"
        with body.block("else:"):
            body.line(f"raise DecodeError(f'a union of {len(items)} has no part {{{tag}}}')")
        return value
