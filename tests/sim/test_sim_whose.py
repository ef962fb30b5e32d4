"""Ports and simulations know which flow they are of."""

import pytest

from hydro_nb import FlowBuilder, SimulationFailure


def doubling():
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int)
    return flow, numbers_in, numbers.map(lambda n: n * 2).sim_output()


def refused(flow, body):
    with pytest.raises(SimulationFailure) as caught:
        flow.sim().exhaustive(body)
    return str(caught.value)


def test_ports_of_another_flow_are_refused():
    one = doubling()[0]
    another_in, numbers = FlowBuilder("another").process().sim_input(int)
    another_out = numbers.sim_output()

    async def sends():
        another_in.send(1)

    async def receives():
        await another_out.collect()

    assert "`another_in` is a port of another flow than the one that is simulated" in refused(one, sends)
    assert "`another_out` is a port of another flow" in refused(one, receives)


def test_ports_of_members_know_their_flow():
    one, *_ = doubling()
    ids_out = FlowBuilder("another").cluster().source_iter([1]).sim_output()

    async def body():
        await ids_out.collect(0)

    assert "`ids_out` is a port of another flow" in refused(one, body)


def test_any_simulation_of_the_flow_lets_time_pass_and_knows_who_is_there():
    flow = FlowBuilder()
    workers = flow.cluster()
    beats_out = flow.process().source_interval(1.0).sim_output()
    sim = flow.sim()

    async def body():
        await sim.advance(1.5)
        assert len(await beats_out.collect()) == 2
        assert len(sim.members(workers)) == 3

    assert flow.sim().with_cluster_size(workers, 3).exhaustive(body) == 1


def test_a_simulation_of_another_flow_does_not():
    flow, other = doubling()[0], doubling()[0].sim()

    async def body():
        await other.advance(1)

    assert "in the body of a test that a simulation of this flow runs" in refused(flow, body)


def test_what_only_the_clock_brings_is_named_where_it_is_missed():
    flow = FlowBuilder()
    beats_out = flow.process().source_interval(2.0).sim_output()

    async def asks():
        await beats_out.next()
        await beats_out.next()

    async def expects():
        await beats_out.assert_yields([(), ()])

    told = "`source_interval` of process 0 fires at 2 s, when the test lets time pass: await sim.advance(2)"
    assert told in refused(flow, asks)
    assert told in refused(flow, expects)
