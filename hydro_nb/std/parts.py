"""Which part of several something belongs to; the same in every process.

Processes load this file, so it needs nothing of the language.
"""

from __future__ import annotations

from typing import Any, cast
from zlib import crc32

from hydro_nb.values import MemberId

__all__ = ["part_of"]


def part_of(key: Any, parts: int) -> int:
    """Give a number below `parts` that depends on the key alone: equal keys have equal numbers, in every process.

    >>> part_of("abc", 5), part_of("xyz", 5), part_of(7, 5)
    (3, 1, 2)

    For numbers, texts, bytes, None, members of clusters, and tuples and frozen sets of these. Python's own `hash` gives
    another number for a text in each process.
    """
    return _number(key) % parts


def _number(key: Any) -> int:
    if isinstance(key, MemberId):
        return cast("MemberId[Any]", key).raw_id
    if isinstance(key, int) or (isinstance(key, float) and key.is_integer()):
        return int(key)
    return crc32(_bytes(key))


def _bytes(key: Any) -> bytes:
    if isinstance(key, str):
        return key.encode(errors="surrogatepass")
    if isinstance(key, bytes):
        return key
    if isinstance(key, tuple | frozenset):
        numbers = [_number(each) for each in cast("tuple[Any, ...] | frozenset[Any]", key)]
        return repr(numbers if isinstance(key, tuple) else sorted(numbers)).encode()
    if key is None or isinstance(key, float):
        return repr(key).encode()
    raise TypeError(
        f"a {type(key).__name__} has no number that is the same in every process: {key!r}. "
        "Give a key that is a number, a text, bytes, or a tuple of these."
    )
