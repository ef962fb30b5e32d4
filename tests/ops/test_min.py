import pytest

from hydro_nb import ProcessFailed, nondet
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick
from ops.outcomes import outcomes


def test_list(leader, both, snapshot):
    kept = leader.source_iter([3, 1, 2]).min()
    assert both(kept) == [1]
    kept.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_none(leader, both):
    assert both(leader.source_iter([]).min()) == []
    assert both(leader.source_iter([None]).min()) == [None]


def test_between_others(leader, both):
    assert both(leader.source_iter([3, 1, 2]).filter(lambda n: n != 1).min()) == [2]


def test_across_batches_and_ticks(leader, run):
    numbers = one_per_tick(leader).map(lambda n: -n)
    assert run(numbers.min()) == [-3]
    assert run(numbers.batch(leader.tick(), nondet("any")).min().all_ticks()) == [-1, -2, -3]


def test_needs_no_order_and_no_care_for_repeats(live, both):
    loose = live.weaken_ordering().weaken_retries()
    assert both(loose.min()) == [1]
    assert both(loose.batch(live.location.tick(), nondet("any")).min().all_ticks()) == [1]


def test_any_element_may_be_seen_first(leader, live):
    seen = live.weaken_ordering().min().snapshot(leader.tick(), nondet("any")).all_ticks()
    assert {values[0] for values in outcomes(seen) if values} >= {1, 2, 3}


def test_guarantees(leader, live):
    assert leader.source_iter([1]).min().kind.bound is Bound.BOUNDED
    assert live.min().kind.bound is Bound.INIT_NONE
    assert live.min().kind.element is int


def test_what_has_no_order(leader, run):
    with pytest.raises(ProcessFailed, match="not supported between instances"):
        run(leader.source_iter([1, "a"]).min())
