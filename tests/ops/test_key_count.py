from hydro_nb import nondet
from hydro_nb.ir.node import Bound


def test_list(pairs, run, both, snapshot):
    count = pairs.value_counts().key_count()
    assert run(count) == [2]
    assert both(count) == [2]
    count.into_stream().for_each(print)
    snapshot(pairs.flow.source(pairs.location))


def test_live(pairs, worker, both):
    assert both(pairs.send(worker).value_counts().key_count()) == [2]
    assert both(pairs.send(worker).first().key_count()) == [2]


def test_in_a_tick(pairs, worker, run):
    tick = worker.tick()
    now = pairs.send(worker).value_counts().snapshot(tick, nondet("the last is looked at"))
    assert run(now.key_count().all_ticks())[-1] == 2
    batch = pairs.send(worker).batch(tick, nondet("shown only"))
    assert sum(run(batch.fold(0, max).key_count().all_ticks())) >= 2


def test_bounds(pairs, worker):
    live = pairs.send(worker)
    assert pairs.value_counts().key_count().kind.bound is Bound.BOUNDED
    assert live.value_counts().key_count().kind.bound is Bound.MONOTONIC
    assert live.fold(0, max).key_count().kind.bound is Bound.MONOTONIC
    assert live.first().key_count().kind.bound is Bound.MONOTONIC
    assert live.first().weaken_boundedness().key_count().kind.bound is Bound.UNBOUNDED
    assert live.first().key_count().kind.element is int
