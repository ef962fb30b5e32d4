import pytest

from hydro_nb import BoundError, OrderError, RetriesError

METHODS = ("make_totally_ordered", "make_exactly_once", "make_bounded")


def test_list(leader, run, snapshot):
    numbers = leader.source_iter([1, 2, 3])
    same = numbers.make_totally_ordered().make_exactly_once().make_bounded()
    assert run(same) == [1, 2, 3]
    same.for_each(print)
    snapshot(leader.flow.source(leader))


@pytest.mark.parametrize("method", METHODS)
def test_guarantees(leader, pairs, method):
    numbers = leader.source_iter([1, 2, 3])
    assert getattr(numbers, method)().kind == numbers.kind
    assert getattr(pairs, method)().kind == pairs.kind


def test_both_cuts(live, pairs, both):
    assert both(live.make_totally_ordered().make_exactly_once()) == [1, 2, 3]
    assert both(pairs.make_bounded().values()) == [1, 2, 3, 3]


def test_order(live, message):
    loose = live.weaken_ordering()
    assert message(loose.make_totally_ordered, OrderError) == (
        "`make_totally_ordered` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at                  test_make.py, line _:   loose = live.weaken_ordering()\n"
        "  `make_totally_ordered` was called  conftest.py, line _:   call()\n"
        '  Say why any order will do: .assume_ordering(nondet("..."))'
    )


def test_repeats(pairs, message):
    loose = pairs.weaken_retries()
    text = message(loose.make_exactly_once, RetriesError)
    assert text.startswith("`make_exactly_once` needs an exactly-once stream, but `loose` is AtLeastOnce.\n")


def test_unbounded(live, message):
    text = message(live.make_bounded, BoundError)
    assert text.startswith("`make_bounded` needs a bounded stream, but ")
    assert text.endswith('\n  Look at it in a tick: .batch(tick, nondet("..."))')
