"""What an edge costs within one OS process, next to the same flow in two."""

from __future__ import annotations

from statistics import median

import pytest

from hydro_nb.bench import flows
from hydro_nb.bench.table import delay, interleaved, throughput

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
COUNTS = {"ints": 2_000_000, "pairs": 1_000_000, "records": 1_000_000}
TOGETHER = [[flows.First, flows.Second]]


def seconds(lines: list[list[str]]) -> float:
    """Give the time between the marks of the first and the last item."""
    said = {word: rest for word, *rest in lines}
    return float(said["last"][0]) - float(said["first"][0])


@pytest.mark.parametrize("kind", COUNTS)
def test_an_edge(show, kind):
    def run(colocate, count):
        return seconds(flows.printed(flows.two_processes(kind, count), colocate))

    count = COUNTS[kind]
    pairs = interleaved(lambda: run(TOGETHER, count), lambda: run([], count))
    twice = median(run(TOGETHER, 2 * count) for _ in range(3))
    growth = twice / median(mine for mine, _ in pairs)
    show(throughput(f"one OS process against two, {kind}", count, pairs, "none", growth))


def test_a_round_trip(show):
    def run(colocate):
        lines = flows.printed(flows.round_trip(200, 5000), colocate)
        return next(float(rest[0]) for word, *rest in lines if word == "trips")

    show(delay("round trip, one OS process against two", interleaved(lambda: run(TOGETHER), lambda: run([])), "none"))
