"""P1 and P5: how many elements a second, next to the same work by hand."""

from __future__ import annotations

from statistics import median

import bench_flows as flows
import bench_peers as peers
import pytest
from bench_table import interleaved, throughput

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
ONE_PROCESS = 5_000_000
TWO_PROCESSES = {"ints": 2_000_000, "pairs": 1_000_000, "records": 1_000_000}


def taken(lines: list[list[str]]) -> tuple[float, int]:
    """Give the seconds between the marks of the first and the last item, and the sum."""
    said = {word: rest for word, *rest in lines}
    return float(said["last"][0]) - float(said["first"][0]), int(said["last"][1])


class Sides:
    """Both sides of a case; every run must give the same sum."""

    def __init__(self, build, name: str, *kind: str) -> None:
        self.build, self.name, self.kind = build, name, kind
        self.sums: dict[int, set[int]] = {}

    def ours(self, count: int) -> float:
        return self._checked(flows.printed(self.build(*self.kind, count)), count)

    def theirs(self, count: int) -> float:
        return self._checked(peers.printed(self.name, *self.kind, count), count)

    def _checked(self, lines: list[list[str]], count: int) -> float:
        seconds, total = taken(lines)
        self.sums.setdefault(count, set()).add(total)
        assert len(self.sums[count]) == 1, self.sums
        return seconds

    def row(self, case: str, count: int, target: str):
        pairs = interleaved(lambda: self.ours(count), lambda: self.theirs(count))
        twice = median(self.ours(2 * count) for _ in range(3))
        return throughput(case, count, pairs, target, twice / median(mine for mine, _ in pairs))


def test_one_process(show):
    sides = Sides(flows.one_process, "one_process")
    show(sides.row("P1 map filter map fold", ONE_PROCESS, ">= 0.90"))


@pytest.mark.parametrize("kind", TWO_PROCESSES)
def test_two_processes(show, kind):
    sides = Sides(flows.two_processes, "two_processes", kind)
    show(sides.row(f"P5 two processes, {kind}", TWO_PROCESSES[kind], ">= 0.90"))
