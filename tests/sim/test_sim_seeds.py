"""One seed is one sequence of executions, in every process; a test that is not is told so."""

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

import hydro_nb
from hydro_nb import FlowBuilder, SimulationFailure, nondet

SCRIPT = Path(__file__).with_name("sim_seeds.py")
ANY = nondet("any outcome is explored")


def fresh(hash_seed):
    """Run the script in a process that hashes strings in a way of its own."""
    env = os.environ | {"PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(Path(hydro_nb.__file__).parents[1])}
    return subprocess.run([sys.executable, str(SCRIPT)], env=env, check=True, capture_output=True, text=True).stdout


@pytest.mark.timeout(300)
def test_one_seed_gives_the_same_in_ten_processes():
    with ThreadPoolExecutor(2) as two_at_a_time:
        found = {*two_at_a_time.map(fresh, range(10))}
    assert len(found) == 1
    digests = found.pop().split()
    assert len(set(digests)) == len(digests) == 6


def flow_with(function):
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), ANY).map(function).all_ticks().sim_output()

    async def body():
        port.send_many([1, 2])
        await out.collect()

    return flow, body


def test_values_that_depend_on_something_else_are_noticed():
    flow, body = flow_with(lambda n: n + random.random())
    with pytest.raises(SimulationFailure, match="the same schedule went two ways: it gave out: ") as caught:
        flow.sim().fuzz(body, runs=10, seed=1)
    assert "depends on something besides its inputs" in str(caught.value)


def test_a_choice_that_depends_on_something_else_is_noticed():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), ANY).all_ticks().sim_output()
    sent = []

    async def body():
        sent.append(1)
        port.send_many(sent)
        await out.collect()

    with pytest.raises(SimulationFailure, match="the same schedule went two ways: at choice 1 there was no choice"):
        flow.sim().fuzz(body, runs=10, seed=1)


@pytest.mark.parametrize("search", ["exhaustive", "fuzz"])
def test_a_failure_that_does_not_come_back_is_noticed(search):
    flow, body = flow_with(lambda n: n)
    calls = []

    async def fails_once():
        await body()
        calls.append(1)
        assert len(calls) != 2

    with pytest.raises(SimulationFailure, match="the same schedule went two ways: it ") as caught:
        getattr(flow.sim(), search)(fails_once)
    assert "AssertionError" in str(caught.value)


@pytest.mark.parametrize("reduce", [False, True])
def test_executions_that_begin_alike_are_compared(reduce):
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    random_ones = numbers.batch(process.tick(), ANY).map(lambda n: n + random.random()).all_ticks()
    out = random_ones.sim_output()

    async def body():
        port.send_many([1, 2, 3])
        await out.collect()

    with pytest.raises(SimulationFailure, match="two ways: before choice 2 it gave out: ") as caught:
        flow.sim().exhaustive(body, reduce=reduce)
    assert "depends on something besides its inputs" in str(caught.value)


def test_so_is_what_the_test_sends():
    flow, sent = FlowBuilder(), count()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), ANY).all_ticks().sim_output()

    async def body():
        port.send_many([next(sent), 1])
        await out.collect()

    with pytest.raises(SimulationFailure, match=r"while there waited \[0, 1\], and then it gave"):
        flow.sim().exhaustive(body)


def test_an_exhaustive_search_runs_the_test_once_for_each_schedule():
    flow, body = flow_with(lambda n: n)
    runs = []

    async def counted():
        runs.append(1)
        await body()

    assert flow.sim().exhaustive(counted) == len(runs) == 2


def test_things_that_are_equal_to_themselves_only_are_no_difference():
    flow, body = flow_with(lambda n: (n, object()))
    assert flow.sim().fuzz(body, runs=20, seed=1) == 20


def test_runs_that_are_made_twice_count_once():
    flow, body = flow_with(lambda n: n)
    simulation = flow.sim()
    assert simulation.fuzz(body, runs=300, seed=1) == 300
    assert simulation.report.executions == 300
