from hydro_nb import LocationError, nondet
from hydro_nb.ir.node import Bound


def test_value(live, run, snapshot):
    tick = live.location.tick()
    now = live.count().snapshot(tick, nondet("only looked at"))
    assert run(now.all_ticks())[-1] == 3
    now.all_ticks().for_each(print)
    snapshot(live.flow.source(live.location))


def test_optional_and_keyed(live, run):
    tick = live.location.tick()
    assert run(live.reduce(max).snapshot(tick, nondet("any")).all_ticks())[-1] == 3
    counts = live.map(lambda n: (n % 2, n)).into_keyed().value_counts()
    assert run(counts.snapshot(tick, nondet("any")).entries().all_ticks())[-2:] == [(1, 2), (0, 1)]


def test_beside_a_batch(live, run):
    tick = live.location.tick()
    batch = live.batch(tick, nondet("any"))
    pairs = batch.cross_singleton(live.count().snapshot(tick, nondet("any")))
    assert [n for n, _ in run(pairs.all_ticks())] == [1, 2, 3]


def test_guarantees(live):
    assert live.count().snapshot(live.location.tick(), nondet("any")).kind.bound is Bound.BOUNDED


def test_tick_of_another_process(live, worker, message):
    text = message(lambda: live.count().snapshot(worker.tick(), nondet("any")), LocationError)
    assert "a tick of Process[Leader]" in text
