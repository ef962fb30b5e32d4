from hydro_nb import BoundError
from hydro_nb.ir.node import Shape


def test_list(leader, run, snapshot):
    big = leader.source_iter([1, 2, 3]).filter(lambda n: n > 1)
    assert run(big) == [2, 3]
    big.for_each(print)
    snapshot(leader.flow.source(leader))


def test_keyed(pairs, both):
    assert both(pairs.filter(lambda n: n < 3)) == [("a", 1), ("b", 2)]


def test_live_values(leader, live, run):
    assert run(leader.singleton(7).filter(lambda n: n > 9)) == []
    assert run(live.count().filter(lambda n: n > 2)) == [3]
    assert run(live.reduce(max).filter(lambda n: n > 2)) == [3]
    assert live.count().filter(bool).kind.shape is Shape.OPTIONAL


def test_keyed_values(pairs, run):
    assert run(pairs.value_counts().filter(lambda n: n > 1)) == [{"a": 3}]


def test_values_that_change(pairs, worker, message):
    text = message(lambda: pairs.send(worker).value_counts().filter(bool), BoundError)
    assert text.startswith(
        "`filter` needs values that no longer change, but its input (`value_counts`) is MonotonicValue"
    )


def test_guarantees(live):
    loose = live.weaken_ordering().weaken_retries()
    assert loose.filter(bool).kind == loose.kind


def test_with_key(pairs, worker, both):
    assert both(pairs.filter_with_key(lambda key, n: key == "b" or n == 1)) == [("a", 1), ("b", 2)]
    assert both(pairs.send(worker).filter_with_key(lambda key, n: key == "b")) == [("b", 2)]


def test_with_key_guarantees(pairs):
    loose = pairs.weaken_ordering().weaken_retries().weaken_boundedness()
    assert loose.filter_with_key(lambda key, n: n).kind == loose.kind
