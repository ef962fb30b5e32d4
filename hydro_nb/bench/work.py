"""The work that both sides do: the same sources, the same marks of time, the same elements.

Small, because the processes of both sides import it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, pairwise
from random import Random
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
    sys.stdout.write(" ".join(map(str, (word, monotonic(), *rest))) + "\n")
    sys.stdout.flush()


def marked(items: Iterable[Any]) -> Iterator[Any]:
    """Say when the items are there to be asked for, once."""
    mark("first")
    return iter(items)


def done(total: int) -> int:
    """Say when the last item has been folded in, and what came out."""
    mark("last", total)
    return total


def ints(count: int) -> list[int]:
    """Give numbers that need up to 40 bits."""
    return [*(((n * 2654435761) & 0xFFFFFFFFFF) + 1 for n in range(count - 1)), LAST]


def pairs(count: int) -> list[tuple[str, int]]:
    """Give words of a vocabulary, numbered."""
    words = [f"word{n}" for n in range(1000)]
    return [*((words[n % 1000], n) for n in range(count - 1)), ("", LAST)]


def records(count: int) -> list[Reading]:
    """Give readings of a thousand sensors."""
    places = [f"room {n}" for n in range(50)]
    made = [Reading(n % 1000, places[n % 50], n, n * 0.5) for n in range(count - 1)]
    return [*made, Reading(0, "", LAST, 0.0)]


def lines(count: int) -> list[str]:
    """Give so many words, eight to a line, of a vocabulary of 20 000 in which few words are most of the text."""
    chance, vocabulary = Random(1), [f"word{n}" for n in range(20_000)]
    weights = [*accumulate(1 / (n + 1) for n in range(20_000))]
    words = chance.choices(vocabulary, cum_weights=weights, k=count)
    return [" ".join(words[start : start + 8]) for start in range(0, count, 8)]


def events(count: int, keys: int) -> list[tuple[str, int]]:
    """Give numbers under keys that take turns."""
    names = [f"key{n}" for n in range(keys)]
    return [(names[n % keys], n & 1023) for n in range(count)]


def left(count: int) -> list[tuple[int, int]]:
    """Give the larger side of a join: each key of the smaller one comes up again and again."""
    most = max(count // 10, 1)
    return [*((n % most, n) for n in range(count - 1)), (0, LAST)]


def right(count: int) -> list[tuple[int, int]]:
    """Give the smaller side: a tenth, every key once."""
    return [(n, n) for n in range(max(count // 10, 1))]


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
        sys.stdout.write(f"trips {p50 / 1e9} {p99 / 1e9} {(times[-1] - times[0]) / 1e9}\n")
        sys.stdout.flush()
