import pytest

from hydro_nb import BoundError, NoOrder, Stream, nondet, proof
from hydro_nb.ir.node import Bound, Order, Retries, Shape

ANY = nondet("any")


@pytest.fixture
def wanted(leader):
    return leader.source_iter([("a", 2), ("b", 2), ("z", 0)]).into_keyed().first()


def test_list(pairs, leader, wanted, run, both, snapshot):
    counts = pairs.value_counts()
    reached = counts.threshold_greater_or_equal(wanted)
    assert run(reached) == [("a", 2)]
    assert both(reached) == [("a", 2)]
    same = counts.threshold_greater_or_equal_uniform(leader.singleton(1))
    assert run(same) == [("a", 1), ("b", 1)]
    assert both(same) == [("a", 1), ("b", 1)]
    reached.values().for_each(print, commutative=proof("shown"))
    same.values().for_each(print, commutative=proof("shown"))
    snapshot(pairs.flow.source(pairs.location))


def test_values_that_grow(pairs, wanted, leader, both):
    counts = pairs.weaken_boundedness().value_counts()
    assert both(counts.threshold_greater_or_equal(wanted)) == [("a", 2)]
    assert both(counts.threshold_greater_or_equal_uniform(leader.singleton(3))) == [("a", 3)]


def test_thresholds_that_come(pairs, leader, both):
    wanted = leader.source_iter([("a", 3), ("b", 3)]).weaken_boundedness().into_keyed().first()
    assert both(pairs.value_counts().threshold_greater_or_equal(wanted)) == [("a", 3)]
    assert both(pairs.weaken_boundedness().first().threshold_greater_or_equal(wanted)) == []


def test_each_key_comes_once_however_many_ticks_there_are(leader, run):
    counts = leader.source_iter([(n % 700, n) for n in range(3000)]).weaken_boundedness().into_keyed().value_counts()
    reached = counts.threshold_greater_or_equal_uniform(leader.singleton(2))
    assert sorted(run(reached)) == [(n, 2) for n in range(700)]


def test_a_cycle_reaches_each_threshold_once(leader, run):
    handle, again = leader.forward_ref(Stream, of=int, order=NoOrder)
    every = leader.source_iter([0]).weaken_boundedness().merge_unordered(again)
    counts = every.map(lambda n: (n % 2, n)).into_keyed().value_counts()
    handle.complete(every.filter(lambda n: n < 9).map(lambda n: n + 1).send(leader))
    assert run(counts.threshold_greater_or_equal_uniform(leader.singleton(4))) == [(0, 4), (1, 4)]


def test_in_a_tick(pairs, leader, run):
    tick = leader.tick()
    counts = pairs.batch(tick, ANY).value_counts()
    least = leader.singleton(2).snapshot(tick, ANY)
    assert run(counts.threshold_greater_or_equal_uniform(least).all_ticks()) == [("a", 2)]


def test_kinds(pairs, worker, leader, wanted):
    kind = pairs.value_counts().threshold_greater_or_equal(wanted).kind
    assert (kind.shape, kind.bound, kind.order, kind.retries) == (
        Shape.KEYED_STREAM, Bound.BOUNDED, Order.NONE, Retries.EXACTLY_ONCE
    )  # fmt: skip
    assert (kind.key, kind.element) == (str, int)
    live = pairs.send(worker).value_counts()
    assert live.threshold_greater_or_equal_uniform(worker.singleton(1)).kind.bound is Bound.UNBOUNDED


def test_values_that_may_shrink(pairs, worker, message):
    sums = pairs.send(worker).fold(0, lambda total, n: total - n)
    least = worker.singleton(1)
    assert message(lambda: sums.threshold_greater_or_equal_uniform(least), BoundError) == (
        "`threshold_greater_or_equal_uniform` needs values that only grow, or no longer change, "
        "but `sums` is MonotonicKeys.\n"
        "  `threshold_greater_or_equal_uniform` was called  test_threshold_keyed.py, line _:   "
        "assert message(lambda: sums.threshold_greater_or_equal_uniform(least), BoundError) == (\n"
        '  Look at the values as they are now, in a tick: .snapshot(tick, nondet("..."))'
    )


def test_thresholds_that_change(pairs, worker, message):
    counts = pairs.send(worker).value_counts()
    text = message(lambda: counts.threshold_greater_or_equal(counts), BoundError)
    assert "`threshold_greater_or_equal` needs a bounded KeyedSingleton, but `counts` is MonotonicValue" in text
