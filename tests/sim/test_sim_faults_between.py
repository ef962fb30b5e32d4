"""Faults in between: between two outputs of one process, and between the elements that a test sends in a row."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, SimulationFailure, nondet

ANY = nondet("any outcome is explored")


class Server: ...


class Worker: ...


def explore(sim, send, *reads):
    """Send, then read to the end: under how many schedules, and all that was read in any."""
    seen = set()

    async def body():
        send()
        seen.add(tuple([tuple(await read()) for read in reads]))

    return sim.exhaustive(body), seen


# ---------------------------------------------------------------- outputs


def test_of_two_outputs_one_may_come_before_a_crash_and_the_other_not():
    flow = FlowBuilder("clients")
    server = flow.process(Server)
    port, requests = server.sim_input(int)
    one, other = requests.sim_output(), requests.map(lambda n: -n).sim_output()
    sim = flow.sim().with_faults(server)
    count, seen = explore(sim, lambda: port.send(1), one.collect, other.collect)
    assert seen == {((), ()), ((1,), ()), ((), (-1,)), ((1,), (-1,))}
    # it crashes before; gives nothing to the one, and to the other or not; nothing to the other only; after; never
    assert count == 1 + 2 + 1 + 1 + 1


def test_the_test_may_have_heard_less_than_another_process():
    flow = FlowBuilder("replica")
    server, replica = flow.process(Server), flow.process()
    port, writes = server.sim_input(int)
    copies, acknowledged = writes.send(replica).sim_output(), writes.sim_output()
    sim = flow.sim().with_faults(server)
    _, seen = explore(sim, lambda: port.send(1), copies.collect, acknowledged.collect)
    assert seen == {((), ()), ((1,), ()), ((), (1,)), ((1,), (1,))}


def test_a_prefix_of_what_a_run_gives_comes_out():
    flow = FlowBuilder("prefix")
    server = flow.process(Server)
    out = server.source_iter([1, 2]).sim_output()
    sim = flow.sim().with_faults(server)
    count, seen = explore(sim, lambda: None, out.collect)
    assert seen == {((),), ((1,),), ((1, 2),)}
    assert count == 1 + 1 + 2  # with all of it, it crashes afterwards or not


def test_who_starts_again_gives_to_the_test_as_before():
    flow = FlowBuilder("again")
    workers = flow.cluster(Worker)
    out = workers.source_iter([1]).sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=1, restarts=1)
    count, seen = explore(sim, lambda: None, lambda: out.collect(0))
    assert seen == {((),), ((1,),), ((1, 1),)}
    # what it gives is lost or not, then no crash (where it is not), a crash, or a crash and a new beginning
    assert count == 2 + 3


def test_outputs_of_who_cannot_crash_are_no_choice():
    flow = FlowBuilder("safe")
    server, workers = flow.process(Server), flow.cluster(Worker)
    port, requests = server.sim_input(int)
    out = requests.sim_output()
    workers.source_iter([1]).sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=0, joins=0)
    assert explore(sim, lambda: port.send(1), out.collect) == (1, {((1,),)})


def test_it_is_said_that_an_output_hears_no_more():
    flow = FlowBuilder("said")
    server = flow.process(Server)
    port, requests = server.sim_input(int)
    one = requests.sim_output()
    other = requests.map(lambda n: -n).sim_output()

    async def body():
        port.send(1)
        assert not await one.collect() or await other.collect()

    with pytest.raises(SimulationFailure, match="Server will crash, and nothing more of it comes to `other`") as caught:
        flow.sim().with_faults(server).exhaustive(body)
    assert "Server crashes" in str(caught.value)
