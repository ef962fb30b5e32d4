"""The single counters of the tutorials with a test; as a script: the time of the first schedule in a new process."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "programs"))

import counters

from hydro_nb import FlowBuilder

SERVICES = {
    "single counter": counters.single_client_counter_buggy,
    "single counter, atomic": counters.single_client_counter,
}


def counter(service):
    """Give a flow with a counter, and a test that writes and then reads."""
    flow = FlowBuilder()
    process = flow.process()
    increment, increments = process.sim_input()
    get, gets = process.sim_input()
    acknowledged, answers = (each.sim_output() for each in service(increments, gets))

    async def read_after_write():
        increment.send(())
        await acknowledged.assert_yields([()])
        get.send(())
        assert await answers.next() in (0, 1)

    return flow, read_after_write


def first() -> float:
    """Give the time from the call of `sim()` to the end of the first execution, in ms."""
    flow, body = counter(counters.single_client_counter_buggy)
    started = perf_counter()
    flow.sim().fuzz(body, runs=1, seed=1)
    return 1e3 * (perf_counter() - started)


if __name__ == "__main__":
    if sys.argv[1:] == ["warm"]:
        first()
    print(first())
