"""P6 and P7: how long a round trip takes, and how long it takes until a deployment is at work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import median

from hydro_nb.bench import flows
from hydro_nb.bench.fresh import said_by
from hydro_nb.bench.table import Row, Scale, delay, interleaved, measured, time_text

WARM, TRIPS = 500, 5000
MEMBERS = 64


def round_trips(scale: Scale) -> Iterator[Row]:
    """Measure P6."""
    count = scale.of(TRIPS)
    ours, theirs = _Trips(lambda n: flows.printed(flows.round_trip(WARM, n))), _Trips(_by_hand)
    pairs = interleaved(lambda: ours.p50(count), lambda: theirs.p50(count), scale.rounds)
    late = [(mine[1], hand[1]) for mine, hand in zip(ours.seen, theirs.seen, strict=True)]
    whole = median(run[2] for run in ours.seen)
    ours.p50(2 * count)
    yield delay("P6 round trip, p50", pairs, "<= 1.50", ours.seen[-1][2] / whole)
    yield delay("P6 round trip, p99", late, "<= 2.00")


def _by_hand(count: int) -> list[list[str]]:
    return said_by("hand", "round_trip", WARM, count)


class _Trips:
    """One side: the median, the 99th percentile and the whole of each run."""

    def __init__(self, run: Callable[[int], list[list[str]]]) -> None:
        self._run = run
        self.seen: list[list[float]] = []

    def p50(self, count: int) -> float:
        (found,) = [rest for word, *rest in self._run(count) if word == "trips"]
        self.seen.append([*map(float, found)])
        return self.seen[-1][0]


def starts(said: list[list[str]]) -> list[float]:
    """Give the seconds from each call to the sight of the element.

    >>> starts([["call", "1.0"], ["seen", "1.25"], ["call", "2.0"], ["seen", "2.5"]])
    [0.25, 0.5]
    """
    return [float(seen[1]) - float(call[1]) for call, seen in pairwise(said) if call[0] == "call"]


def start(scale: Scale) -> Iterator[Row]:
    """Measure P7: the first deployment of an interpreter, a later one, and many members."""
    rounds = [(_started("start", "row", 2), _started("hand", "start", 2)) for _ in range(scale.rounds)]
    ours, hand = zip(*rounds, strict=True)
    more = median(median(_started("start", "row", 4)[1:]) for _ in range(scale.rounds))
    bare = time_text(median(median(each[1:]) for each in hand))
    warm = [1e3 * median(each[1:]) for each in ours]
    yield measured("P7 first element, first deployment", [1e3 * a[0] for a in ours], "ms", "<= 400 ms", None, bare)
    yield measured("P7 first element, warm", warm, "ms", "<= 60 ms", 1e3 * more / median(warm), bare)
    yield from _cluster(scale)


def _started(module: str, name: str, count: int) -> list[float]:
    """Start so many processes four times in one interpreter: the first time, and when it is warm."""
    return starts(said_by(module, name, count, 4))


def _cluster(scale: Scale) -> Iterator[Row]:
    count = MEMBERS if scale.share == 1 else MEMBERS // 4
    times = [starts(said_by("start", "cluster", count, 3)) for _ in range(scale.rounds)]
    figures = [1e3 * median(each[1:]) for each in times]
    yield measured(f"P7 item at {count} members, warm", figures, "ms", f"<= {500 * count // MEMBERS} ms")
