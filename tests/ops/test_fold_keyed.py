import pytest

from hydro_nb import ProcessFailed, ProofError, inplace, proof
from hydro_nb.ir.node import Bound


def test_list(pairs, run, snapshot):
    totals = pairs.fold(0, lambda total, n: total + n)
    assert run(totals) == [{"a": 7, "b": 2}]
    totals.entries().for_each(print, commutative=proof("shown"))
    snapshot(pairs.flow.source(pairs.location))


def test_a_value_per_key(pairs, run):
    assert run(pairs.fold(list, inplace(lambda seen, n: seen.append(n)))) == [{"a": [1, 3, 3], "b": [2]}]


def test_live(pairs, worker, both):
    assert both(pairs.send(worker).fold(0, max)) == [{"a": 3, "b": 2}]


def test_guarantees(pairs, worker, message):
    sent = pairs.send(worker)
    assert pairs.fold(0, max).kind.bound is Bound.BOUNDED
    assert sent.fold(0, max).kind.bound is Bound.MONOTONIC_KEYS
    assert sent.fold(0, max, monotone=proof("max")).kind.bound is Bound.MONOTONIC_VALUE
    assert "commutative=proof" in message(lambda: sent.weaken_ordering().fold(0, max), ProofError)


def test_start_is_no_promise_of_a_type(pairs, worker, run):
    halves = pairs.fold(0, lambda total, n: total + n / 2).entries()
    assert sorted(run(halves.send(worker))) == [("a", 3.5), ("b", 1.0)]


def test_a_function_that_forgets_to_return(pairs, run):
    with pytest.raises(ProcessFailed, match="return"):
        run(pairs.fold(0, lambda total, n: None))
