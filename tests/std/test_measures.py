"""Latencies to three digits, and means with their bounds."""

from __future__ import annotations

import statistics
from copy import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb.std.measures import LatencyHistogram, RollingAverage, latency_line, throughput_line, window


def histogram(*seconds):
    seen = LatencyHistogram()
    for each in seconds:
        seen.record(each)
    return seen


@given(st.lists(st.floats(1e-6, 3000), min_size=1))
def test_quantiles_are_exact_to_three_digits(seconds):
    seen = histogram(*seconds)
    assert seen.samples == len(seconds)
    assert seen.quantile(1.0) == pytest.approx(max(seconds), rel=2e-3)
    assert seen.quantile(0.0) == pytest.approx(min(seconds), rel=2e-3)


@given(st.lists(st.floats(0, 1)), st.lists(st.floats(0, 1)))
def test_put_together_is_as_counted_together(one, other):
    assert LatencyHistogram.of([histogram(*one), histogram(*other)]) == histogram(*one, *other)


def test_what_travels_is_the_same_over_there():
    seen = histogram(0.1, 0.2)
    assert LatencyHistogram(seen.encoded()) == seen


def test_a_copy_does_not_change():
    seen = histogram(0.1)
    before = copy(seen)
    seen.record(0.2)
    assert (before.samples, seen.samples) == (1, 2)


def test_beyond_what_is_told_apart():
    assert histogram(0.0, -1.0).quantile(0.5) == 1e-9
    assert histogram(1e9).quantile(0.5) == pytest.approx(3600, rel=1e-3)


@given(st.lists(st.floats(1, 1e6), min_size=2, max_size=50))
def test_mean_and_bounds(samples):
    average = RollingAverage()
    for sample in samples:
        average = average.add_sample(sample)
    assert average.mean == pytest.approx(statistics.mean(samples))
    assert average.variance == pytest.approx(statistics.variance(samples), rel=1e-3, abs=1e-3 * max(samples) ** 2)
    lower, upper = average.confidence_interval_99()
    assert lower <= average.mean <= upper


def test_one_sample_has_no_bounds():
    assert RollingAverage().mean == 0.0
    assert RollingAverage().add_sample(3.0).confidence_interval_99() is None


@pytest.mark.parametrize(("machines", "bounds"), [(1, "74.24 - 100.00 - 125.76"), (3, "265.44 - 300.00 - 334.56")])
def test_lines(machines, bounds):
    average = RollingAverage().add_sample(90.0).add_sample(110.0)
    idle = RollingAverage()
    text = throughput_line([average] * machines + [idle])
    assert text == f"Throughput: {bounds} requests/s"
    assert latency_line([histogram(0.001, 0.002, 0.1)] * machines) == (
        f"Latency p50: 2.000 | p99 100.007 ms | p999 100.007 ms ({3 * machines} samples)"
    )


def test_no_lines_before_there_is_something_to_say():
    assert latency_line([LatencyHistogram()]) is None
    assert throughput_line([]) is None
    assert throughput_line([RollingAverage().add_sample(1.0)]) is None


def test_samples_are_of_a_second_that_has_passed():
    current = (RollingAverage(), 0, -1.0)
    for turn in (((5, 0), 0.2), ((5, 1), 1.0), ((3, 0), 1.4), ((7, 1), 2.25), ((0, 1), 3.25), ((8, 1), 4.25)):
        current = window(current, turn)
    average, total, since = current
    assert (total, since) == (0, 4.25)
    assert (average.count, average.total) == (2, 10 / 1.25 + 8.0)
