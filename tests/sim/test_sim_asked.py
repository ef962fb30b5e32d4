"""Schedules that are none, or of another test, and numbers that are none."""

import pytest

from hydro_nb import FlowBuilder, SimulationFailure, nondet


@pytest.fixture
def counting():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    sizes_out = numbers.batch(process.tick(), nondet("any size")).count().all_ticks().sim_output()

    async def body():
        numbers_in.send_many([1, 2])
        assert sum(await sizes_out.collect()) == 2

    return flow.sim(), body


@pytest.mark.parametrize("schedule", ["0,1", [-1], [1.0], [True], 3, None])
def test_a_schedule_is_a_list_of_whole_numbers(counting, schedule):
    simulation, body = counting
    with pytest.raises(SimulationFailure, match="a schedule is a list of whole numbers from 0 on"):
        simulation.replay(body, schedule)
    with pytest.raises(SimulationFailure, match="a schedule is a list of whole numbers from 0 on"):
        simulation.record(body, schedule)


@pytest.mark.parametrize(
    ("schedule", "why"),
    [
        ([9, 9, 9], "number 1 of it is 9, but there were 2 ways then"),
        ([0, 0, 0, 1], "the test ended after 1 choices, and the schedule goes on"),
    ],
)
def test_a_schedule_of_something_else_is_refused(counting, schedule, why):
    simulation, body = counting
    with pytest.raises(SimulationFailure) as caught:
        simulation.replay(body, schedule)
    assert f"the schedule {schedule} does not fit this test: {why}" in str(caught.value)


def test_plain_choices_may_be_written_or_left_out(counting):
    simulation, body = counting
    assert simulation.replay(body, [0] * 50) == simulation.replay(body) == simulation.replay(body, (0,))


@pytest.mark.parametrize("runs", [0, -3, "3", 1e3, True])
def test_a_random_search_runs_a_test_at_least_once(counting, runs):
    simulation, body = counting
    with pytest.raises(SimulationFailure, match="a whole number from 1 on"):
        simulation.fuzz(body, runs=runs)


def test_a_seed_is_a_whole_number(counting):
    simulation, body = counting
    with pytest.raises(SimulationFailure, match="`seed` is a whole number"):
        simulation.fuzz(body, runs=3, seed="a")


def test_what_is_no_test_is_refused_before_it_runs(counting):
    simulation, body = counting

    async def takes(sim): ...

    for given, text in (
        (body(), "give body, not body()"),
        (None, "but was given None"),
        (takes, "`takes` is called without arguments, but missing a required argument: 'sim'"),
    ):
        with pytest.raises(SimulationFailure) as caught:
            simulation.exhaustive(given)
        assert text in str(caught.value)


def test_a_port_of_a_cluster_without_a_member_is_explained():
    flow = FlowBuilder()
    workers = flow.cluster()
    numbers_in, numbers = workers.sim_input(int)
    numbers_out = numbers.sim_output()

    async def sends():
        numbers_in.send(1)

    async def receives():
        await numbers_out.collect()

    async def awaits():
        await numbers_in.send(0, 1)

    simulation = flow.sim().with_cluster_size(workers, 2)
    for body, hint in (
        (sends, "say first whose end of the port is meant: port.send(0, element)"),
        (receives, "say first whose end of the port is meant"),
        (awaits, "Sending is not awaited"),
    ):
        with pytest.raises(SimulationFailure) as caught:
            simulation.exhaustive(body)
        assert hint in str(caught.value)


def test_the_wrong_end_of_a_flow_is_explained():
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int)
    numbers_out = numbers.sim_output()

    async def sends():
        numbers_out.send(1)

    async def receives():
        await numbers_in.collect()

    for body, hint in (
        (sends, "sends into the port that process.sim_input(T) gives"),
        (receives, "receives at the port that stream.sim_output() gives"),
    ):
        with pytest.raises(SimulationFailure) as caught:
            flow.sim().exhaustive(body)
        assert hint in str(caught.value)


def test_a_call_that_is_not_awaited_is_named_beside_what_fails():
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int)
    numbers_out = numbers.sim_output()

    async def body():
        numbers_in.send(1)
        assert numbers_out.collect() == [1]

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().exhaustive(body)
    assert "`numbers_out.collect` was called but never awaited, so that it did nothing." in str(caught.value)
    assert "Write `await` before it: await numbers_out.collect(...)" in str(caught.value)


def test_a_decision_that_is_not_awaited_is_named_with_its_line():
    flow = FlowBuilder()
    process, reads = flow.process(), flow.sim_hook()
    numbers_in, numbers = process.sim_input(int)
    batch = numbers.batch(process.tick(), nondet("any size", hook=reads))
    sizes_out = batch.count().all_ticks().sim_output()

    async def body():
        numbers_in.send(1)
        reads.release(1)
        await sizes_out.assert_yields_only([1])

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().deterministic(body)
    assert "`reads.release` was called but never awaited, so that it did nothing." in str(caught.value)
    assert ": reads.release(1)\n" in str(caught.value)


def test_what_is_sent_last_is_run_outside_ticks_to_see_whether_it_fails():
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int)
    numbers.map(lambda n: 1 // n).sim_output()

    async def body():
        numbers_in.send(0)

    with pytest.raises(SimulationFailure, match="ZeroDivisionError"):
        flow.sim().exhaustive(body)


def test_a_test_that_waits_for_nothing_is_told_so(capsys):
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    sums_out = numbers.batch(process.tick(), nondet("any size")).max().all_ticks().sim_output()

    async def sends():
        numbers_in.send(1)

    async def looks():
        numbers_in.send(1)
        await sums_out.assert_yields_only([1])

    assert flow.sim().exhaustive(sends) == 1
    assert "`sends` passes, but waits for nothing: what waits for a tick has not run." in capsys.readouterr().err
    assert flow.sim().exhaustive(looks) == 1
    assert capsys.readouterr().err == ""
