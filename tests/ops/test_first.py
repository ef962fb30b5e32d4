from hydro_nb import OrderError, nondet
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick


def test_list(leader, both, snapshot):
    kept = leader.source_iter("abc").first()
    assert both(kept) == ["a"]
    kept.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_none(leader, both):
    assert both(leader.source_iter([]).first()) == []
    assert both(leader.source_iter([None]).first()) == [None]


def test_between_others(leader, both):
    assert both(leader.source_iter([1, 2, 3]).filter(lambda n: n < 3).map(lambda n: n * 10).first()) == [10]


def test_live(live, both):
    assert both(live.first()) == [1]
    assert both(live.batch(live.location.tick(), nondet("any")).first().all_ticks()) == [1]


def test_across_batches_and_ticks(leader, run):
    numbers = one_per_tick(leader)
    assert run(numbers.first()) == [1]
    assert run(numbers.batch(leader.tick(), nondet("any")).first().all_ticks()) == [1, 2, 3]


def test_guarantees(leader, live, message):
    assert leader.source_iter([1]).first().kind.bound is Bound.BOUNDED
    assert live.weaken_retries().first().kind.bound is Bound.INIT_NONE
    loose = live.weaken_ordering()
    assert message(loose.first, OrderError) == (
        "`first` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at   test_first.py, line _:   loose = live.weaken_ordering()\n"
        "  `first` was called  conftest.py, line _:   call()\n"
        '  Use .min() or .max(), or say why any order will do: .assume_ordering(nondet("..."))'
    )
