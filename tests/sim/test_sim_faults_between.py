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


# ---------------------------------------------------------------- what the test sends


def joining():
    """A leader that sends to all, to whom one more comes."""
    flow = FlowBuilder("joining")
    leader, workers = flow.process(), flow.cluster(Worker)
    port, numbers = leader.sim_input(int)
    out = numbers.broadcast(workers, None, ANY).sim_output()
    return port, out, flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=0, joins=1)


def test_who_joins_may_hear_of_what_is_sent_next_only():
    port, out, sim = joining()

    def send():
        port.send(1)
        port.send(2)

    count, seen = explore(sim, send, lambda: out.collect(0), lambda: out.collect(1))
    assert seen == {((1, 2), ()), ((1, 2), (2,)), ((1, 2), (1, 2))}
    # it joins before the first, and is heard of before that, before the second, or after; it joins before the second,
    # and is heard of before that or after; it joins after that; or never
    assert count == 3 + 2 + 1 + 1
    assert explore(sim, lambda: port.send_many([1, 2]), lambda: out.collect(0), lambda: out.collect(1)) == (count, seen)


def test_fewer_schedules_show_the_same():
    port, out, sim = joining()
    seen = set()

    async def body():
        port.send_many([1, 2])
        seen.add(tuple(await out.collect(1)))

    assert sim.exhaustive(body, reduce=True) <= 7
    assert seen == {(), (2,), (1, 2)}
    seen.clear()
    assert sim.fuzz(body, runs=500, seed=1) == 500
    assert seen == {(), (2,), (1, 2)}


def test_one_who_has_left_gets_nothing_of_what_is_sent_after_that_is_known():
    flow = FlowBuilder("turns")
    leader, workers = flow.process(), flow.cluster(Worker)
    port, jobs = leader.sim_input(int)
    out = jobs.round_robin(workers, None, ANY).sim_output()
    sim = flow.sim().with_cluster_size(workers, 2).with_faults(workers)
    _, seen = explore(sim, lambda: port.send_many([1, 2, 3]), lambda: out.collect(0), lambda: out.collect(1))
    assert {((), (1, 2, 3)), ((1, 2, 3), ()), ((1,), (2, 3)), ((1, 3), (2,))} <= seen
    for first, second in seen:
        assert sorted({*first, *second}) == sorted(first + second)  # nothing comes twice
        assert list(first) == sorted(first)
        assert list(second) == sorted(second)


def test_a_crash_comes_between_what_is_sent_in_a_row():
    flow = FlowBuilder("row")
    server = flow.process(Server)
    port, numbers = server.sim_input(int)
    out = numbers.sim_output()
    sim = flow.sim().with_faults(server)
    count, seen = explore(sim, lambda: port.send_many([1, 2]), out.collect)
    assert seen == {((),), ((1,),), ((1, 2),)}
    # before the first; it does not come out, and the crash is before the second or after; before the second; that does
    # not come out; after that; never
    assert count == 1 + 2 + 1 + 1 + 1 + 1


def test_what_was_sent_to_who_has_crashed_is_not_for_who_comes_in_its_place():
    flow = FlowBuilder("place")
    workers = flow.cluster(Worker)
    port, numbers = workers.sim_input(int)
    out = numbers.sim_output()
    sim = flow.sim().with_cluster_size(workers, 1).with_faults(workers, crashes=1, restarts=1)
    _, seen = explore(sim, lambda: [port.send(0, 1), port.send(0, 2)], lambda: out.collect(0))
    assert seen == {((),), ((1,),), ((1, 2),)}


def test_what_the_test_sends_is_told_where_it_is_taken_in():
    port, out, sim = joining()

    async def body():
        port.send_many([1, 2])
        assert await out.collect(1) != [2]

    with pytest.raises(SimulationFailure) as caught:
        sim.exhaustive(body)
    titles = [moment.title for moment in caught.value.record.moments if moment.kind in ("test", "fault")]
    assert titles == [
        "the test sends 1 into `numbers`",
        "Worker/1 joins",
        "process 0 hears that Worker/1 has joined",
        "the test sends 2 into `numbers`",
    ]
    assert "before the test goes on" in str(caught.value)


def test_what_is_sent_to_who_is_gone_is_lost():
    flow = FlowBuilder("gone")
    server = flow.process(Server)
    port, numbers = server.sim_input(int)
    out = numbers.sim_output()
    sim = flow.sim().with_faults(server)

    async def body():
        port.send(1)
        assert await out.collect()

    with pytest.raises(SimulationFailure) as caught:
        sim.fuzz(body, seed=1)
    record = sim.record(body, [1])
    assert [(each.text, each.fate) for each in record.messages] == [("1", "lost")]
    assert caught.value.schedule


def test_what_the_test_sends_last_needs_a_decision_as_well():
    flow = FlowBuilder("scripted")
    server, reads = flow.process(Server), flow.sim_hook()
    port, numbers = server.sim_input(int)
    numbers.batch(server.tick(), nondet("any size will do", hook=reads)).all_ticks().sim_output()

    async def body():
        port.send_many([1, 2])

    with pytest.raises(SimulationFailure, match=r"ScriptError: .*buffered input but no decision"):
        flow.sim().with_faults(server).deterministic(body)
