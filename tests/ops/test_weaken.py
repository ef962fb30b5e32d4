from hydro_nb import OrderError
from hydro_nb.ir.node import Bound, Order, Retries


def test_list(leader, run, snapshot):
    loose = leader.source_iter([1, 2]).weaken_ordering().weaken_retries().weaken_boundedness()
    assert run(loose) == [1, 2]
    loose.unique()
    snapshot(leader.flow.source(leader))


def test_guarantees(leader, pairs):
    for collection in (leader.source_iter([1]), pairs):
        assert collection.weaken_ordering().kind == collection.kind.but(order=Order.NONE)
        assert collection.weaken_retries().kind == collection.kind.but(retries=Retries.AT_LEAST_ONCE)
        assert collection.weaken_boundedness().kind == collection.kind.but(bound=Bound.UNBOUNDED)


def test_both_cuts(live, pairs, both):
    assert both(live.weaken_retries()) == [1, 2, 3]
    assert both(pairs.weaken_ordering().weaken_boundedness()) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]


def test_what_is_given_up_is_missed(live, message):
    loose = live.weaken_ordering()
    assert message(loose.enumerate, OrderError) == (
        "`enumerate` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at       test_weaken.py, line _:   loose = live.weaken_ordering()\n"
        "  `enumerate` was called  conftest.py, line _:   call()\n"
        '  Say why any order will do: .assume_ordering(nondet("..."))'
    )
