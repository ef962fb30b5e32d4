import pytest

from hydro_nb import BoundError, NoOrder, Stream, nondet, proof
from hydro_nb.ir.node import Bound, Order, Shape

ANY = nondet("any")


def test_entries_values_and_keys(pairs, run, snapshot):
    counts = pairs.value_counts()
    assert run(counts.entries()) == [("a", 3), ("b", 1)]
    assert run(counts.values()) == [3, 1]
    assert run(counts.keys()) == ["a", "b"]
    assert run(counts.into_keyed_stream()) == [("a", 3), ("b", 1)]
    counts.entries().for_each(print, commutative=proof("shown"))
    firsts = pairs.weaken_boundedness().first()
    firsts.entries().for_each(print, commutative=proof("shown"))
    firsts.keys().for_each(print, commutative=proof("shown"))
    snapshot(pairs.flow.source(pairs.location))


def test_guarantees(pairs, worker):
    kind = pairs.value_counts().entries().kind
    assert (kind.order, kind.element) == (Order.NONE, tuple[str, int])
    assert pairs.value_counts().keys().kind.element is str
    keyed = pairs.value_counts().into_keyed_stream().kind
    assert (keyed.shape, keyed.order, keyed.key, keyed.bound) == (
        Shape.KEYED_STREAM, Order.TOTAL, str, Bound.BOUNDED
    )  # fmt: skip
    assert pairs.send(worker).first().into_keyed_stream().kind.bound is Bound.UNBOUNDED


def test_values_that_change(pairs, worker, message):
    counts = pairs.send(worker).value_counts()
    assert message(counts.entries, BoundError) == (
        "`entries` needs values that no longer change, but `counts` is MonotonicValue.\n"
        "  the bound was lost at  test_entries.py, line _:   counts = pairs.send(worker).value_counts()\n"
        "  `entries` was called   conftest.py, line _:   call()\n"
        '  Look at the values as they are now: .snapshot(tick, nondet("..."))'
    )
    for method in ("values", "keys", "into_keyed_stream"):
        assert f"`{method}` needs values that no longer change" in message(getattr(counts, method), BoundError)
    now = counts.snapshot(worker.tick(), nondet("any"))
    assert now.entries().kind.place == now.kind.place


def test_both_cuts(pairs, worker, both):
    assert both(pairs.value_counts().entries()) == [("a", 3), ("b", 1)]
    assert both(pairs.send(worker).first().entries()) == [("a", 1), ("b", 2)]
    assert both(pairs.send(worker).first().keys()) == ["a", "b"]


@pytest.mark.parametrize("part", [lambda t: t.entries(), lambda t: t.into_keyed_stream().entries()])
def test_each_key_comes_once_however_many_ticks_there_are(leader, run, part):
    firsts = leader.source_iter([(n % 700, n) for n in range(3000)]).weaken_boundedness().into_keyed().first()
    assert run(part(firsts.filter(lambda n: n % 2))) == [(n, n) for n in range(700) if n % 2]


def test_a_cycle_gives_each_key_once(leader, run):
    handle, again = leader.forward_ref(Stream, of=int, order=NoOrder)
    every = leader.source_iter([0]).weaken_boundedness().merge_unordered(again)
    firsts = every.assume_ordering(ANY).map(lambda n: (n % 3, n)).into_keyed().first()
    handle.complete(every.filter(lambda n: n < 9).map(lambda n: n + 1).send(leader))
    assert run(firsts.entries()) == [(0, 0), (1, 1), (2, 2)]


def test_in_a_tick_all_entries_come_each_time(leader, run):
    table = leader.source_iter([("a", 1)]).into_keyed().first()
    now = table.snapshot(leader.tick(), ANY)
    assert set(run(now.entries().all_ticks())) == {("a", 1)}
