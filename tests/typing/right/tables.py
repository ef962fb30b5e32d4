"""Keyed singletons: what their bounds let through, and what the editor knows of keys and values."""

from typing import assert_type

from hydro_nb import (
    Bounded,
    BoundedValue,
    ExactlyOnce,
    FlowBuilder,
    InitNone,
    KeyedSingleton,
    KeyedStream,
    Monotonic,
    MonotonicKeys,
    MonotonicValue,
    NoOrder,
    Optional,
    Process,
    Singleton,
    Stream,
    Tick,
    TotalOrder,
    Unbounded,
    nondet,
)

flow = FlowBuilder()
leader, worker = flow.process(), flow.process()
tick = worker.tick()
any_will_do = nondet("any will do")
pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
live = pairs.send(worker)
full, growing = pairs.value_counts(), live.value_counts()

assert_type(full.map_with_key(lambda key, n: key * n), KeyedSingleton[str, str, Process[None], Bounded])
assert_type(growing.map(str), KeyedSingleton[str, str, Process[None], MonotonicKeys])
assert_type(full.inspect_with_key(lambda key, n: key * n), KeyedSingleton[str, int, Process[None], Bounded])
assert_type(full.keys(), Stream[str, Process[None], Bounded, NoOrder])
assert_type(full.into_keyed_stream(), KeyedStream[str, int, Process[None], Bounded, TotalOrder, ExactlyOnce])
assert_type(full.key_count(), Singleton[int, Process[None], Bounded])
assert_type(growing.key_count(), Singleton[int, Process[None], Monotonic])
assert_type(growing.into_singleton(), Singleton[dict[str, int], Process[None], Unbounded])
assert_type(full.get_max_key(), Optional[tuple[str, int], Process[None], Bounded])
assert_type(full.get(leader.singleton("a")), Optional[int, Process[None], Bounded])
assert_type(full.filter_key_not_in(pairs.keys()), KeyedSingleton[str, int, Process[None], Bounded])
assert_type(full.join_keyed_singleton(full.map(str)), KeyedSingleton[str, tuple[int, str], Process[None], Bounded])
assert_type(full.join_keyed_stream(pairs).values(), Stream[tuple[int, int], Process[None], Bounded, NoOrder])

names = leader.source_iter([(1, "one")]).into_keyed()
named = names.reduce(max)
assert_type(full.lookup_keyed_singleton(named), KeyedSingleton[str, tuple[int, str | None], Process[None], Bounded])
assert_type(full.lookup_keyed_stream(names).values(), Stream[tuple[int, str | None], Process[None], Bounded, NoOrder])

three = worker.singleton(3)
assert_type(growing.threshold_greater_or_equal_uniform(three), KeyedStream[str, int, Process[None], Unbounded, NoOrder])
assert_type(full.threshold_greater_or_equal(full), KeyedStream[str, int, Process[None], Bounded, NoOrder])

now = growing.snapshot(tick, any_will_do)
assert_type(now, KeyedSingleton[str, int, Tick[Process[None]], Bounded])
assert_type(now.key_count(), Singleton[int, Tick[Process[None]], Bounded])
assert_type(
    now.filter(lambda n: n > 1).entries().all_ticks(), Stream[tuple[str, int], Process[None], Unbounded, NoOrder]
)


def arriving(answers: KeyedSingleton[str, int, Process[None], BoundedValue]) -> None:
    assert_type(answers.map(str), KeyedSingleton[str, str, Process[None], BoundedValue])
    assert_type(answers.batch(tick, any_will_do), KeyedSingleton[str, int, Tick[Process[None]], Bounded])
    assert_type(answers.get_max_key(), Optional[tuple[str, int], Process[None], InitNone])
    assert_type(answers.key_count(), Singleton[int, Process[None], Monotonic])
    assert_type(answers.weaken_boundedness(), KeyedSingleton[str, int, Process[None], Unbounded])
    growing.threshold_greater_or_equal(answers)
    answers.threshold_greater_or_equal(answers)


def grown(sums: KeyedSingleton[str, int, Process[None], MonotonicValue]) -> None:
    sums.threshold_greater_or_equal_uniform(worker.singleton(2))
