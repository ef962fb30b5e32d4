"""Rounds of two programs side by side, and the row that they give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

ROUNDS = 5
HEAD = f"{'case':<34}{'hydro_nb':>14}{'by hand':>14}{'ratio':>8}{'worst..best':>14}  {'target':<10}{'growth, twice the work':<22}"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    case: str
    ours: str
    theirs: str
    ratios: tuple[float, ...]
    target: str
    growth: float | None = None

    def __str__(self) -> str:
        spread = f"{min(self.ratios):.2f}..{max(self.ratios):.2f}"
        growth = "" if self.growth is None else f"x{self.growth:.2f} time"
        figures = f"{self.ours:>14}{self.theirs:>14}{median(self.ratios):>8.2f}{spread:>14}"
        return f"{self.case:<34}{figures}  {self.target:<10}{growth:<22}"


def interleaved(
    ours: Callable[[], float], theirs: Callable[[], float], rounds: int = ROUNDS
) -> list[tuple[float, float]]:
    """Run both in turn, the first of a round changing, so that a slow minute of the machine falls on both."""
    pairs: list[tuple[float, float]] = []
    for number in range(rounds):
        if number % 2:
            second = theirs()
            pairs.append((ours(), second))
        else:
            first = ours()
            pairs.append((first, theirs()))
    return pairs


def throughput(case: str, items: int, pairs: list[tuple[float, float]], target: str, growth: float | None) -> Row:
    """Give the row of two durations for the same items; a ratio of 1 is as fast as by hand, 0.5 half as fast."""
    ours, theirs = (_rate(items / median(side)) for side in zip(*pairs, strict=True))
    return Row(case, ours, theirs, tuple(hand / mine for mine, hand in pairs), target, growth)


def delay(case: str, pairs: list[tuple[float, float]], target: str, growth: float | None = None) -> Row:
    """Give the row of two times; a ratio of 1 is as fast as by hand, 2 takes twice as long."""
    ours, theirs = (_time(median(side)) for side in zip(*pairs, strict=True))
    return Row(case, ours, theirs, tuple(mine / hand for mine, hand in pairs), target, growth)


def _rate(per_second: float) -> str:
    return f"{per_second / 1e6:.2f} M/s" if per_second >= 1e5 else f"{per_second / 1e3:.1f} k/s"


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds >= 0.002 else f"{seconds * 1e6:.0f} us"
