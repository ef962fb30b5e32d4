"""What a bounded source gives in one tick: called by the generated program."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast

from hydro_nb.wire import SAMPLED

_PLAIN: tuple[Any, ...] = (range(0), [], (), "", "\u00e9", b"")
_SEQUENCES = frozenset(map(type, _PLAIN))
_OVER_THEM = frozenset(map(type, map(iter, _PLAIN)))
"""Iterators that know what they go through and how far they are, and can be told to be further."""


def pull(iterator: Iterator[Any], room: int, newest: deque[Any]) -> tuple[Iterable[Any], int]:
    """Give at most so many elements, to be iterated once, and how many they are; fewer than asked for are the last.

    >>> elements, count = pull(iter(range(100)), 64, deque())
    >>> sum(elements), count
    (2016, 64)
    """
    chunk: Any = _portion(iterator, room) if type(iterator) in _OVER_THEM else None
    if chunk is None:
        chunk = list(islice(iterator, room))
    newest.extend(chunk[-SAMPLED:])
    return chunk, len(chunk)


def take(iterator: Iterator[Any], room: int) -> list[Any]:
    """Give at most so many elements, as a list that nobody else has; fewer than asked for are the last.

    >>> take(iter(range(100)), 3)
    [0, 1, 2]
    """
    chunk: Any = _portion(iterator, room) if type(iterator) in _OVER_THEM else None
    if isinstance(chunk, list):
        return cast("list[Any]", chunk)
    return list(islice(iterator, room) if chunk is None else chunk)


def _portion(iterator: Any, room: int) -> Any:
    """Give the next portion of a plain sequence as one, without asking for its elements; None if it is not plain."""
    _, (items,), *rest = iterator.__reduce__()
    if type(items) not in _SEQUENCES:
        return None
    start = rest[0] or 0 if rest else 0  # what is left of a range is told as a range, by newer versions of Python
    portion = items[start : start + room]
    iterator.__setstate__(start + len(portion))
    if len(portion) < room:
        next(iterator, None)  # so that it stays at its end, whatever a list gets later
    return portion
