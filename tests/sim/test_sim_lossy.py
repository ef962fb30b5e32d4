"""Networks that lose messages: whether each arrives is a choice; what is left keeps its order where it has one."""

from __future__ import annotations

import itertools
import math

import pytest

from hydro_nb import TCP, UDP, FlowBuilder, NoOrder, SimulationFailure, nondet

ANY = nondet("any outcome is explored")
LOST = nondet("a lost one is as good as none")


def outcomes(flow, port, sent, out, *, safety_only=False):
    """Give how many executions there are, and what may come out."""
    seen, simulation = set(), flow.sim()
    if safety_only:
        simulation.test_safety_only()

    async def body():
        port.send_many(sent)
        seen.add(tuple(await out.collect_sorted(key=str)) if unordered else tuple(await out.collect()))

    unordered = (
        simulation._executions.graph.kind(simulation._executions.graph.nodes[out.slot].inputs[0]).order == "NoOrder"
    )
    return simulation.exhaustive(body), seen


def sending(via):
    flow = FlowBuilder()
    leader = flow.process()
    port, numbers = leader.sim_input(int)
    return flow, port, numbers.send(flow.process(), via)


def some(items):
    """Give all that may be left of a sequence."""
    return {chosen for size in range(len(items) + 1) for chosen in itertools.combinations(items, size)}


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("via", [TCP.lossy(LOST), UDP.lossy(LOST)], ids=["TCP", "UDP"])
def test_each_message_arrives_or_is_lost(via, count):
    flow, port, there = sending(via)
    found = outcomes(flow, port, range(count), there.sim_output())
    assert found == (2**count, some(range(count)))


def test_what_overtakes_is_seen_in_any_order():
    flow, port, there = sending(UDP.lossy(LOST))
    out = there.assume_ordering(ANY).sim_output()
    count, seen = outcomes(flow, port, range(3), out)
    assert seen == {order for chosen in some(range(3)) for order in itertools.permutations(chosen)}
    assert count == sum(math.comb(3, size) * math.factorial(size) for size in range(4))


def test_what_is_left_is_cut_into_batches():
    flow, port, there = sending(TCP.lossy(LOST))
    sizes = there.batch(there.location.tick(), ANY).count().all_ticks()
    count, seen = outcomes(flow, port, range(3), sizes.sim_output())
    assert count == (3**3 + 1) // 2
    assert seen == {(), (1,), (2,), (1, 1), (3,), (1, 2), (2, 1), (1, 1, 1)}


def test_each_way_to_a_member_loses_on_its_own():
    flow = FlowBuilder()
    leader, workers = flow.process(), flow.cluster()
    port, numbers = leader.sim_input(int)
    there = numbers.broadcast(workers, TCP.lossy(LOST), ANY).sim_output()
    seen = set()

    async def body():
        port.send_many([1, 2])
        seen.add(tuple([tuple(await there.collect(member)) for member in range(3)]))

    assert flow.sim().with_cluster_size(workers, 3).exhaustive(body) == 2 ** (2 * 3)
    assert seen == set(itertools.product(some((1, 2)), repeat=3))


def test_each_member_loses_on_its_own():
    flow = FlowBuilder()
    leader, workers = flow.process(), flow.cluster()
    port, numbers = workers.sim_input(int)
    there = numbers.send(leader, TCP.lossy(LOST)).values().sim_output()
    seen = set()

    async def body():
        port.send_many([(0, 1), (1, 2)])
        seen.add(tuple(await there.collect_sorted()))

    assert flow.sim().with_cluster_size(workers, 2).exhaustive(body) == len(seen) == 4


@pytest.mark.parametrize("via", [TCP.lossy_delayed_forever(), UDP.lossy_delayed_forever()], ids=["TCP", "UDP"])
def test_a_message_may_be_on_its_way_for_ever(via):
    flow, port, there = sending(via)
    out = there.sim_output()
    assert outcomes(flow, port, [1, 2], out, safety_only=True) == (4, some((1, 2)))


def test_that_nothing_is_waited_for_has_to_be_said():
    flow, _, there = sending(UDP.lossy_delayed_forever())
    out = there.sim_output()

    async def body():
        await out.assert_no_more()

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().exhaustive(body)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(
        "`send` sends by UDP.lossy_delayed_forever(), so that a message may be on its way for ever"
    )
    assert "numbers.send(flow.process(), via)" in lines[1]
    assert lines[2].startswith(
        "  If the test only claims what must never happen, say so: flow.sim().test_safety_only()"
    )


def test_what_never_fails_needs_no_such_word():
    flow, port, there = sending(TCP.fail_stop())
    assert outcomes(flow, port, [1, 2], there.sim_output()) == (1, {(1, 2)})


def test_a_trace_says_what_was_lost_and_why_that_is_right():
    flow, port, there = sending(TCP.lossy(LOST))
    out = there.sim_output()

    async def body():
        port.send_many([1, 2])
        await out.assert_yields([1, 2])

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().exhaustive(body)
    lines = [line.strip() for line in str(caught.value).splitlines()]
    at = lines.index("losing: 1 to process 1")
    assert lines[at + 3].startswith("delivering: 2 to process 1    (line ")
    assert "numbers.send(flow.process(), via)" in lines[at + 1]
    assert lines[at + 2] == "where any outcome is right, as: a lost one is as good as none"
    assert caught.value.schedule == (1,)


def test_a_trace_says_what_is_late_for_ever():
    flow, port, there = sending(UDP.lossy_delayed_forever())
    out = there.sim_output()

    async def body():
        port.send(1)
        await out.collect_sorted()

    assert "delaying for ever: 1 to process 1" in flow.sim().test_safety_only().replay(body, [1])


def test_what_a_source_sends_may_be_lost_before_the_test_begins():
    flow = FlowBuilder()
    there = flow.process().source_iter([1, 2]).send(flow.process(), TCP.lossy(LOST)).sim_output()

    async def body():
        await there.collect()

    assert flow.sim().exhaustive(body) == 4
    told = flow.sim().replay(body, [0, 1])
    assert told.splitlines()[0] == "1. the flow starts"
    assert "losing: 2 to process 1" in told


def test_an_order_chosen_before_the_test_begins_is_told_too():
    flow = FlowBuilder()
    out = flow.process().source_iter([1, 2]).weaken_ordering().assume_ordering(ANY).sim_output()

    async def body():
        await out.collect()

    assert flow.sim().exhaustive(body) == 2
    assert "in order: [2, 1]" in flow.sim().replay(body, [1])


def test_a_request_sent_again_is_answered_though_answers_may_be_lost():
    flow = FlowBuilder()
    client, server = flow.process(), flow.process()
    port, requests = client.sim_input(int, order=NoOrder)
    answers = requests.send(server, TCP.lossy(LOST)).map(lambda n: n * 2).send(client, TCP.lossy(LOST)).unique()
    out = answers.sim_output()
    seen = set()

    async def body():
        port.send_many_unordered([1, 1])
        seen.add(tuple(await out.collect_sorted()))

    # each try is lost on its way there, on its way back, or not at all
    assert flow.sim().exhaustive(body) == 3**2
    assert seen == {(), (2,)}
