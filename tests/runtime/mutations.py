"""Damage as it happens, and as somebody makes it who knows how lengths are written."""

from __future__ import annotations

import random
from collections.abc import Sequence

WORDS = (
    *(b"\0", b"\1", b"\x7f", b"\x80", b"\xff", b"\xc0", b"\xc1", b"\x90", b"\xdf"),
    *(b"\xff" * 4, b"\xff" * 8, b"\0" * 8, b"\xff\xff\xff\x7f", b"\0\0\0\0\0\0\0\x80", b"\x7f" + b"\xff" * 7),
    *(b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff"),
)
"""Among them the heads of the longest lists, maps, bytes and texts of msgpack."""


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Give one of the inputs with a few changes, sometimes of two put together."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        chance.choice(_CHANGES)(chance, data, seeds)
    return bytes(data[:2000])


def _flip(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _overwrite(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    at, word = chance.randint(0, len(data)), chance.choice(WORDS)
    data[at : at + len(word)] = word


def _insert(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    at = chance.randint(0, len(data))
    data[at:at] = chance.choice(WORDS) * chance.choice((1, 1, 1, 300))


def _cut(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    start = chance.randint(0, len(data))
    del data[start : chance.choice((start + 1, len(data), chance.randint(start, len(data))))]


def _repeat(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    start = chance.randint(0, len(data))
    part = data[start : start + chance.randint(1, 40)]
    data[start:start] = part * chance.choice((1, 2, 50))


def _splice(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    other = chance.choice(seeds)
    start = chance.randint(0, len(other))
    data[chance.randint(0, len(data)) :] = other[start:]


_CHANGES = (_flip, _overwrite, _overwrite, _insert, _cut, _repeat, _splice)
