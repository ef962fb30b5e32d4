import pytest

from hydro_nb import GraphError, OrderError, RetriesError, nondet
from ops.one_per_tick import one_per_tick


def test_list(leader, both, snapshot):
    few = leader.source_iter([5, 6, 7]).limit(2)
    assert both(few) == [5, 6]
    few.for_each(print)
    snapshot(leader.flow.source(leader))


@pytest.mark.parametrize(("n", "left"), [(0, []), (3, [2, 3, 4]), (9, [2, 3, 4])])
def test_between_others(leader, both, n, left):
    assert both(leader.source_iter([1, 2, 3]).map(lambda each: each + 1).limit(n)) == left


def test_across_batches_and_ticks(leader, run):
    numbers = one_per_tick(leader)
    assert run(numbers.limit(2)) == [1, 2]
    assert run(numbers.batch(leader.tick(), nondet("any")).limit(2).all_ticks()) == [1, 2, 3]


def test_many_chunks(leader, run):
    assert run(leader.source_iter(range(5000)).limit(2000).count()) == [2000]


def test_guarantees(live, message):
    loose = live.weaken_ordering()
    assert message(lambda: loose.limit(2), OrderError) == (
        "`limit` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at   test_limit.py, line _:   loose = live.weaken_ordering()\n"
        "  `limit` was called  test_limit.py, line _:   assert message(lambda: loose.limit(2), OrderError) == (\n"
        '  Say why any order will do: .assume_ordering(nondet("..."))'
    )
    assert "exactly-once" in message(lambda: live.weaken_retries().limit(2), RetriesError)


@pytest.mark.parametrize("n", [-1, 1.5, True, "2"])
def test_no_number(live, message, n):
    assert f"`limit` keeps a number of elements from 0 on, not {n!r}." in message(lambda: live.limit(n), GraphError)


def test_what_is_kept(leader, live):
    assert live.limit(2).kind == live.kind
    assert leader.source_iter([1]).limit(2).kind == leader.source_iter([1]).kind
