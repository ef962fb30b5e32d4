"""The body of a frame: bytes, or what is put together only with the header before it."""

from __future__ import annotations

from typing import TypeAlias


class Parts:
    """A body that ends in a large value: its bytes are copied once, to behind what it is added to.

    >>> b"header" + Parts(b"head", memoryview(b"tail"))
    b'headerheadtail'
    """

    __slots__ = ("_head", "_tail")

    def __init__(self, head: bytes, tail: memoryview) -> None:
        self._head, self._tail = head, tail

    def __len__(self) -> int:
        return len(self._head) + self._tail.nbytes

    def __bytes__(self) -> bytes:
        return b"".join((self._head, self._tail))

    def __radd__(self, before: bytes) -> bytes:
        return b"".join((before, self._head, self._tail))


Body: TypeAlias = bytes | Parts
