from hydro_nb import BoundError, LocationError, nondet, proof
from hydro_nb.ir.node import Bound, Order, Retries, Shape


def test_complete_value(leader, live, run, snapshot):
    count = leader.source_iter(range(3000)).count()
    reached = count.threshold_greater_or_equal(leader.singleton(2000))
    assert run(reached) == [2000]
    assert run(count.threshold_greater_or_equal(leader.singleton(3001))) == []
    reached.for_each(print)
    live.count().threshold_greater_or_equal(leader.singleton(2)).for_each(print)
    snapshot(leader.flow.source(leader))


def test_live(leader, live, both):
    assert both(live.count().threshold_greater_or_equal(leader.singleton(2))) == [2]
    assert both(live.count().threshold_greater_or_equal(leader.singleton(4))) == []


def test_threshold_from_a_stream(leader, live, both):
    needed = leader.source_iter([1, 1]).count()
    assert both(live.count().threshold_greater_or_equal(needed)) == [2]


def test_once_although_it_goes_on_growing(leader, run):
    port, numbers = leader.source_external(leader.flow.external(), int)
    reached = numbers.count().threshold_greater_or_equal(leader.singleton(2))
    assert run(reached, feed={port: [1, 2, 3, 4, 5]}) == [2]


def test_each_tick(leader, live, both):
    tick = leader.tick()
    batch = live.batch(tick, nondet("each is looked at"))
    assert both(batch.count().threshold_greater_or_equal(tick.singleton(1)).all_ticks())[:1] == [1]


def test_guarantees(leader, live):
    reached = live.count().threshold_greater_or_equal(leader.singleton(2))
    assert (reached.kind.shape, reached.kind.bound, reached.kind.element) == (Shape.STREAM, Bound.UNBOUNDED, int)
    assert (reached.kind.order, reached.kind.retries) == (Order.TOTAL, Retries.EXACTLY_ONCE)
    complete = leader.singleton(1).threshold_greater_or_equal(leader.singleton(2))
    assert complete.kind.bound is Bound.BOUNDED
    grows = live.count().map(lambda n: n * 10, order_preserving=proof("ten times more is more"))
    assert grows.threshold_greater_or_equal(leader.singleton(2)).kind.bound is Bound.UNBOUNDED


def test_a_value_that_may_fall_back(leader, live, message):
    tens = live.count().map(lambda n: n * 10)
    text = message(lambda: tens.threshold_greater_or_equal(leader.singleton(2)), BoundError)
    assert text == (
        "`threshold_greater_or_equal` needs a value that only grows, or a complete one, but `tens` is Unbounded.\n"
        "  growth was lost at                       "
        "test_threshold_greater_or_equal.py, line _:   tens = live.count().map(lambda n: n * 10)\n"
        "  `threshold_greater_or_equal` was called  test_threshold_greater_or_equal.py, line _:   "
        "text = message(lambda: tens.threshold_greater_or_equal(leader.singleton(2)), BoundError)\n"
        '  Prove that it grows: .fold(..., monotone=proof("...")) or .map(f, order_preserving=proof("...")),\n'
        '  or look at it as it is now, in a tick: .snapshot(tick, nondet("..."))'
    )


def test_a_threshold_that_changes(leader, live, message):
    text = message(lambda: leader.singleton(2).threshold_greater_or_equal(live.count()), BoundError)
    assert text.startswith(
        "`threshold_greater_or_equal` needs a bounded Singleton, but its input (`count`) is Monotonic."
    )


def test_other_place(live, worker, message):
    text = message(lambda: live.count().threshold_greater_or_equal(worker.singleton(1)), LocationError)
    assert text.startswith("`threshold_greater_or_equal` needs both collections at one place; the first lives on")
