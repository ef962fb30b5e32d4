from hydro_nb import LocationError, nondet
from hydro_nb.ir.node import Bound, Order


def test_list(leader, run, snapshot):
    batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("taken apart again"))
    assert run(batch.map(lambda n: n * 10).all_ticks()) == [10, 20]
    batch.all_ticks().for_each(print)
    snapshot(leader.flow.source(leader))


def test_live(live, both):
    assert both(live.batch(live.location.tick(), nondet("taken apart again")).all_ticks()) == [1, 2, 3]


def test_values(leader, run):
    batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("any"))
    assert run(batch.count().all_ticks()) == [2]
    assert run(batch.reduce(max).all_ticks()) == [2]
    assert run(batch.filter(lambda n: n > 9).reduce(max).all_ticks()) == []


def test_guarantees(live):
    batch = live.weaken_ordering().batch(live.location.tick(), nondet("any"))
    assert batch.all_ticks().kind == live.weaken_ordering().kind
    assert (batch.count().all_ticks().kind.order, batch.count().all_ticks().kind.bound) == (
        Order.TOTAL,
        Bound.UNBOUNDED,
    )


def test_outside(live, message):
    assert "Enter a tick first" in message(live.all_ticks, LocationError)
