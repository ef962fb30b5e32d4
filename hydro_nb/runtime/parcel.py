"""A frame whose elements come along as they are, for a receiver in the same operating system process."""

from __future__ import annotations

from typing import Any


class Parcel(bytes):
    """The header of a frame, and beside it the elements that would be its body; `weight` is its length as a frame."""

    items: list[Any]
    weight: int

    def __len__(self) -> int:
        return self.weight


def parcel(header: bytes, items: list[Any], size: int) -> Parcel:
    """Make one of elements that stand for so many bytes.

    >>> len(parcel(b"header", [1, 2], 16))
    22
    """
    made = Parcel(header)
    made.items, made.weight = items, len(header) + size
    return made
