import pytest

from hydro_nb import ProcessFailed, nondet
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick
from ops.outcomes import outcomes


def test_list(leader, both, snapshot):
    kept = leader.source_iter([3, 1, 2]).max()
    assert both(kept) == [3]
    kept.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_none(leader, both):
    assert both(leader.source_iter([]).max()) == []
    assert both(leader.source_iter([None]).max()) == [None]


def test_between_others(leader, both):
    assert both(leader.source_iter([3, 1, 2]).filter(lambda n: n != 3).max()) == [2]


def test_across_batches_and_ticks(leader, run):
    numbers = one_per_tick(leader).map(lambda n: n)
    assert run(numbers.max()) == [3]
    assert run(numbers.batch(leader.tick(), nondet("any")).max().all_ticks()) == [1, 2, 3]


def test_needs_no_order_and_no_care_for_repeats(live, both):
    loose = live.weaken_ordering().weaken_retries()
    assert both(loose.max()) == [3]
    assert both(loose.batch(live.location.tick(), nondet("any")).max().all_ticks()) == [3]


def test_any_element_may_be_seen_first(leader, live):
    seen = live.weaken_ordering().max().snapshot(leader.tick(), nondet("any")).all_ticks()
    assert {values[0] for values in outcomes(seen) if values} >= {1, 2, 3}


def test_guarantees(leader, live):
    assert leader.source_iter([1]).max().kind.bound is Bound.BOUNDED
    assert live.max().kind.bound is Bound.INIT_NONE
    assert live.max().kind.element is int


def test_what_has_no_order(leader, run):
    with pytest.raises(ProcessFailed, match="not supported between instances"):
        run(leader.source_iter([1, "a"]).max())
