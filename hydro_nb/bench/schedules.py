"""P12: the single counter of the tutorials under the simulator, how soon it begins and how fast it goes on.

As a script: the time of the first schedule in a new process, in ms.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Iterator
from time import perf_counter
from typing import Any

from hydro_nb import FlowBuilder, nondet, sliced
from hydro_nb.bench.fresh import said_by
from hydro_nb.bench.table import Row, Scale, measured

RUNS = 5000


def counter() -> tuple[FlowBuilder, Callable[[], Coroutine[Any, Any, None]]]:
    """Give a flow with a counter that answers from a stale count, and a test that writes and then reads."""
    flow = FlowBuilder("single counter")
    process = flow.process()
    increment, increments = process.sim_input()
    get, gets = process.sim_input()
    with sliced() as s:
        asked = s.batch(gets, nondet("each request is answered alone"))
        now = s.snapshot(increments.count(), nondet("a stale count is taken for good, wrongly"))
        answered = s.emit(asked.cross_singleton(now).map(lambda both: both[1]))
    acknowledged, answers = increments.sim_output(), answered.sim_output()

    async def read_after_write() -> None:
        increment.send(())
        await acknowledged.assert_yields([()])
        get.send(())
        await answers.next()

    return flow, read_after_write


def schedules(scale: Scale) -> Iterator[Row]:
    """Measure the first schedule, and how many there are in a second."""
    first = [_first() for _ in range(scale.rounds + 1)]  # modules that were edited are compiled in the first
    yield measured("P12 first schedule, new process", first[1:] or first, "ms", "<= 50 ms")
    rates = [a_second(scale.of(RUNS)) for _ in range(scale.rounds)]
    twice = 2 * sorted(rates)[len(rates) // 2] / a_second(2 * scale.of(RUNS))
    yield measured("P12 single counter", rates, "/s", ">= 20000 /s", twice)


def a_second(runs: int) -> float:
    """Give schedules a second of a random search."""
    flow, body = counter()
    simulation = flow.sim()
    simulation.fuzz(body, runs=min(runs, 100), seed=1)
    started = perf_counter()
    simulation.fuzz(body, runs=runs, seed=1)
    return runs / (perf_counter() - started)


def _first() -> float:
    return float(said_by("schedules")[0][0])


def first() -> float:
    """Give the time from the call of `sim()` to the end of the first execution, in ms."""
    flow, body = counter()
    started = perf_counter()
    flow.sim().fuzz(body, runs=1, seed=1)
    return 1e3 * (perf_counter() - started)


if __name__ == "__main__":
    sys.stdout.write(f"{first()}\n")
