from hydro_nb import ProofError, proof
from hydro_nb.ir.node import Bound


def test_list(pairs, run, snapshot):
    best = pairs.reduce(lambda a, b: a + b)
    assert run(best) == [{"a": 7, "b": 2}]
    best.entries().for_each(print, commutative=proof("shown"))
    snapshot(pairs.flow.source(pairs.location))


def test_live(pairs, worker, both):
    assert both(pairs.send(worker).reduce(max)) == [{"a": 3, "b": 2}]


def test_guarantees(pairs, worker, message):
    sent = pairs.send(worker)
    assert sent.reduce(max).kind.bound is Bound.MONOTONIC_KEYS
    assert sent.reduce(max, monotone=proof("max")).kind.bound is Bound.MONOTONIC_VALUE
    assert "idempotent=proof" in message(lambda: sent.weaken_retries().reduce(max), ProofError)
