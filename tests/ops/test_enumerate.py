from hydro_nb import OrderError, RetriesError


def test_list(leader, run, snapshot):
    numbered = leader.source_iter(["a", "b"]).enumerate()
    assert run(numbered) == [(0, "a"), (1, "b")]
    numbered.for_each(print)
    snapshot(leader.flow.source(leader))


def test_goes_on_across_batches(live, both):
    assert both(live.enumerate()) == [(0, 1), (1, 2), (2, 3)]


def test_keyed(pairs, both):
    assert both(pairs.enumerate()) == [("a", (0, 1)), ("b", (0, 2)), ("a", (1, 3)), ("a", (2, 3))]


def test_guarantees(live, message):
    assert live.enumerate().kind == live.kind.but(element=tuple[int, int])
    loose, often = live.weaken_ordering(), live.weaken_retries()
    assert "order was lost at" in message(loose.enumerate, OrderError)
    assert "exactly-once was lost at" in message(often.enumerate, RetriesError)
