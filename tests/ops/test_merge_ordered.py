from hydro_nb import GraphError, LocationError, NondetError, OrderError, nondet
from hydro_nb.ir.node import Bound, Order, Retries
from hydro_nb.ir.ops.join import MergeOrdered


def outcomes(flow, stream):
    """Give how many executions there are, and what they give."""
    out, seen = stream.sim_output(), set()

    async def body():
        seen.add(tuple(await (out.collect() if stream.kind.order is Order.TOTAL else out.collect_sorted())))

    return flow.sim().exhaustive(body), seen


def test_list(leader, live, both, run, snapshot):
    merged = live.merge_ordered(live.map(lambda n: -n), nondet("either may come first"))
    merged.enumerate().for_each(print)
    snapshot(leader.flow.source(leader))
    assert sorted(both(merged)) == [-3, -2, -1, 1, 2, 3]
    assert merged.kind == live.kind.but(element=merged.kind.element)


def test_every_interleaving_of_live_streams(flow, live):
    merged = live.merge_ordered(live.map(lambda n: -n), nondet("either may come first"))
    count, seen = outcomes(flow, merged)
    assert count == len(seen) == 20
    assert all([n for n in each if n > 0] == [1, 2, 3] for each in seen)


def test_every_interleaving_of_lists(flow, leader):
    merged = leader.source_iter([1, 2]).merge_ordered(leader.source_iter([7, 8, 9]), nondet("any"))
    assert merged.kind.bound is Bound.BOUNDED
    count, seen = outcomes(flow, merged)
    assert count == len(seen) == 10


def test_every_interleaving_in_tick(flow, leader):
    batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("any batch"))
    merged = batch.merge_ordered(batch.map(lambda n: -n), nondet("any"))
    assert outcomes(flow, merged.all_ticks())[1] == {
        (1, 2, -1, -2), (1, -1, 2, -2), (1, -1, -2, 2), (-1, -2, 1, 2), (-1, 1, -2, 2), (-1, 1, 2, -2),
    }  # fmt: skip


def test_keyed(flow, pairs):
    merged = pairs._grow(MergeOrdered("any"), pairs.filter(lambda n: n == 2).map(lambda n: -n))
    last = merged.fold(0, lambda last, n: n).entries()
    assert outcomes(flow, last)[1] == {(("a", 3), ("b", 2)), (("a", 3), ("b", -2))}


def test_guarantees(leader, live):
    both = live.merge_ordered(leader.source_iter([1]).weaken_retries(), nondet("any")).kind
    assert (both.bound, both.retries) == (Bound.UNBOUNDED, Retries.AT_LEAST_ONCE)


def test_no_order(live, message):
    loose = live.weaken_ordering()
    text = message(lambda: live.merge_ordered(loose, nondet("any")), OrderError)
    assert text.startswith("`merge_ordered` needs a totally ordered stream, but `loose` is NoOrder.")


def test_reason(live, message):
    text = message(lambda: live.merge_ordered(live, "any"), NondetError)
    assert text.startswith("`merge_ordered` makes a nondeterministic choice and needs its reason")


def test_keyed_side(live, pairs, worker, message):
    text = message(lambda: live.merge_ordered(live.map(lambda n: (n, n)).into_keyed(), nondet("any")), GraphError)
    assert "`merge_ordered` needs another Stream" in text


def test_two_places(live, worker, message):
    text = message(lambda: live.merge_ordered(live.send(worker), nondet("any")), LocationError)
    assert "lives on Process[Leader]" in text
