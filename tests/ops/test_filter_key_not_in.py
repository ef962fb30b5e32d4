from hydro_nb import BoundError, LocationError, nondet


def test_list(pairs, leader, run, snapshot):
    others = pairs.filter_key_not_in(leader.source_iter(["b", "c"]))
    assert run(others) == [("a", 1), ("a", 3), ("a", 3)]
    others.value_counts()
    snapshot(leader.flow.source(leader))


def test_guarantees(pairs, leader, worker):
    keys = leader.source_iter(["b"])
    assert pairs.filter_key_not_in(keys).kind == pairs.kind
    loose = pairs.weaken_retries().weaken_ordering().weaken_boundedness()
    assert loose.filter_key_not_in(keys.weaken_retries().weaken_ordering()).kind == loose.kind


def test_live(pairs, worker, both):
    others = pairs.send(worker).filter_key_not_in(worker.source_iter(["a"]))
    assert both(others) == [("b", 2)]


def test_each_tick_anew(pairs, worker, run):
    batch = pairs.send(worker).batch(worker.tick(), nondet("looked at together"))
    lonely = batch.filter_key_not_in(batch.filter(lambda n: n == 3).keys())
    assert run(lonely.entries().all_ticks()) == [("b", 2)]


def test_all_keys_are_read_before_any_value(leader, run):
    pairs = leader.source_iter([(n % 2, n) for n in range(3000)]).into_keyed()
    assert run(pairs.filter_key_not_in(leader.source_iter(range(1, 2000))).values()) == list(range(0, 3000, 2))


def test_keys_without_end(pairs, worker, message):
    sent = pairs.send(worker)
    assert message(lambda: sent.filter_key_not_in(sent.keys()), BoundError) == (
        "`filter_key_not_in` needs a bounded stream, but its input (`unique`) is Unbounded.\n"
        "  the bound was lost at           test_filter_key_not_in.py, line _:   sent = pairs.send(worker)\n"
        "  `filter_key_not_in` was called  test_filter_key_not_in.py, line _:   "
        "assert message(lambda: sent.filter_key_not_in(sent.keys()), BoundError) == (\n"
        '  Bring both into a tick: .batch(tick, nondet("..."))'
    )


def test_other_place(pairs, worker, message):
    elsewhere = worker.source_iter(["a"])
    assert "both collections at one place" in message(lambda: pairs.filter_key_not_in(elsewhere), LocationError)
