from hydro_nb import OrderError
from hydro_nb.ir.node import Order


def test_list(leader, run, snapshot):
    letters = leader.source_iter(["ab", "c"]).flat_map_unordered(set)
    assert sorted(run(letters)) == ["a", "b", "c"]
    letters.unique()
    snapshot(leader.flow.source(leader))


def test_flatten(leader, run):
    assert sorted(run(leader.source_iter([{1, 2}, {3}]).flatten_unordered())) == [1, 2, 3]


def test_keyed(pairs, both):
    assert sorted(both(pairs.flat_map_unordered(lambda n: {n}))) == [("a", 1), ("a", 3), ("a", 3), ("b", 2)]


def test_guarantees(live, message):
    loose = live.flat_map_unordered(lambda n: {n})
    assert loose.kind.order is Order.NONE
    assert message(loose.enumerate, OrderError) == (
        "`enumerate` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at       test_flat_map_unordered.py, line _:   "
        "loose = live.flat_map_unordered(lambda n: {n})\n"
        "  `enumerate` was called  conftest.py, line _:   call()\n"
        '  Say why any order will do: .assume_ordering(nondet("..."))'
    )


def test_flatten_keyed(pairs, leader, both):
    flat = leader.source_iter([("a", {1}), ("b", {2})]).into_keyed().flatten_unordered()
    assert both(flat) == [("a", 1), ("b", 2)]
    assert (flat.kind.order, flat.kind.element) == (Order.NONE, int)
