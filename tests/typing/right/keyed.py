"""Keyed streams: functions see values, keys stay; order and repeats hold within a key."""

from typing import assert_type

from hydro_nb import (
    AtLeastOnce,
    Atomic,
    Bounded,
    BoundedValue,
    ExactlyOnce,
    FlowBuilder,
    KeyedSingleton,
    KeyedStream,
    MonotonicKeys,
    MonotonicValue,
    NoOrder,
    Process,
    Stream,
    Tick,
    TotalOrder,
    Unbounded,
    nondet,
    proof,
)
from hydro_nb.values import Return, Some, Yield

flow = FlowBuilder()
leader, worker = flow.process(), flow.process()
pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
live = pairs.send(worker)
tick = worker.tick()
batch = live.batch(tick, nondet("any"))
prices = worker.source_iter([("a", 0.5)]).into_keyed()

# ---------------------------------------------------------------- value by value
assert_type(pairs, KeyedStream[str, int, Process[None], Bounded])
assert_type(live, KeyedStream[str, int, Process[None]])
assert_type(live.map(lambda n: n / 2), KeyedStream[str, float, Process[None]])
assert_type(live.map_with_key(lambda key, n: [key] * n), KeyedStream[str, list[str], Process[None]])
assert_type(
    live.filter(lambda n: n > 1).filter_with_key(lambda key, n: len(key) > n), KeyedStream[str, int, Process[None]]
)
assert_type(live.filter_map(lambda n: str(n) if n else None), KeyedStream[str, str, Process[None]])
assert_type(
    live.filter_map_with_key(lambda key, n: Some((key, n)) if n else None),
    KeyedStream[str, tuple[str, int], Process[None]],
)
assert_type(live.flat_map_ordered(lambda n: [str(n)]), KeyedStream[str, str, Process[None]])
assert_type(live.flat_map_unordered(lambda n: {str(n)}), KeyedStream[str, str, Process[None], Unbounded, NoOrder])
assert_type(live.map(lambda n: [n]).flatten_ordered(), KeyedStream[str, int, Process[None]])
assert_type(live.map(lambda n: {n}).flatten_unordered(), KeyedStream[str, int, Process[None], Unbounded, NoOrder])
assert_type(
    live.inspect(print).inspect_with_key(print).unique().partition(lambda n: n > 1)[1],
    KeyedStream[str, int, Process[None]],
)
assert_type(live.enumerate(), KeyedStream[str, tuple[int, int], Process[None]])
assert_type(live.typed(float), KeyedStream[str, float, Process[None]])

# ---------------------------------------------------------------- keys
assert_type(live.entries(), Stream[tuple[str, int], Process[None], Unbounded, NoOrder])
assert_type(live.values(), Stream[int, Process[None], Unbounded, NoOrder])
assert_type(live.keys(), Stream[str, Process[None], Unbounded, NoOrder])
assert_type(live.entries_partially_ordered(nondet("any")), Stream[tuple[str, int], Process[None]])
assert_type(live.prefix_key(lambda key, n: n % 2), KeyedStream[tuple[int, str], int, Process[None]])
assert_type(
    live.prefix_key(lambda key, n: n).drop_key_prefix(), KeyedStream[str, int, Process[None], Unbounded, NoOrder]
)
assert_type(live.weaken_retries().entries(), Stream[tuple[str, int], Process[None], Unbounded, NoOrder, AtLeastOnce])

# ---------------------------------------------------------------- running state, and one value per key
assert_type(live.scan(0, lambda total, n: (total + n, str(n))), KeyedStream[str, str, Process[None]])
assert_type(
    live.generator(0, lambda total, n: (total + n, Yield(n / 2) if n < 3 else Return(0.5))),
    KeyedStream[str, float, Process[None]],
)
assert_type(live.fold(0, lambda total, n: total + n), KeyedSingleton[str, int, Process[None], MonotonicKeys])
assert_type(live.fold("", lambda text, n: text + str(n)), KeyedSingleton[str, str, Process[None], MonotonicKeys])
assert_type(
    live.fold(0, lambda total, n: total + n, monotone=proof("it grows")),
    KeyedSingleton[str, int, Process[None], MonotonicValue],
)
assert_type(
    live.values().map(lambda n: (n, n)).into_keyed().reduce(max, commutative=proof("max")),
    KeyedSingleton[int, int, Process[None], MonotonicKeys],
)
assert_type(
    live.weaken_retries().fold(0, max, idempotent=proof("max")), KeyedSingleton[str, int, Process[None], MonotonicKeys]
)
assert_type(live.weaken_ordering().value_counts(), KeyedSingleton[str, int, Process[None], MonotonicValue])
assert_type(
    live.fold_early_stop(0, lambda total, n: (total + n, n > 3)), KeyedSingleton[str, int, Process[None], BoundedValue]
)
assert_type(
    pairs.fold_early_stop(0, lambda total, n: (total + n, n > 3)), KeyedSingleton[str, int, Process[None], Bounded]
)
assert_type(live.first(), KeyedSingleton[str, int, Process[None], BoundedValue])
assert_type(pairs.weaken_ordering().sort().first(), KeyedSingleton[str, int, Process[None], Bounded])
assert_type(
    live.reduce_watermark(batch.keys().max(), lambda a, b: a + b), KeyedSingleton[str, int, Process[None], Unbounded]
)

# ---------------------------------------------------------------- with other collections
assert_type(live.cross_singleton(worker.singleton(0.5)), KeyedStream[str, tuple[int, float], Process[None]])
assert_type(live.filter_if(worker.source_iter([1]).is_empty()), KeyedStream[str, int, Process[None]])
assert_type(live.filter_key_not_in(worker.source_iter(["a"])), KeyedStream[str, int, Process[None]])
assert_type(pairs.get(leader.singleton("a")), Stream[int, Process[None], Bounded, NoOrder])
assert_type(
    live.join_keyed_singleton(prices.first()), KeyedStream[str, tuple[int, float], Process[None], Unbounded, NoOrder]
)
assert_type(
    live.map(str).lookup_keyed_singleton(prices.first()),
    KeyedStream[str, tuple[str, float | None], Process[None], Unbounded, NoOrder],
)
assert_type(
    live.map(str).lookup_keyed_stream(prices),
    KeyedStream[str, tuple[str, float | None], Process[None], Unbounded, NoOrder],
)
assert_type(prices.chain(live), KeyedStream[str, float | int, Process[None]])
assert_type(live.merge_unordered(live.map(str)), KeyedStream[str, int | str, Process[None], Unbounded, NoOrder])

# ---------------------------------------------------------------- time and guarantees
assert_type(batch, KeyedStream[str, int, Tick[Process[None]], Bounded])
assert_type(batch.defer_tick().all_ticks(), KeyedStream[str, int, Process[None]])
inside = live.atomic()
assert_type(inside, KeyedStream[str, int, Atomic[Process[None]]])
assert_type(inside.end_atomic(), KeyedStream[str, int, Process[None]])
assert_type(inside.value_counts(), KeyedSingleton[str, int, Atomic[Process[None]], MonotonicValue])
assert_type(batch.all_ticks_atomic(), KeyedStream[str, int, Atomic[Process[None]]])
assert_type(live.weaken_ordering().assume_ordering(nondet("any")), KeyedStream[str, int, Process[None]])
assert_type(live.weaken_retries().assume_retries(nondet("any")), KeyedStream[str, int, Process[None]])
assert_type(live.make_totally_ordered().make_exactly_once(), KeyedStream[str, int, Process[None]])
assert_type(
    pairs.make_bounded().weaken_boundedness(), KeyedStream[str, int, Process[None], Unbounded, TotalOrder, ExactlyOnce]
)
