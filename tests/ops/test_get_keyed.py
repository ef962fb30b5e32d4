from hydro_nb import BoundError, LocationError, nondet
from hydro_nb.ir.node import Order, Retries, Shape


def test_list(pairs, leader, run, snapshot):
    found = pairs.get(leader.singleton("a"))
    assert run(found) == [1, 3, 3]
    assert run(pairs.get(leader.singleton("c"))) == []
    found.count()
    snapshot(leader.flow.source(leader))


def test_empty_optional(pairs, run, both):
    wanted = pairs.keys().filter(lambda key: key > "x").max()
    assert run(pairs.get(wanted)) == []
    assert both(pairs.get(pairs.keys().max())) == [2]


def test_none_is_a_key_like_any_other(leader, run):
    pairs = leader.source_iter([(None, 1), ("a", 2)]).into_keyed()
    assert run(pairs.get(leader.singleton(None))) == [1]


def test_in_a_tick(pairs, leader, worker, both):
    tick = worker.tick()
    batch = pairs.send(worker).batch(tick, nondet("each is looked at alone"))
    assert both(batch.get(batch.keys().min()).all_ticks()) == [1, 3, 3]


def test_guarantees(pairs, leader):
    kind = pairs.weaken_retries().get(leader.singleton("a")).kind
    assert (kind.shape, kind.order, kind.retries, kind.element) == (
        Shape.STREAM, Order.NONE, Retries.AT_LEAST_ONCE, int,
    )  # fmt: skip


def test_unbounded(pairs, worker, message):
    sent = pairs.send(worker)
    assert message(lambda: sent.get(worker.singleton("a")), BoundError) == (
        "`get` needs a bounded stream, but `sent` is Unbounded.\n"
        "  the bound was lost at  test_get_keyed.py, line _:   sent = pairs.send(worker)\n"
        "  `get` was called       test_get_keyed.py, line _:   "
        'assert message(lambda: sent.get(worker.singleton("a")), BoundError) == (\n'
        '  Look at what has come, in a tick: .batch(tick, nondet("..."))'
    )


def test_a_key_that_changes(pairs, worker, live, message):
    text = message(lambda: pairs.get(live.max()), BoundError)
    assert 'Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))' in text


def test_other_place(pairs, worker, message):
    assert "both collections at one place" in message(lambda: pairs.get(worker.singleton("a")), LocationError)
