"""What a bounded source gives in one tick: called by the generated program."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from operator import length_hint
from typing import Any

from hydro_nb.wire import SAMPLED

_SIZED: tuple[Iterable[Any], ...] = (range(0), range(1 << 99), [], (), "", b"")
_KNOW_THEIR_LENGTH = frozenset(type(iter(each)) for each in _SIZED)
"""Iterators that say exactly how much is left, and run no code of the user's."""


def pull(iterator: Iterator[Any], room: int, newest: deque[Any]) -> tuple[Iterable[Any], int]:
    """Give at most so many elements, to be iterated once, and how many they are; fewer than asked for are the last.

    >>> elements, count = pull(iter(range(100)), 64, deque())
    >>> sum(elements), count
    (2016, 64)
    """
    if type(iterator) in _KNOW_THEIR_LENGTH and SAMPLED < room < length_hint(iterator):
        # a list of them would cost a sixth of what a short function costs
        first = list(islice(iterator, SAMPLED))
        newest.extend(first)
        return chain(first, islice(iterator, room - SAMPLED)), room
    chunk = list(islice(iterator, room))
    newest.extend(chunk[-SAMPLED:])
    return chunk, len(chunk)
