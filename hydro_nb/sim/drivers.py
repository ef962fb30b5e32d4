"""Who chooses: every schedule in turn, schedules at random, or one that was written down."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Protocol

from hydro_nb.errors import SimulationFailure

__tracebackhide__ = True
"""pytest shows the frames of the user"""


MOST_COMPARED = 200_000
"""Characters of what is there before choices, that are compared in one search."""


class DepthFirst:
    """Goes through all choices, the last one first.

    >>> driver, seen = DepthFirst(), []
    >>> while True:
    ...     seen.append((driver.choose(2), driver.choose(2)))
    ...     if not driver.advance():
    ...         break
    >>> seen
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """

    def __init__(self) -> None:
        self.path: list[int] = []
        self.widths: list[int] = []
        """of each choice: of how many"""
        self.at = 0
        """how many choices of this execution were made"""

    def choose(self, ways: int) -> int:
        """Give the next choice of this execution."""
        if ways == 1:
            return 0
        at, self.at = self.at, self.at + 1
        if at == len(self.path):
            self.path.append(0)
            self.widths.append(ways)
        elif self.widths[at] != ways:
            raise _diverged(at, self.widths[at], ways)
        return self.path[at]

    def advance(self) -> bool:
        """Go on to the next execution, if there is one."""
        if self.at < len(self.path):
            raise _diverged(self.at, self.widths[self.at], 0)
        while self.path and self.path[-1] + 1 == self.widths[-1]:
            self.path.pop()
            self.widths.pop()
        self.at = 0
        if self.path:
            self.path[-1] += 1
        return bool(self.path)


class Checked(DepthFirst):
    """Goes through all choices, and sees that what executions have in common is the same in both.

    It does so until it has looked at very much: `present` writes down all that is there before a choice.
    """

    def __init__(self, present: Callable[[], str]) -> None:
        super().__init__()
        self._present, self._left = present, MOST_COMPARED
        self._before: list[str] = []
        """what was there before each choice of the last execution"""

    def choose(self, ways: int) -> int:
        """Give the next choice of this execution."""
        if ways > 1 and self._left > 0:
            self._compare(self._present())
        return super().choose(ways)

    def _compare(self, now: str) -> None:
        self._left -= len(now)
        if self.at == len(self._before):
            self._before.append(now)
        elif self._before[self.at] != now and not any(" at 0x" in each for each in (now, self._before[self.at])):
            raise unsteady(f"before choice {self.at + 1} it {self._before[self.at]}, and then it {now}")

    def advance(self) -> bool:
        """Go on to the next execution, if there is one."""
        more = super().advance()
        del self._before[len(self.path) :]
        return more


class Unharmed(DepthFirst):
    """Goes through all choices, but nothing goes wrong.

    >>> driver = Unharmed()
    >>> driver.rarely(3), driver.choose(2), driver.advance()
    (0, 0, True)
    >>> driver.rarely(3), driver.choose(2), driver.advance()
    (0, 1, False)
    """

    def rarely(self, ways: int) -> int:
        """Choose that nothing goes wrong, as if there were no other way."""
        if ways > 1:
            if self.at == len(self.path):
                self.path.append(0)
                self.widths.append(1)
            self.at += 1
        return 0


class AtRandom:
    """Chooses at random, the same for the same seed.

    >>> AtRandom(7).choose(1)
    0
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - nothing secret depends on it
        self.path: list[int] = []
        self.widths: list[int] = []
        """of each choice: of how many"""
        self._rarity = 0
        """how rare what is rare is in this execution"""

    def choose(self, ways: int) -> int:
        """Give a number below `ways`."""
        if ways == 1:
            return 0
        chosen = self._random.randrange(ways)
        self.path.append(chosen)
        self.widths.append(ways)
        return chosen

    def rarely(self, ways: int) -> int:
        """Give 0 most of the time, in some executions more often than in others."""
        if not self._rarity:
            self._rarity = 4 ** self._random.randint(1, 4)
        chosen = self._random.randrange(1, ways) if not self._random.randrange(self._rarity) else 0
        self.path.append(chosen)
        self.widths.append(ways)
        return chosen

    def advance(self) -> bool:
        """Forget what was chosen."""
        self._rarity = 0
        self.path.clear()
        self.widths.clear()
        return True


class UnharmedAtRandom(AtRandom):
    """Chooses at random, but nothing goes wrong.

    >>> UnharmedAtRandom(7).rarely(3)
    0
    """

    def rarely(self, ways: int) -> int:
        """Choose that nothing goes wrong."""
        self.path.append(0)
        self.widths.append(ways)
        return 0


class Replay:
    """Chooses what was chosen before, and after that the plainest, or what another driver says.

    >>> driver = Replay((1,))
    >>> driver.choose(2), driver.choose(2)
    (1, 0)
    """

    def __init__(self, schedule: Sequence[int], rest: AtRandom | None = None) -> None:
        self._left = list(reversed(schedule))
        self._rest = rest
        self.path: list[int] = []
        self.widths: list[int] = []
        """of each choice: of how many"""
        self.faults = 0
        """how many choices were that something goes wrong"""

    def choose(self, ways: int) -> int:
        """Give the next written choice."""
        return self._next(ways, self._rest)

    def rarely(self, ways: int) -> int:
        """Give the next written choice; nothing goes wrong but what is written."""
        chosen = self._next(ways, None)
        self.faults += chosen != 0
        return chosen

    def _next(self, ways: int, rest: AtRandom | None) -> int:
        if ways == 1:
            return 0
        after = rest.choose(ways) if rest and not self._left else 0
        self.path.append(min(self._left.pop(), ways - 1) if self._left else after)
        self.widths.append(ways)
        return self.path[-1]


class OnlyScripted(Replay):
    """Stands where a test decides all that there is to choose; of what leaves nothing to choose the plainest."""


class Repeat:
    """Chooses what was chosen in an execution before, and sees that it goes the same way.

    >>> driver = Repeat([1], [2])
    >>> driver.choose(2)
    1
    >>> driver.finish()
    """

    def __init__(self, path: Sequence[int], widths: Sequence[int]) -> None:
        self.path, self._widths, self._at = list(path), list(widths), 0

    def choose(self, ways: int) -> int:
        """Give the next choice, which must be of as many as before."""
        if ways == 1:
            return 0
        at, self._at = self._at, self._at + 1
        before = self._widths[at] if at < len(self._widths) else 0
        if before != ways:
            raise _diverged(at, before, ways)
        return self.path[at]

    def finish(self) -> None:
        """See that no choice is left over."""
        if self._at < len(self.path):
            raise _diverged(self._at, self._widths[self._at], 0)


class Driver(Protocol):
    """What chooses in an execution."""

    path: list[int]
    """what was chosen until now, but where there was one way only"""

    def choose(self, ways: int) -> int:
        """Give a number below `ways`."""
        ...


def rarely(driver: Driver) -> Callable[[int], int]:
    """Give what chooses whether something happens that need not: at random rarely, else as all else is chosen."""
    return driver.rarely if isinstance(driver, AtRandom | Replay | Unharmed) else driver.choose


def _diverged(at: int, before: int, now: int) -> SimulationFailure:
    return unsteady(f"at choice {at + 1} there {_were(before)} before, and now {_were(now).partition(' ')[2]}")


def _were(ways: int) -> str:
    return f"were {ways} ways" if ways else "was no choice"


def unsteady(what: str) -> SimulationFailure:
    """Say that a schedule does not decide what happens."""
    return SimulationFailure(
        f"the same schedule went two ways: {what}.\n"
        "  The test or a function of the flow depends on something besides its inputs (a clock, random numbers, a\n"
        "  global that it changes, the order of a set of strings). Take that out, or bring it in through a port."
    )
