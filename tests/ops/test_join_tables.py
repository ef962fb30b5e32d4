from hydro_nb import BoundError, LocationError, inplace, nondet
from hydro_nb.ir.node import Bound


def test_list(pairs, run, both, snapshot):
    counts, firsts = pairs.value_counts(), pairs.filter(lambda n: n != 2).first()
    joined = counts.join_keyed_singleton(firsts)
    assert run(joined) == [{"a": (3, 1)}]
    assert both(joined.entries()) == [("a", (3, 1))]
    joined.values().count().into_stream().for_each(print)
    snapshot(pairs.flow.source(pairs.location))


def test_in_a_tick(pairs, leader, run):
    tick = leader.tick()
    batch = pairs.batch(tick, nondet("one batch"))
    both_sums = batch.value_counts().join_keyed_singleton(batch.fold(0, lambda total, n: total + n))
    assert run(both_sums.into_singleton().all_ticks()) == [{"a": (3, 7), "b": (1, 2)}]


def test_what_was_seen_stays_as_it_was(leader, run):
    numbers = leader.source_iter(range(3000)).weaken_boundedness().map(lambda n: ("k", n)).into_keyed()
    tick = leader.tick()
    lists = numbers.fold(list, inplace(lambda seen, n: seen.append(n))).snapshot(tick, nondet("any"))
    shown = run(lists.join_keyed_singleton(lists).values().all_ticks())
    assert shown[-1] == (list(range(3000)),) * 2
    assert [len(left) for left, _ in shown] == sorted({len(left) for left, _ in shown})


def test_kinds(pairs):
    counts = pairs.value_counts()
    kind = counts.join_keyed_singleton(counts).kind
    assert (kind.bound, kind.key, kind.element) == (Bound.BOUNDED, str, tuple[int, int])


def test_tables_that_change(pairs, worker, message):
    counts = pairs.send(worker).value_counts()
    full = worker.source_iter([("a", 1)]).into_keyed().first()
    assert message(lambda: full.join_keyed_singleton(counts), BoundError) == (
        "`join_keyed_singleton` needs a bounded KeyedSingleton, but `counts` is MonotonicValue.\n"
        "  the bound was lost at              test_join_tables.py, line _:   "
        "counts = pairs.send(worker).value_counts()\n"
        "  `join_keyed_singleton` was called  test_join_tables.py, line _:   "
        "assert message(lambda: full.join_keyed_singleton(counts), BoundError) == (\n"
        '  Look at the values as they are now, in a tick: .snapshot(tick, nondet("..."))'
    )
    assert "but `counts` is" in message(lambda: counts.join_keyed_singleton(full), BoundError)


def test_other_place(pairs, worker, message):
    other = worker.source_iter([("a", 1)]).into_keyed().first()
    text = message(lambda: pairs.value_counts().join_keyed_singleton(other), LocationError)
    assert "both collections at one place" in text
