"""How time grows with size: doubling items, keys, operators or processes should double it, and no worse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log
from statistics import fmean, median
from typing import Any

from hydro_nb.bench import flows
from hydro_nb.bench.delay import starts
from hydro_nb.bench.footprint import compiled
from hydro_nb.bench.fresh import said_by
from hydro_nb.bench.speed import taken
from hydro_nb.bench.table import Scale, time_text

WORST = 1.15
"""The slope up to which time counts as growing with size, and no worse: what is measured is never exact."""


@dataclass(frozen=True)
class Series:
    """Times of one kind of work at growing sizes."""

    name: str
    what: str
    points: tuple[tuple[int, float], ...]
    """size, seconds"""

    @property
    def slope(self) -> float:
        """The exponent of growth, by least squares of the logarithms: 1 is proportional.

        >>> round(Series("squares", "", tuple((n, float(n * n)) for n in (1, 2, 4))).slope, 2)
        2.0
        """
        xs, ys = [log(size) for size, _ in self.points], [log(seconds) for _, seconds in self.points]
        middle, height = fmean(xs), fmean(ys)
        across = sum((x - middle) ** 2 for x in xs)
        return sum((x - middle) * (y - height) for x, y in zip(xs, ys, strict=True)) / across

    def __str__(self) -> str:
        first, last = self.points[0], self.points[-1]
        ends = " to ".join(f"{size:,} in {time_text(seconds)}" for size, seconds in (first, last))
        return f"growth with {self.name:<10} exponent {self.slope:.2f}   {ends}   ({self.what})"

    def plain(self) -> dict[str, Any]:
        """Give it as plain data."""
        points = [{"size": size, "seconds": seconds} for size, seconds in self.points]
        return {"name": self.name, "what": self.what, "exponent": self.slope, "points": points}


def series(scale: Scale) -> Iterator[Series]:
    """Measure all kinds of growth."""
    some = slice(None) if scale.share == 1 else slice(3)
    million = scale.of(1_000_000)
    items = [million * 2**n for n in range(5)]
    yield _series("items", "map, filter, map, fold", items, _items, scale)
    keys = [million // 1000 * 4**n for n in range(6)]
    yield _series("keys", f"running sums of {2 * million:,} items", keys, _keys(2 * million), scale)
    operators = [125 * 2**n for n in range(6)][some]
    yield _series("operators", "build, check, compile", operators, compiled, scale)
    processes = [2 * 2**n for n in range(5)][some]
    yield _series("processes", "deploy() to the last of a row", processes, _processes, scale)


def _series(name: str, what: str, sizes: list[int], run: Callable[[int], float], scale: Scale) -> Series:
    run(sizes[0])  # what is loaded once belongs to no size
    rounds = [[run(size) for size in sizes] for _ in range(min(scale.rounds, 3))]
    return Series(name, what, tuple(zip(sizes, map(median, zip(*rounds, strict=True)), strict=True)))


def _items(count: int) -> float:
    return taken(flows.printed(flows.one_process(count)))[0]


def _keys(items: int) -> Callable[[int], float]:
    return lambda keys: taken(flows.printed(flows.running_fold(items, keys)))[0]


def _processes(count: int) -> float:
    return median(starts(said_by("start", "row", count, 3))[1:])
