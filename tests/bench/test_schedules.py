"""P12: how many schedules a second the simulator runs, and how soon the first of them is done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import bench_schedules as schedules
import pytest

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
SCRIPT = Path(schedules.__file__)
RUNS, ROUNDS = 5000, 7
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""A user's Python compiles a module once, not in each process."""


def rate(service, runs):
    """Give schedules a second of a random search."""
    flow, body = schedules.counter(service)
    simulation = flow.sim()
    simulation.fuzz(body, runs=100, seed=1)
    started = perf_counter()
    simulation.fuzz(body, runs=runs, seed=1)
    return runs / (perf_counter() - started)


@pytest.mark.parametrize("name", schedules.SERVICES)
def test_schedules_a_second(name):
    service = schedules.SERVICES[name]
    rates = [rate(service, RUNS) for _ in range(ROUNDS)]
    twice = rate(service, 2 * RUNS)
    growth = 2 * median(rates) / twice
    rates_text = f"{median(rates):>9,.0f} schedules/s  (best {max(rates):,.0f}; target 20,000)"
    print(f"\nP12 {name:<31} {rates_text}\n    twice as many: x{growth:.2f} time")


def first(warm):
    """Give the time from the call of `sim()` to the end of the first execution in a new process, in ms."""
    command = [sys.executable, str(SCRIPT), *(["warm"] if warm else [])]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout)


@pytest.mark.parametrize("warm", [False, True], ids=["in a new process", "of another flow"])
def test_the_first_schedule(warm):
    first(warm)  # modules that were edited are compiled now
    times = [first(warm) for _ in range(ROUNDS)]
    what = "first schedule, a second flow" if warm else "first schedule, new process"
    print(f"\nP12 {what:<31} {median(times):>6.1f} ms  (best {min(times):.1f})  target <= 50 ms")
