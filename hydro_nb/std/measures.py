"""What a benchmark measures: how long transactions take, and how many there are in a second.

Processes load this file, so it needs nothing of the language.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from math import sqrt
from typing import Any, Self

import msgspec

from hydro_nb.values import Continue, Step, Yield

__all__ = [
    "LatencyHistogram",
    "RollingAverage",
    "alone",
    "latency_line",
    "span",
    "throughput_line",
    "window",
]

_HOUR = 3600 * 10**9
"""The longest latency that is told apart, in nanoseconds."""
_DIGITS = 3
_Z99 = 2.576
"""Standard errors to either side that hold the mean in 99 of 100 cases."""


class LatencyHistogram:
    """How often which latency was seen, exact to three digits, from a nanosecond to an hour.

    >>> seen = LatencyHistogram()
    >>> for milliseconds in range(1, 101):
    ...     seen.record(milliseconds / 1000)
    >>> seen
    LatencyHistogram(100 samples, p50 50.0 ms, p99 99.02 ms)
    """

    __slots__ = ("_counts",)

    def __init__(self, encoded: bytes | None = None) -> None:
        kind: Any = import_module("hdrh.histogram").HdrHistogram
        self._counts = kind.decode(encoded) if encoded else kind(1, _HOUR, _DIGITS)

    def record(self, seconds: float) -> None:
        """Count one transaction."""
        self._counts.record_value(min(max(1, round(seconds * 1e9)), _HOUR))

    @property
    def samples(self) -> int:
        """How many transactions were counted."""
        return self._counts.get_total_count()

    def quantile(self, part: float) -> float:
        """Give the seconds that this part of all transactions did not exceed."""
        return self._counts.get_value_at_percentile(part * 100) / 1e9

    def encoded(self) -> bytes:
        """Give it in the common format of HDR histograms (version 2, compressed, base 64)."""
        return self._counts.encode()

    @classmethod
    def of(cls, histograms: Iterable[Self]) -> Self:
        """Put what several have counted together."""
        together = cls()
        for each in histograms:
            together._counts.add(each._counts)
        return together

    def __copy__(self) -> Self:
        return self.of([self])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LatencyHistogram) and self.encoded() == other.encoded()

    __hash__ = None  # pyright: ignore[reportAssignmentType] - it changes

    def __repr__(self) -> str:
        p50, p99 = (round(self.quantile(part) * 1000, 2) for part in (0.5, 0.99))
        return f"LatencyHistogram({self.samples} samples, p50 {p50} ms, p99 {p99} ms)"


class RollingAverage(msgspec.Struct, frozen=True):
    """The mean of samples, and how sure it is.

    >>> average = RollingAverage().add_sample(90.0).add_sample(110.0)
    >>> average.mean
    100.0
    """

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add_sample(self, value: float) -> RollingAverage:
        """Give the average with one more sample."""
        return RollingAverage(self.count + 1, self.total + value, self.squares + value * value)

    def merged(self, other: RollingAverage) -> RollingAverage:
        """Give the average over the samples of both."""
        return RollingAverage(self.count + other.count, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        """The mean of all samples; 0 where there is none."""
        return self.total / self.count if self.count else 0.0

    @property
    def variance(self) -> float:
        """The variance of what the samples were taken from, as they tell it."""
        if self.count < 2:
            return 0.0
        return max(0.0, (self.squares - self.count * self.mean**2) / (self.count - 1))

    def confidence_interval_99(self) -> tuple[float, float] | None:
        """Give the bounds that the true mean is within in 99 of 100 cases; nothing below two samples."""
        if self.count < 2:
            return None
        margin = _Z99 * sqrt(self.variance / self.count)
        return self.mean - margin, self.mean + margin


def span(since: float, timed: tuple[Any, float]) -> tuple[float, Yield[float] | Step]:
    """Give when a virtual client had its turn, and how long that is after the turn before, if there was one."""
    return timed[1], Yield(timed[1] - since) if since >= 0 else Continue


def window(
    current: tuple[RollingAverage, int, float], turn: tuple[tuple[int, int], float]
) -> tuple[RollingAverage, int, float]:
    """Count the transactions of a turn; at the end of a second, make a sample of those since the last.

    What is carried on: the samples, the transactions since the last one, and when that was.
    """
    average, total, since = current
    (done, seconds), now = turn
    total += done
    if not seconds:
        return average, total, since
    if total and since >= 0:
        average = average.add_sample(total / (now - since))
    return average, 0, now


def alone(sample: Any) -> tuple[int, Any]:
    """Give a sample of the only machine a number like those of many."""
    return 0, sample


def latency_line(histograms: Iterable[LatencyHistogram]) -> str | None:
    """Give the line that tells of latencies; nothing where nothing was counted.

    >>> seen = LatencyHistogram()
    >>> seen.record(0.25)
    >>> latency_line([seen, seen])
    'Latency p50: 250.085 | p99 250.085 ms | p999 250.085 ms (2 samples)'
    """
    together = LatencyHistogram.of(histograms)
    if not together.samples:
        return None
    p50, p99, p999 = (int(together.quantile(part) * 1e6) / 1000 for part in (0.5, 0.99, 0.999))
    return f"Latency p50: {p50:.3f} | p99 {p99:.3f} ms | p999 {p999:.3f} ms ({together.samples} samples)"


def throughput_line(averages: Iterable[RollingAverage]) -> str | None:
    """Give the line that tells of the throughput of all machines; nothing below two samples.

    >>> throughput_line([RollingAverage(2, 200.0, 20200.0), RollingAverage(2, 200.0, 20200.0)])
    'Throughput: 170.25 - 200.00 - 229.75 requests/s'
    """
    known = [each for each in averages if each.count]
    together = RollingAverage()
    for each in known:
        together = together.merged(each)
    bounds = together.confidence_interval_99()
    if bounds is None:
        return None
    lower, mean, upper = (value * len(known) for value in (bounds[0], together.mean, bounds[1]))
    return f"Throughput: {lower:.2f} - {mean:.2f} - {upper:.2f} requests/s"
