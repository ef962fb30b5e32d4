from hydro_nb import GraphError, LocationError, nondet
from hydro_nb.ir.node import Bound, Order, Retries

PAIRS = [(1, "a"), (1, "b"), (2, "a"), (2, "b"), (3, "a"), (3, "b")]


def test_list(leader, both, snapshot):
    numbers = leader.source_iter([1, 2, 3])
    crossed = numbers.cross_product(leader.source_iter("ab"))
    crossed.for_each(print)
    snapshot(leader.flow.source(leader))
    assert both(crossed) == PAIRS
    assert crossed.kind == numbers.kind.but(element=tuple[int, str])


def test_live_left(leader, live, both):
    crossed = live.cross_product(leader.source_iter("ab"))
    assert both(crossed) == PAIRS
    assert (crossed.kind.bound, crossed.kind.order) == (Bound.UNBOUNDED, Order.TOTAL)


def test_live_right(leader, live, both):
    crossed = leader.source_iter("ab").cross_product(live)
    assert sorted(both(crossed)) == sorted((letter, n) for n, letter in PAIRS)
    assert (crossed.kind.bound, crossed.kind.order) == (Bound.UNBOUNDED, Order.NONE)


def test_both_live(live, both):
    assert sorted(both(live.cross_product(live))) == [(a, b) for a in (1, 2, 3) for b in (1, 2, 3)]


def test_in_tick(leader, both):
    numbers = leader.source_iter([1, 2]).batch(leader.tick(), nondet("shown only"))
    assert both(numbers.cross_product(numbers)) == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_guarantees(leader, live):
    numbers = leader.source_iter([1])
    assert live.cross_product(numbers).kind.order is Order.TOTAL
    assert live.cross_product(numbers.weaken_ordering()).kind.order is Order.NONE
    assert live.weaken_retries().cross_product(leader.source_iter([1])).kind.retries is Retries.AT_LEAST_ONCE


def test_live_value(live, leader, message):
    text = message(lambda: live.cross_product(leader.singleton(1)), GraphError)
    assert text.startswith("`cross_product` needs another Stream, but its input (`singleton`) is a Singleton.")
    assert text.endswith("Pair with one value: .cross_singleton(value)")


def test_two_places(live, worker, message):
    assert "lives on Process[Leader]" in message(lambda: live.cross_product(live.send(worker)), LocationError)
