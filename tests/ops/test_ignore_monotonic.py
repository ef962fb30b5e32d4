from hydro_nb import BoundError, nondet
from hydro_nb.ir.node import Bound


def test_value(leader, live, both, snapshot):
    count = live.count().ignore_monotonic()
    assert both(count) == [3]
    count.snapshot(leader.tick(), nondet("only shown")).all_ticks().for_each(print)
    snapshot(leader.flow.source(leader))


def test_guarantees(leader, live):
    assert live.count().ignore_monotonic().kind == live.count().kind.but(bound=Bound.UNBOUNDED)
    assert leader.singleton(1).ignore_monotonic().kind.bound is Bound.BOUNDED


def test_what_needs_growth(leader, live, message):
    count = live.count().ignore_monotonic()
    text = message(lambda: count.threshold_greater_or_equal(leader.singleton(1)), BoundError)
    assert "but `count` is Unbounded.\n  growth was lost at" in text
    assert "count = live.count().ignore_monotonic()" in text
