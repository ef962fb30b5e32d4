from hydro_nb import BoundError, GraphError, LocationError, nondet


def test_list(leader, both, snapshot):
    numbers = leader.source_iter([1, 2, 3, 1])
    left = numbers.filter_not_in(leader.source_iter([2, 9]))
    left.for_each(print)
    snapshot(leader.flow.source(leader))
    assert both(left) == [1, 3, 1]
    assert left.kind == numbers.kind


def test_other_name(leader, both):
    assert both(leader.source_iter([1, 2]).difference(leader.source_iter([2]))) == [1]


def test_pairs(leader, both):
    pairs = leader.source_iter([1, 2]).map(lambda n: (n, n * 10))
    assert both(pairs.filter_not_in(leader.source_iter([(2, 20)]))) == [(1, 10)]


def test_live(leader, live, both):
    assert both(live.filter_not_in(leader.source_iter([2]))) == [1, 3]


def test_in_tick(leader, both):
    batch = leader.source_iter([1, 2, 3]).batch(leader.tick(), nondet("shown only"))
    assert both(batch.filter_not_in(batch.filter(lambda n: n > 1))) == [1]


def test_never_ends(leader, live, message):
    numbers = leader.source_iter([1])
    assert message(lambda: numbers.filter_not_in(live), BoundError) == (
        "`filter_not_in` needs a bounded stream, but its input (`send`) is Unbounded.\n"
        "  the bound was lost at       conftest.py, line _:   return worker.source_iter([1, 2, 3]).send(leader)\n"
        "  `filter_not_in` was called  test_filter_not_in.py, line _:   "
        "assert message(lambda: numbers.filter_not_in(live), BoundError) == (\n"
        '  Bring both into a tick: .batch(tick, nondet("..."))'
    )


def test_keyed_side(leader, pairs, message):
    text = message(lambda: leader.source_iter([1]).filter_not_in(pairs), GraphError)
    assert text.startswith("`filter_not_in` needs another Stream, but its input (`into_keyed`) is a KeyedStream.")


def test_two_places(live, worker, message):
    assert "lives on Process[Leader]" in message(lambda: live.filter_not_in(worker.source_iter([1])), LocationError)


def test_elements_that_are_never_equal(leader, message):
    text = message(lambda: leader.source_iter(["a"]).filter_not_in(leader.source_iter([("a", 1)])), GraphError)
    assert "needs elements of str, but its input (`source_iter`) is of tuple[str, int]." in text
