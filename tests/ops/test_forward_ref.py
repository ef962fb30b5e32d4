from hydro_nb import GraphError, KeyedStream, LocationError, NoOrder, OrderError, ProofError, Stream
from hydro_nb.ir.node import Order


def test_list(flow, leader, worker, run, snapshot):
    handle, back = leader.forward_ref(Stream, of=int)
    ahead = leader.source_iter([3]).weaken_boundedness().merge_unordered(back.filter(lambda n: n > 0))
    handle.complete(ahead.assume_ordering(nondet_any()).map(lambda n: n - 1).send(worker).send(leader))
    assert run(back) == [2, 1, 0]
    snapshot(flow.source(leader))


def test_both_cuts(leader, live, worker, both):
    handle, back = leader.forward_ref(Stream, of=int, order=NoOrder)
    seen = live.weaken_ordering().merge_unordered(back.filter(lambda n: n < 5).map(lambda n: n + 2))
    handle.complete(seen.send(worker).send(leader))
    assert sorted(both(seen)) == [1, 2, 3, 3, 4, 5, 5, 6]


def nondet_any():
    from hydro_nb import nondet

    return nondet("the cycle holds one element at a time")


def test_keyed(leader, pairs, worker, run):
    handle, later = worker.forward_ref(KeyedStream, of=int, key=str)
    handle.complete(pairs.send(worker))
    assert run(later) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]
    assert later.kind == pairs.send(worker).kind


def test_open_end(flow, leader, run, message):
    handle, later = leader.forward_ref(Stream, of=int)
    assert message(lambda: flow.deploy(backend="inprocess"), GraphError) == (
        "a forward reference is not completed.\n"
        "  made at   test_forward_ref.py, line _:   handle, later = leader.forward_ref(Stream, of=int)\n"
        "  Complete it with the collection that it stands for: handle.complete(collection)"
    )
    assert handle.slot == later.ref.slot


def test_what_completes_it(leader, live, worker, message):
    handle, _ = leader.forward_ref(Stream, of=int)
    assert "is NoOrder" in message(lambda: handle.complete(live.weaken_ordering()), OrderError)
    assert "on Process[Worker]" in message(lambda: handle.complete(live.send(worker)), LocationError)
    assert "not by 3" in message(lambda: handle.complete(3), GraphError)
    handle.complete(live)
    assert "completed already" in message(lambda: handle.complete(live), GraphError)


def test_guarantees(leader, live):
    handle, later = leader.forward_ref(Stream, of=int, order=NoOrder)
    assert later.kind.order is Order.NONE
    handle.complete(live)


def test_no_stream(leader, message):
    assert "stands for a collection such as Stream" in message(lambda: leader.forward_ref(int), GraphError)


def test_a_cell_that_no_longer_completes_it(flow, leader, message):
    handle, again = leader.forward_ref(Stream, of=int)
    with flow.cell("completes"):
        handle.complete(again.send(leader))
    with flow.cell("completes"):
        back = again.send(leader)
    assert "is not completed" in message(flow.deploy, GraphError)
    with flow.cell("another"):
        handle.complete(back)
    assert "is completed already" in message(lambda: handle.complete(back), GraphError)
    assert not flow.graph.stale()


def test_a_guarantee_that_was_lost_in_a_cycle(flow, leader, worker, message):
    handle, back = leader.forward_ref(Stream, of=int, order=NoOrder)
    merged = leader.source_stream(lambda: iter([1])).merge_unordered(back)
    handle.complete(merged.send(worker).send(leader))
    text = message(lambda: merged.fold(1, lambda total, n: total * 2 + n), ProofError)
    assert "order was lost at" in text
