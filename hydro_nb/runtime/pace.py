"""How much a location takes in at once, so that it is never away for long and never works in crumbs."""

from __future__ import annotations

FIRST, ENOUGH, MOST = 16, 1024, 16 * 1024
"""Elements that the first tick takes, what a short one is raised to, and any tick at most.

Enough is what a frame holds, which then is the input as it was decoded; of more the first elements have left the
processor's cache when their tick begins.
"""
SHORT, LONG = 0.002, 0.02
"""Seconds of a tick below which it may be larger, and above which it keeps others waiting."""


class Pace:
    """The number of elements that the next tick may take, learned from how long the ticks before took.

    >>> pace = Pace()
    >>> pace.ran(16, 0.001)
    >>> pace.budget
    64
    """

    __slots__ = ("_cut", "budget")

    def __init__(self) -> None:
        self.budget = FIRST
        self._cut = (0, 0.0)
        """elements and seconds of the tick that made the budget smaller"""

    def ran(self, count: int, seconds: float, *, full: bool = False) -> None:
        """Learn from a tick that took this many elements.

        One that used the whole budget can raise it, or was `full`: the next frame was too large for what was left. Its
        time has to be so short that it would be with the whole budget as well.
        """
        if seconds > LONG:
            self._shorten(count, seconds)
        elif (full or count >= self.budget) and seconds * self.budget < SHORT * min(count, self.budget):
            self.budget = max(self.budget, min(4 * self.budget, ENOUGH))

    def _shorten(self, count: int, seconds: float) -> None:
        before, longer = self._cut
        if count < before and seconds > longer / 2:
            # fewer elements did not help: the time goes where their number does not matter
            self.budget = min(16 * self.budget, MOST)
            self._cut = (0, 0.0)
        else:
            self.budget = max(min(count, self.budget) // 4, 1)
            self._cut = (count, seconds)
