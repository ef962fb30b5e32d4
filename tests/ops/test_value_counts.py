from hydro_nb import RetriesError, proof
from hydro_nb.ir.node import Bound


def test_list(pairs, run, snapshot):
    counts = pairs.value_counts()
    assert run(counts) == [{"a": 3, "b": 1}]
    counts.entries().for_each(print, commutative=proof("shown"))
    snapshot(pairs.flow.source(pairs.location))


def test_live(pairs, worker, both):
    assert both(pairs.send(worker).value_counts()) == [{"a": 3, "b": 1}]


def test_guarantees(pairs, worker, message):
    assert pairs.value_counts().kind.bound is Bound.BOUNDED
    assert pairs.send(worker).value_counts().kind.bound is Bound.MONOTONIC_VALUE
    assert "`value_counts` needs an exactly-once" in message(
        lambda: pairs.weaken_retries().value_counts(), RetriesError
    )
