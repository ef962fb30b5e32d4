from hydro_nb import BoundError, nondet, proof
from hydro_nb.ir.node import Order


def test_entries_and_values(pairs, run, snapshot):
    counts = pairs.value_counts()
    assert run(counts.entries()) == [("a", 3), ("b", 1)]
    assert run(counts.values()) == [3, 1]
    counts.entries().for_each(print, commutative=proof("shown"))
    snapshot(pairs.flow.source(pairs.location))


def test_guarantees(pairs):
    kind = pairs.value_counts().entries().kind
    assert (kind.order, kind.element) == (Order.NONE, tuple[str, int])


def test_values_that_change(pairs, worker, message):
    counts = pairs.send(worker).value_counts()
    assert "snapshot(tick" in message(counts.entries, BoundError)
    snapshot = counts.snapshot(worker.tick(), nondet("any"))
    assert snapshot.entries().kind.place == snapshot.kind.place
