from hydro_nb import BoundError, inplace, nondet
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick


def test_list(pairs, run, both, snapshot):
    entry = pairs.value_counts().get_max_key()
    assert run(entry) == [("b", 1)]
    assert both(entry) == [("b", 1)]
    assert run(pairs.value_counts().filter(lambda n: n > 9).get_max_key()) == []
    entry.into_stream().for_each(print)
    snapshot(pairs.flow.source(pairs.location))


def test_live(pairs, worker, both):
    assert both(pairs.send(worker).first().get_max_key()) == [("b", 2)]


def test_keys_that_come_one_by_one(leader, run):
    keys = one_per_tick(leader).map(lambda n: ({1: 5, 2: 3, 3: 8}[n], n)).into_keyed()
    seen = keys.first().get_max_key().snapshot(leader.tick(), nondet("any")).all_ticks()
    assert list(dict.fromkeys(run(seen))) == [(5, 1), (8, 3)]


def test_what_was_seen_stays_as_it_was(leader, run):
    numbers = leader.source_iter(range(3)).weaken_boundedness().map(lambda n: ("k", n))
    lists = numbers.into_keyed().fold(list, inplace(lambda seen, n: seen.append(n)))
    entries = lists.snapshot(leader.tick(), nondet("any")).get_max_key().all_ticks()
    assert run(entries)[-1] == ("k", [0, 1, 2])


def test_kinds(pairs, worker):
    kind = pairs.send(worker).first().get_max_key().kind
    assert (kind.bound, kind.element) == (Bound.INIT_NONE, tuple[str, int])
    assert pairs.value_counts().get_max_key().kind.bound is Bound.BOUNDED


def test_values_that_change(pairs, worker, message):
    counts = pairs.send(worker).value_counts()
    assert message(counts.get_max_key, BoundError) == (
        "`get_max_key` needs values that no longer change, but `counts` is MonotonicValue.\n"
        "  the bound was lost at     test_get_max_key.py, line _:   counts = pairs.send(worker).value_counts()\n"
        "  `get_max_key` was called  conftest.py, line _:   call()\n"
        '  Look at the values as they are now: .snapshot(tick, nondet("..."))'
    )
