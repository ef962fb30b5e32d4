import pytest

from hydro_nb import CaptureError, GraphError, OrderError, ProcessFailed, RetriesError, Some, inplace, nondet
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick

ANY = nondet("any")


def running(total, n):
    return total + n, total + n


def test_list(leader, both, snapshot):
    totals = leader.source_iter([1, 2, 3]).scan(0, lambda total, n: (total + n, f"so far {total + n}"))
    assert both(totals) == ["so far 1", "so far 3", "so far 6"]
    totals.scan(None, lambda last, text: (text, last)).for_each(print)
    snapshot(leader.flow.source(leader))


def test_none_ends_the_stream(leader, both):
    numbers = leader.source_iter([1, 2, 3, 1])
    assert both(numbers.scan(0, lambda total, n: (total + n, total + n if n < 3 else None))) == [1, 3]


def test_some_none_goes_on(leader, both):
    numbers = leader.source_iter([1, 2, 3])
    assert both(numbers.scan(0, lambda last, n: (n, Some(None if n == 2 else last)))) == [0, None, 2]


def test_what_is_named_and_given_is_worked_out_once(leader, both):
    numbers = leader.source_iter([1, 2, 3])
    totals = numbers.scan(0, lambda total, n: (total := total + n, total))
    assert both(totals) == [1, 3, 6]
    assert both(numbers.scan(0, lambda last, n: (n := 10 * n, n)).scan(0, lambda last, n: (n, last))) == [0, 10, 20]
    assert both(numbers.scan(0, lambda last, n: (new := None if n == 2 else n, new))) == [1]
    assert both(numbers.scan(0, lambda last, n: (new := Some(n), new))) == [1, 2, 3]
    totals.for_each(print)
    assert "total = total + n\n            scan_1 = total\n            print(total)" in leader.flow.source(leader)


def test_a_name_of_outside_that_is_both_stays_what_it_is(leader, both):
    assert (
        both(leader.source_iter([1, 2]).scan(0, lambda last, n: (ANY, ANY)).map(lambda each: each.reason))
        == ["any"] * 2
    )


def test_called_function(leader, both):
    assert both(leader.source_iter([1, 2, 3]).scan(0, running)) == [1, 3, 6]
    assert both(leader.source_iter([1, 2, 3]).scan(7, max_of_both)) == [7, 7, 7]


def max_of_both(best, n):
    for each in (best, n):
        if each == max(best, n):
            return each, each
    raise AssertionError


def test_inplace_gives_only_what_comes_out(leader, both):
    letters = leader.source_iter("abca")
    assert both(letters.scan(set, inplace(lambda seen, c: (c, c in seen, seen.add(c))[:2]))) == [
        ("a", False), ("b", False), ("c", False), ("a", True),
    ]  # fmt: skip


def test_what_comes_out_is_not_changed_later(leader, both):
    numbers = leader.source_iter([1, 2])
    assert both(numbers.scan(list, inplace(lambda seen, n: seen.append(n) or seen))) == [[1], [1, 2]]
    assert both(numbers.scan(list, lambda seen, n: (seen, seen.append(n) or seen))) == [[1], [1, 2]]


def test_goes_on_across_batches_but_not_across_ticks(leader, run):
    numbers = one_per_tick(leader)
    assert run(numbers.scan(0, running)) == [1, 3, 6]
    assert run(numbers.batch(leader.tick(), ANY).scan(0, running).all_ticks()) == [1, 2, 3]


def test_keyed(pairs, both):
    assert both(pairs.scan(0, running)) == [("a", 1), ("b", 2), ("a", 4), ("a", 7)]
    assert both(pairs.scan(0, lambda total, n: (total + n, None if n == 2 else total))) == [
        ("a", 0),
        ("a", 1),
        ("a", 4),
    ]
    lists = pairs.scan(list, inplace(lambda seen, n: seen.append(n) or (None if len(seen) == 2 else seen)))
    assert both(lists) == [("a", [1]), ("b", [2])]


def test_the_end_of_a_tick_is_not_the_end_of_the_next(leader, run):
    numbers = one_per_tick(leader)
    once = numbers.batch(leader.tick(), ANY).scan(None, lambda seen, n: (n, n if seen is None else None))
    assert run(once.all_ticks()) == [1, 2, 3]


def test_guarantees(leader, live, message):
    kind = live.scan(0, typed).kind
    assert (kind.bound, kind.element) == (Bound.UNBOUNDED, str)
    assert leader.source_iter([1]).scan(0, running).kind.bound is Bound.BOUNDED
    loose = live.weaken_ordering()
    assert message(lambda: loose.scan(0, running), OrderError) == (
        "`scan` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at  test_scan.py, line _:   loose = live.weaken_ordering()\n"
        "  `scan` was called  test_scan.py, line _:   assert message(lambda: loose.scan(0, running), OrderError) == (\n"
        '  Say why any order will do: .assume_ordering(nondet("..."))'
    )
    often = live.weaken_retries()
    assert "drop repeats first: .unique()" in message(lambda: often.scan(0, running), RetriesError).lower()


def typed(total: int, n: int) -> tuple[int, str | None]:
    return total + n, str(n)


def test_slips(live, leader, message, run):
    assert "Give the factory" in message(lambda: live.scan([], running), GraphError)
    assert "is called with 2 arguments" in message(lambda: live.scan(0, lambda n: n), CaptureError)
    with pytest.raises(ProcessFailed, match=r"must give a pair.*but it gave 1"):
        run(leader.source_iter([1]).scan(0, lambda total, n: total + n))


def test_an_accumulator_that_was_forgotten(leader, run):
    with pytest.raises(ProcessFailed, match="the function returned None"):
        run(leader.source_iter([1, 2]).scan(list, lambda seen, n: (seen.append(n), n)))


def test_an_accumulator_that_is_none_on_purpose(leader, run):
    with pytest.raises(ProcessFailed, match="None cannot be an accumulator, also not the first one"):
        run(leader.source_iter([1, 2]).scan(lambda: None, lambda last, n: (None, n)))
