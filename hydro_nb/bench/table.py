"""Rounds of two programs side by side, and the rows that they give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

FORM = "{:<42}{:>11}{:>11}{:>8}{:>17}  {:<13}{:<4}{:<14}{}"
HEAD = FORM.format(
    "case", "hydro_nb", "by hand", "ratio", "least..most", "target", "", "twice as much", "others"
).rstrip()
_TARGET = re.compile(r"([<>]=) ([\d.]+)")


@dataclass(frozen=True)
class Scale:
    """How long to measure: rounds of each case, and the share of its items."""

    rounds: int = 5
    share: float = 1.0

    def of(self, count: int) -> int:
        """Give how many items to take of so many.

        >>> Scale(share=0.02).of(5_000_000)
        100000
        """
        return max(int(count * self.share), min(count, 1000))


FULL, QUICK = Scale(), Scale(rounds=1, share=0.1)


@dataclass(frozen=True)
class Row:
    """One line of the table: ratios to the same work by hand, or figures in a unit.

    >>> Row("a chain", "9.00 M/s", "10.00 M/s", (0.90, 0.95, 0.85), ">= 0.90").reached
    True
    """

    case: str
    ours: str
    theirs: str
    ratios: tuple[float, ...]
    target: str
    growth: float | None = None
    unit: str = ""
    """of `ratios`, where they are figures and no ratios"""
    others: Mapping[str, float] = field(default_factory=dict[str, float])
    """other packages at the same work in the same run -> their ratio to the work by hand"""

    @property
    def middle(self) -> float:
        """The median of the rounds."""
        return median(self.ratios)

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        found = _TARGET.match(self.target)
        if found is None:
            return None
        goal = float(found[2])
        return self.middle >= goal if found[1] == ">=" else self.middle <= goal

    def __str__(self) -> str:
        spread = f"{_figure(min(self.ratios))}..{_figure(max(self.ratios))}"
        middle = "" if self.unit else _figure(self.middle)
        growth = "" if self.growth is None else f"x{self.growth:.2f} time"
        others = ", ".join(f"{name} {ratio:.2g}" for name, ratio in self.others.items())
        reached = {True: "yes", False: "NO", None: ""}[self.reached]
        return FORM.format(
            self.case, self.ours, self.theirs, middle, spread, self.target, reached, growth, others
        ).rstrip()

    def plain(self) -> dict[str, Any]:
        """Give it as plain data."""
        fields = ("case", "ours", "theirs", "target", "growth", "unit")
        return {
            **{name: getattr(self, name) for name in fields},
            "median": self.middle,
            "rounds": list(self.ratios),
            "reached": self.reached,
            "others": dict(self.others),
        }


Measure = Callable[[Scale], Iterator[Row]]


def interleaved(
    ours: Callable[[], float], theirs: Callable[[], float], rounds: int = FULL.rounds
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


def throughput(
    case: str,
    items: int,
    pairs: list[tuple[float, float]],
    target: str,
    growth: float | None,
    others: Mapping[str, float] | None = None,
) -> Row:
    """Give the row of two durations for the same items; a ratio of 1 is as fast as by hand, 0.5 half as fast."""
    ours, theirs = (rate(items / median(side)) for side in zip(*pairs, strict=True))
    return Row(case, ours, theirs, tuple(hand / mine for mine, hand in pairs), target, growth, others=others or {})


def delay(case: str, pairs: list[tuple[float, float]], target: str, growth: float | None = None) -> Row:
    """Give the row of two times; a ratio of 1 is as fast as by hand, 2 takes twice as long."""
    ours, theirs = (time_text(median(side)) for side in zip(*pairs, strict=True))
    return Row(case, ours, theirs, tuple(mine / hand for mine, hand in pairs), target, growth)


def measured(
    case: str, figures: Sequence[float], unit: str, target: str = "", growth: float | None = None, theirs: str = ""
) -> Row:
    """Give the row of figures in a unit, with nothing beside them, or with what `theirs` says."""
    return Row(case, f"{_figure(median(figures))} {unit}", theirs, tuple(figures), target, growth, unit)


def rate(per_second: float) -> str:
    """Write a rate for people.

    >>> rate(9_120_000), rate(52_000)
    ('9.12 M/s', '52.0 k/s')
    """
    return f"{per_second / 1e6:.2f} M/s" if per_second >= 1e5 else f"{per_second / 1e3:.1f} k/s"


def time_text(seconds: float) -> str:
    """Write a duration for people.

    >>> time_text(0.0481), time_text(0.000071)
    ('48.1 ms', '71 us')
    """
    return f"{seconds * 1e3:.1f} ms" if seconds >= 0.002 else f"{seconds * 1e6:.0f} us"


def _figure(number: float) -> str:
    return f"{number:.2f}" if number < 10 else f"{number:,.0f}" if number >= 100 else f"{number:.1f}"
