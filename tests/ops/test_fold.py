import pytest

from hydro_nb import CaptureError, GraphError, ProofError, inplace, proof
from hydro_nb.ir.node import Bound


def test_list(leader, run, snapshot):
    total = leader.source_iter([1, 2, 3]).fold(0, lambda total, n: total + n)
    assert run(total) == [6]
    total.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_live(live, both):
    assert both(live.fold("", lambda text, n: text + str(n))) == ["123"]


def fresh() -> list[int]:
    return []


@pytest.mark.parametrize("factory", [list, fresh])
def test_inplace(leader, run, factory):
    assert run(leader.source_iter([1, 2]).fold(factory, inplace(lambda seen, n: seen.append(n)))) == [[1, 2]]


def test_nothing_to_fold(leader, run):
    assert run(leader.source_iter([]).fold(7, lambda total, n: total + n)) == [7]


@pytest.mark.parametrize(("init", "factory"), [([], "list"), ({}, "dict"), (set(), "set"), ([1], "lambda: [1]")])
def test_shared_start(leader, message, init, factory):
    text = message(lambda: leader.source_iter([1]).fold(init, lambda seen, n: seen), GraphError)
    assert text.endswith(f"Give the factory, which is called where one is needed: {factory}")


def test_proofs(live, message):
    loose = live.weaken_ordering()
    text = message(lambda: loose.fold(0, lambda total, n: total + n), ProofError)
    assert text.startswith("`fold` needs a commutative function (any order may come), but `loose` is NoOrder.")
    assert "order was lost at  test_fold.py, line _:   loose = live.weaken_ordering()" in text
    assert "Say why order does not matter: commutative=proof(" in text
    often = live.weaken_retries()
    assert "idempotent=proof" in message(lambda: often.fold(0, max, commutative=proof("max")), ProofError)
    loose.fold(0, max, commutative=proof("max"))
    often.fold(0, max, idempotent=proof("max"))


def test_no_proof(live, message):
    assert "commutative=True, which is no proof" in message(lambda: live.fold(0, max, commutative=True), ProofError)


def test_guarantees(leader, live):
    assert live.fold(0, max).kind.bound is Bound.UNBOUNDED
    assert live.fold(0, max, monotone=proof("max")).kind.bound is Bound.MONOTONIC
    assert leader.source_iter([1]).fold(0, max, monotone=proof("max")).kind.bound is Bound.BOUNDED


def test_arity(live, message):
    assert "is called with 2 arguments" in message(lambda: live.fold(0, lambda n: n), CaptureError)


def total(seen: float, n: float) -> float:
    return seen + n


def test_start_is_no_promise_of_a_type(leader, worker, run):
    halves = leader.source_iter([0.5, 1.0])
    assert run(halves.fold(0, lambda seen, n: seen + n).into_stream().send(worker)) == [1.5]
    assert run(halves.fold(None, lambda seen, n: n).into_stream().send_bincode(worker)) == [1.0]
    assert halves.fold(0, total).kind.element is float
