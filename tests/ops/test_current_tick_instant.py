import time

from hydro_nb import NondetError, nondet


def test_one_time_for_all_of_a_tick(leader, run, snapshot):
    tick = leader.tick()
    numbers = leader.source_iter([1, 2]).batch(tick, nondet("shown only"))
    now = tick.current_tick_instant(nondet("it is only shown"))
    before = time.monotonic()
    first, second = run(numbers.cross_singleton(now).map(lambda both: both[1]).all_ticks())
    assert before <= first == second <= time.monotonic()
    now.all_ticks().for_each(print)
    snapshot(leader.flow.source(leader))


def test_a_reason(leader, message):
    assert "needs its reason" in message(lambda: leader.tick().current_tick_instant("now"), NondetError)
