from hydro_nb import BoundError, GraphError, LocationError, nondet
from hydro_nb.ir.ops.join import CrossSingleton
from ops.one_per_tick import one_per_tick


def test_list(leader, both, snapshot):
    numbers = leader.source_iter([1, 2, 3])
    shares = numbers.cross_singleton(numbers.count())
    assert both(shares) == [(1, 3), (2, 3), (3, 3)]
    shares.for_each(print)
    snapshot(leader.flow.source(leader))


def test_empty_optional(leader, run):
    numbers = leader.source_iter([1, 2])
    assert run(numbers.cross_singleton(numbers.filter(lambda n: n > 9).reduce(max))) == []
    assert run(numbers.cross_singleton(numbers.reduce(max))) == [(1, 2), (2, 2)]


def test_live_stream(leader, live, both):
    assert both(live.cross_singleton(leader.singleton("x"))) == [(1, "x"), (2, "x"), (3, "x")]


def test_value_that_changes(live, message):
    assert "snapshot(tick" in message(lambda: live.cross_singleton(live.count()), BoundError)


def test_value_that_a_fold_goes_on_changing(leader, run):
    numbers, tick, why = one_per_tick(leader), leader.tick(), nondet("any cut")
    pairs = numbers.batch(tick, why).cross_singleton(numbers.collect_vec().snapshot(tick, why))
    assert run(pairs.defer_tick().all_ticks()) == [(1, [1]), (2, [1, 2]), (3, [1, 2, 3])]


def test_other_place(live, worker, message):
    assert "both collections at one place" in message(lambda: live.cross_singleton(worker.singleton(1)), LocationError)


def test_keyed(leader, pairs, both):
    numbers = leader.source_iter([7])
    assert both(pairs._grow(CrossSingleton(), numbers.count())) == [
        ("a", (1, 1)), ("b", (2, 1)), ("a", (3, 1)), ("a", (3, 1)),
    ]  # fmt: skip
    assert both(pairs._grow(CrossSingleton(), numbers.filter(lambda n: n > 9).reduce(max))) == []


def test_stream(live, message):
    text = message(lambda: live.cross_singleton(live), GraphError)
    assert text.startswith(
        "`cross_singleton` needs a Singleton or an Optional beside it, but its input (`send`) is a St"
    )


def test_keyed_value(live, pairs, message):
    text = message(lambda: live.cross_singleton(pairs.value_counts()), GraphError)
    assert text.endswith("Take it as one dict: .into_singleton()")


def test_guarantees(leader, live):
    loose = live.weaken_ordering().weaken_retries()
    assert loose.cross_singleton(leader.singleton("x")).kind == loose.kind.but(element=tuple[int, str])
