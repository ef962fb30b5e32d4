"""What may be scripted of losses, of proofs, in clusters."""

from __future__ import annotations

import pytest
from scripted import ANY, fails, listed, only_one, place

from hydro_nb import (
    CLUSTER_SELF_ID,
    TCP,
    UDP,
    FlowBuilder,
    MemberId,
    NoOrder,
    SimulationFailure,
    nondet,
    proof,
)

# ---------------------------------------------------------------- losses


@pytest.mark.parametrize("via", [TCP, UDP])
def test_messages_are_delivered_or_lost(via):
    flow, _, hook, port, stream = place()
    other = flow.process()
    out = stream.send(other, via.lossy(nondet(ANY, hook=hook))).sim_output()

    async def body():
        port.send_many([1, 2, 3, 4])
        await hook.lose(1)
        await hook.deliver(2)
        await hook.lose_next()
        await hook.deliver_next()
        assert await out.collect_sorted() == [2, 4]

    only_one(flow, body)
    assert "losing: 1 (scripted)" in flow.sim().replay(body)


def test_messages_overtake_each_other_where_the_edge_lets_them():
    flow, _, hook, port, stream = place()
    ordered_out = stream.send(flow.process(), TCP.lossy(nondet(ANY, hook=hook))).sim_output()

    async def body():
        port.send_many([1, 2])
        await hook.deliver(2)
        await ordered_out.next()

    fails(flow, body, "`hook.deliver(2)` cannot be: next comes 1, not 2")

    flow, _, hook, port, stream = place()
    any_out = stream.send(flow.process(), UDP.lossy(nondet(ANY, hook=hook))).sim_output()

    async def overtaking():
        port.send_many([1, 2])
        await hook.deliver(2)
        await hook.deliver(1)
        await any_out.assert_yields_only_unordered([1, 2])

    only_one(flow, overtaking)


def test_messages_of_members_to_members():
    flow = FlowBuilder()
    workers, fate = flow.cluster(), flow.sim_hook()
    numbers_in, numbers = workers.sim_input(int)
    via = TCP.lossy(nondet(ANY, hook=fate))
    sent = numbers.broadcast(workers, via, nondet("all are there"))
    out = sent.entries().sim_output()

    async def body():
        fate.on(0).pause()
        numbers_in.send_many([(0, 7), (1, 8)])
        await fate.on(1).lose(MemberId.from_raw_id(0), 7)
        await fate.on(1).deliver_next(1)
        assert await out.collect_sorted(1) == [(MemberId.from_raw_id(1), 8)]
        await fate.on(0).deliver(8)
        await fate.on(0).deliver_next()
        assert await out.collect_sorted(0) == [(MemberId.from_raw_id(0), 7), (MemberId.from_raw_id(1), 8)]

    only_one(flow, body, [(workers, 2)])


# ---------------------------------------------------------------- proofs


def test_the_order_in_which_a_fold_takes_its_elements():
    flow, process, hook, port, stream = place(order=NoOrder)
    shots = flow.sim_hook()
    made = stream.fold((), listed, commutative=proof("it is not", unchecked=True, hook=hook))
    out = made.snapshot(process.tick(), nondet(ANY, hook=shots)).all_ticks().sim_output()

    async def body():
        shots.auto_pause()
        hook.auto_pause()
        port.send_many_unordered([1, 2, 3])
        await hook.next(2)
        await hook.next(1)
        await shots.reveal((2, 1))
        await hook.next(3)
        await shots.reveal_latest()
        await out.assert_yields_only([(2, 1), (2, 1, 3)])

    only_one(flow, body)


def test_the_order_in_which_a_fold_in_a_tick_takes_its_elements():
    flow, process, hook, port, stream = place(order=NoOrder)
    parts = flow.sim_hook()
    batch = stream.batch(process.tick(), nondet(ANY, hook=parts))
    made = batch.fold((), listed, commutative=proof("it is not", unchecked=True, hook=hook))
    out = made.all_ticks().sim_output()

    async def body():
        port.send_many_unordered([1, 2, 3])
        await parts.release_all()
        await hook.order([3, 1, 2])
        await out.assert_yields_only([(3, 1, 2)])

    only_one(flow, body)

    async def left_open():
        port.send_many_unordered([1, 2])
        await parts.release_all()
        await out.next()

    fails(flow, left_open, "to `hook` of `fold` on process 0 came [1, 2]")


def test_the_order_of_a_reduce_that_nobody_watches():
    flow, _, hook, port, stream = place(order=NoOrder)
    made = stream.reduce(lambda one, two: one - two, commutative=proof("it is not", unchecked=True, hook=hook))
    out = made.sample_eager(nondet("only looked at")).sim_output()

    async def body():
        port.send_many_unordered([1, 2])
        await hook.next(2)
        await hook.next(1)
        assert 1 in await out.collect()

    flow.sim().exhaustive(body)


# ---------------------------------------------------------------- clusters


def test_each_member_has_a_place_of_its_own():
    flow = FlowBuilder()
    workers = flow.cluster()
    parts = flow.sim_hook()
    orders = flow.sim_hook()
    numbers_in, numbers = workers.sim_input(int, order=NoOrder)
    batch = numbers.batch(workers.tick(), nondet(ANY, hook=parts))
    lists = batch.assume_ordering(nondet(ANY, hook=orders)).fold((), listed)
    out = lists.map(lambda each: (CLUSTER_SELF_ID.raw_id, each)).all_ticks().sim_output()

    async def body():
        parts.on(1).pause()
        numbers_in.send_many_unordered([(0, 1), (0, 2), (1, 3), (1, 4)])
        await parts.on(0).release_all()
        await orders.on(0).order([2, 1])
        await out.assert_yields_only(0, [(0, (2, 1))])
        await parts.on(MemberId.from_raw_id(1)).release_values([4, 3])
        await orders.on(1).order([3, 4])
        await out.assert_yields_only(1, [(1, (3, 4))])

    only_one(flow, body, [(workers, 2)])

    def refused(act, text):
        async def wrong():
            await act()

        with pytest.raises(SimulationFailure) as caught:
            flow.sim().with_cluster_size(workers, 2).deterministic(wrong)
        assert text in str(caught.value)

    refused(parts.release_all, "`parts` is on cluster 0, whose members choose each for itself.")
    refused(parts.release_all, "Say whose choice is meant: parts.on(0)")
    refused(lambda: parts.on(2).release_all(), "which has 2 members, numbered from 0, not 2")
    with pytest.raises(SimulationFailure, match="a member of a cluster is a MemberId or its number, not 'x'"):
        parts.on("x")
