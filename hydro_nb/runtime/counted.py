"""Loops of the generated program that Python runs in C, where that gives the same: called at the head of such a loop.

Each leaves to the loop what it cannot vouch for: nothing, or everything from some element on. So what fails, fails in
the loop, with the same error and on the same element.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain, islice
from operator import countOf, length_hint
from typing import Any, cast

PORTION, MOST = 32, 1024
"""Lines whose words are found at once: the first, and ever."""
WORDS = 2048
"""Words that are to be found at once: few enough to stay in the processor's cache, enough to be worth the way there."""
_count = cast("Callable[[dict[Any, int], Iterable[Any]], None]", Counter[Any].update)
"""What a counter does with items, which any table may have done to it."""
_NUMBERS = frozenset({bool, int, float, complex})
_WHOLE = frozenset({bool, int})
_ADDS_IN_TURN = sys.version_info < (3, 12)
"""Whether `sum` adds floats one after the other; newer ones also carry along what rounding loses."""


def count_words(table: dict[str, int], lines: Iterable[Any]) -> Iterable[Any]:
    """Count the words of lines that are plain text: many lines in a row have the words that each of them has.

    >>> table = {"b": 1}
    >>> list(count_words(table, ["a b", "b"])), table
    ([], {'b': 3, 'a': 1})
    """
    lines, few = iter(lines), PORTION
    while portion := list(islice(lines, few)):
        if countOf(map(type, portion), str) < len(portion):
            return chain(portion, lines)
        words = " ".join(portion).split()
        _count(table, words)
        few = min(max(WORDS * len(portion) // (len(words) or 1), 1), MOST)
    return ()


def count_each(table: dict[Any, int], items: Iterable[Any]) -> Iterable[Any]:
    """Count items, up to one that is no key.

    >>> table = {}
    >>> list(count_each(table, ["a", "b", "a", [], "b"])), table
    ([[], 'b'], {'a': 2, 'b': 1})
    """
    items = list(items)
    each = iter(items)
    try:
        _count(table, each)
    except Exception:  # noqa: BLE001 - it is raised again in the loop, by the element that raises it
        return items[~length_hint(each) :]
    return ()


def add_up(total: Any, items: Iterable[Any]) -> tuple[Any, Iterable[Any]]:
    """Add items to a whole number, up to one that cannot be added, or none of them.

    >>> add_up(1, [2, 3]), add_up("a", ["b"])
    ((6, ()), ('a', ['b']))
    """
    if type(total) is not int:
        return total, items
    items = list(items)
    if not (_ADDS_IN_TURN or _WHOLE.issuperset(map(type, items))):
        return total, items
    each = iter(items)
    try:
        return sum(each, total), ()
    except (TypeError, OverflowError):
        done = len(items) - length_hint(each) - 1
        if not _NUMBERS.issuperset(map(type, items[:done])):  # what the user's own numbers did is not done again
            raise
        return sum(items[:done], total), items[done:]
