"""What may be scripted of orders, of streams that come together, of repeats."""

from __future__ import annotations

import pytest
from scripted import ANY, fails, listed, only_one, place

from hydro_nb import (
    AtLeastOnce,
    NoOrder,
    nondet,
)

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

    fails(flow, repeated, "There: hook.next")


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

    only_one(flow, body)

    async def left_open():
        port.send_many_unordered([1, 2])
        await parts.release_all()
        await out.next()

    fails(flow, left_open, "to `hook` of `assume_ordering` on process 0 came [1, 2]")

    async def wrong():
        port.send_many_unordered([1, 2])
        await parts.release_all()
        await hook.order([1])
        await out.next()

    fails(flow, wrong, "`hook.order([1])` cannot be: it does not name all that came, of [1, 2]")

    async def nothing():
        port.send_many_unordered([1, 2])
        await parts.release_all()
        await hook.order([1, 2])
        await parts.release_all()
        await hook.order([3])
        port.send(4)
        await out.next()

    fails(flow, nothing, "`hook.order([3])` cannot be: it is no order of what came, of [4]")

    async def held():
        hook.pause()

    fails(flow, held, "`hook` cannot be paused: `assume_ordering` takes what comes in one run of a tick")


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

    only_one(flow, body)


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

    only_one(flow, body)

    async def overtaking():
        port.send_many([("a", 1), ("a", 2)])
        await hook.next("a", 2)
        await out.next()

    fails(flow, overtaking, "of key 'a' next comes 1, not 2")


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

    only_one(flow, body)

    async def overtaking():
        port.send_many([("a", 1), ("a", 2)])
        await parts.release_all()
        await hook.order([("a", 2), ("a", 1)])
        await out.next()

    fails(flow, overtaking, "it is no order of what came that keeps what comes first")


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

    only_one(flow, body)

    async def wrong():
        left_in.send(("a", 1))
        await hook.next_first("a", 2)
        await out.assert_yields_unordered([("a", 2)])

    fails(flow, wrong, "next comes ('a', 1), not ('a', 2)")


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

    only_one(flow, body)


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

    only_one(flow, body)

    async def skipping():
        port.send_many([1, 2, 3])
        await hook.release([1, 3])
        await out.next()

    fails(flow, skipping, "`hook.release([1, 3])` cannot be: next comes 2, not 3")

    async def never():
        port.send(1)
        await hook.release_next(0)
        await out.next()

    fails(flow, never, "an element comes once or more often, not 0 times")


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

    only_one(flow, body)


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

    only_one(flow, body)

    async def lost():
        port.send_many([1, 2])
        await parts.release(2)
        await hook.release([1, 1])
        await out.next()

    fails(flow, lost, "it does not name what came in its order, each once at least, of [1, 2]")


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
