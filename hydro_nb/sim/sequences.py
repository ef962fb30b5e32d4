"""The sequences that can be made of what has come, one choice after the other."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

Choose = Callable[[int], int]
"""Gives a number below its argument."""


class Firsts:
    """Where the first of each group stands among pairs of a group and an element, of which only firsts are taken."""

    __slots__ = ("_at", "_seen")

    def __init__(self) -> None:
        self._at: dict[Any, int] = {}
        self._seen = 0
        """how many have been looked at"""

    def take(self, pending: list[Any], choose: Choose) -> Any:
        """Take out one of the firsts; what has come since the last time stands at the end."""
        at = self._at
        for index in range(self._seen, len(pending)):
            at.setdefault(pending[index][0], index)
        group, taken = sorted(at.items(), key=itemgetter(1))[choose(len(at))]
        item = pending.pop(taken)
        del at[group]
        for other, index in at.items():
            at[other] = index - (index > taken)
        for index in range(taken, len(pending)):
            at.setdefault(pending[index][0], index)
            if group in at:
                break
        self._seen = len(pending)
        return item


def interleaved(items: list[Any], choose: Choose) -> list[Any]:
    """Make one of two sequences whose elements come with the number of theirs.

    >>> interleaved([(0, "a"), (0, "b"), (1, "c")], lambda n: n - 1)
    ['c', 'a', 'b']
    """
    left, firsts = list(items), Firsts()
    return [firsts.take(left, choose)[1] for _ in items]


def interleaved_by_key(items: list[Any], choose: Choose) -> list[Any]:
    """Make one sequence of those that the elements of each key are.

    >>> interleaved_by_key([("x", 1), ("x", 2), ("y", 3)], lambda n: n - 1)
    [('y', 3), ('x', 1), ('x', 2)]
    """
    left, firsts = list(items), Firsts()
    return [firsts.take(left, choose) for _ in items]


def permuted(items: list[Any], choose: Choose) -> list[Any]:
    """Put elements into any order.

    >>> permuted(["a", "b", "c"], lambda n: n - 1)
    ['c', 'b', 'a']
    """
    left = list(items)
    return [left.pop(choose(len(left))) for _ in items]


def permuted_by_key(items: list[Any], choose: Choose) -> list[Any]:
    """Put the elements of each key into any order; between keys there is none.

    >>> permuted_by_key([("a", 1), ("b", 2), ("a", 3)], lambda n: n - 1)
    [('a', 3), ('a', 1), ('b', 2)]
    """
    groups: dict[Any, list[Any]] = {}
    for key, value in items:
        groups.setdefault(key, []).append((key, value))
    return [item for group in groups.values() for item in permuted(group, choose)]


def repeated(items: list[Any], choose: Choose) -> list[Any]:
    """Let some elements come twice.

    >>> repeated(["a", "b"], lambda n: n - 1)
    ['a', 'a', 'b', 'b']
    """
    return [item for item in items for _ in range(1 + choose(2))]
