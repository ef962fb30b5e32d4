from hydro_nb import BoundError, nondet, proof
from hydro_nb.ir.node import Order

WANTED = [("a", (1, "i")), ("a", (1, "one")), ("b", (2, None))]


def test_list(leader, pairs, run, both, snapshot):
    names = leader.source_iter([(1, "i"), (9, "ix"), (1, "one")]).into_keyed()
    named = pairs.first().lookup_keyed_stream(names)
    assert run(named) == WANTED
    assert both(named) == WANTED
    named.values().for_each(print, commutative=proof("shown"))
    snapshot(pairs.flow.source(pairs.location))


def test_in_a_tick_nothing_stays(leader, pairs, run):
    tick = leader.tick()
    names = leader.source_iter([(1, "i"), (1, "one")]).into_keyed().batch(tick, nondet("one batch"))
    firsts = pairs.batch(tick, nondet("one batch")).first()
    assert run(firsts.lookup_keyed_stream(names).all_ticks()) == WANTED


def test_tables_of_several_ticks(leader, run):
    table = leader.source_iter([(n, n % 3) for n in range(3000)]).into_keyed().first()
    names = leader.source_iter([(0, "zero"), (1, "one")]).into_keyed()
    named = [other for _, (_, other) in run(table.lookup_keyed_stream(names))]
    assert [named.count(each) for each in ("zero", "one", None)] == [1000, 1000, 1000]


def test_kinds(leader, pairs):
    names = leader.source_iter([(1, "i")]).into_keyed().weaken_retries()
    kind = pairs.first().lookup_keyed_stream(names).kind
    assert kind == names.kind.but(order=Order.NONE, key=str, element=tuple[int, str | None])


def test_a_stream_that_goes_on(pairs, worker, message):
    table = worker.source_iter([("x", "a")]).into_keyed().first()
    live = pairs.send(worker)
    assert message(lambda: table.lookup_keyed_stream(live), BoundError) == (
        "`lookup_keyed_stream` needs a bounded stream, but `live` is Unbounded.\n"
        "  the bound was lost at             test_lookup_table_stream.py, line _:   live = pairs.send(worker)\n"
        "  `lookup_keyed_stream` was called  test_lookup_table_stream.py, line _:   "
        "assert message(lambda: table.lookup_keyed_stream(live), BoundError) == (\n"
        '  Take what has come so far, in a tick: .batch(tick, nondet("..."))'
    )
