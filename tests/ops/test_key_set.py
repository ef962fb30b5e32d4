from hydro_nb import BoundError


def test_list(leader, pairs, run, both, snapshot):
    unwanted = leader.source_iter(["x a", "a"]).flat_map_ordered(str.split)
    left = pairs.value_counts().filter_key_not_in(unwanted)
    assert run(left) == [{"b": 1}]
    assert both(left) == [{"b": 1}]
    left.values().count().into_stream().for_each(print)
    snapshot(pairs.flow.source(pairs.location))


def test_any_order_and_repeats_will_do(leader, pairs, run):
    unwanted = leader.source_iter(["a", "a"]).weaken_ordering().weaken_retries()
    assert run(pairs.value_counts().filter_key_not_in(unwanted)) == [{"b": 1}]


def test_guarantees(leader, pairs):
    counts = pairs.value_counts()
    assert counts.filter_key_not_in(leader.source_iter(["a"]).weaken_retries()).kind == counts.kind


def test_keys_that_go_on_coming(pairs, live, message):
    counts = pairs.value_counts()
    assert message(lambda: counts.filter_key_not_in(live), BoundError) == (
        "`filter_key_not_in` needs a bounded stream, but its input (`send`) is Unbounded.\n"
        "  the bound was lost at           conftest.py, line _:   "
        "return worker.source_iter([1, 2, 3]).send(leader)\n"
        "  `filter_key_not_in` was called  test_key_set.py, line _:   "
        "assert message(lambda: counts.filter_key_not_in(live), BoundError) == (\n"
        '  Take what has come so far, in a tick: .batch(tick, nondet("..."))'
    )
