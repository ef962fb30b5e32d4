from hydro_nb import OrderError, RetriesError, nondet, proof
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick


def test_list(pairs, both, snapshot):
    kept = pairs.first()
    assert both(kept) == [{"a": 1, "b": 2}]
    kept.entries().for_each(print, commutative=proof("shown"))
    snapshot(pairs.flow.source(pairs.location))


def test_live(pairs, worker, both):
    assert both(pairs.send(worker).first()) == [{"a": 1, "b": 2}]
    assert sorted(both(pairs.send(worker).first().entries())) == [("a", 1), ("b", 2)]


def test_across_batches_and_ticks(leader, run):
    keyed = one_per_tick(leader).map(lambda n: ("k", n)).into_keyed()
    assert run(keyed.first()) == [{"k": 1}]
    inside = keyed.batch(leader.tick(), nondet("any")).first()
    assert run(inside.entries().all_ticks()) == [("k", 1), ("k", 2), ("k", 3)]


def test_guarantees(pairs, worker, message):
    sent = pairs.send(worker)
    assert pairs.first().kind.bound is Bound.BOUNDED
    assert sent.first().kind.bound is Bound.BOUNDED_VALUE
    assert (sent.first().kind.key, sent.first().kind.element) == (str, int)
    loose = sent.weaken_ordering()
    assert message(loose.first, OrderError) == (
        "`first` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at   test_first_keyed.py, line _:   loose = sent.weaken_ordering()\n"
        "  `first` was called  conftest.py, line _:   call()\n"
        '  Say why any order will do: .assume_ordering(nondet("..."))'
    )
    assert "exactly-once" in message(lambda: sent.weaken_retries().first(), RetriesError)
