import pytest

from hydro_nb import BoundError, ProcessFailed, nondet
from hydro_nb.ir.node import Order, Retries
from ops.one_per_tick import one_per_tick


def test_list(leader, both, snapshot):
    ordered = leader.source_iter([3, 1, 2, 1]).sort()
    assert both(ordered) == [1, 1, 2, 3]
    ordered.for_each(print)
    snapshot(leader.flow.source(leader))


def test_more_than_one_chunk(leader, run):
    assert run(leader.source_iter(range(5000)).map(lambda n: -n).sort().first()) == [-4999]


def test_in_a_tick(leader, live, both, run):
    tick = leader.tick()
    assert both(live.map(lambda n: -n).batch(tick, nondet("any")).sort().all_ticks()) == [-3, -2, -1]
    numbers = one_per_tick(leader)
    assert run(numbers.map(lambda n: -n).batch(tick, nondet("any")).sort().all_ticks()) == [-1, -2, -3]


def test_twice_and_beside_others(leader, both):
    numbers = leader.source_iter([3, 1, 2])
    assert both(numbers.sort().chain(numbers.map(lambda n: -n).sort())) == [1, 2, 3, -3, -2, -1]


def test_keyed(leader, both):
    pairs = leader.source_iter([("b", 2), ("a", 3), ("a", 1), ("b", 1)]).into_keyed()
    assert both(pairs.sort()) == [("b", 1), ("b", 2), ("a", 1), ("a", 3)]
    assert both(pairs.weaken_ordering().sort().first().into_singleton()) == [{"b": 1, "a": 1}]


def test_guarantees(leader, live, message):
    loose = leader.source_iter([1]).weaken_ordering().weaken_retries()
    assert loose.sort().kind == loose.kind.but(order=Order.TOTAL)
    assert loose.sort().kind.retries is Retries.AT_LEAST_ONCE
    assert message(live.sort, BoundError) == (
        "`sort` needs a bounded stream, but its input (`send`) is Unbounded.\n"
        "  the bound was lost at  conftest.py, line _:   return worker.source_iter([1, 2, 3]).send(leader)\n"
        "  `sort` was called      conftest.py, line _:   call()\n"
        '  Sort what has come by a tick: .batch(tick, nondet("..."))'
    )


def test_what_has_no_order(leader, run):
    with pytest.raises(ProcessFailed, match="not supported between instances"):
        run(leader.source_iter([1, "a"]).sort())


def test_read_twice_in_later_ticks(leader, live, run):
    ordered = leader.source_iter([2, 1]).sort()
    both_times = ordered.chain(ordered).weaken_boundedness().weaken_ordering()
    assert sorted(run(both_times.merge_unordered(live.weaken_ordering()))) == [1, 1, 1, 2, 2, 2, 3]
