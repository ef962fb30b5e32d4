"""What a failure says that it depends on."""

import pytest

from hydro_nb import FlowBuilder, SimulationFailure, continue_if, nondet


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
