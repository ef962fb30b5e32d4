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
