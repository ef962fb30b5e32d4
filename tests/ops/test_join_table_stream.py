from hydro_nb import BoundError, LocationError, nondet, proof
from hydro_nb.ir.node import Bound, Order

WANTED = [("a", (3, 1)), ("a", (3, 3)), ("a", (3, 3))]


def test_list(pairs, run, both, snapshot):
    counts = pairs.filter(lambda n: n != 2).value_counts()
    joined = counts.join_keyed_stream(pairs)
    assert run(joined) == WANTED
    assert both(joined) == WANTED
    joined.values().for_each(print, commutative=proof("shown"))
    snapshot(pairs.flow.source(pairs.location))


def test_a_stream_that_goes_on(pairs, worker, both):
    table = worker.source_iter([("a", 3)]).into_keyed().first()
    joined = table.join_keyed_stream(pairs.send(worker))
    assert joined.kind.bound is Bound.UNBOUNDED
    assert both(joined) == WANTED


def test_in_a_tick(pairs, leader, run):
    batch = pairs.batch(leader.tick(), nondet("one batch"))
    joined = batch.fold(list, lambda seen, n: [*seen, n]).join_keyed_stream(batch)
    assert run(joined.all_ticks())[0] == ("a", ([1, 3, 3], 1))


def test_kinds(pairs):
    kind = pairs.value_counts().join_keyed_stream(pairs.weaken_retries()).kind
    assert kind == pairs.weaken_retries().kind.but(order=Order.NONE, element=tuple[int, int])


def test_a_table_that_changes(pairs, worker, message):
    counts = pairs.send(worker).value_counts()
    values = worker.source_iter([("a", 3)]).into_keyed()
    assert message(lambda: counts.join_keyed_stream(values), BoundError) == (
        "`join_keyed_stream` needs a bounded KeyedSingleton, but `counts` is MonotonicValue.\n"
        "  the bound was lost at           test_join_table_stream.py, line _:   "
        "counts = pairs.send(worker).value_counts()\n"
        "  `join_keyed_stream` was called  test_join_table_stream.py, line _:   "
        "assert message(lambda: counts.join_keyed_stream(values), BoundError) == (\n"
        '  Look at the values as they are now, in a tick: .snapshot(tick, nondet("..."))'
    )


def test_other_place(pairs, worker, message):
    text = message(lambda: pairs.first().join_keyed_stream(pairs.send(worker)), LocationError)
    assert "both collections at one place" in text
