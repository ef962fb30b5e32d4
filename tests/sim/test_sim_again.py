"""The line that runs a failure again makes the same simulation."""

import pytest

from hydro_nb import TCP, FlowBuilder, SimulationFailure


def last_line(simulation, body):
    with pytest.raises(SimulationFailure) as caught:
        simulation.exhaustive(body)
    return str(caught.value).splitlines()[-1], caught.value


def test_sizes_and_faults_stand_in_the_line_that_runs_it_again():
    flow = FlowBuilder()
    leader, workers = flow.process(), flow.cluster()
    numbers_in, numbers = leader.sim_input(int)
    copies_out = numbers.broadcast_closed(workers).send(leader).entries().sim_output()

    async def body():
        numbers_in.send(7)
        assert len(await copies_out.collect_sorted()) == 2

    simulation = flow.sim().with_cluster_size(workers, 2).with_faults(workers, crashes=1, restarts=1)
    line, failure = last_line(simulation, body)
    made = "flow.sim().with_cluster_size(workers, 2).with_faults(workers, crashes=1, restarts=1)"
    assert line == f"Run it again: {made}.replay(body, {list(failure.schedule)})"
    assert failure.record.simulation == made
    with pytest.raises(SimulationFailure, match="a replayed schedule"):
        eval(line.removeprefix("Run it again: "))


def test_what_a_test_claims_stands_in_the_line_that_runs_it_again():
    flow = FlowBuilder()
    leader, follower = flow.process(), flow.process()
    numbers_in, numbers = leader.sim_input(int)
    numbers_out = numbers.send(follower, TCP.lossy_delayed_forever()).sim_output()

    async def body():
        numbers_in.send(1)
        assert await numbers_out.collect_sorted() == [1]

    line, _ = last_line(flow.sim().test_safety_only(), body)
    assert line == "Run it again: flow.sim().test_safety_only().replay(body, [1])"


def test_places_without_a_variable_are_named_by_what_they_are_called():
    class Worker:
        """A marker."""

    flow = FlowBuilder()
    ids = {"out": flow.cluster(Worker).source_iter([1]).sim_output()}

    async def body():
        assert await ids["out"].collect(0) == [2]

    line, _ = last_line(flow.sim().with_cluster_size(Worker, 2), body)
    assert line == "Run it again: flow.sim().with_cluster_size('Worker', 2).replay(body, [])"


def test_it_says_the_variable_that_holds_the_flow():
    counting = FlowBuilder("a name of its own")
    numbers_in, numbers = counting.process().sim_input(int)
    numbers_out = numbers.sim_output()

    async def body():
        numbers_in.send(1)
        await numbers_out.assert_yields_only([2])

    with pytest.raises(SimulationFailure) as caught:
        counting.sim().exhaustive(body)
    assert str(caught.value).endswith("Run it again: counting.sim().replay(body, [])")
