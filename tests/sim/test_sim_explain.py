"""What a failure says that it depends on."""

import pytest

from hydro_nb import TCP, FlowBuilder, SimulationFailure, continue_if, nondet


class Batches:
    """Elements in batches, of which the sizes are seen."""

    def __init__(self):
        flow = self.flow = FlowBuilder()
        process = flow.process()
        self.numbers_in, numbers = process.sim_input(int)
        batches = numbers.batch(process.tick(), nondet("any batches"))
        self.sizes_out = batches.count().all_ticks().sim_output()


def explained(simulation, body):
    """Say what a failure depends on, without where its value came from."""
    with pytest.raises(SimulationFailure) as caught:
        simulation.exhaustive(body)
    return caught.value.explain().partition("\nWhere ")[0].splitlines()


def test_an_execution_that_is_discarded_does_not_pass():
    batches = Batches()

    async def body():
        batches.numbers_in.send_many([1, 2, 3])
        sizes = await batches.sizes_out.collect()
        continue_if(len(sizes) == 2, "two batches are of interest")
        raise AssertionError

    [said] = explained(batches.flow.sim(), body)
    assert said.endswith(": with any one of them made differently it can fail as well, or is discarded.")


class Copies:
    """Elements that a process sends to the one member of a cluster, who gives them in batches."""

    def __init__(self):
        flow = self.flow = FlowBuilder()
        leader, workers = flow.process(), flow.cluster()
        self.numbers_in, numbers = leader.sim_input(int)
        copies = numbers.broadcast_closed(workers, TCP.fail_stop())
        self.copies_out = copies.batch(workers.tick(), nondet("any batches")).all_ticks().sim_output()
        self.simulation = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=1)


def test_a_crash_matters_where_a_later_one_would_do_as_well():
    copies = Copies()

    async def body():
        copies.numbers_in.send_many([1, 2])
        assert await copies.copies_out.collect(0) == [1, 2]

    depends, step, instead = explained(copies.simulation, body)
    assert depends == "The failure depends on 1 of 1 decision."
    assert step.endswith(", cluster 1/0 crashes: which need not have happened")
    assert instead.strip() == "With this instead, the test passes: it does not happen"


def failing(simulation, body):
    """Give what happened where a test fails, and of all that was sent what it was, its fate, and where it was read."""
    with pytest.raises(SimulationFailure) as caught:
        simulation.exhaustive(body)
    record = caught.value.record
    reads = [message.read and record.moments[message.read].kind for message in record.messages]
    return record, [(each.text, each.fate, read) for each, read in zip(record.messages, reads, strict=True)]


def test_what_is_under_way_to_who_crashes_is_lost():
    copies = Copies()

    async def body():
        copies.numbers_in.send_many([1, 2])
        assert await copies.copies_out.collect(0)

    record, found = failing(copies.simulation, body)
    assert record.under_way == []
    assert {fate for text, fate, read in found if read is None} == {"lost"}


def test_who_starts_again_does_not_read_what_was_sent_before():
    flow = FlowBuilder()
    workers = flow.cluster()
    numbers_in, numbers = workers.sim_input(int)
    numbers_out = numbers.sim_output()

    async def body():
        numbers_in.send(0, 1)
        first = await numbers_out.collect(0)
        numbers_in.send(0, 2)
        assert (first, await numbers_out.collect(0)) != ([], [2])

    simulation = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=1, restarts=1)
    _, found = failing(simulation, body)
    assert found == [("1", "lost", None), ("2", "arrived", "run"), ("2", "arrived", "output")]


def test_a_crash_that_would_help_is_named_where_none_has_happened():
    copies = Copies()

    async def body():
        copies.numbers_in.send(1)
        assert not await copies.copies_out.collect(0)

    decide, passes = explained(copies.simulation, body)
    assert decide == "There was nothing to decide but whether something goes wrong, and nothing did."
    assert passes.startswith("With this ")
    assert passes.endswith(", the test passes: cluster 1/0 crashes")


def test_a_failure_with_and_without_a_crash_is_not_called_one_of_every_schedule():
    copies = Copies()

    async def body():
        copies.numbers_in.send(1)
        await copies.copies_out.collect(0)
        raise AssertionError

    assert explained(copies.simulation, body)[1:] == ["It can fail as well where something goes wrong."]


def test_an_explanation_is_of_the_sizes_that_failed():
    flow = FlowBuilder()
    workers, home = flow.cluster(), flow.process()
    numbers_in, numbers = workers.sim_input(int)
    batches = numbers.send(home, TCP.fail_stop()).values().batch(home.tick(), nondet("any batches"))
    sizes_out = batches.count().all_ticks().sim_output()
    simulation = flow.sim().with_cluster_size(workers, 2)

    async def body():
        for member in simulation.members(workers):
            numbers_in.send(member, 1)
        assert await sizes_out.collect() == [2]

    with pytest.raises(SimulationFailure) as caught:
        simulation.exhaustive(body)
    simulation.with_cluster_size(workers, 3)
    assert "the test passes: releasing unordered items: [1, 1]\n" in caught.value.explain()
    assert next(each.instead for each in caught.value.record.verdicts()).endswith(": [1, 1]")

    async def three():
        assert len(simulation.members(workers)) == 3

    assert simulation.exhaustive(three) == 1


def test_what_becomes_of_the_flow_later_does_not_matter():
    flow = FlowBuilder()
    workers = flow.cluster()
    numbers_in, numbers = workers.sim_input(int)
    sizes_out = numbers.batch(workers.tick(), nondet("any batches")).count().all_ticks().sim_output()

    async def body():
        numbers_in.send_many([(0, 1), (0, 2)])
        await sizes_out.assert_yields(0, [2])

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().with_cluster_size(workers, 1).exhaustive(body)
    flow.graph.nodes.clear()  # as when the cell that made it has failed
    flow.graph.places.clear()
    assert "The failure depends on 1 of 1 decision." in caught.value.explain()
