"""A batch of plain numbers at once: the bytes that its tree of one column would have, without the tree."""

from __future__ import annotations

import functools
import struct
from typing import Any

import msgspec

from hydro_nb.runtime.codec import nodes
from hydro_nb.schema import Atom, Shape

WIDTH = 8
TAG = 2
"""Where the tag of a column stands: behind what says that there are two parts, and that one letter follows."""
_FORMS: dict[Atom, tuple[type[nodes.Ints | nodes.Floats], str]] = {
    Atom(int, "q"): (nodes.Ints, nodes.INT),
    Atom(float, "d"): (nodes.Floats, nodes.FLOAT),
}


class Numbers:
    r"""Writes and reads batches of one type of numbers; gives None where the tree of columns has to.

    >>> (numbers,) = numbers_for(Atom(int, "q"))
    >>> numbers.encode([258]), numbers.encode([True]), numbers.decode(numbers.encode([258]), 1)
    (b'\x92\xa1i\xc4\x08\x02\x01\x00\x00\x00\x00\x00\x00', None, [258])
    """

    def __init__(self, kind: type, node: type[nodes.Ints | nodes.Floats], code: str) -> None:
        self.kind, self._node, self._code = kind, node, code
        self._head = functools.lru_cache(maxsize=2048)(self._make_head)
        self.tag = self._head(1)[TAG]

    def _make_head(self, count: int) -> bytes:
        raw = bytes(WIDTH * count)
        return msgspec.msgpack.encode(self._node(raw)).removesuffix(raw)

    def encode(self, items: list[Any]) -> bytes | None:
        """Write numbers, if all are of the type itself and fit 64 bits."""
        count = len(items)
        if not items or [*map(type, items)].count(self.kind) != count:
            return None
        try:
            return self._head(count) + nodes.row(self._code, count).pack(*items)
        except struct.error:
            return None

    def decode(self, body: bytes | memoryview, count: int) -> list[Any] | None:
        """Read so many numbers, if they are all that a frame holds."""
        if WIDTH * count >= len(body):
            return None
        head = self._head(count)
        size = len(head)
        if len(body) != size + WIDTH * count or body[:size] != head:
            return None
        return [*nodes.row(self._code, count).unpack_from(body, size)]


def numbers_for(shape: Shape | None) -> tuple[Numbers, ...]:
    """Give what writes and reads batches of this shape where they are plain numbers: all there is where none is known.

    >>> [each.kind for each in numbers_for(Atom(int, "q"))], [each.kind for each in numbers_for(None)]
    ([<class 'int'>], [<class 'int'>, <class 'float'>])
    >>> numbers_for(Atom(str))
    ()
    """
    forms = {atom: form for atom, form in _FORMS.items() if shape is None or atom == shape}
    return tuple(Numbers(atom.type, *form) for atom, form in forms.items())
