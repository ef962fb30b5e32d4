"""P6 and P7: how long a round trip takes, and how long it takes until a deployment is at work."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median

import bench_flows as flows
import bench_peers as peers
import pytest
from bench_table import delay, interleaved

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
WARM, TRIPS = 500, 5000
START = Path(__file__).with_name("bench_start.py")


def trips(lines: list[list[str]]) -> list[float]:
    """Give the median, the 99th percentile and the whole."""
    (found,) = [rest for word, *rest in lines if word == "trips"]
    return [*map(float, found)]


def test_round_trip(show):
    seen: dict[str, list[list[float]]] = {"ours": [], "theirs": []}

    def run(side: str, lines: list[list[str]]) -> float:
        seen[side].append(trips(lines))
        return seen[side][-1][0]

    pairs = interleaved(
        lambda: run("ours", flows.printed(flows.round_trip(WARM, TRIPS))),
        lambda: run("theirs", peers.printed("round_trip", WARM, TRIPS)),
    )
    twice = trips(flows.printed(flows.round_trip(WARM, 2 * TRIPS)))[2] / median(run[2] for run in seen["ours"])
    show(delay("P6 round trip, p50", pairs, "<= 1.5", twice))
    late = [(mine[1], hand[1]) for mine, hand in zip(seen["ours"], seen["theirs"], strict=True)]
    show(delay("P6 round trip, p99", late, "<= 2"))


def starts(lines: list[list[str]]) -> list[float]:
    """Give the time from each call to the sight of the element."""
    assert [word for word, *_ in lines] == ["call", "seen"] * (len(lines) // 2)
    return [float(seen) - float(call) for (word, call), (_, seen) in pairwise(lines) if word == "call"]


def ours(count: int, rounds: int) -> list[float]:
    command = [sys.executable, str(START), str(count), str(rounds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return starts([line.split() for line in done.stdout.splitlines()])


def test_start(show):
    mine, hand, more = [], [], []
    for _ in range(3):
        mine.append(ours(2, 4))
        hand.append(starts(peers.printed("start", 2, 4)))
        more.append(median(ours(4, 3)[1:]))
    warm = [(median(a[1:]), median(b[1:])) for a, b in zip(mine, hand, strict=True)]
    show(delay("P7 first element, first deploy", [(a[0], b[0]) for a, b in zip(mine, hand, strict=True)], "400 ms"))
    show(delay("P7 first element, warm", warm, "60 ms", median(more) / median(a for a, _ in warm)))
