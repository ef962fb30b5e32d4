"""Rounds of two programs side by side, and the row that they give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

ROUNDS = 5
FORM = "{:<34}{:>14}{:>14}{:>8}{:>14}  {:<10}{}"
HEAD = FORM.format("case", "hydro_nb", "by hand", "ratio", "least..most", "target", "twice the work")


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
        ratio = f"{median(self.ratios):.2f}"
        return FORM.format(self.case, self.ours, self.theirs, ratio, spread, self.target, growth)


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
