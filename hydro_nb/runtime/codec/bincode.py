"""bincode 1.3 as `bincode::serialize` writes it with its default options, for elements of one schema.

Fixed-width little-endian numbers, u64 lengths, u8 option tags, u32 variant numbers, structs field by field; a batch is
its elements one after another. Where no type is declared, the first element tells it: the first frame then starts
with a byte 1 and the schema, every later one with a byte 0.

An `int` where `float` is declared is sent as the float that it equals exactly; nothing else changes its type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from hydro_nb.errors import DecodeError, EncodeError
from hydro_nb.runtime.codec import bincode_read, bincode_write, limits, paths
from hydro_nb.runtime.codec.bincode_schema import from_wire, to_wire
from hydro_nb.runtime.codec.classes import Classes
from hydro_nb.runtime.codec.limits import Unfit, shown
from hydro_nb.runtime.codec.misfit import first_misfit
from hydro_nb.schema import Names, Shape, infer_shape, is_complete, refusal

KNOWN, FIRST = b"\0", b"\1"


class BincodeCodec:
    r"""Elements of one shape as bincode; without a shape, of that of the first element.

    >>> from hydro_nb.schema import shape_of
    >>> BincodeCodec(shape_of(tuple[str, bool])).encode([("a", True)])
    b'\x01\x00\x00\x00\x00\x00\x00\x00a\x01'
    """

    def __init__(self, shape: Shape | None = None, types: Sequence[type] = (), where: str = "") -> None:
        self._where = where
        self._names: Names = {kind.__name__: kind for kind in types}
        self._classes = Classes(types)
        self._declared = shape is not None
        self._sent = False
        self._shape: Shape | None = None
        if shape is not None:
            self._use(shape)

    def _use(self, shape: Shape) -> None:
        if why := refusal(shape, self._names):
            raise EncodeError(f"{self._where}{why}")
        self._write = bincode_write.encoder(shape, self._names)
        self._read = bincode_read.decoder(shape, self._names)
        self._shape = shape

    def encode(self, items: list[Any]) -> bytes:
        """Write a batch, or say which value cannot be written and why."""
        if self._shape is None and items:
            self._use(self._inferred(items[0]))
        if self._shape is None:
            return b""
        body = self._encoded(items, self._shape)
        if len(body) > limits.MAX_ELEMENT:
            self._check_sizes(items)
        if not body and len(items) > limits.MAX_UNITS:
            raise EncodeError(f"{self._where}{len(items)} elements without bytes are too many for one frame")
        return body if self._declared else self._head(self._shape) + body

    def _encoded(self, items: list[Any], shape: Shape) -> bytes:
        try:
            return self._write(items)
        except Exception as error:  # noqa: BLE001 - a user's class may raise anything when it is looked at
            raise self._misfit(items, shape, error) from None

    def decode(self, body: bytes | memoryview, count: int) -> list[Any]:
        """Read a batch of `count` elements, or say what is wrong with the frame."""
        try:
            raw = bytes(body)
            if not self._declared:
                if not raw and not count:
                    return []
                raw = self._beheaded(raw)
            return self._read(raw, count)
        except Exception as error:
            raise DecodeError(f"{self._where}a frame cannot be decoded: {paths.reason(error)}") from error

    def _inferred(self, first: Any) -> Shape:
        shape = infer_shape([first])
        if shape is None or not is_complete(shape):
            raise EncodeError(f"{self._where}the first element, {shown(first)}, does not tell the type; {TYPED}")
        if why := refusal(shape, self._names):
            raise EncodeError(f"{self._where}the first element, {shown(first)}, has no bincode form: {why}; {TYPED}")
        return shape

    def _head(self, shape: Shape) -> bytes:
        if self._sent:
            return KNOWN
        try:
            text = msgspec.msgpack.encode(to_wire(shape, self._classes))
        except Unfit as unfit:
            raise EncodeError(f"{self._where}{unfit.why}") from None
        if len(text) > limits.MAX_SCHEMA:
            raise EncodeError(f"{self._where}the type of the first element has too many parts; {TYPED}")
        self._sent = True
        return FIRST + len(text).to_bytes(4, "little") + text

    def _beheaded(self, raw: bytes) -> bytes:
        if raw[:1] == KNOWN and self._shape is not None:
            return raw[1:]
        if raw[:1] != FIRST:
            raise DecodeError("the schema, which the first frame carries, has not come")
        size = int.from_bytes(raw[1:5], "little")
        if size > limits.MAX_SCHEMA:
            raise DecodeError(f"a schema of {size} bytes is longer than {limits.MAX_SCHEMA}")
        end = 5 + size
        shape = from_wire(msgspec.msgpack.decode(raw[5:end]), self._classes)
        if self._shape is None:
            self._use(shape)
        elif shape != self._shape:
            raise DecodeError("the schema has changed")
        return raw[end:]

    def _misfit(self, items: list[Any], shape: Shape, error: Exception) -> EncodeError:
        for at, item in enumerate(items):
            if found := first_misfit(item, shape, self._names):
                path, value, why = found
                hint = "" if self._declared else f" (the type of the first element); {TYPED}"
                return EncodeError(f"{self._where}[{at}]{path} cannot be sent: {shown(value)}: {why}{hint}")
        return EncodeError(f"{self._where}a batch cannot be encoded: {paths.reason(error)}")

    def _check_sizes(self, items: list[Any]) -> None:
        for at, item in enumerate(items):
            if (size := len(self._write([item]))) > limits.MAX_ELEMENT:
                raise EncodeError(f"{self._where}[{at}] {limits.too_large(size, item)}")


TYPED = "declare the type with `.typed(T)`"
