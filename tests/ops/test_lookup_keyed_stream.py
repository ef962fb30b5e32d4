from hydro_nb import BoundError, LocationError, nondet
from hydro_nb.ir.node import Order, Retries


def orders(leader):
    return leader.source_iter([("ann", "tea"), ("bob", "cocoa")]).into_keyed()


def shops(leader):
    return leader.source_iter([("tea", "east"), ("milk", "east"), ("tea", "west")]).into_keyed()


FOUND = [("ann", ("tea", "east")), ("ann", ("tea", "west")), ("bob", ("cocoa", None))]


def test_list(leader, run, snapshot):
    ways = orders(leader).lookup_keyed_stream(shops(leader))
    assert run(ways) == FOUND
    ways.value_counts()
    snapshot(leader.flow.source(leader))


def test_guarantees(leader):
    wanted = orders(leader)
    kind = wanted.lookup_keyed_stream(shops(leader).weaken_retries()).kind
    loose = wanted.kind.but(order=Order.NONE, retries=Retries.AT_LEAST_ONCE)
    assert kind == loose.but(element=tuple[str, str | None])


def test_live(leader, worker, both):
    assert both(orders(leader).send(worker).lookup_keyed_stream(shops(worker))) == FOUND


def test_all_is_there_before_the_first_is_looked_up(leader, run):
    wanted = leader.source_iter([("x", n) for n in range(2000)]).into_keyed()
    table = leader.source_iter([(n, n) for n in range(2000)]).into_keyed()
    assert all(n == found for _, (n, found) in run(wanted.lookup_keyed_stream(table)))


def test_each_tick_anew(leader, worker, run):
    batch = orders(leader).send(worker).batch(worker.tick(), nondet("looked at together"))
    same = batch.entries().map(lambda entry: (entry[1], entry[0])).into_keyed()
    assert run(batch.lookup_keyed_stream(same).values().all_ticks()) == [("tea", "ann"), ("cocoa", "bob")]


def test_unbounded(leader, worker, message):
    sent = shops(leader).send(worker)
    assert message(lambda: orders(worker).lookup_keyed_stream(sent), BoundError) == (
        "`lookup_keyed_stream` needs a bounded stream, but `sent` is Unbounded.\n"
        "  the bound was lost at             test_lookup_keyed_stream.py, line _:   sent = shops(leader).send(worker)\n"
        "  `lookup_keyed_stream` was called  test_lookup_keyed_stream.py, line _:   "
        "assert message(lambda: orders(worker).lookup_keyed_stream(sent), BoundError) == (\n"
        '  Look at what has come, in a tick: .batch(tick, nondet("..."))'
    )


def test_other_place(leader, worker, message):
    text = message(lambda: orders(leader).lookup_keyed_stream(shops(worker)), LocationError)
    assert "both collections at one place" in text
