"""A failing schedule is made plain, and still fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydro_nb import FlowBuilder, NoOrder, SimulationFailure, nondet
from hydro_nb.sim.shrink import TRIES, shrink

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
