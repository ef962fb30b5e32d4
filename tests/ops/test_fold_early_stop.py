import pytest

from hydro_nb import OrderError, ProcessFailed, RetriesError, inplace, nondet, proof
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick


def upto_four(total, n):
    return total + n, total + n >= 4


def test_list(pairs, both, snapshot):
    totals = pairs.fold_early_stop(0, lambda total, n: (total + n, total + n >= 4))
    assert both(totals) == [{"a": 4}]
    totals.entries().for_each(print, commutative=proof("shown"))
    snapshot(pairs.flow.source(pairs.location))


def test_live(pairs, worker, both):
    totals = pairs.send(worker).fold_early_stop(0, upto_four)
    assert both(totals) == [{"a": 4}]
    assert both(totals.entries()) == [("a", 4)]


def test_values_are_there_in_the_order_in_which_they_were_released(leader, both):
    pairs = leader.source_iter([("a", 1), ("b", 4), ("a", 3)]).into_keyed()
    assert [list(each) for each in both(pairs.fold_early_stop(0, upto_four))] == [["b", "a"]]


def test_inplace_gives_only_whether_to_stop(pairs, both):
    lists = pairs.fold_early_stop(list, inplace(lambda seen, n: seen.append(n) or len(seen) == 2))
    assert both(lists) == [{"a": [1, 3]}]
    assert both(pairs.fold_early_stop(list, lambda seen, n: ([*seen, n], n == 2))) == [{"b": [2]}]


def test_across_batches_and_ticks(leader, run):
    keyed = one_per_tick(leader).map(lambda n: ("k", n)).into_keyed()
    assert run(keyed.fold_early_stop(0, upto_four)) == [{"k": 6}]
    inside = keyed.batch(leader.tick(), nondet("any")).fold_early_stop(1, upto_four)
    assert run(inside.entries().all_ticks()) == [("k", 4)]


def test_guarantees(pairs, worker, message):
    sent = pairs.send(worker)
    assert pairs.fold_early_stop(0, upto_four).kind.bound is Bound.BOUNDED
    kind = sent.fold_early_stop(0, typed).kind
    assert (kind.bound, kind.key, kind.element) == (Bound.BOUNDED_VALUE, str, int)
    loose = sent.weaken_ordering()
    assert message(lambda: loose.fold_early_stop(0, upto_four), OrderError) == (
        "`fold_early_stop` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at             test_fold_early_stop.py, line _:   loose = sent.weaken_ordering()\n"
        "  `fold_early_stop` was called  test_fold_early_stop.py, line _:   "
        "assert message(lambda: loose.fold_early_stop(0, upto_four), OrderError) == (\n"
        '  Say why any order will do: .assume_ordering(nondet("..."))'
    )
    assert "exactly-once" in message(lambda: sent.weaken_retries().fold_early_stop(0, upto_four), RetriesError)


def typed(total: int, n: int) -> tuple[int, bool]:
    return total, n > 1


def test_no_pair(pairs, run):
    with pytest.raises(ProcessFailed, match=r"must give a pair.*but it gave 1"):
        run(pairs.fold_early_stop(0, lambda total, n: total + n))


def test_an_accumulator_that_was_forgotten(pairs, run):
    with pytest.raises(ProcessFailed, match="the function returned None"):
        run(pairs.fold_early_stop(list, lambda seen, n: (seen.append(n), True)))
