"""What keyed singletons share with other collections, on values that come, grow and stay."""

import pytest

from hydro_nb import BoundError, FlowBuilder, GraphError, nondet
from hydro_nb.ir.node import Bound
from hydro_nb.testing import collect

ANY = nondet("any")
PAIRS = [("a", 1), ("b", 2), ("a", 3), ("a", 3)]


@pytest.fixture
def leader():
    return FlowBuilder("tables").process()


@pytest.fixture
def pairs(leader):
    return leader.source_iter(PAIRS).into_keyed()


@pytest.fixture
def arriving(pairs):
    """Keys that come one after the other, with values that stay."""
    return pairs.weaken_boundedness().first()


def run(collection):
    return collect(collection, backend="inprocess")


def explored(collection):
    """All that a stream may bring in the simulator."""
    port, outcomes = collection.sim_output(), []

    async def body():
        outcomes.append(await port.collect())

    collection.flow.sim().exhaustive(body)
    return outcomes


def test_functions_of_key_and_value(pairs, arriving):
    assert run(pairs.value_counts().map_with_key(lambda key, n: key * n)) == [{"a": "aaa", "b": "b"}]
    assert run(arriving.map_with_key(lambda key, n: (n, key)).values()) == [(1, "a"), (2, "b")]


def test_maps_forget_that_values_only_grow(pairs, arriving):
    counts = pairs.weaken_boundedness().value_counts()
    assert counts.kind.bound is Bound.MONOTONIC_VALUE
    assert counts.map_with_key(lambda key, n: n).kind.bound is Bound.MONOTONIC_KEYS
    assert arriving.map(lambda n: n).kind.bound is Bound.BOUNDED_VALUE


def once():
    """Make a function that refuses to see a key again."""
    seen = set()

    def look(key, _):
        assert key not in seen
        seen.add(key)

    return look


def test_a_look_is_taken_once_at_each_entry(leader):
    firsts = leader.source_iter([(n % 70, n) for n in range(3000)]).weaken_boundedness().into_keyed().first()
    looked = firsts.inspect_with_key(once())
    assert run(looked.key_count().snapshot(leader.tick(), ANY).all_ticks())[-1] == 70
    assert run(looked.values()) == list(range(70))
    firsts.filter(lambda n: n < 3).inspect(print)
    with leader.flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["0", "1", "2"]


def test_a_look_is_taken_once_under_every_schedule(arriving, leader):
    looked = arriving.inspect_with_key(once()).weaken_boundedness()
    for tables in explored(looked.snapshot(leader.tick(), ANY).into_singleton().all_ticks()):
        assert tables[-1] == {"a": 1, "b": 2}


def test_a_look_needs_values_that_stay(pairs):
    counts = pairs.weaken_boundedness().value_counts()
    for look in (counts.inspect, counts.inspect_with_key):
        with pytest.raises(BoundError, match="values that no longer change"):
            look(print)


def test_a_filter_lets_keys_through_as_they_come(arriving, leader):
    even = arriving.filter(lambda n: n % 2 == 0).filter_map(lambda n: n * 10)
    assert run(even.entries()) == [("b", 20)]
    batches = explored(even.batch(leader.tick(), ANY).into_singleton().all_ticks())
    assert batches == [[{"b": 20}]]


def test_batches_of_a_section(leader):
    section = leader.source_iter(PAIRS).into_keyed().atomic()
    batch = section.first().batch_atomic(section.location.tick, ANY)
    assert run(batch.into_singleton().all_ticks()) == [{"a": 1, "b": 2}]
    counts = section.weaken_boundedness().value_counts()
    with pytest.raises(BoundError, match="`batch_atomic` needs values that no longer change"):
        counts.batch_atomic(section.location.tick, ANY)


def test_weaker_and_the_same(pairs, arriving):
    assert pairs.value_counts().make_bounded().kind == pairs.value_counts().kind
    with pytest.raises(BoundError, match="`make_bounded` needs a bounded KeyedSingleton"):
        arriving.make_bounded()
    weak = arriving.weaken_boundedness()
    assert weak.kind.bound is Bound.UNBOUNDED
    assert run(weak) == [{"a": 1, "b": 2}]


def test_versions_of_what_is_made_of_keys_that_come(arriving, leader):
    seen = arriving.get_max_key().snapshot(leader.tick(), ANY).all_ticks()
    last = {repr(entries[-1:]) for entries in explored(seen)}
    assert last == {"[('b', 2)]"}


def test_in_a_tick_all_is_bounded(pairs, leader):
    table = pairs.weaken_boundedness().fold(0, lambda total, n: total + n).snapshot(leader.tick(), ANY)
    for made in (table.key_count(), table.into_singleton(), table.get_max_key(), table.keys(), table.filter(bool)):
        assert made.kind.bound is Bound.BOUNDED
        assert made.kind.place == table.kind.place
    assert run(table.get_max_key().all_ticks())[-1] == ("b", 2)


def test_tables_that_leave_a_section_are_empty_at_first(leader):
    section = leader.source_iter(PAIRS).into_keyed().weaken_boundedness().atomic()
    firsts = section.first().end_atomic()
    last = {repr(sorted(entries)) for entries in explored(ordered(firsts.map(lambda n: n).entries()))}
    assert last == {"[('a', 1), ('b', 2)]"}
    reached = section.value_counts().end_atomic().threshold_greater_or_equal_uniform(leader.singleton(2))
    assert {repr(entries) for entries in explored(ordered(reached.entries()))} == {"[('a', 2)]"}


def test_a_complete_table_comes_over_a_section_whole(pairs):
    firsts = pairs.first().atomic().end_atomic()
    assert {repr(sorted(entries)) for entries in explored(ordered(firsts.entries()))} == {"[('a', 1), ('b', 2)]"}


def test_keys_of_the_newest_table(arriving, leader):
    newest = arriving.weaken_boundedness().snapshot(leader.tick(), ANY).latest()
    counts = explored(newest.key_count().snapshot(leader.tick(), ANY).all_ticks())
    assert {each[-1] for each in counts} == {2}
    assert {each[0] for each in counts} == {0, 1, 2}


def ordered(stream):
    return stream.assume_ordering(nondet("looked at as a set"))


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (lambda t, s: t.get(s), "`get` needs a Singleton or an Optional beside the table, but `stream` is a Stream"),
        (lambda t, s: t.filter_key_not_in(t), "`filter_key_not_in` needs a Stream of keys, but `table` is a Keyed"),
        (lambda t, s: t.join_keyed_singleton(s), "`join_keyed_singleton` needs a KeyedSingleton beside the table"),
        (lambda t, s: t.join_keyed_stream(s), "`join_keyed_stream` needs a KeyedStream beside the table"),
        (lambda t, s: t.lookup_keyed_singleton(s.count()), "`lookup_keyed_singleton` needs a KeyedSingleton beside"),
        (lambda t, s: t.lookup_keyed_stream(t), "`lookup_keyed_stream` needs a KeyedStream beside the table"),
        (lambda t, s: t.threshold_greater_or_equal(s.count()), "needs a KeyedSingleton beside the table"),
        (lambda t, s: t.threshold_greater_or_equal_uniform(t), "needs a Singleton beside the table"),
    ],
)
def test_another_shape_than_wanted(leader, pairs, ask, wanted):
    stream, table = leader.source_iter(["a"]), pairs.first()
    with pytest.raises(GraphError) as caught:
        ask(table, stream)
    assert wanted in str(caught.value)
