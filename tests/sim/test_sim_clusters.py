"""Clusters in the simulator: members of their own, edges by route, ports by member, how many executions there are."""

from __future__ import annotations

import itertools
import math
import re

import pytest

from hydro_nb import (
    CLUSTER_SELF_ID,
    TCP,
    FlowBuilder,
    MemberId,
    MembershipEvent,
    NoOrder,
    SimulationFailure,
    Stream,
    TotalOrder,
    nondet,
    proof,
)
from hydro_nb.lang.sim_ports import MORE

ANY = nondet("any outcome is explored")


class Leader: ...


class Worker: ...


def places():
    flow = FlowBuilder("clusters")
    return flow, flow.process(Leader), flow.cluster(Worker)


def explore(flow, workers, size, send, out, members):
    """Run `send()`, wait for quiescence, under every schedule: how many there are, and what the members gave."""
    seen = set()

    async def body():
        send()
        while await MORE:
            pass
        seen.add(tuple(repr(list(out._of(member)._queue(ordered=False))) for member in members))

    return flow.sim().with_cluster_size(workers, size).exhaustive(body), seen


def gives(flow, workers, size, out):
    """Give what each member gives in the only execution."""
    received = []

    async def body():
        received[:] = [await out._of(member)._all(ordered=False) for member in range(size)]

    assert flow.sim().with_cluster_size(workers, size).exhaustive(body) == 1
    return received


def own_number():
    return CLUSTER_SELF_ID.raw_id


def compound(job) -> tuple[tuple[MemberId, int], int]:
    return (job[0], job[1]), job[2]


# ---------------------------------------------------------------- who they are


def test_each_member_runs_the_program_with_its_own_id_and_state():
    flow, _, workers = places()
    numbers = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id, 10])
    named = numbers.map(lambda n: (CLUSTER_SELF_ID, n, own_number()))
    ids = [MemberId(number, "Worker") for number in range(3)]
    assert gives(flow, workers, 3, named.sim_output()) == [[(me, n, me.raw_id) for n in (me.raw_id, 10)] for me in ids]


def test_what_only_stands_for_a_member_is_its_id_for_others():
    flow, leader, workers = places()
    seen = {"self": CLUSTER_SELF_ID}
    boxes = workers.source_iter([1]).map(lambda n: ({n: [seen["self"]]}, (CLUSTER_SELF_ID,), n))
    out = boxes.send(leader).entries().sim_output()
    received = []

    async def body():
        received.extend(await out.collect_sorted(key=repr))

    assert flow.sim().with_cluster_size(workers, 2).exhaustive(body) == 1
    assert repr(received) == repr([(me, ({1: [me]}, (me,), 1)) for me in (MemberId(n, "Worker") for n in range(2))])


def test_executions_and_members_share_nothing_that_changes():
    flow, _, workers = places()
    had = []
    out = workers.source_iter([1, 2]).map(lambda n: (had.append(n), len(had))[1]).sim_output()
    for _ in range(2):
        assert gives(flow, workers, 3, out) == [[1, 2]] * 3
    assert had == []


# ---------------------------------------------------------------- who gets what


def test_to_all():
    flow, leader, workers = places()
    numbers = leader.source_iter([1, 2, 3])
    assert gives(flow, workers, 2, numbers.broadcast(workers, None, ANY).sim_output()) == [[1, 2, 3]] * 2
    assert gives(flow, workers, 3, numbers.broadcast_closed(workers).sim_output()) == [[1, 2, 3]] * 3


def test_in_turn_from_the_first_member_in_every_execution():
    flow, leader, workers = places()
    out = leader.source_iter(range(5)).round_robin(workers, None, ANY).sim_output()
    for _ in range(2):
        assert gives(flow, workers, 3, out) == [[0, 3], [1, 4], [2]]


def test_to_the_one_that_is_named():
    flow, leader, workers = places()
    jobs = leader.source_iter(range(5)).map(lambda n: (MemberId.from_raw_id(n % 2), n))
    assert gives(flow, workers, 3, jobs.demux(workers).sim_output()) == [[0, 2, 4], [1, 3], []]


def test_keys_begin_with_who_gets_it():
    flow, leader, workers = places()
    jobs = leader.source_iter(range(4)).map(lambda n: (MemberId.from_raw_id(n % 2), n, n * n)).map(compound)
    out = jobs.into_keyed().demux(workers).entries().sim_output()
    assert gives(flow, workers, 2, out) == [[(0, 0), (2, 4)], [(1, 1), (3, 9)]]


def test_who_is_not_there_cannot_be_named():
    flow, leader, workers = places()
    leader.source_iter([7]).map(lambda n: (MemberId.from_raw_id(5), n)).demux(workers).for_each(print)

    async def body():
        await MORE

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().with_cluster_size(workers, 2).exhaustive(body)
    assert "`demux` was given 7 for MemberId::<_>(5), but the cluster has 2 members, numbered from 0." in str(
        caught.value
    )
    assert ".demux(workers)" in str(caught.value)


def test_members_send_to_a_process_under_their_ids():
    flow, leader, workers = places()
    port, numbers = workers.sim_input(int)
    out = numbers.send(leader).entries().sim_output()

    async def body():
        port.send_many([(0, 1), (MemberId(2), 5), (0, 2)])
        got = await out.collect_sorted()
        assert got == [(MemberId(0), 1), (MemberId(0), 2), (MemberId(2), 5)]

    assert flow.sim().with_cluster_size(Worker, 3).exhaustive(body) == 1


def test_members_send_to_each_other():
    flow, _, workers = places()
    everyone = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id * 10]).broadcast_closed(workers).entries()
    expected = [(MemberId(number), number * 10) for number in range(3)]
    assert gives(flow, workers, 3, everyone.sim_output()) == [expected] * 3


def test_keys_of_members_are_under_their_ids():
    flow, leader, workers = places()
    pairs = workers.source_iter(lambda: [("a", CLUSTER_SELF_ID.raw_id)]).into_keyed()
    out = pairs.send(leader).entries().sim_output()

    async def body():
        assert await out.collect_sorted() == [((MemberId(n), "a"), n) for n in range(2)]

    assert flow.sim().with_cluster_size(workers, 2).exhaustive(body) == 1


def test_two_clusters():
    flow, _, workers = places()
    readers = flow.cluster()
    seen = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id]).broadcast_closed(readers).values().sim_output()
    received = []

    async def body():
        received.append([await seen.collect_sorted(reader) for reader in range(2)])

    simulation = flow.sim().with_cluster_size(workers, 3).with_cluster_size(readers, 2)
    assert simulation.exhaustive(body) == 1
    assert received == [[[0, 1, 2], [0, 1, 2]]]


def test_who_is_there_is_told_at_the_start():
    flow, leader, workers = places()
    events = leader.source_cluster_membership_stream(workers, ANY).entries().sim_output()
    own = workers.source_cluster_members(workers).entries().sim_output()
    there = [(MemberId(number), MembershipEvent.Joined) for number in range(3)]

    async def body():
        assert await events.collect_sorted() == there
        assert [await own.collect_sorted(member) for member in range(3)] == [there] * 3

    assert flow.sim().with_cluster_size(workers, 3).exhaustive(body) == 1


# ---------------------------------------------------------------- how many executions


def cut(count, parts):
    """How many ways there are to cut a row of so many into so many parts."""
    return math.comb(count - 1, parts - 1)


@pytest.mark.parametrize(("first", "second"), [(1, 1), (2, 1), (2, 2), (3, 2)])
def test_ticks_of_two_members_interleave(first, second):
    flow, _, workers = places()
    port, numbers = workers.sim_input(int)
    out = numbers.batch(workers.tick(), ANY).collect_vec().all_ticks().sim_output()
    sent = [(0, n) for n in range(first)] + [(1, n) for n in range(second)]
    count, seen = explore(flow, workers, 2, lambda: port.send_many(sent), out, range(2))
    batches = [(a, b) for a in range(1, first + 1) for b in range(1, second + 1)]
    assert count == sum(cut(first, a) * cut(second, b) * math.comb(a + b, a) for a, b in batches)
    assert len(seen) == 2 ** (first - 1) * 2 ** (second - 1)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_members_with_one_thing_to_do_take_turns_in_any_order(size):
    flow, leader, workers = places()
    heard = leader.source_iter([7]).broadcast_closed(workers).batch(workers.tick(), ANY)
    order = heard.all_ticks().send(leader).entries().assume_ordering(ANY).map(lambda each: each[0].raw_id)
    out, seen = order.sim_output(), set()

    async def body():
        seen.add(tuple(await out.collect()))

    count = flow.sim().with_cluster_size(workers, size).exhaustive(body)
    assert seen == set(itertools.permutations(range(size)))
    assert count == interleavings((0,) * size, ())


def interleavings(members, waiting):
    """How many schedules there are: each member runs once, which lets an element wait; any that waits may be taken."""
    ways = sum(interleavings(members[1:], (*waiting, 0)) for _ in members)
    ways += sum(interleavings(members, waiting[1:]) for _ in waiting)
    return ways or 1


@pytest.mark.parametrize(("size", "partitions"), [(1, 1), (2, 3), (3, 13), (4, 75)])
def test_events_of_members_come_in_any_batches(size, partitions):
    flow, leader, workers = places()
    events = leader.source_cluster_membership_stream(workers, ANY).batch(leader.tick(), ANY)
    out = events.keys().map(lambda member: member.raw_id).sort().collect_vec().all_ticks().sim_output()
    seen = set()

    async def body():
        seen.add(tuple(map(tuple, await out.collect())))

    assert flow.sim().with_cluster_size(workers, size).exhaustive(body) == partitions
    assert len(seen) == partitions


def test_a_live_value_of_members_is_seen_with_any_of_them():
    flow, leader, workers = places()
    votes = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id]).send(leader).values()
    out = votes.count().snapshot(leader.tick(), ANY).all_ticks().sim_output()
    seen = set()

    async def body():
        seen.add(tuple(await out.collect()))

    assert flow.sim().with_cluster_size(workers, 3).exhaustive(body) == len(seen) == 2**3
    assert seen == {(*some, 3) for size in range(4) for some in itertools.combinations(range(3), size)}


def test_shards_that_are_not_spoken_to_add_nothing():
    counts = [sharded(size) for size in (2, 5, 9)]
    assert counts == [counts[0]] * 3


def sharded(size):
    flow, leader, workers = places()
    port, keys = leader.sim_input(str)
    asked = keys.map(lambda key: (MemberId.from_raw_id(len(key) % 2), key)).demux(workers)
    counted = asked.batch(workers.tick(), ANY).count().all_ticks().send(leader).values().sim_output()

    async def body():
        port.send_many(["a", "bb", "c"])
        assert sum(await counted.collect_sorted()) == 3

    return flow.sim().with_cluster_size(workers, size).exhaustive(body)


# ---------------------------------------------------------------- cycles, folds, failures


def test_messages_go_round_in_a_cluster():
    flow, _, workers = places()
    handle, back = workers.forward_ref(Stream, of=int, order=NoOrder)
    first = workers.source_iter(lambda: [0] if CLUSTER_SELF_ID.raw_id == 0 else []).weaken_boundedness()
    steps = first.merge_unordered(back)
    onward = steps.filter(lambda n: n < 5).map(
        lambda n: (MemberId.from_raw_id((CLUSTER_SELF_ID.raw_id + 1) % 3), n + 1)
    )
    handle.complete(onward.demux(workers).values())
    assert gives(flow, workers, 3, steps.sim_output()) == [[0, 3], [1, 4], [2, 5]]


def test_a_fold_of_members_must_not_depend_on_who_comes_first():
    flow, leader, workers = places()
    numbers = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id + 1]).send(leader).values()
    total = numbers.fold(0, lambda a, n: a * 10 + n, commutative=proof("wrongly claimed", unchecked=True))
    out = total.snapshot(leader.tick(), ANY).all_ticks().sim_output()

    async def body():
        assert (await out.collect())[-1] == 12

    with pytest.raises(SimulationFailure, match=r"AssertionError"):
        flow.sim().with_cluster_size(workers, 2).exhaustive(body)


def test_a_trace_names_members():
    flow, leader, workers = places()
    port, numbers = workers.sim_input(int)
    beat = workers.tick()
    answers = numbers.batch(beat, ANY).all_ticks().send(leader).entries().sim_output()
    own = numbers.sim_output()

    async def body():
        port.send(2, 7)
        await answers.collect_sorted()
        await own.collect(2)

    told = flow.sim().with_cluster_size(workers, 3).replay(body)
    steps = [re.split(r"\s{4,}", line)[0] for line in told.splitlines() if re.match(r"\d", line)]
    assert steps == [
        "1. the test sends 7 into `numbers` at Worker/2",
        "2. the flow gives 7 to `own` at Worker/2",
        "3. tick `beat` of Worker/2 runs",
        "4. the flow gives (MemberId::<Worker>(2), 7) to `answers`",
    ]


def test_a_failure_names_the_member():
    flow, _, workers = places()
    port, numbers = workers.sim_input(int)
    out = numbers.map(lambda n: n // CLUSTER_SELF_ID.raw_id).sim_output()

    async def body():
        port.send_many([(1, 1), (0, 3)])
        await out.assert_yields_only(1, [1])

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().with_cluster_size(workers, 2).exhaustive(body)
    assert "ZeroDivisionError" in str(caught.value)
    assert "in `map` of Worker/0, at test_sim_clusters.py" in str(caught.value)
    assert repr(CLUSTER_SELF_ID) == "CLUSTER_SELF_ID"


# ---------------------------------------------------------------- ports


def test_ports_of_members():
    flow, _, workers = places()
    port, numbers = workers.sim_input(int, order=NoOrder)
    out = numbers.sim_cluster_output()

    async def body():
        port.send_many_unordered([(0, 1), (1, 5), (0, 2)])
        await out.assert_yields_unordered(0, [2, 1])
        await out.assert_yields_only_unordered(0, [])
        assert await out.collect_sorted(MemberId(1, "Worker")) == [5]
        await out.assert_no_more(1)

    assert flow.sim().with_cluster_size(workers, 2).exhaustive(body) == 1


def test_ordered_ports_of_members():
    flow, _, workers = places()
    port, numbers = workers.sim_input(int, order=TotalOrder)
    out = numbers.sim_output()

    async def body():
        port.send_many([(0, 1), (0, 2), (1, 3), (1, 4)])
        assert await out.next(0) == 1
        await out.assert_yields_only(0, [2])
        await out.assert_yields(1, [3])
        assert await out.collect(1) == [4]
        await out.assert_no_more(1)

    assert flow.sim().with_cluster_size(workers, 2).exhaustive(body) == 1


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda port, _: port.send(3, 1), "has 2 members, numbered from 0, in this simulation, but .* number 3"),
        (lambda port, _: port.send("a", 1), r"a MemberId or its number, not 'a'"),
        (lambda port, _: port.send(1.5, 1), r"a MemberId or its number, not 1.5"),
        (lambda _, out: out._of(-1)._queue(ordered=True), "has 2 members, numbered from 0, .* number -1"),
    ],
)
def test_members_that_do_not_exist(ask, text):
    flow, _, workers = places()
    port, numbers = workers.sim_input(int)
    out = numbers.sim_output()

    async def body():
        ask(port, out)

    with pytest.raises(SimulationFailure, match=text):
        flow.sim().with_cluster_size(workers, 2).exhaustive(body)


# ---------------------------------------------------------------- sizes


def test_every_cluster_needs_a_size():
    flow, leader, workers = places()
    leader.source_iter([1]).broadcast(workers, TCP.fail_stop(), ANY).for_each(print)

    async def body():
        await MORE

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().exhaustive(body)
    lines = str(caught.value).splitlines()
    assert lines[0] == "cluster `Worker` was given no size: a simulation has to know how many members it has."
    assert "flow.cluster(Worker)" in lines[1]
    assert lines[2] == "  Say it first: flow.sim().with_cluster_size(cluster, 2)"
    assert flow.sim().with_cluster_size(workers, 2).exhaustive(body) == 1


def test_a_cluster_that_is_only_looked_at_needs_a_size_too():
    flow, leader, workers = places()
    leader.source_cluster_members(workers).entries().sim_output()

    async def body():
        await MORE

    with pytest.raises(SimulationFailure, match="cluster `Worker` was given no size"):
        flow.sim().exhaustive(body)


def test_sizes_may_change_between_searches():
    flow, _, workers = places()
    out = workers.source_iter([1]).sim_output()
    simulation, sizes = flow.sim(), []

    async def body():
        with pytest.raises(SimulationFailure, match="members"):
            await out.collect(size)
        sizes.append(size)

    for size in (1, 3, 2):
        simulation.with_cluster_size(workers, size).exhaustive(body)
    assert sizes == [1, 3, 2]


@pytest.mark.parametrize("size", [0, -1, True, 1.5])
def test_sizes_are_numbers_from_one_on(size):
    flow, _, workers = places()
    workers.source_iter([1]).for_each(print)
    with pytest.raises(Exception, match="a number of members from 1 on"):
        flow.sim().with_cluster_size(workers, size)
