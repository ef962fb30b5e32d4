from hydro_nb import ProcessFailed
from hydro_nb.ir.node import Retries


def test_list(leader, both, snapshot):
    once = leader.source_iter([1, 2, 1, 3, 2]).unique()
    assert both(once) == [1, 2, 3]
    once.for_each(print)
    snapshot(leader.flow.source(leader))


def test_keyed(pairs, both):
    assert both(pairs.unique()) == [("a", 1), ("b", 2), ("a", 3)]


def test_guarantees(live):
    assert live.weaken_retries().unique().kind.retries is Retries.EXACTLY_ONCE
    assert live.weaken_ordering().unique().kind.order is live.weaken_ordering().kind.order


def test_what_cannot_be_told_apart(leader, run, message):
    lists = leader.source_iter([[1], [1]])
    text = message(lambda: run(lists.unique()), ProcessFailed)
    assert "unhashable type: 'list'" in text
    assert "run(lists.unique())" in text
