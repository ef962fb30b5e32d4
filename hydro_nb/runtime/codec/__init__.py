"""Batches of elements to bytes and back: bincode, and packed columns in msgpack with or without a declared type.

>>> codec = make_codec(wire.CodecSpec("bincode"), int)
>>> codec.decode(codec.encode([1, 2]), 2)
[1, 2]

What a codec accepts comes back equal and of equal types; the rest is an EncodeError. What is less than obvious:

- An `int` where `float` is declared stays an int in a packed frame and becomes the float that it equals in bincode,
  which has no other way; so does a `float` declared `f32` become what four bytes can hold.
- A packed frame takes what a type checker takes: a `bool` for an `int`, a subclass for its base, each as what it is.
  bincode takes exactly the declared types.
- On the wire a packed frame is msgpack: of each column its tag, then its values. Numbers that fit 64 bits are raw
  little-endian bytes, truths a byte each, texts and blobs msgpack's own; tuples and records are a column per place or
  field, collections their lengths and all their items in one column.
- A value of 64 KiB or more at the end of a batch is copied once, to its place in the frame. Arrays come back read-only:
  the bytes of one as large stay where they were received, and a smaller one is copied, so that it keeps no frame alive.
- Packed integers have any size, packed texts may have lone surrogates; bincode refuses both.
- Classes (dataclasses, Structs, NamedTuples, enums) travel by name and are looked up among the types that the program
  mentions and the modules already loaded; nothing is imported because a frame says so, numpy, pyarrow and pandas for
  their arrays, tables and frames apart.
- Records come back with the fields that were sent, whatever their constructors do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from hydro_nb import wire
from hydro_nb.runtime.codec.body import Body
from hydro_nb.runtime.codec.limits import MAX_ELEMENT
from hydro_nb.runtime.codec.pickled import PickleCodec
from hydro_nb.schema import Opaque, shape_of


class Codec(Protocol):
    """Writes and reads whole batches; everything that goes wrong is an EncodeError or a DecodeError."""

    def encode(self, items: list[Any]) -> Body:
        """Write a batch as the body of a frame."""
        ...

    def decode(self, body: bytes | memoryview, count: int) -> list[Any]:
        """Read the `count` elements of a frame's body."""
        ...


def make_codec(spec: wire.CodecSpec, element_type: Any | None, *, types: Sequence[type] = (), where: str = "") -> Codec:
    r"""Give one end of a channel its codec.

    `types` are the classes that the program mentions, `where` begins every error ("channel 'x' of Leader: "). Each end
    needs one of its own: an inferred bincode schema is the memory of one sender and one receiver.

    >>> make_codec(wire.CodecSpec("self-describing"), None).encode([])
    b'\x91\xa10'
    """
    where = where and where.rstrip(": ") + ": "
    if spec.codec == "pickle":
        return PickleCodec(trusted="the channel was declared so", where=where)
    names = {kind.__name__: kind for kind in types}
    shape = None if element_type is None or element_type is Any else shape_of(element_type, names)
    # each codec takes its milliseconds to load, and most processes need one of them
    if spec.codec == "bincode":
        from hydro_nb.runtime.codec.bincode import BincodeCodec  # noqa: PLC0415 - see above

        return BincodeCodec(shape, types, where)
    from hydro_nb.runtime.codec.packed import PackedCodec  # noqa: PLC0415 - see above

    known = None if spec.codec == "self-describing" or isinstance(shape, Opaque) else shape
    return PackedCodec(known, types, where)


__all__ = ["MAX_ELEMENT", "Body", "Codec", "PickleCodec", "make_codec"]
