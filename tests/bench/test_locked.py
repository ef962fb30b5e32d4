"""What keys and encryption cost: TCP with CURVE (the first column) next to files that only their user may open."""

from __future__ import annotations

import contextlib
import io
from time import perf_counter

import pytest

from hydro_nb.bench import flows
from hydro_nb.bench.table import delay, interleaved, throughput

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
NUMBERS = 2_000_000
BLOCKS = {1024: 200_000, 65536: 10_000}
WARM, TRIPS = 500, 5000


def taken(flow, transport):
    """Give the seconds between the first and the last item."""
    said = {word: rest for word, *rest in flows.printed(flow, transport=transport)}
    return float(said["last"][0]) - float(said["first"][0])


def started(count, transport):
    """Give the seconds from the call to the return of `deploy`."""
    flow = flows.row_of_processes(count)
    with contextlib.redirect_stdout(io.StringIO()):
        begun = perf_counter()
        with flow.deploy(transport=transport):
            return perf_counter() - begun


def trip(transport):
    """Give the median of round trips."""
    lines = flows.printed(flows.round_trip(WARM, TRIPS), transport=transport)
    return next(float(rest[0]) for word, *rest in lines if word == "trips")


def both(measure):
    return interleaved(lambda: measure("tcp"), lambda: measure("ipc"))


def test_numbers(show):
    pairs = both(lambda transport: taken(flows.two_processes("ints", NUMBERS), transport))
    show(throughput("numbers, tcp against ipc", NUMBERS, pairs, ">= 0.5", None))


@pytest.mark.parametrize("size", BLOCKS)
def test_blocks(show, size):
    pairs = both(lambda transport: taken(flows.blocks(size, BLOCKS[size]), transport))
    show(throughput(f"blocks of {size} bytes, tcp against ipc", BLOCKS[size], pairs, ">= 0.25", None))


def test_round_trip(show):
    show(delay("round trip, tcp against ipc", both(trip), "<= 2"))


@pytest.mark.parametrize("count", [2, 8])
def test_start(show, count):
    show(delay(f"start of {count}, tcp against ipc", both(lambda transport: started(count, transport)), "<= 1.5"))
