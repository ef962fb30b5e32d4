from hydro_nb import RetriesError
from hydro_nb.ir.node import Bound


def test_list(leader, run, snapshot):
    count = leader.source_iter("abc").count()
    assert run(count) == [3]
    count.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_live(live, both):
    assert both(live.count()) == [3]
    assert both(live.weaken_ordering().filter(lambda n: n > 1).count()) == [2]


def test_empty(leader, both):
    assert both(leader.source_iter([]).count()) == [0]


def test_many_chunks(leader, run):
    assert run(leader.source_iter(range(10_000)).count()) == [10_000]


def test_guarantees(live, message):
    assert live.weaken_ordering().count().kind.bound is Bound.MONOTONIC
    assert "drop repeats first: .unique()" in message(lambda: live.weaken_retries().count(), RetriesError).lower()
