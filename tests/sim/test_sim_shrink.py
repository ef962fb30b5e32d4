"""A failing schedule is made plain, and still fails."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb import TCP, FlowBuilder, NoMoreMessages, NoOrder, SimulationFailure, nondet, sliced
from hydro_nb.sim.shrink import TRIES, Ran, Shrinker, shrink

ANY = nondet("any outcome is explored")


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 12))
def test_what_is_left_still_fails_and_is_no_longer(schedule, needed):
    def fails(choices):
        return list(choices) if sum(choices) >= needed else None

    if fails(schedule):
        plain = shrink(schedule, fails)
        assert fails(plain)
        assert sum(choice != 0 for choice in plain) <= sum(choice != 0 for choice in schedule)
        assert plain[-1] != 0


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.data())
def test_one_choice_that_is_enough_is_found(schedule, data):
    """Whatever is needed together with others: where one alone would do, one is left."""
    at = data.draw(st.integers(0, len(schedule) - 1))

    def run(choices):
        path = [*choices, *[0] * (len(schedule) - len(choices))][: len(schedule)]
        return Ran(path, [4] * len(schedule), path[at] == 1 or path == schedule)

    shrinker = Shrinker(schedule, run)
    shrinker.run()
    assert sum(choice != 0 for choice in shrinker.best) <= 1
    assert run(shrinker.best).failed


def test_what_moves_others_is_taken_out():
    """Each choice that is not plain takes another one with it, as a tick that runs once more does."""

    def fails(choices):
        left, at = list(choices), 0
        while left and at < 3:
            at += 1
            if left.pop(0) and left:
                left.pop(0)
        return list(choices) if left[:1] == [2] else None

    assert shrink([1, 3, 0, 1, 1, 2], fails) == [0, 0, 0, 2]


def test_ctrl_c_leaves_the_plainest_that_is_known():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int, order=NoOrder)
    out = numbers.batch(process.tick(), ANY).assume_ordering(ANY).all_ticks().sim_output()
    failures = []

    async def body():
        port.send_many_unordered(range(6))
        got = await out.collect()
        if got.index(4) < got.index(2) < got.index(0):
            failures.append(1)
            if len(failures) == 5:
                raise KeyboardInterrupt
            raise AssertionError(got)

    simulation = flow.sim()
    with pytest.raises(SimulationFailure, match="stopped while it was made plain") as caught:
        simulation.fuzz(body, seed=1)
    assert simulation.report.ended == "failed"
    with pytest.raises(SimulationFailure):
        simulation.replay(body, caught.value.schedule)


def test_it_ends():
    runs = []
    shrink([1] * 1000, runs.append)
    assert len(runs) == TRIES


def test_a_random_search_reports_the_plainest_schedule():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int, order=NoOrder)
    out = numbers.batch(process.tick(), ANY).assume_ordering(ANY).all_ticks().sim_output()

    async def body():
        port.send_many_unordered(range(6))
        assert (await out.collect())[0] != 3

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().fuzz(body, seed=1)
    assert caught.value.schedule == (0, 3)
    assert "releasing unordered items: [0, 1, 2, 3, 4, 5]" in str(caught.value)
    assert "in order: [3, 0, 1, 2, 4, 5]" in str(caught.value)


def test_what_fails_without_a_fault_is_shown_without_one():
    flow = FlowBuilder()
    primary, backup, client = flow.process(), flow.process(), flow.process()
    write, writes = client.sim_input(int)
    read, reads = client.sim_input(str)
    at_primary = writes.send(primary, TCP.fail_stop())
    total = at_primary.send(backup, TCP.fail_stop()).fold(0, lambda total, n: total + n)
    acked = at_primary.send(client, TCP.fail_stop()).sim_output()
    with sliced() as s:
        asked, seen = s.batch(reads.send(backup, TCP.fail_stop()), ANY), s.snapshot(total, ANY)
        answers = s.emit(asked.cross_singleton(seen).map(lambda pair: pair[1]))
    answered = answers.send(client, TCP.fail_stop()).sim_output()

    async def body():
        write.send(5)
        with suppress(NoMoreMessages):
            await acked.next()
            read.send("?")
            assert await answered.next() == 5

    sim = flow.sim().with_faults(primary)
    for seed in range(12):
        with pytest.raises(SimulationFailure) as caught:
            sim.fuzz(body, seed=seed)
        assert [each.kind for each in caught.value.record.moments if each.kind == "fault"] == []
        assert "crash" not in str(caught.value).partition("What happened:")[2].partition("Run it again")[0]


def test_a_schedule_with_fewer_faults_is_plainer():
    def run(schedule):
        faults = schedule.count(9)
        return Ran(schedule, [10] * len(schedule), sum(schedule) >= 9, faults)

    shrinker = Shrinker([9], run, faults=1)
    assert shrinker._look([5, 4]).failed
    assert shrinker.best == [5, 4]
    assert not shrinker._look([9]).failed


def test_a_simulation_does_not_run_inside_itself():
    flow = FlowBuilder()
    flow.process().sim_input(int)[1].sim_output()
    simulation = flow.sim()

    async def inner():
        pass

    async def body():
        simulation.exhaustive(inner)

    with pytest.raises(SimulationFailure, match="is under way"):
        simulation.exhaustive(body)
