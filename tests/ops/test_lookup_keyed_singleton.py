from hydro_nb import BoundError, LocationError, nondet
from hydro_nb.ir.node import Order


def orders(leader):
    return leader.source_iter([("ann", "tea"), ("bob", "cocoa"), ("ann", "tea")]).into_keyed()


def prices(leader):
    return leader.source_iter([("tea", 2), ("milk", 1)]).into_keyed().reduce(max)


def test_list(leader, run, snapshot):
    bills = orders(leader).lookup_keyed_singleton(prices(leader))
    assert run(bills) == [("ann", ("tea", 2)), ("bob", ("cocoa", None)), ("ann", ("tea", 2))]
    bills.value_counts()
    snapshot(leader.flow.source(leader))


def test_guarantees(leader):
    wanted = orders(leader)
    kind = wanted.lookup_keyed_singleton(prices(leader)).kind
    assert kind == wanted.kind.but(order=Order.NONE, element=tuple[str, int | None])


def test_live(leader, worker, both):
    bills = orders(leader).send(worker).lookup_keyed_singleton(prices(worker))
    assert both(bills) == [("ann", ("tea", 2)), ("bob", ("cocoa", None)), ("ann", ("tea", 2))]


def test_in_a_tick(leader, worker, both):
    batch = orders(leader).send(worker).batch(worker.tick(), nondet("each is looked up alone"))
    bills = batch.lookup_keyed_singleton(batch.map(lambda _: "tea").reduce(min)).all_ticks()
    assert both(bills.values()) == [("tea", None), ("cocoa", None), ("tea", None)]


def test_changes(leader, worker, message):
    sent = orders(leader).send(worker)
    assert message(lambda: sent.lookup_keyed_singleton(sent.value_counts()), BoundError).startswith(
        "`lookup_keyed_singleton` needs a bounded KeyedSingleton, but its input (`value_counts`) is MonotonicValue.\n"
    )


def test_other_place(leader, worker, message):
    text = message(lambda: orders(leader).lookup_keyed_singleton(prices(worker)), LocationError)
    assert "both collections at one place" in text
