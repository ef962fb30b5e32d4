"""What may be scripted of what goes into a tick."""

from __future__ import annotations

from scripted import ANY, fails, listed, only_one, place

from hydro_nb import (
    NoOrder,
    nondet,
)

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

    only_one(flow, body)


def test_a_batch_of_an_unordered_stream_is_any_part_of_it():
    flow, process, hook, port, stream = place(order=NoOrder)
    out = stream.batch(process.tick(), nondet(ANY, hook=hook)).count().all_ticks().sim_output()

    async def body():
        port.send_many_unordered([1, 2, 2, 3])
        await hook.release_values([3, 2])
        await hook.release_values([2, 1])
        await out.assert_yields_only([2, 2])

    only_one(flow, body)

    async def too_many():
        port.send_many_unordered([1, 2])
        await hook.release_values([2, 2])
        await out.next()

    fails(flow, too_many, "holds 2: [1, 2]")

    async def counted():
        port.send(1)
        await hook.release(1)

    fails(flow, counted, "There: hook.release_values, hook.release_all or hook.release_empty")


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

    fails(flow, overtaking, "of key 'a' next comes 1, not 2")

    async def twice():
        port.send_many([("a", 1), ("a", 2)])
        await hook.release([("a", 1), ("a", 1)])
        await out.next()

    fails(flow, twice, "`release` says two things of one key")


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

    only_one(flow, body)


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

    only_one(flow, body)

    async def backwards():
        port.send_many([1, 2])
        await hook.reveal(3)
        await hook.reveal(1)
        await out.next()

    fails(flow, backwards, "`hook` of `snapshot` on process 0 holds nothing")


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

    only_one(flow, body)


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

    only_one(flow, body)

    async def never():
        port.send(("a", 1))
        await hook.reveal({"a": 7})
        await out.next()

    fails(flow, never, "`hook` of `snapshot` on process 0 holds 1: [('a', 1)]")


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

    only_one(flow, body)
