from hydro_nb import BoundError, nondet
from hydro_nb.ir.node import Bound, Shape
from ops.one_per_tick import one_per_tick


def test_list(leader, both, snapshot):
    empty = leader.source_iter("abc").is_empty()
    assert both(empty) == [False]
    empty.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_none(leader, both):
    assert both(leader.source_iter([]).is_empty()) == [True]
    assert both(leader.source_iter([1]).filter(lambda n: n > 9).is_empty()) == [True]
    assert both(leader.source_iter([1]).weaken_ordering().weaken_retries().map(str).is_empty()) == [False]


def test_each_tick_anew(leader, run):
    inside = one_per_tick(leader).filter(lambda n: n == 2).batch(leader.tick(), nondet("any"))
    assert run(inside.is_empty().all_ticks())[:3] == [True, False, True]


def test_guarantees(leader, live, message):
    kind = leader.source_iter([1]).is_empty().kind
    assert (kind.shape, kind.bound, kind.element) == (Shape.SINGLETON, Bound.BOUNDED, bool)
    assert message(live.is_empty, BoundError) == (
        "`is_empty` needs a bounded stream, but its input (`send`) is Unbounded.\n"
        "  the bound was lost at  conftest.py, line _:   return worker.source_iter([1, 2, 3]).send(leader)\n"
        "  `is_empty` was called  conftest.py, line _:   call()\n"
        '  Look at what has come by a tick: .batch(tick, nondet("..."))'
    )
