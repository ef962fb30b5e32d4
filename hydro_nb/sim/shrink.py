"""Making a failing schedule plain: the fewest choices that are not the plainest, then the shortest and smallest.

What a choice means depends on those before it. So a part that does not matter is taken out in several ways: its choices
become plain and the others stay where they are, or it is left out and the others move up; and one choice that can stand
for two is looked for. In the end all schedules with one choice that is not plain are tried, and those with two where
there are few of them: what is left then is the least of all, not only among its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

TRIES = 1500
"""Executions that are spent on it."""
_LARGEST = 8
"""Choices that are tried where one is looked for; what is more is seldom needed."""
_FEW = 6
_SHIFTS = (1, 2, 3)


class Ran(NamedTuple):
    """What came of a schedule: the choices that were made, of how many each, and whether it failed in the same way."""

    path: Sequence[int]
    widths: Sequence[int]
    failed: bool
    faults: int = 0
    """how often something went wrong: a schedule in which less does is plainer, whatever else is chosen"""


Run = Callable[[Sequence[int]], Ran]
Fails = Callable[[Sequence[int]], Sequence[int] | None]
"""Runs a schedule and gives the choices that were made, where it fails."""


def shrink(schedule: Sequence[int], fails: Fails) -> list[int]:
    """Give the plainest failing schedule that is found.

    >>> shrink([3, 0, 7, 1], lambda choices: choices if sum(choices) >= 5 else None)
    [5]
    """

    def run(candidate: Sequence[int]) -> Ran:
        path = fails(candidate)
        return Ran(path or (), (), path is not None)

    shrinker = Shrinker(schedule, run)
    shrinker.run()
    return shrinker.best


def trimmed(schedule: Sequence[int]) -> list[int]:
    """Leave out the plainest choices at the end, which need not be said."""
    size = len(schedule)
    while size and schedule[size - 1] == 0:
        size -= 1
    return list(schedule[:size])


def _cost(schedule: Sequence[int]) -> tuple[int, int, list[int]]:
    return sum(choice != 0 for choice in schedule), len(schedule) + sum(schedule), list(schedule)


class Shrinker:
    """Holds the plainest failing schedule that is known, also while it looks for a plainer one."""

    def __init__(self, schedule: Sequence[int], run: Run, tries: int = TRIES, faults: int = 0) -> None:
        self.best = trimmed(schedule)
        self._faults = faults
        self.left = tries
        """executions that it may still spend"""
        self._run = run
        self._known = {tuple(self.best)}

    def run(self) -> None:
        """Look until nothing plainer is found, or no execution is left."""
        self._try([])
        before: list[int] | None = None
        while before != self.best and self.left > 0:
            before = self.best
            self._shorten()
            self._take_out()
            if before == self.best or len(self._odd()) <= _FEW:
                self._lower()
                self._move_up()
                self._shift()
            if before == self.best:
                self._one_for_two()
            if before == self.best:
                self._few()

    # ------------------------------------------------------------ one execution

    def _odd(self) -> list[int]:
        """Give where the choices are that are not the plainest."""
        return [at for at, choice in enumerate(self.best) if choice]

    def _try(self, schedule: Sequence[int]) -> bool:
        """Run a schedule that would be plainer; gives whether it fails."""
        plain = trimmed(schedule)
        if tuple(plain) in self._known or _cost(plain) >= _cost(self.best):
            return False
        return self._look(plain).failed

    def _look(self, schedule: Sequence[int]) -> Ran:
        """Run a schedule, and keep what was chosen if it fails and is plainer; where none is left, do not."""
        if self.left <= 0:
            return Ran((), (), failed=False)
        self.left -= 1
        self._known.add(tuple(trimmed(schedule)))
        ran = self._run(schedule)
        cost, least = (ran.faults, _cost(trimmed(ran.path))), (self._faults, _cost(self.best))
        plainer = ran.failed and cost < least
        if plainer:
            self.best, self._faults = trimmed(ran.path), ran.faults
        return ran._replace(failed=plainer)

    # ------------------------------------------------------------ less of it

    def _shorten(self) -> None:
        """Cut off the end, half of what is in question at a time."""
        low, high = 0, len(self.best)
        while low < high:
            middle = (low + high) // 2
            if self._try(self.best[:middle]):
                high = min(middle, len(self.best))
            else:
                low = middle + 1

    def _take_out(self) -> None:
        """Take out parts, large ones first, from the end."""
        size = len(self._odd()) // 2
        while size:
            end = len(self._odd())
            while end > 0:
                odd = self._odd()
                end = min(end, len(odd))
                start = max(0, end - size)
                self._without(odd, start, end)
                end = start
            size //= 2

    def _without(self, odd: list[int], start: int, end: int) -> None:
        """Make some choices plain, or leave them out, with what is plain before them or without."""
        if start >= end:
            return
        best, gone = self.best, set(odd[start:end])
        after = best[odd[end - 1] + 1 :]
        before = odd[start - 1] + 1 if start else 0
        _ = (
            self._try([0 if at in gone else choice for at, choice in enumerate(best)])
            or self._try(best[: odd[start]] + after)
            or self._try(best[:before] + after)
        )

    def _lower(self) -> None:
        """Make single choices smaller."""
        for at in reversed(self._odd()):
            low, high = 1, self._at(at)
            while low < high:
                middle = (low + high) // 2
                if self._put(at, middle):
                    high = min(middle, self._at(at))
                else:
                    low = middle + 1
            for less in (1, self._at(at) - 1):
                self._put(at, less)

    def _at(self, at: int) -> int:
        return self.best[at] if at < len(self.best) else 0

    def _put(self, at: int, choice: int) -> bool:
        return 0 < choice < self._at(at) and self._try([*self.best[:at], choice, *self.best[at + 1 :]])

    # ------------------------------------------------------------ something else in its place

    def _move_up(self) -> None:
        """Leave out plain choices before one that is not, all or one."""
        for number in reversed(range(len(self._odd()))):
            odd = self._odd()
            if number < len(odd):
                at, before = odd[number], odd[number - 1] + 1 if number else 0
                _ = at > before and (
                    self._try(self.best[:before] + self.best[at:]) or self._try(self.best[: at - 1] + self.best[at:])
                )

    def _shift(self) -> None:
        """Make one choice plain where that moves those after it."""
        for number in reversed(range(len(self._odd()))):
            odd = self._odd()
            if number < len(odd):
                head, tail = self.best[: odd[number]], self.best[odd[number] + 1 :]
                moved = [[*head, *[0] * (by + 1), *tail] for by in _SHIFTS] + [head + tail[by - 1 :] for by in _SHIFTS]
                _ = any(map(self._try, moved)) or any(map(self._try, self._joined(odd, number)))

    def _joined(self, odd: list[int], number: int) -> list[list[int]]:
        """Give schedules with one choice in the place of two that follow one another."""
        if number + 1 == len(odd):
            return []
        first, second = odd[number : number + 2]
        head, gap, tail = self.best[:first], [0] * (second - first), self.best[second + 1 :]
        later = [[*head, *gap, other, *tail] for other in range(1, _LARGEST + 1)]
        return later + [[*head, other, *gap, *tail] for other in range(1, _LARGEST + 1)]

    def _one_for_two(self) -> None:
        """Make two choices plain and one that is plain another."""
        odd = self._odd()
        pairs = [(one, two) for number, two in enumerate(odd) for one in odd[:number]]
        if len(odd) > _FEW:
            pairs = [pair for pair in pairs if odd.index(pair[1]) == odd.index(pair[0]) + 1]
        for pair in reversed(pairs):
            base = [0 if at in pair else choice for at, choice in enumerate(self.best)]
            if self._one_more(base, len(self.best)):
                return

    def _one_more(self, base: list[int], end: int, start: int = 0) -> bool:
        """Change one plain choice of a schedule to something else; gives whether that fails."""
        ran = self._look(base)
        for at in range(start, min(len(ran.path), len(ran.widths), end)):
            for choice in range(1, min(ran.widths[at], _LARGEST + 1)) if not ran.path[at] else ():
                if self._try([*ran.path[:at], choice, *base[at + 1 :]]):
                    return True
        return ran.failed

    def _few(self) -> None:
        """Try all schedules with one choice that is not plain, and those with two where that is not too much."""
        plain = self._look([])
        if self._odd() and self._one_more([], len(plain.path)):
            return
        ways = sum(min(width - 1, _LARGEST) for width in plain.widths)
        if len(self._odd()) < 2 or ways**2 > self.left:
            return
        for at in range(len(plain.path)):
            for choice in range(1, min(plain.widths[at], _LARGEST + 1)):
                base = [*plain.path[:at], choice]
                if self._one_more(base, len(plain.path) + len(self.best), at + 1):
                    return
