"""The work that both sides do: the same sources, the same marks of time, the same elements.

Small, because the processes of both sides import it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from time import monotonic, perf_counter_ns
from typing import Any

import msgspec

LAST = -1
"""The value that ends a stream whose receiver wants to know when it has seen all of it."""


class Reading(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """A record, the fastest kind of it."""

    sensor: int
    place: str
    value: int
    scale: float


def mark(word: str, *rest: object) -> None:
    """Say what time it is, on a clock that all processes of this machine share."""
    print(word, monotonic(), *rest, flush=True)


def marked(items: Iterable[Any]) -> Iterator[Any]:
    """Say when the items are there to be asked for, once."""
    mark("first")
    return iter(items)


def done(total: int) -> int:
    """Say when the last item has been folded in, and what came out."""
    mark("last", total)
    return total


def ints(count: int) -> list[int]:
    """Numbers that need up to 40 bits."""
    return [*(((n * 2654435761) & 0xFFFFFFFFFF) + 1 for n in range(count - 1)), LAST]


def pairs(count: int) -> list[tuple[str, int]]:
    """Words of a vocabulary, numbered."""
    words = [f"word{n}" for n in range(1000)]
    return [*((words[n % 1000], n) for n in range(count - 1)), ("", LAST)]


def records(count: int) -> list[Reading]:
    """Readings of a thousand sensors."""
    places = [f"room {n}" for n in range(50)]
    made = [Reading(n % 1000, places[n % 50], n, n * 0.5) for n in range(count - 1)]
    return [*made, Reading(0, "", LAST, 0.0)]


MAKERS: dict[str, tuple[Callable[[int], list[Any]], Any]] = {
    "ints": (ints, int),
    "pairs": (pairs, tuple[str, int]),
    "records": (records, Reading),
}
"""name -> what makes the items, and their type"""


class Trips:
    """Notes when each round trip ends, and says how long they took once all are done."""

    def __init__(self, warm: int, count: int) -> None:
        self.warm, self.count = warm, count
        self.times: list[int] = []

    def __call__(self, number: int) -> int:
        """Note the end of a round trip."""
        self.times.append(perf_counter_ns())
        if len(self.times) == self.warm + self.count:
            self.report()
        return number + 1

    def report(self) -> None:
        """Print the median, the 99th percentile and the whole."""
        times = self.times[self.warm - 1 :]
        trips = sorted(later - earlier for earlier, later in pairwise(times))
        p50, p99 = trips[len(trips) // 2], trips[len(trips) * 99 // 100]
        print("trips", p50 / 1e9, p99 / 1e9, (times[-1] - times[0]) / 1e9, flush=True)
