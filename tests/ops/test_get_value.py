from hydro_nb import BoundError, LocationError, nondet, proof
from hydro_nb.ir.node import Bound, Shape


def test_list(leader, pairs, run, both, snapshot):
    counts = pairs.value_counts()
    assert run(counts.get(leader.singleton("a"))) == [3]
    assert run(counts.get(leader.singleton("z"))) == []
    assert both(counts.get(pairs.keys().reduce(max, commutative=proof("max commutes")))) == [1]
    counts.get(leader.singleton("a")).into_stream().for_each(print)
    snapshot(pairs.flow.source(pairs.location))


def test_absent_key(leader, pairs, run):
    absent = leader.source_iter(["a"]).filter(lambda key: key > "b").reduce(max)
    assert run(pairs.value_counts().get(absent)) == []


def test_in_a_tick(pairs, leader, run):
    tick = leader.tick()
    key = leader.source_iter(["b"]).batch(tick, nondet("one key")).reduce(max)
    now = pairs.value_counts().snapshot(tick, nondet("it is complete"))
    assert run(now.get(key).all_ticks()) == [1]


def test_kinds(leader, pairs):
    kind = pairs.value_counts().get(leader.singleton("a")).kind
    assert (kind.shape, kind.bound, kind.element) == (Shape.OPTIONAL, Bound.BOUNDED, int)


def test_a_table_that_changes(pairs, worker, message):
    counts = pairs.send(worker).value_counts()
    assert message(lambda: counts.get(worker.singleton("a")), BoundError) == (
        "`get` needs a bounded KeyedSingleton, but `counts` is MonotonicValue.\n"
        "  the bound was lost at  test_get_value.py, line _:   counts = pairs.send(worker).value_counts()\n"
        "  `get` was called       test_get_value.py, line _:   "
        'assert message(lambda: counts.get(worker.singleton("a")), BoundError) == (\n'
        '  Look at the values as they are now, in a tick: .snapshot(tick, nondet("..."))'
    )
    firsts = pairs.send(worker).first()
    assert ".weaken_boundedness().snapshot(" in message(lambda: firsts.get(worker.singleton("a")), BoundError)


def test_a_key_that_changes(pairs, live, message):
    text = message(lambda: pairs.value_counts().get(live.reduce(max)), BoundError)
    assert "a bounded Optional" in text


def test_other_place(pairs, worker, message):
    text = message(lambda: pairs.value_counts().get(worker.singleton("a")), LocationError)
    assert "both collections at one place" in text
