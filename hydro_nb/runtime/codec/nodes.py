"""The packed form of a batch, as msgspec types: a tree of columns, each one msgpack array that starts with its tag.

A column holds the values that stand at one place in all elements of the batch, so that types are looked at once per
column and not once per value. Every value has at least one byte in its column: what a frame makes a receiver build
is bounded by the frame's own size.
"""

from __future__ import annotations

import functools
import struct

import msgspec

INT, FLOAT, LENGTH = "q", "d", "I"


@functools.lru_cache(maxsize=4096)
def row(code: str, count: int) -> struct.Struct:
    """Give the struct of so many little-endian numbers.

    >>> row(INT, 2).size
    16
    """
    return struct.Struct(f"<{count}{code}")


class Column(msgspec.Struct, array_like=True):
    """Base of all columns."""


class Empty(Column, tag="0"):
    """No values at all: the items of lists that are all empty."""


class Units(Column, tag="n"):
    """`None`, `()` or records without fields: one zero byte each."""

    marks: bytes
    kind: str = "None"


class Ints(Column, tag="i"):
    """Integers that fit 64 bits, little-endian."""

    raw: bytes


class BigInts(Column, tag="I"):
    """Integers of any size, each little-endian two's complement."""

    items: list[bytes]


class Floats(Column, tag="f"):
    """IEEE doubles, little-endian."""

    raw: bytes


class Truths(Column, tag="b"):
    """`bool`: a byte each, 0 where it is false."""

    raw: bytes


class Texts(Column, tag="s"):
    """`str`."""

    items: list[str]


class RawTexts(Column, tag="S"):
    """`str` with lone surrogates, in UTF-8 that lets them pass."""

    items: list[bytes]


class Blobs(Column, tag="y"):
    """`bytes`."""

    items: list[bytes]


class Tuples(Column, tag="t"):
    """Tuples of one length, a column per place."""

    columns: list[Node]


class Lists(Column, tag="l"):
    """Lists, or another collection: how many items each has, and all items in one column."""

    kind: str
    lengths: bytes
    items: Node


class Maps(Column, tag="d"):
    """Dicts: how many entries each has, all keys, all values."""

    lengths: bytes
    keys: Node
    values: Node


class Records(Column, tag="r"):
    """Dataclasses, Structs or NamedTuples of one class, a column per field."""

    kind: str
    columns: list[Node]


class Members(Column, tag="e"):
    """Members of an enum by name; of a flag by value."""

    kind: str
    names: Node


class Arrays(Column, tag="A"):
    """Numpy arrays: dtype and shape of each, and the bytes of each, of which a receiver makes no copy if they are many.

    The pad makes the last one begin at a multiple of eight bytes.
    """

    kinds: Node
    pad: bytes
    items: list[memoryview]


class Extras(Column, tag="x"):
    """Values of a class that is known here, by what they are made of."""

    kind: str
    parts: Node


class Scalars(Column, tag="a"):
    """Numpy scalars of one dtype."""

    dtype: str
    raw: bytes


class Mixed(Column, tag="m"):
    """Values of several types: for each value the number of its column."""

    which: bytes
    columns: list[Node]


Node = (
    Empty
    | Units
    | Ints
    | BigInts
    | Floats
    | Truths
    | Texts
    | RawTexts
    | Blobs
    | Tuples
    | Lists
    | Maps
    | Records
    | Members
    | Arrays
    | Extras
    | Scalars
    | Mixed
)
