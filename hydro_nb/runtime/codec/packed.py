"""The packed codecs: msgpack of columns, with the element type declared or not.

Both write the same form, which says of every column what it is, so that every value comes back equal and of its own
type. The declared type adds a check on both ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from hydro_nb.errors import DecodeError, EncodeError
from hydro_nb.runtime.codec import limits, nodes, paths
from hydro_nb.runtime.codec.body import Body
from hydro_nb.runtime.codec.check import Check
from hydro_nb.runtime.codec.classes import Classes
from hydro_nb.runtime.codec.lift import lift
from hydro_nb.runtime.codec.limits import Unfit, shown
from hydro_nb.runtime.codec.lower import lower, mended
from hydro_nb.runtime.codec.numbers import TAG, numbers_for
from hydro_nb.runtime.codec.tails import encoded
from hydro_nb.schema import Shape

DECODER: msgspec.msgpack.Decoder[nodes.Node] = msgspec.msgpack.Decoder(nodes.Node)


class PackedCodec:
    """Batches as msgpack columns; with `shape`, only of values that fit it.

    >>> codec = PackedCodec()
    >>> codec.decode(codec.encode([("a", 1), {2.5, None}]), 2) == [("a", 1), {2.5, None}]
    True
    """

    def __init__(self, shape: Shape | None = None, types: Sequence[type] = (), where: str = "") -> None:
        self._where = where
        self._classes = Classes(types)
        numbers = numbers_for(shape)
        self._of_type = {each.kind: each for each in numbers}
        self._of_tag = {each.tag: each for each in numbers}
        self._check = Check(shape, self._classes, {kind.__name__: kind for kind in types}) if shape else None

    def encode(self, items: list[Any]) -> Body:
        """Write a batch, or say which value cannot be written and why."""
        first: object = items[0] if items else None
        numbers = self._of_type.get(type(first))
        if numbers is not None and (body := numbers.encode(items)) is not None:
            return body
        try:
            node = lower(items, self._classes)
            fits = self._check is None or self._check.accepts(node)
            body = _packed(node) if fits else b""
        except Unfit as unfit:
            raise self._refused(items, unfit.value, unfit.why) from None
        except Exception as error:
            raise EncodeError(f"{self._where}a batch cannot be encoded: {type(error).__name__}: {error}") from error
        if not fits and self._check:
            raise self._misfit(items, self._check)
        if len(body) > limits.MAX_ELEMENT:
            self._check_sizes(items)
        return body

    def decode(self, body: bytes | memoryview, count: int) -> list[Any]:
        """Read a batch of `count` values, or say what is wrong with the frame."""
        numbers = self._of_tag.get(body[TAG]) if len(body) > TAG else None
        if numbers is not None and (values := numbers.decode(body, count)) is not None:
            return values
        try:
            node = DECODER.decode(body)
            if self._check:
                self._check.require(node)
            values = lift(node, count, self._classes)
        except Exception as error:
            raise DecodeError(f"{self._where}a frame cannot be decoded: {paths.reason(error)}") from error
        return values if isinstance(values, list) else list(values)

    def _refused(self, items: list[Any], value: Any, why: str) -> EncodeError:
        path = paths.find(items, value)
        return EncodeError(f"{self._where}{path or 'a value'} cannot be sent: {shown(value)}: {why}")

    def _misfit(self, items: list[Any], check: Check) -> EncodeError:
        for at, item in enumerate(items):
            found = self._first_misfit(item, check.shape, f"[{at}]", check)
            if found:
                path, value, shape = found
                wanted = paths.text_of(shape)
                return EncodeError(
                    f"{self._where}{path} is {shown(value)} of type {type(value).__name__}, "
                    f"where {wanted} is declared: change the value or the declared type (annotation or `.typed(T)`)"
                )
        return EncodeError(f"{self._where}a batch does not fit the declared type {check.declared}")

    def _first_misfit(self, value: Any, shape: Shape, path: str, check: Check) -> tuple[str, Any, Shape] | None:
        if check.fits(lower([value], self._classes), shape):
            return None
        for suffix, part, inner in paths.parts(value, shape, check.names):
            if found := self._first_misfit(part, inner, path + suffix, check):
                return found
        return path, value, shape

    def _check_sizes(self, items: list[Any]) -> None:
        for at, item in enumerate(items):
            size = len(_packed(lower([item], self._classes)))
            if size > limits.MAX_ELEMENT:
                raise EncodeError(f"{self._where}[{at}] {limits.too_large(size, item)}")


def _packed(node: nodes.Node) -> Body:
    try:
        return encoded(node)
    except UnicodeEncodeError:
        return encoded(mended(node))
