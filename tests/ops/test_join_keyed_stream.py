from hydro_nb import GraphError, LocationError, nondet
from hydro_nb.ir.node import Bound, Order, Retries


def cities(place):
    return place.source_iter([("a", "Oslo"), ("c", "Rome"), ("a", "Bern")]).into_keyed()


FOUND = [("a", (1, "Oslo")), ("a", (1, "Bern")), *[("a", (3, "Oslo")), ("a", (3, "Bern"))] * 2]


def test_list(pairs, leader, run, snapshot):
    matched = pairs.join_keyed_stream(cities(leader))
    assert run(matched) == FOUND
    matched.value_counts()
    snapshot(leader.flow.source(leader))


def test_live(pairs, leader, worker, run, both):
    assert both(pairs.send(worker).join_keyed_stream(cities(worker))) == FOUND
    assert sorted(run(pairs.send(worker).join_keyed_stream(cities(leader).send(worker)))) == sorted(FOUND)


def test_guarantees(pairs, leader, live, worker):
    kind = pairs.join_keyed_stream(cities(leader).weaken_retries()).kind
    loose = pairs.kind.but(order=Order.NONE, retries=Retries.AT_LEAST_ONCE, element=tuple[int, str])
    assert kind == loose
    assert pairs.join_keyed_stream(cities(worker).send(leader)).kind.bound is Bound.UNBOUNDED


def test_each_tick_anew(pairs, worker, run):
    batch = pairs.send(worker).batch(worker.tick(), nondet("looked at together"))
    same = batch.filter(lambda n: n == 2)
    assert run(batch.join_keyed_stream(same).values().all_ticks()) == [(2, 2)]


def test_no_keyed_stream(pairs, message):
    text = message(lambda: pairs.join_keyed_stream(pairs.entries()), GraphError)
    assert text.startswith("`join_keyed_stream` needs another KeyedStream, but its input (`entries`) is a Stream.")


def test_other_place(pairs, worker, message):
    assert "both collections at one place" in message(lambda: pairs.join_keyed_stream(cities(worker)), LocationError)
