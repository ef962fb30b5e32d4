"""Making a failing schedule plain: fewer choices that are not the plainest, and smaller ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

TRIES = 300
"""Executions that are spent on it."""
_OTHERS = 9


Fails = Callable[[Sequence[int]], Sequence[int] | None]
"""Runs a schedule and gives the choices that were made, where it fails."""


def shrink(schedule: Sequence[int], fails: Fails) -> list[int]:
    """Give the plainest failing schedule that is found.

    >>> shrink([3, 0, 7, 1], lambda choices: choices if sum(choices) >= 5 else None)
    [5]
    """
    best = trimmed(schedule)
    for best in shrinking(schedule, fails):  # noqa: B007 - the last one is wanted
        pass
    return best


def shrinking(schedule: Sequence[int], fails: Fails) -> Iterator[list[int]]:
    """Give the plainest failing schedule that is known, after each execution."""
    best, tries = trimmed(schedule), 0
    smaller = _smaller(best)
    while tries < TRIES and (candidate := next(smaller, None)) is not None:
        tries += 1
        found = fails(candidate)
        if found is not None and _cost(trimmed(found)) < _cost(best):
            best = trimmed(found)
            smaller = _smaller(best)
        yield best


def trimmed(schedule: Sequence[int]) -> list[int]:
    """Leave out the plainest choices at the end, which need not be said."""
    size = len(schedule)
    while size and schedule[size - 1] == 0:
        size -= 1
    return list(schedule[:size])


def _cost(schedule: Sequence[int]) -> tuple[int, int, list[int]]:
    return sum(choice != 0 for choice in schedule), len(schedule), list(schedule)


def _smaller(schedule: list[int]) -> Iterator[list[int]]:
    """Give simpler schedules, the boldest first."""
    yield []
    size = len(schedule)
    for length in (size // 2, size // 4, 2, 1):
        for start in range(0, size, max(length, 1)):
            yield schedule[:start] + schedule[start + length :]
            yield [*schedule[:start], *[0] * len(schedule[start : start + length]), *schedule[start + length :]]
    for at, choice in enumerate(schedule):
        for less in dict.fromkeys((1, choice // 2, choice - 1)):
            if 0 < less < choice:
                yield [*schedule[:at], less, *schedule[at + 1 :]]
    for at in range(size - 1):
        # what the next choice means depends on this one
        for other in range(1, _OTHERS) if schedule[at] and schedule[at + 1] else ():
            yield [*schedule[:at], 0, other, *schedule[at + 2 :]]
