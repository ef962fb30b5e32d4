"""Timers, samples and timeouts under a clock that moves only by `sim.advance`, and how many executions there are."""

from __future__ import annotations

import itertools
import math
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydro_nb import CLUSTER_SELF_ID, FlowBuilder, NoOrder, SimulationFailure, nondet, proof
from hydro_nb.errors import HydroError
from hydro_nb.lang.sim_ports import MORE

ANY = nondet("any outcome is explored")
SUM = {"commutative": proof("a sum does not depend on the order")}


def start(**ports):
    """Give a flow with a process, its tick, and a port with its stream."""
    flow = FlowBuilder("time")
    node = flow.process()
    port, stream = node.sim_input(int, **ports)
    return flow, node, port, stream


def explore(flow, script, *outputs):
    """Run `script(sim)`, wait for quiescence, under every schedule: the number of executions, and all outcomes."""
    sim, seen = flow.sim(), []

    async def body():
        await script(sim)
        while await MORE:
            pass
        seen.append(tuple(tuple(out._queue(ordered=False)) for out in outputs))

    count = sim.exhaustive(body)
    assert count == len(seen)
    return count, set(seen)


# ---------------------------------------------------------------- timers


def test_a_timer_fires_at_the_start_and_then_as_time_passes():
    flow = FlowBuilder()
    out = flow.process().source_interval(0.1).sim_output()
    sim = flow.sim()

    async def body():
        await out.assert_yields_only([()])
        await sim.advance(0.09)
        await out.assert_no_more()
        for _ in range(10):
            await sim.advance(0.1)
        await out.assert_yields_only([()] * 10)
        await sim.advance(timedelta(seconds=0.01))
        await out.assert_yields_only([()])  # ten tenths of a second are one, without a rest

    assert sim.exhaustive(body) == 1


TENTHS = st.integers(1, 30)


@given(TENTHS, TENTHS, st.lists(TENTHS, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_timer_fires_when_it_is_due_however_time_is_cut(delay, period, pieces):
    flow = FlowBuilder()
    node = flow.process()
    tick = node.tick()
    beats = node.source_interval_delayed(delay / 10, period / 10).batch(tick, ANY)
    out = beats.cross_singleton(tick.current_tick_instant(ANY)).map(lambda pair: pair[1]).all_ticks().sim_output()
    sim = flow.sim()

    async def body():
        for piece in pieces:
            await sim.advance(piece / 10)
        times = range(delay, sum(pieces) + 1, period)
        assert await out.collect() == [pytest.approx(time / 10) for time in times]

    sim.replay(body)


def test_nothing_happens_as_long_as_the_test_lets_no_time_pass():
    flow = FlowBuilder()
    out = flow.process().source_interval_delayed(1.0, 0.5).sim_output()

    async def body():
        await out.assert_no_more()

    assert flow.sim().exhaustive(body) == 1


def test_timers_fire_by_time_and_then_in_the_order_of_the_program():
    flow = FlowBuilder()
    node = flow.process()

    def named(name, delay, every):
        return node.source_interval_delayed(delay, every).map(lambda _: name)

    slow, quick = named("slow", 2.0, 2.0), named("quick", 1.0, 1.0)
    out = slow.merge_unordered(quick).sim_output()

    async def script(sim):
        await sim.advance(4)

    assert explore(flow, script, out) == (1, {(("quick", "slow", "quick", "quick", "slow", "quick"),)})


def test_members_of_a_cluster_have_timers_of_their_own():
    flow = FlowBuilder()
    leader, workers = flow.process(), flow.cluster()
    beats = workers.source_interval_delayed(lambda: 1.0 + CLUSTER_SELF_ID.raw_id, lambda: 3.0)
    out = beats.map(lambda _: CLUSTER_SELF_ID.raw_id).send(leader).values().sim_output()
    sim = flow.sim().with_cluster_size(workers, 3)

    async def body():
        await sim.advance(6)
        assert list(out._queue(ordered=False)) == [0, 1, 2, 0, 1, 2]

    assert sim.exhaustive(body) == 1


def test_a_timer_needs_a_positive_number_from_its_function():
    flow = FlowBuilder()
    flow.process().source_interval(lambda: 0.0).sim_output()

    async def body():
        await MORE

    with pytest.raises(HydroError, match="gave 0 seconds"):
        flow.sim().exhaustive(body)


def paths(firings):
    """Count how n elements that come one by one are taken in batches, each at any time after it has come.

    Between two firings a tick takes any non-empty front of what is there, as often as there is something.
    """

    def ways(left, held):
        taken = sum(ways(left, held - size) for size in range(1, held + 1))
        return taken + (ways(left - 1, held + 1) if left else not held)

    return ways(firings, 0)


@pytest.mark.parametrize(("firings", "count"), [(1, 1), (2, 3), (3, 11), (4, 45)])
def test_a_tick_runs_before_the_next_firing_or_after_it(firings, count):
    flow = FlowBuilder()
    node = flow.process()
    beats = node.source_interval_delayed(1.0, 1.0)
    out = beats.batch(node.tick(), ANY).count().all_ticks().sim_output()

    async def script(sim):
        await sim.advance(firings)

    found, seen = explore(flow, script, out)
    assert found == count == paths(firings)
    sizes = [sizes for n in range(1, firings + 1) for sizes in itertools.product(range(1, firings + 1), repeat=n)]
    assert seen == {(each,) for each in sizes if sum(each) == firings}


def test_a_test_goes_on_when_its_time_has_passed():
    flow, node, port, numbers = start()
    out = numbers.batch(node.tick(), ANY).fold(0, lambda seen, n: seen * 10 + n).all_ticks().sim_output()

    async def script(sim):
        port.send(1)
        await sim.advance(1)
        port.send(2)

    # the tick has run before that, or it runs after: on both, or on one after the other
    assert explore(flow, script, out) == (3, {((1, 2),), ((12,),)})


def test_the_clock_is_read_by_ticks():
    flow, node, port, numbers = start()
    tick = node.tick()
    now = tick.current_tick_instant(ANY)
    out = numbers.batch(tick, ANY).cross_singleton(now).all_ticks().sim_output()

    async def script(sim):
        port.send(7)
        await sim.advance(1.5)

    assert explore(flow, script, out) == (2, {(((7, 0.0),),), (((7, 1.5),),)})


# ---------------------------------------------------------------- samples


def test_a_sample_shows_the_newest_value_of_a_flow_at_rest():
    flow, _, port, numbers = start()
    total = numbers.fold(0, lambda total, n: total + n)
    out = total.sample_every(1.0, ANY).sim_output()
    sim = flow.sim()

    async def body():
        port.send_many([1, 2])
        await out.assert_no_more()
        await sim.advance(1)
        await out.assert_yields_only([3])
        await sim.advance(1)
        await out.assert_yields_only([3])

    assert sim.exhaustive(body) == 1


@pytest.mark.parametrize("samples", [1, 2, 3])
def test_a_sample_shows_any_version_that_is_not_older_than_the_one_before(samples):
    flow, _, port, numbers = start()
    out = numbers.fold(0, lambda total, n: total + n).sample_every(1.0, ANY).sim_output()

    async def script(sim):
        port.send_many([1, 2])
        await sim.advance(samples)

    count, seen = explore(flow, script, out)
    assert seen == {(each,) for each in itertools.combinations_with_replacement([0, 1, 3], samples)}
    assert count == len(seen) == math.comb(samples + 2, samples)


def test_a_sample_of_what_has_no_order_shows_any_part_of_it():
    flow, _, port, numbers = start(order=NoOrder)
    out = numbers.fold(0, lambda total, n: total + n, **SUM).sample_every(1.0, ANY).sim_output()

    async def script(sim):
        port.send_many_unordered([1, 2])
        await sim.advance(1)

    assert explore(flow, script, out)[1] == {((total,),) for total in (0, 1, 2, 3)}


def test_a_sample_of_a_stream_takes_what_has_come():
    flow, _, port, numbers = start()
    out = numbers.sample_every(1.0, ANY).sim_output()
    sim = flow.sim()
    seen = []

    async def body():
        port.send_many([1, 2])
        await sim.advance(1)
        first = list(out._queue(ordered=False))
        await out.assert_yields(first)
        await out.assert_no_more()
        await sim.advance(1)
        second = await out.collect()
        await sim.advance(1)
        await out.assert_no_more()
        seen.append((first, second))

    assert sim.exhaustive(body) == 3
    assert seen == [([1, 2], []), ([1], [2]), ([], [1, 2])]


def test_a_sample_of_keys_and_of_what_may_be_absent():
    flow, _, port, numbers = start()
    pairs = numbers.map(lambda n: (n % 2, n)).into_keyed()
    table = pairs.fold(0, lambda total, n: total + n).into_singleton().sample_every(1.0, ANY).sim_output()
    highest = numbers.max().sample_every(1.0, ANY).sim_output()
    sim = flow.sim()

    async def body():
        await highest.assert_no_more()
        await sim.advance(1)
        await table.assert_yields_only([{}])
        await highest.assert_no_more()
        port.send_many([1, 2, 3])
        await highest.assert_no_more()
        await sim.advance(1)
        await table.assert_yields_only([{1: 4, 0: 2}])
        await highest.assert_yields_only([3])

    assert sim.exhaustive(body) == 1


# ---------------------------------------------------------------- timeouts


def expiry(flow, node, numbers, seconds=1.0):
    silent = numbers.timeout(seconds, ANY).is_some()
    return silent.snapshot(node.tick(), ANY).all_ticks().sim_output()


def test_silence_is_there_from_the_start_and_after_a_pause():
    flow, node, port, numbers = start()
    out = expiry(flow, node, numbers)
    sim = flow.sim()

    async def body():
        assert await out.collect() == [True]
        port.send(1)
        assert await out.collect() == [False]
        await sim.advance(0.99)
        assert await out.collect() == []
        await sim.advance(0.01)
        assert await out.collect() == [True]

    assert sim.exhaustive(body) == 1


def test_each_element_begins_a_new_silence():
    flow, node, port, numbers = start()
    out = expiry(flow, node, numbers)
    sim = flow.sim()

    async def body():
        assert await out.collect() == [True]
        for _ in range(3):
            port.send(1)
            await out.collect()
            await sim.advance(0.9)
            assert await out.collect() == []
        await sim.advance(0.1)
        assert await out.collect() == [True]

    assert sim.exhaustive(body) == 1


def test_an_element_that_is_under_way_may_come_too_late():
    flow, node, port, numbers = start()
    out = expiry(flow, node, numbers)
    sim, seen = flow.sim(), set()

    async def body():
        await out.collect()
        port.send(1)
        await out.collect()
        await sim.advance(0.9)
        port.send(2)
        await sim.advance(0.2)
        seen.add(tuple(await out.collect()))

    # too late: looks at both, or at the newest, before the end of that time or after
    assert sim.exhaustive(body) == 1 + 5
    # it was in time, or silence was there and is broken again, which a look has seen or not
    assert seen == {(), (True, False), (False,)}


def test_a_timeout_without_a_look_at_it_has_no_effect():
    flow, _, port, numbers = start()
    numbers.timeout(1.0, ANY).sample_every(10.0, ANY).filter(lambda _: False).sim_output()
    out = numbers.sim_output()
    sim = flow.sim()

    async def body():
        port.send(1)
        await sim.advance(5)
        await out.assert_yields_only([1])

    assert sim.exhaustive(body) == 1


# ---------------------------------------------------------------- what the test says


@pytest.mark.parametrize("seconds", [-1, math.inf, "1", True])
def test_time_passes_by_a_number_of_seconds(seconds):
    flow, _, _, numbers = start()
    numbers.sim_output()
    sim = flow.sim()

    async def body():
        await sim.advance(seconds)

    with pytest.raises(SimulationFailure, match="number of seconds from 0 on or a timedelta"):
        sim.exhaustive(body)


def test_time_passes_in_a_simulation_of_the_flow_that_runs():
    flow, _, _, numbers = start()
    other = start()[0].sim()
    numbers.sim_output()

    async def body():
        await other.advance(1)

    with pytest.raises(SimulationFailure, match=r"sim = flow.sim\(\)"):
        flow.sim().exhaustive(body)
    with pytest.raises(SimulationFailure, match="in the body of a test"):
        flow.sim().advance(1).send(None)


def test_a_long_time_passes():
    flow = FlowBuilder()
    out = flow.process().source_interval(1.0).sim_output()
    sim = flow.sim()

    async def body():
        for _ in range(6):
            await sim.advance(timedelta(hours=1))
        await out.assert_yields_only([()] * (6 * 3600 + 1))

    assert sim.exhaustive(body) == 1


def test_a_failure_tells_what_the_clock_did():
    flow, node, port, numbers = start()
    beats = node.source_interval_delayed(1.0, 1.0)
    total = numbers.fold(0, lambda total, n: total + n).sample_every(1.0, ANY)
    out = beats.map(lambda _: "beat").merge_unordered(total.map(str)).sim_output()
    sim = flow.sim()

    async def body():
        port.send(4)
        await sim.advance(1.5)
        assert await out.collect_sorted() == []

    with pytest.raises(SimulationFailure) as caught:
        sim.exhaustive(body)
    text = str(caught.value)
    assert "at 1 s `source_interval` of process 0 fires" in text
    assert "at 1 s `sample_every` of process 0 takes a sample" in text
    assert "releasing snapshot: 4" in text
    times = [(moment.kind, moment.time) for moment in caught.value.record.moments if moment.kind == "output"]
    assert times == [("output", 1.0), ("output", 1.0)]


def test_what_the_clock_decides_is_not_scripted():
    flow, _, _, numbers = start()
    hook = flow.sim_hook()
    numbers.timeout(1.0, nondet("late", hook=hook)).sample_every(1.0, ANY).sim_output()
    with pytest.raises(SimulationFailure, match="`hook` is bound to `timeout`, which nobody scripts"):
        flow.sim()


# ---------------------------------------------------------------- with other ways to search


@pytest.mark.parametrize("seconds", [1, 2])
def test_a_reduced_search_finds_the_same_outcomes(seconds):
    flow, node, port, numbers = start()
    tick = node.tick()
    beats = node.source_interval_delayed(1.0, 1.0).batch(tick, ANY).count()
    seen = numbers.batch(node.tick(), ANY).all_ticks().fold(0, lambda total, n: total + n)
    sampled = seen.sample_every(1.0, ANY).sim_output()
    out = beats.all_ticks().sim_output()

    def outcomes(**how):
        sim, found = flow.sim(), set()

        async def body():
            port.send_many([1, 2])
            await sim.advance(seconds)
            while await MORE:
                pass
            found.add((tuple(sampled._queue(ordered=False)), tuple(out._queue(ordered=False))))

        return sim.exhaustive(body, **how), found

    (all_of_them, found), (fewer, again) = outcomes(), outcomes(reduce=True)
    assert found == again
    assert fewer <= all_of_them
