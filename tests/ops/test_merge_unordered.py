from hydro_nb import BoundError, GraphError, LocationError
from hydro_nb.ir.node import Order, Retries


def test_list(live, both, snapshot):
    merged = live.merge_unordered(live.map(lambda n: -n))
    assert sorted(both(merged)) == [-3, -2, -1, 1, 2, 3]
    merged.unique()
    snapshot(live.flow.source(live.location))


def test_keyed(pairs, worker, run):
    sent = pairs.send(worker)
    assert sorted(run(sent.merge_unordered(sent.filter(lambda n: n == 2)))) == [
        ("a", 1), ("a", 3), ("a", 3), ("b", 2), ("b", 2),
    ]  # fmt: skip


def test_guarantees(live):
    merged = live.merge_unordered(live.weaken_retries()).kind
    assert (merged.order, merged.retries) == (Order.NONE, Retries.AT_LEAST_ONCE)


def test_bounded(leader, live, message):
    text = message(lambda: live.merge_unordered(leader.source_iter([1])), BoundError)
    assert "Put one bounded stream after the other: .chain(other)" in text


def test_two_places(live, worker, message):
    text = message(lambda: live.merge_unordered(live.send(worker)), LocationError)
    assert "lives on Process[Leader]" in text
    assert "is on Process[Worker]" in text


def test_no_collection(live, message):
    assert "needs another collection, but was given [1]" in message(lambda: live.merge_unordered([1]), GraphError)
