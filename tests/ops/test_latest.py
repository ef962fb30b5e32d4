from hydro_nb import LocationError, nondet
from hydro_nb.ir.node import Bound, Shape


def test_value(live, run, snapshot):
    tick = live.location.tick()
    newest = live.count().snapshot(tick, nondet("any")).latest()
    assert run(newest) == [3]
    newest.sample_every(1, nondet("shown"))
    snapshot(live.flow.source(live.location))


def test_both_cuts(leader, both):
    batch = leader.source_iter([1, 2, 3]).batch(leader.tick(), nondet("shown only"))
    assert both(batch.count().latest()) == [3]


def test_newest_version_in_both_cuts(leader, live, both):
    assert both(live.count().snapshot(leader.tick(), nondet("any")).latest()) == [3]


def test_guarantees(live):
    tick = live.location.tick()
    count = live.count().snapshot(tick, nondet("any")).latest().kind
    best = live.reduce(max).snapshot(tick, nondet("any")).latest().kind
    assert (count.shape, count.bound, best.bound) == (Shape.OPTIONAL, Bound.INIT_NONE, Bound.UNBOUNDED)


def test_outside(leader, message):
    assert "Enter a tick first" in message(lambda: leader.singleton(1).latest(), LocationError)
