"""Keyed singletons: whether keys come, values change, or neither."""

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
from hydro_nb.values import Some

flow = FlowBuilder()
leader = flow.process()
tick = leader.tick()
words = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
live = leader.source_stream(lambda: iter([("a", 1), ("b", 2)])).into_keyed()
counts = words.value_counts()
growing = live.value_counts()
sums = live.fold(0, lambda total, n: total + n)
firsts = live.first()
prices = leader.source_iter([(1, 0.5)]).into_keyed()

assert_type(counts.map(lambda n: n / 2), KeyedSingleton[str, float, Process[None], Bounded])
assert_type(firsts.map(lambda n: n / 2), KeyedSingleton[str, float, Process[None], BoundedValue])
assert_type(growing.map(lambda n: n / 2), KeyedSingleton[str, float, Process[None], MonotonicKeys])
assert_type(sums.map_with_key(lambda key, n: key * n), KeyedSingleton[str, str, Process[None], MonotonicKeys])
assert_type(firsts.filter(lambda n: n > 1), KeyedSingleton[str, int, Process[None], BoundedValue])
assert_type(counts.filter_map(lambda n: Some(str(n)) if n else None), KeyedSingleton[str, str, Process[None], Bounded])
assert_type(firsts.inspect(print).inspect_with_key(print), KeyedSingleton[str, int, Process[None], BoundedValue])
assert_type(firsts.filter_key_not_in(leader.source_iter(["a"])), KeyedSingleton[str, int, Process[None], BoundedValue])

assert_type(counts.entries(), Stream[tuple[str, int], Process[None], Bounded, NoOrder])
assert_type(counts.values(), Stream[int, Process[None], Bounded, NoOrder])
assert_type(counts.keys(), Stream[str, Process[None], Bounded, NoOrder])
assert_type(counts.into_keyed_stream(), KeyedStream[str, int, Process[None], Bounded, TotalOrder, ExactlyOnce])
assert_type(firsts.entries(), Stream[tuple[str, int], Process[None], Unbounded, NoOrder])
firsts.entries().merge_unordered(firsts.entries()).count()
firsts.into_keyed_stream().value_counts()

assert_type(counts.into_singleton(), Singleton[dict[str, int], Process[None], Bounded])
assert_type(sums.into_singleton(), Singleton[dict[str, int], Process[None], Unbounded])
assert_type(counts.key_count(), Singleton[int, Process[None], Bounded])
assert_type(sums.key_count(), Singleton[int, Process[None], Monotonic])
assert_type(firsts.key_count(), Singleton[int, Process[None], Monotonic])
assert_type(sums.weaken_boundedness().key_count(), Singleton[int, Process[None], Unbounded])
assert_type(counts.get_max_key(), Optional[tuple[str, int], Process[None], Bounded])
assert_type(firsts.get_max_key(), Optional[tuple[str, int], Process[None], InitNone])
assert_type(counts.get(leader.singleton("a")), Optional[int, Process[None], Bounded])

assert_type(counts.join_keyed_singleton(counts.map(str)), KeyedSingleton[str, tuple[int, str], Process[None], Bounded])
assert_type(
    counts.join_keyed_stream(live), KeyedStream[str, tuple[int, int], Process[None], Unbounded, NoOrder, ExactlyOnce]
)
assert_type(
    counts.lookup_keyed_singleton(prices.first()),
    KeyedSingleton[str, tuple[int, float | None], Process[None], Bounded],
)
assert_type(
    counts.lookup_keyed_stream(prices), KeyedStream[str, tuple[int, float | None], Process[None], Bounded, NoOrder]
)
assert_type(growing.threshold_greater_or_equal(counts), KeyedStream[str, int, Process[None], Unbounded, NoOrder])
assert_type(counts.threshold_greater_or_equal(counts), KeyedStream[str, int, Process[None], Bounded, NoOrder])
assert_type(
    growing.threshold_greater_or_equal_uniform(leader.singleton(3)),
    KeyedStream[str, int, Process[None], Unbounded, NoOrder],
)

now = sums.snapshot(tick, nondet("now"))
assert_type(now, KeyedSingleton[str, int, Tick[Process[None]], Bounded])
assert_type(now.entries().all_ticks(), Stream[tuple[str, int], Process[None], Unbounded, NoOrder])
assert_type(firsts.batch(tick, nondet("news")), KeyedSingleton[str, int, Tick[Process[None]], Bounded])
assert_type(now.defer_tick().latest(), KeyedSingleton[str, int, Process[None], Unbounded])
assert_type(sums.atomic().end_atomic(), KeyedSingleton[str, int, Process[None], MonotonicKeys])
assert_type(counts.make_bounded().weaken_boundedness(), KeyedSingleton[str, int, Process[None], Unbounded])
assert_type(growing, KeyedSingleton[str, int, Process[None], MonotonicValue])
