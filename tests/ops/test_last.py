from hydro_nb import OrderError, nondet
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick


def test_list(leader, both, snapshot):
    kept = leader.source_iter("abc").last()
    assert both(kept) == ["c"]
    kept.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_none(leader, both):
    assert both(leader.source_iter([]).last()) == []
    assert both(leader.source_iter([None]).last()) == [None]


def test_between_others(leader, both):
    assert both(leader.source_iter([1, 2, 3]).filter(lambda n: n < 3).map(lambda n: n * 10).last()) == [20]


def test_live(live, both):
    assert both(live.last()) == [3]
    assert both(live.batch(live.location.tick(), nondet("any")).last().all_ticks()) == [3]


def test_across_batches_and_ticks(leader, run):
    numbers = one_per_tick(leader)
    assert run(numbers.last()) == [3]
    assert run(numbers.batch(leader.tick(), nondet("any")).last().all_ticks()) == [1, 2, 3]


def test_guarantees(leader, live, message):
    assert leader.source_iter([1]).last().kind.bound is Bound.BOUNDED
    assert live.weaken_retries().last().kind.bound is Bound.INIT_NONE
    loose = live.weaken_ordering()
    assert message(loose.last, OrderError) == (
        "`last` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at  test_last.py, line _:   loose = live.weaken_ordering()\n"
        "  `last` was called  conftest.py, line _:   call()\n"
        '  Use .min() or .max(), or say why any order will do: .assume_ordering(nondet("..."))'
    )
