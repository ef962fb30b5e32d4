from hydro_nb import BoundError, GraphError, LocationError, nondet, proof
from hydro_nb.ir.node import Bound, Order


def test_list(leader, pairs, both, snapshot):
    numbers = leader.source_iter([1, 2])
    repeated = numbers.repeat_with_keys(pairs.value_counts())
    repeated.entries().unique().for_each(print, commutative=proof("each is printed alone"))
    snapshot(leader.flow.source(leader))
    assert sorted(both(repeated)) == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    kind = repeated.kind
    assert (kind.key, kind.element, kind.bound, kind.order) == (str, int, Bound.BOUNDED, Order.TOTAL)


def test_in_tick(leader, pairs, both):
    tick = leader.tick()
    numbers = leader.source_iter([1, 2]).batch(tick, nondet("shown only"))
    keys = pairs.value_counts().snapshot(tick, nondet("it is complete"))
    assert sorted(both(numbers.repeat_with_keys(keys))) == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]


def test_never_ends(live, pairs, message):
    counts = pairs.value_counts()
    assert message(lambda: live.repeat_with_keys(counts), BoundError) == (
        "`repeat_with_keys` needs a bounded stream, but its input (`send`) is Unbounded.\n"
        "  the bound was lost at          conftest.py, line _:   return worker.source_iter([1, 2, 3]).send(leader)\n"
        "  `repeat_with_keys` was called  test_repeat_with_keys.py, line _:   "
        "assert message(lambda: live.repeat_with_keys(counts), BoundError) == (\n"
        '  Take a part of it: .batch(tick, nondet("..."))'
    )


def test_keys_that_change(leader, live, message):
    counts = live.map(lambda n: (n, n)).into_keyed().value_counts()
    text = message(lambda: leader.source_iter([1]).repeat_with_keys(counts), BoundError)
    assert text.endswith('Look at it as it is now: .snapshot(tick, nondet("..."))')


def test_no_keys(leader, message):
    text = message(lambda: leader.source_iter([1]).repeat_with_keys(leader.singleton(1)), GraphError)
    assert "needs a KeyedSingleton, for its keys, but its input (`singleton`) is a Singleton" in text


def test_two_places(leader, worker, pairs, message):
    counts = pairs.value_counts()
    assert "one place" in message(lambda: worker.source_iter([1]).repeat_with_keys(counts), LocationError)
