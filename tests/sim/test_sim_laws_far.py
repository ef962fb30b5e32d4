"""Claims that are false only for uses of a function that come late in an execution."""

import pytest

from hydro_nb import FlowBuilder, NoOrder, SimulationFailure, nondet, proof

ANY = nondet("any outcome is explored")


def summed(count, late):
    """Give a flow whose fold depends on the order from a late element on, and a test that sends it so many."""

    def gather(total, number):
        return (total[0] + 1, total[1] * 2 + number if total[0] >= late else 0)

    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int, order=NoOrder)
    total = numbers.fold(lambda: (0, 0), gather, commutative=proof("said without thinking"))
    out = total.snapshot(process.tick(), ANY).all_ticks().sim_output()

    async def body():
        port.send_many_unordered(range(1, count + 1))
        await out.collect_sorted()

    return flow.sim(), body


@pytest.mark.parametrize("late", [0, 15, 30, 37])
def test_uses_from_all_over_an_execution_are_tried(late):
    simulation, body = summed(40, late)
    with pytest.raises(SimulationFailure, match="is not commutative"):
        simulation.fuzz(body, runs=32, seed=1)


def test_another_search_begins_with_the_first_uses_again():
    simulation, body = summed(40, 41)
    simulation.fuzz(body, runs=2, seed=1)
    law = simulation._executions.laws._laws[0]
    assert law.goes_on > 0
    simulation._executions.laws.begin()
    assert law.goes_on == 0
