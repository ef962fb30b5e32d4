from hydro_nb import BoundError, LocationError, inplace, nondet
from hydro_nb.ir.node import Order


def test_list(pairs, run, snapshot):
    totals = pairs.filter(lambda n: n != 2).fold(0, lambda total, n: total + n)
    shares = pairs.join_keyed_singleton(totals)
    assert run(shares) == [("a", (1, 7)), ("a", (3, 7)), ("a", (3, 7))]
    shares.value_counts()
    snapshot(pairs.flow.source(pairs.location))


def test_guarantees(pairs):
    kind = pairs.weaken_boundedness().join_keyed_singleton(pairs.value_counts()).kind
    assert kind == pairs.weaken_boundedness().kind.but(order=Order.NONE, element=tuple[int, int])


def test_live(pairs, worker, both):
    names = worker.source_iter([("a", "ann"), ("c", "cas")]).into_keyed().reduce(max)
    assert both(pairs.send(worker).join_keyed_singleton(names)) == [
        ("a", (1, "ann")), ("a", (3, "ann")), ("a", (3, "ann")),
    ]  # fmt: skip


def test_a_table_that_goes_on_changing(leader, run):
    pairs = leader.source_iter([(n % 500, n) for n in range(3000)]).weaken_boundedness().into_keyed()
    tick = leader.tick()
    seen = pairs.fold(list, inplace(lambda seen, n: seen.append(n))).snapshot(tick, nondet("each is looked at"))
    found = pairs.batch(tick, nondet("looked at with it")).join_keyed_singleton(seen).values().all_ticks()
    (seen_first,) = (each for n, each in run(found) if n == 0)
    assert len(seen_first) < 6  # what later ticks add is not seen


def test_changes(pairs, worker, message):
    sent = pairs.send(worker)
    counts = sent.value_counts()
    assert message(lambda: sent.join_keyed_singleton(counts), BoundError) == (
        "`join_keyed_singleton` needs a bounded KeyedSingleton, but `counts` is MonotonicValue.\n"
        "  the bound was lost at              test_join_keyed_singleton.py, line _:   sent = pairs.send(worker)\n"
        "  `join_keyed_singleton` was called  test_join_keyed_singleton.py, line _:   "
        "assert message(lambda: sent.join_keyed_singleton(counts), BoundError) == (\n"
        '  Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))'
    )


def test_other_place(pairs, worker, message):
    table = worker.source_iter([("a", 1)]).into_keyed().reduce(max)
    assert "both collections at one place" in message(lambda: pairs.join_keyed_singleton(table), LocationError)
