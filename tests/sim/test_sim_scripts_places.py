"""What may be scripted at each kind of place: keys, tables, orders, repeats, losses, merges, members of clusters."""

from __future__ import annotations

import pytest

from hydro_nb import (
    CLUSTER_SELF_ID,
    TCP,
    UDP,
    AtLeastOnce,
    FlowBuilder,
    MemberId,
    NoOrder,
    SimulationFailure,
    TotalOrder,
    nondet,
    proof,
)

ANY = "any outcome is explored"


def scripted(flow, body, sizes=()):
    """Run the one execution that a test scripts, and see that a search finds no other."""

    def simulation():
        made = flow.sim()
        for cluster, size in sizes:
            made.with_cluster_size(cluster, size)
        return made

    simulation().deterministic(body)
    assert simulation().exhaustive(body) == 1


def failing(flow, body, text):
    with pytest.raises(SimulationFailure) as caught:
        flow.sim().deterministic(body)
    assert text in str(caught.value)


def place(element=int, order=TotalOrder, retries=None):
    """Give a flow with a process, an input and a hook."""
    flow = FlowBuilder()
    process, hook = flow.process(), flow.sim_hook()
    port, stream = process.sim_input(element, order, retries) if retries else process.sim_input(element, order)
    return flow, process, hook, port, stream


def listed(total, each):
    return (*total, each)


# ---------------------------------------------------------------- batches


def test_a_batch_of_an_ordered_stream():
    flow, process, hook, port, stream = place()
    out = stream.batch(process.tick(), nondet(ANY, hook=hook)).fold((), listed).all_ticks().sim_output()

    async def body():
        port.send_many([1, 2, 3, 4])
        await hook.release(1)
        await hook.release_values([2, 3])
        await hook.release_all()
        await out.assert_yields_only([(1,), (2, 3), (4,)])

    scripted(flow, body)


def test_a_batch_of_an_unordered_stream_is_any_part_of_it():
    flow, process, hook, port, stream = place(order=NoOrder)
    out = stream.batch(process.tick(), nondet(ANY, hook=hook)).count().all_ticks().sim_output()

    async def body():
        port.send_many_unordered([1, 2, 2, 3])
        await hook.release_values([3, 2])
        await hook.release_values([2, 1])
        await out.assert_yields_only([2, 2])

    scripted(flow, body)

    async def too_many():
        port.send_many_unordered([1, 2])
        await hook.release_values([2, 2])
        await out.next()

    failing(flow, too_many, "holds 2: [1, 2]")

    async def counted():
        port.send(1)
        await hook.release(1)

    failing(flow, counted, "There: hook.release_values, hook.release_all or hook.release_empty")


def test_a_batch_of_a_keyed_stream_goes_by_key():
    flow, process, hook, port, stream = place(tuple[str, int])
    keyed = stream.into_keyed().batch(process.tick(), nondet(ANY, hook=hook))
    out = keyed.entries().assume_ordering(nondet("sorted in the test")).fold((), listed).all_ticks().sim_output()

    async def body():
        port.send_many([("a", 1), ("a", 2), ("b", 3), ("a", 4)])
        await hook.release({"a": 2})
        first = sorted(await out.next())
        assert first == [("a", 1), ("a", 2)]
        await hook.release_values([("b", 3)])
        assert await out.next() == (("b", 3),)
        await hook.release_all()
        assert await out.next() == (("a", 4),)

    flow.sim().exhaustive(body)

    async def overtaking():
        port.send_many([("a", 1), ("a", 2)])
        await hook.release_values([("a", 2)])
        await out.next()

    failing(flow, overtaking, "of key 'a' next comes 1, not 2")

    async def twice():
        port.send_many([("a", 1), ("a", 2)])
        await hook.release([("a", 1), ("a", 1)])
        await out.next()

    failing(flow, twice, "`release` says two things of one key")


def test_values_that_say_nothing_of_their_equality_are_told_apart():
    class Bare:
        def __eq__(self, other):
            raise TypeError("not comparable")

        __hash__ = None

    flow, process, hook, port, stream = place(object)
    out = stream.batch(process.tick(), nondet(ANY, hook=hook)).count().all_ticks().sim_output()
    one = Bare()

    async def body():
        port.send(one)
        await hook.release_values([one])
        await out.assert_yields_only([1])

    scripted(flow, body)


# ---------------------------------------------------------------- snapshots


def test_a_snapshot_of_a_singleton():
    flow, process, hook, port, stream = place()
    total = stream.fold(0, lambda total, n: total + n).snapshot(process.tick(), nondet(ANY, hook=hook))
    out = total.all_ticks().sim_output()

    async def body():
        port.send_many([1, 2, 3])
        await hook.reveal_next()
        await hook.reveal(3)
        await hook.reveal_latest()
        await out.assert_yields_only([0, 3, 6])

    scripted(flow, body)

    async def backwards():
        port.send_many([1, 2])
        await hook.reveal(3)
        await hook.reveal(1)
        await out.next()

    failing(flow, backwards, "`hook` of `snapshot` on process 0 holds nothing")


def test_a_snapshot_of_an_optional():
    flow, process, hook, port, stream = place()
    largest = stream.max().snapshot(process.tick(), nondet(ANY, hook=hook))
    out = largest.into_singleton().all_ticks().sim_output()

    async def body():
        port.send_many([2, 5])
        await hook.reveal_absent()
        await hook.reveal(2)
        await hook.reveal(5)
        await out.assert_yields_only([None, 2, 5])

    scripted(flow, body)


def test_a_snapshot_of_a_table_goes_by_key():
    flow, process, hook, port, stream = place(tuple[str, int])
    sums = stream.into_keyed().fold(0, lambda total, n: total + n)
    seen = sums.snapshot(process.tick(), nondet(ANY, hook=hook))
    out = seen.into_singleton().all_ticks().sim_output()

    async def body():
        port.send_many([("a", 1), ("b", 2), ("a", 3)])
        await hook.reveal({"a": 1})
        await hook.reveal({"b": 2})
        await hook.reveal_latest()
        await out.assert_yields_only([{"a": 1}, {"a": 1, "b": 2}, {"a": 4, "b": 2}])
        port.send_many([("a", 1), ("a", 1), ("b", 1)])
        await hook.pause_until(lambda held: held == [("a", 5), ("a", 6), ("b", 3)])
        await hook.reveal_next()
        await hook.reveal_next()
        await out.assert_yields_only([{"a": 5, "b": 3}, {"a": 6, "b": 3}])

    scripted(flow, body)

    async def never():
        port.send(("a", 1))
        await hook.reveal({"a": 7})
        await out.next()

    failing(flow, never, "`hook` of `snapshot` on process 0 holds 1: [('a', 1)]")


def test_a_version_may_be_seen_again_beside_a_batch():
    flow, process, hook, port, stream = place()
    reads_in, reads = process.sim_input(str)
    parts, tick = flow.sim_hook(), process.tick()
    count = stream.count().snapshot(tick, nondet(ANY, hook=hook))
    seen = reads.batch(tick, nondet(ANY, hook=parts)).cross_singleton(count)
    out = seen.all_ticks().sim_output()

    async def body():
        port.send(1)
        reads_in.send_many(["r", "s", "t"])
        await hook.reveal(0)
        await parts.release(1)
        await hook.keep()
        await parts.release(1)
        await hook.reveal(1)
        await parts.release_empty()
        await parts.release(1)
        await hook.reveal(1)
        await out.assert_yields_only([("r", 0), ("s", 0), ("t", 1)])

    scripted(flow, body)


# ---------------------------------------------------------------- orders


def test_an_order_outside_ticks():
    flow, _, hook, port, stream = place(order=NoOrder)
    out = stream.assume_ordering(nondet(ANY, hook=hook)).sim_output()

    async def body():
        port.send_many_unordered([1, 2, 3])
        await hook.next(2)
        await hook.next(3)
        await out.assert_yields([2, 3])
        hook.pause()
        await out.assert_no_more()
        await hook.next(1)
        await out.assert_yields_only([1])

    flow.sim().deterministic(body)

    async def repeated():
        port.send(1)
        await hook.emit(1)

    failing(flow, repeated, "There: hook.next")


def test_an_order_in_a_tick():
    flow, process, hook, port, stream = place(order=NoOrder)
    parts = flow.sim_hook()
    batch = stream.batch(process.tick(), nondet(ANY, hook=parts))
    out = batch.assume_ordering(nondet(ANY, hook=hook)).fold((), listed).all_ticks().sim_output()

    async def body():
        port.send_many_unordered([1, 2, 3])
        await parts.release_values([1, 2, 3])
        await hook.order([2, 3, 1])
        await out.assert_yields_only([(2, 3, 1)])
        port.send(4)
        await parts.release_values([4])
        await out.assert_yields_only([(4,)])

    scripted(flow, body)

    async def left_open():
        port.send_many_unordered([1, 2])
        await parts.release_all()
        await out.next()

    failing(flow, left_open, "to `hook` of `assume_ordering` on process 0 came [1, 2]")

    async def wrong():
        port.send_many_unordered([1, 2])
        await parts.release_all()
        await hook.order([1])
        await out.next()

    failing(flow, wrong, "`hook.order([1])` cannot be: it does not name all that came, of [1, 2]")

    async def nothing():
        port.send_many_unordered([1, 2])
        await parts.release_all()
        await hook.order([1, 2])
        await parts.release_all()
        await hook.order([3])
        port.send(4)
        await out.next()

    failing(flow, nothing, "`hook.order([3])` cannot be: it is no order of what came, of [4]")

    async def held():
        hook.pause()

    failing(flow, held, "`hook` cannot be paused: `assume_ordering` takes what comes in one run of a tick")


def test_an_order_within_each_key():
    flow, process, hook, port, stream = place(tuple[str, int], NoOrder)
    keyed = stream.into_keyed()
    out = keyed.assume_ordering(nondet(ANY, hook=hook)).entries().sim_output()
    inner = flow.sim_hook()
    parts = flow.sim_hook()
    batch = keyed.batch(process.tick(), nondet(ANY, hook=parts)).assume_ordering(nondet(ANY, hook=inner))
    lists_out = batch.fold((), listed).into_singleton().all_ticks().sim_output()

    async def body():
        parts.auto_pause()
        port.send_many_unordered([("a", 1), ("a", 2), ("b", 3)])
        await hook.next("a", 2)
        await hook.next("b", 3)
        await hook.next("a", 1)
        await out.assert_yields_only_unordered([("a", 2), ("b", 3), ("a", 1)])
        await parts.release_all()
        await inner.order([("a", 2), ("b", 3), ("a", 1)])
        await lists_out.assert_yields_only([{"a": (2, 1), "b": (3,)}])

    scripted(flow, body)


def test_keys_of_one_stream_in_turns():
    flow, _, hook, port, stream = place(tuple[str, int])
    keyed = stream.into_keyed()
    out = keyed.entries_partially_ordered(nondet(ANY, hook=hook)).sim_output()

    async def body():
        port.send_many([("a", 1), ("a", 2), ("b", 3)])
        await hook.next("b", 3)
        await hook.next("a", 1)
        await hook.next("a", 2)
        await out.assert_yields_only([("b", 3), ("a", 1), ("a", 2)])

    scripted(flow, body)

    async def overtaking():
        port.send_many([("a", 1), ("a", 2)])
        await hook.next("a", 2)
        await out.next()

    failing(flow, overtaking, "of key 'a' next comes 1, not 2")


def test_keys_of_a_batch_in_turns():
    flow, process, hook, port, stream = place(tuple[str, int])
    parts = flow.sim_hook()
    keyed = stream.into_keyed().batch(process.tick(), nondet(ANY, hook=parts))
    out = keyed.entries_partially_ordered(nondet(ANY, hook=hook)).all_ticks().sim_output()

    async def body():
        port.send_many([("a", 1), ("a", 2), ("b", 3)])
        await parts.release_all()
        await hook.order([("a", 1), ("b", 3), ("a", 2)])
        await out.assert_yields_only([("a", 1), ("b", 3), ("a", 2)])

    scripted(flow, body)

    async def overtaking():
        port.send_many([("a", 1), ("a", 2)])
        await parts.release_all()
        await hook.order([("a", 2), ("a", 1)])
        await out.next()

    failing(flow, overtaking, "it is no order of what came that keeps what comes first")


@pytest.mark.parametrize("keyed", [False, True])
def test_two_streams_in_turns(keyed):
    flow, process, hook, left_in, left = place(tuple[str, int])
    right_in, right = process.sim_input(tuple[str, int])
    if keyed:
        merged = left.into_keyed().merge_ordered(right.into_keyed(), nondet(ANY, hook=hook))
        out = merged.entries().sim_output()
    else:
        out = left.merge_ordered(right, nondet(ANY, hook=hook)).sim_output()

    async def body():
        left_in.send_many([("a", 1), ("b", 2)])
        right_in.send_many([("c", 3), ("d", 4)])
        await hook.next_second("c", 3)
        await hook.advance_first()
        if keyed:
            await hook.next_first("b", 2)
            await hook.advance_second("d")
        else:
            await hook.next_first(("b", 2))
            await hook.advance_second()
        await out.assert_yields_only_unordered([("c", 3), ("a", 1), ("b", 2), ("d", 4)])

    scripted(flow, body)

    async def wrong():
        left_in.send(("a", 1))
        await hook.next_first("a", 2)
        await out.assert_yields_unordered([("a", 2)])

    failing(flow, wrong, "next comes ('a', 1), not ('a', 2)")


def test_two_batches_in_turns():
    flow, process, hook, left_in, left = place()
    right_in, right = process.sim_input(int)
    lefts, rights, tick = flow.sim_hook(), flow.sim_hook(), process.tick()
    one, two = left.batch(tick, nondet(ANY, hook=lefts)), right.batch(tick, nondet(ANY, hook=rights))
    out = one.merge_ordered(two, nondet(ANY, hook=hook)).all_ticks().sim_output()

    async def body():
        left_in.send_many([1, 2])
        right_in.send(3)
        await lefts.release(2)
        await rights.release(1)
        await hook.order([(False, 1), (True, 3), (False, 2)])
        await out.assert_yields_only([1, 3, 2])

    scripted(flow, body)


# ---------------------------------------------------------------- repeats


def test_repeats_of_an_ordered_stream():
    flow, _, hook, port, stream = place(retries=AtLeastOnce)
    out = stream.assume_retries(nondet(ANY, hook=hook)).sim_output()

    async def body():
        port.send_many([1, 2, 3, 4])
        await hook.release([1, 1])
        await hook.release([1, 2])
        await hook.release_final([2, 3])
        await hook.release_next(3)
        await out.assert_yields_only([1, 1, 1, 2, 2, 3, 4, 4, 4])

    scripted(flow, body)

    async def skipping():
        port.send_many([1, 2, 3])
        await hook.release([1, 3])
        await out.next()

    failing(flow, skipping, "`hook.release([1, 3])` cannot be: next comes 2, not 3")

    async def never():
        port.send(1)
        await hook.release_next(0)
        await out.next()

    failing(flow, never, "an element comes once or more often, not 0 times")


def test_repeats_of_an_unordered_stream():
    flow, _, hook, port, stream = place(order=NoOrder, retries=AtLeastOnce)
    out = stream.assume_retries(nondet(ANY, hook=hook)).sim_output()

    async def body():
        port.send_many_unordered([1, 2])
        await hook.release(2, copies=2)
        await hook.emit(1)
        await hook.emit(1)
        await hook.emit_final(1)
        assert await out.collect_sorted() == [1, 1, 1, 2, 2]

    scripted(flow, body)


def test_repeats_in_a_tick():
    flow, process, hook, port, stream = place(retries=AtLeastOnce)
    parts = flow.sim_hook()
    batch = stream.batch(process.tick(), nondet(ANY, hook=parts))
    out = batch.assume_retries(nondet(ANY, hook=hook)).all_ticks().sim_output()

    async def body():
        port.send_many([1, 2])
        await parts.release(2)
        await hook.release([1, 1, 2])
        await out.assert_yields_only([1, 1, 2])

    scripted(flow, body)

    async def lost():
        port.send_many([1, 2])
        await parts.release(2)
        await hook.release([1, 1])
        await out.next()

    failing(flow, lost, "it does not name what came in its order, each once at least, of [1, 2]")


def test_an_order_of_what_may_repeat():
    flow, _, hook, port, stream = place(order=NoOrder, retries=AtLeastOnce)
    seen_out = stream.assume_ordering(nondet(ANY, hook=hook)).sim_output()

    async def body():
        port.send_many_unordered([1, 2])
        await hook.emit(2)
        await hook.emit_final(1)
        await hook.emit_final(2)
        await seen_out.assert_yields_only([2, 1, 2])

    flow.sim().deterministic(body)


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

    scripted(flow, body)
    assert "losing: 1 (scripted)" in flow.sim().replay(body)


def test_messages_overtake_each_other_where_the_edge_lets_them():
    flow, _, hook, port, stream = place()
    ordered_out = stream.send(flow.process(), TCP.lossy(nondet(ANY, hook=hook))).sim_output()

    async def body():
        port.send_many([1, 2])
        await hook.deliver(2)
        await ordered_out.next()

    failing(flow, body, "`hook.deliver(2)` cannot be: next comes 1, not 2")

    flow, _, hook, port, stream = place()
    any_out = stream.send(flow.process(), UDP.lossy(nondet(ANY, hook=hook))).sim_output()

    async def overtaking():
        port.send_many([1, 2])
        await hook.deliver(2)
        await hook.deliver(1)
        await any_out.assert_yields_only_unordered([1, 2])

    scripted(flow, overtaking)


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

    scripted(flow, body, [(workers, 2)])


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

    scripted(flow, body)


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

    scripted(flow, body)

    async def left_open():
        port.send_many_unordered([1, 2])
        await parts.release_all()
        await out.next()

    failing(flow, left_open, "to `hook` of `fold` on process 0 came [1, 2]")


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

    scripted(flow, body, [(workers, 2)])

    def fails(act, text):
        async def wrong():
            await act()

        with pytest.raises(SimulationFailure) as caught:
            flow.sim().with_cluster_size(workers, 2).deterministic(wrong)
        assert text in str(caught.value)

    fails(parts.release_all, "`parts` is on cluster 0, whose members choose each for itself.")
    fails(parts.release_all, "Say whose choice is meant: parts.on(0)")
    fails(lambda: parts.on(2).release_all(), "which has 2 members, numbered from 0, not 2")
    with pytest.raises(SimulationFailure, match="a member of a cluster is a MemberId or its number, not 'x'"):
        parts.on("x")
