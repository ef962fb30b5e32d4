"""What goes on for ever is told so, be it the test or the flow; what is only long is not."""

import re

import pytest

from hydro_nb import AtLeastOnce, FlowBuilder, NoOrder, SimulationFailure, Stream, nondet
from hydro_nb.sim import world

ANY = nondet("any outcome is explored")


def endless(simulation, body):
    with pytest.raises(SimulationFailure, match=f"`{body.__name__}` has not ended after 100 steps") as caught:
        simulation.with_most_steps(100).exhaustive(body)
    return str(caught.value)


@pytest.fixture
def plain():
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    return flow, port, numbers.sim_output()


def test_a_test_that_never_ends_is_told_where_it_is(plain):
    flow, port, out = plain

    async def body():
        while True:
            port.send(1)
            await out.next()

    error = endless(flow.sim(), body)
    assert re.search(r"  It is at test_sim_endless.py, line \d+: (await out.next\(\)|port.send\(1\))\n", error)
    assert error.endswith("say so: flow.sim().with_most_steps(1_000)")


def test_so_is_one_that_only_sends(plain):
    flow, port, _ = plain

    async def body():
        while True:
            port.send(1)

    assert ": port.send(1)\n" in endless(flow.sim(), body)


def test_so_is_one_that_only_lets_time_pass(plain):
    flow, _, _ = plain
    simulation = flow.sim()

    async def body():
        while True:
            await simulation.advance(1)

    assert "await simulation.advance(1)\n" in endless(simulation, body)


def test_so_is_one_that_waits_for_what_does_not_come(plain):
    flow, _, out = plain

    async def body():
        while not await out.collect():
            pass

    assert "while not await out.collect():\n" in endless(flow.sim(), body)


def test_a_test_may_be_as_long_as_is_said(plain):
    flow, port, out = plain

    async def body():
        for n in range(200):
            port.send(n)
            await out.assert_yields([n])

    simulation = flow.sim().with_most_steps(100)
    with pytest.raises(SimulationFailure, match="not ended after 100 steps"):
        simulation.fuzz(body, runs=1)
    assert simulation.with_most_steps(1000).fuzz(body, runs=1) == 1
    assert flow.sim().fuzz(body, runs=1) == 1


@pytest.mark.parametrize("steps", [0, -1, True, 1.5, "many"])
def test_a_number_of_steps_is_a_number(plain, steps):
    with pytest.raises(SimulationFailure, match="takes a whole number from 1 on, not"):
        plain[0].sim().with_most_steps(steps)


def test_it_stands_in_the_line_that_runs_a_failure_again(plain):
    flow, port, out = plain

    async def body():
        port.send(1)
        await out.assert_yields([2])

    with pytest.raises(SimulationFailure, match=r"Run it again: flow.sim\(\).with_most_steps\(5_000\).replay"):
        flow.sim().with_most_steps(5000).exhaustive(body)


# ------------------------------------------------------------ a flow that takes long, and one that never rests


def test_what_is_batched_one_by_one_comes_to_rest(monkeypatch):
    monkeypatch.setattr(world, "MOST_STEPS", 50)
    flow = FlowBuilder()
    process, hook = flow.process(), flow.sim_hook()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), nondet("any", hook=hook)).all_ticks().sim_output()

    async def body():
        port.send_many(range(1000))
        for _ in range(1000):
            await hook.release(1)
        await out.assert_yields_only(range(1000))

    flow.sim().deterministic(body)


def test_so_does_what_is_looked_at_one_by_one_by_several(monkeypatch):
    monkeypatch.setattr(world, "MOST_STEPS", 50)
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int, order=NoOrder, retries=AtLeastOnce)
    once = numbers.assume_retries(ANY).assume_ordering(ANY).map(lambda n: n + 1)
    again = once.weaken_ordering().assume_ordering(ANY)
    out = again.sim_output()

    async def body():
        port.send_many(range(300))
        assert len(await out.collect()) >= 300

    assert flow.sim().fuzz(body, runs=5, seed=1) == 5


def test_what_goes_round_does_not(monkeypatch):
    monkeypatch.setattr(world, "MOST_STEPS", 50)
    flow = FlowBuilder()
    process = flow.process()
    tick = process.tick()
    port, numbers = process.sim_input(int)
    again, back = process.forward_ref(Stream, of=int, order=NoOrder)
    both = numbers.merge_unordered(back).batch(tick, ANY)
    again.complete(both.all_ticks())
    out = both.all_ticks().sim_output()

    async def body():
        port.send_many(range(3))
        await out.collect_sorted()

    with pytest.raises(SimulationFailure, match="after 100 steps the flow has not come to rest: tick `tick`"):
        flow.sim().replay(body)
