"""P1 to P5: how many elements a second, next to the same work by hand, in this run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from hydro_nb import FlowBuilder
from hydro_nb.bench import flows, others
from hydro_nb.bench.fresh import said_by
from hydro_nb.bench.table import Row, Scale, interleaved, throughput
from hydro_nb.environ import variable
from hydro_nb.errors import HydroError

ALIKE = "PYTHONHASHSEED", "0"
"""Both sides hash texts alike: which of them collide in a table decides a fifth of its speed."""
TWO_PROCESSES = {"ints": 2_000_000, "pairs": 1_000_000, "records": 1_000_000}


def taken(said: list[list[str]]) -> tuple[float, int]:
    """Give the seconds between the marks of the first and the last item, and the sum."""
    marks = {word: rest for word, *rest in said}
    if not marks.keys() >= {"first", "last"}:
        raise HydroError(f"the first and the last item were to be marked, but this was printed: {said[:5]}")
    return float(marks["last"][0]) - float(marks["first"][0]), int(marks["last"][1])


class Sides:
    """Both sides of a case; every run must give the same sum."""

    def __init__(self, build: Callable[..., FlowBuilder], name: str, *kind: str) -> None:
        self._build, self._name, self._kind = build, name, kind
        self._sums: dict[int, int] = {}

    def ours(self, count: int) -> float:
        """Give the seconds of the flow."""
        return self._checked(flows.printed(self._build(*self._kind, count)), count)

    def theirs(self, count: int) -> float:
        """Give the seconds of the program by hand."""
        return self._checked(said_by("hand", self._name, *self._kind, count), count)

    def _checked(self, said: list[list[str]], count: int) -> float:
        seconds, total = taken(said)
        if self._sums.setdefault(count, total) != total:
            raise HydroError(f"`{self._name}` gave {total} for {count} items, and {self._sums[count]} before")
        return seconds

    def row(self, case: str, count: int, target: str, scale: Scale) -> Row:
        """Measure."""
        count = scale.of(count)
        with variable(*ALIKE):
            pairs = interleaved(lambda: self.ours(count), lambda: self.theirs(count), scale.rounds)
            twice = median(self.ours(2 * count) for _ in range(min(scale.rounds, 3)))
        beside = others.ratios(self._name, count, median(hand for _, hand in pairs) / count)
        return throughput(case, count, pairs, target, twice / median(mine for mine, _ in pairs), beside)


def _case(name: str, case: str, count: int, target: str) -> Callable[[Scale], Iterator[Row]]:
    build: Any = getattr(flows, name)

    def measure(scale: Scale) -> Iterator[Row]:
        yield Sides(build, name).row(case, count, target, scale)

    return measure


one_process = _case("one_process", "P1 map filter map fold", 5_000_000, ">= 0.90")
word_count = _case("word_count", "P2 word count", 2_000_000, ">= 1.10")
running_fold = _case("running_fold", "P3 keyed running fold", 1_000_000, ">= 0.85")
join = _case("join", "P4 symmetric join, 1 M x 100 k", 1_000_000, ">= 0.85")


def two_processes(scale: Scale) -> Iterator[Row]:
    """Measure P5, for elements of three kinds."""
    for kind, count in TWO_PROCESSES.items():
        sides = Sides(flows.two_processes, "two_processes", kind)
        yield sides.row(f"P5 two processes, {kind}", count, ">= 0.90", scale)
