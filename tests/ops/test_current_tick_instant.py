import time

from hydro_nb import NondetError, nondet
from hydro_nb.ir.node import Bound, Shape


def test_one_time_for_all_of_a_tick(leader, run, snapshot):
    tick = leader.tick()
    numbers = leader.source_iter([1, 2]).batch(tick, nondet("shown only"))
    now = tick.current_tick_instant(nondet("it is only shown"))
    before = time.monotonic()
    first, second = run(numbers.cross_singleton(now).map(lambda both: both[1]).all_ticks())
    assert before <= first == second <= time.monotonic()
    now.all_ticks().for_each(print)
    snapshot(leader.flow.source(leader))


def test_both_cuts(leader, live, both):
    tick = leader.tick()
    now = tick.current_tick_instant(nondet("it is only shown"))
    batch = live.batch(tick, nondet("all the same"))
    stamped = batch.cross_singleton(now).map(lambda pair: (pair[0], pair[1] >= 0))
    assert both(stamped.all_ticks()) == [(1, True), (2, True), (3, True)]


def test_guarantees(leader):
    tick = leader.tick()
    now = tick.current_tick_instant(nondet("it is only shown"))
    assert (now.kind.shape, now.kind.bound, now.location) == (Shape.SINGLETON, Bound.BOUNDED, tick)


def test_a_reason(leader, message):
    assert "needs its reason" in message(lambda: leader.tick().current_tick_instant("now"), NondetError)
