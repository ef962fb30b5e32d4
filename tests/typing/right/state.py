"""What carries state from element to element: result types follow from the functions, bounds from the stream."""

from typing import assert_type

from hydro_nb import (
    Bounded,
    BoundedValue,
    FlowBuilder,
    InitNone,
    KeyedSingleton,
    KeyedStream,
    Monotonic,
    MonotonicKeys,
    MonotonicValue,
    Optional,
    Process,
    Singleton,
    Stream,
    Unbounded,
    inplace,
    nondet,
    proof,
)
from hydro_nb.values import Break, Continue, Return, Some, Yield

flow = FlowBuilder()
leader, worker = flow.process(), flow.process()
numbers = leader.source_iter([1, 2, 3])
live = numbers.send(worker)
loose = live.weaken_ordering().weaken_retries()

assert_type(numbers.scan(0, lambda total, n: (total + n, str(n))), Stream[str, Process[None], Bounded])
assert_type(live.scan(0, lambda total, n: (total + n, str(n) if n else None)), Stream[str, Process[None], Unbounded])
assert_type(
    numbers.scan("", lambda text, n: (text + str(n), Some(n) if n else None)), Stream[int, Process[None], Bounded]
)
assert_type(
    numbers.generator(0, lambda total, n: (total + n, Yield(str(n)) if n < 3 else Return(str(total)))),
    Stream[str, Process[None], Bounded],
)
assert_type(
    live.generator("", lambda had, n: ("", Yield(had)) if had else (str(n), Continue)),
    Stream[str, Process[None], Unbounded],
)
assert_type(
    numbers.generator(0, lambda total, n: (total, Yield(n) if n else Break)), Stream[int, Process[None], Bounded]
)


def fresh() -> set[int]:
    return set()


assert_type(numbers.scan(fresh, inplace(lambda seen, n: seen.add(n) or len(seen))), Stream[int, Process[None], Bounded])
assert_type(numbers.limit(2), Stream[int, Process[None], Bounded])
assert_type(numbers.weaken_ordering().sort(), Stream[int, Process[None], Bounded])
assert_type(numbers.first(), Optional[int, Process[None], Bounded])
assert_type(live.first(), Optional[int, Process[None], InitNone])
assert_type(live.last(), Optional[int, Process[None], InitNone])
assert_type(loose.min(), Optional[int, Process[None], InitNone])
assert_type(loose.max(), Optional[int, Process[None], InitNone])
assert_type(numbers.max(), Optional[int, Process[None], Bounded])
assert_type(live.collect_vec(), Singleton[list[int], Process[None], Unbounded])
assert_type(numbers.is_empty(), Singleton[bool, Process[None], Bounded])

grows = proof("sums of numbers that are not negative grow")
commutes = proof("addition commutes")
assert_type(live.fold(0, lambda total, n: total + n, monotone=grows), Singleton[int, Process[None], Monotonic])
assert_type(live.fold(0, lambda total, n: total + n), Singleton[int, Process[None], Unbounded])
assert_type(numbers.fold(0, lambda total, n: total + n, monotone=grows), Singleton[int, Process[None], Bounded])
assert_type(
    live.weaken_ordering().fold(0, lambda total, n: total + n, commutative=commutes, monotone=grows),
    Singleton[int, Process[None], Monotonic],
)
assert_type(
    loose.reduce(max, commutative=proof("max"), idempotent=proof("max")), Optional[int, Process[None], InitNone]
)
assert_type(live.fold(fresh, inplace(lambda seen, n: seen.add(n))), Singleton[set[int], Process[None], Unbounded])

pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
sent = pairs.send(worker)
assert_type(pairs.scan(0, lambda total, n: (total + n, str(n))), KeyedStream[str, str, Process[None], Bounded])
assert_type(
    sent.generator(0, lambda total, n: (total + n, Yield(str(n)) if n else Break)),
    KeyedStream[str, str, Process[None], Unbounded],
)
assert_type(sent.first(), KeyedSingleton[str, int, Process[None], BoundedValue])
assert_type(pairs.first(), KeyedSingleton[str, int, Process[None], Bounded])
assert_type(pairs.weaken_ordering().sort(), KeyedStream[str, int, Process[None], Bounded])
assert_type(
    sent.fold_early_stop(0, lambda total, n: (total + n, n > 3)), KeyedSingleton[str, int, Process[None], BoundedValue]
)
assert_type(
    pairs.fold_early_stop(fresh, inplace(lambda seen, n: seen.add(n) or len(seen) > 3)),
    KeyedSingleton[str, set[int], Process[None], Bounded],
)
assert_type(sent.fold(0, lambda total, n: total + n), KeyedSingleton[str, int, Process[None], MonotonicKeys])
assert_type(
    sent.fold(0, lambda total, n: total + n, monotone=grows), KeyedSingleton[str, int, Process[None], MonotonicValue]
)
assert_type(sent.reduce(max), KeyedSingleton[str, int, Process[None], MonotonicKeys])
assert_type(sent.reduce(max, monotone=grows), KeyedSingleton[str, int, Process[None], MonotonicValue])
assert_type(pairs.reduce(max, monotone=grows), KeyedSingleton[str, int, Process[None], Bounded])

mark = worker.source_iter(["b"]).batch(worker.tick(), nondet("any")).max()
assert_type(sent.reduce_watermark(mark, max), KeyedSingleton[str, int, Process[None], Unbounded])
sent.weaken_ordering().reduce_watermark(mark, max, commutative=proof("max"))


def added(seen: set[int], n: int) -> int:
    seen.add(n)
    return len(seen)


# a class that makes the start
assert_type(numbers.scan(set, inplace(added)), Stream[int, Process[None], Bounded])
assert_type(numbers.scan(set[int], inplace(lambda seen, n: seen.add(n) or n)), Stream[int, Process[None], Bounded])
assert_type(
    numbers.fold(list[int], inplace(lambda seen, n: seen.append(n))), Singleton[list[int], Process[None], Bounded]
)
assert_type(
    pairs.fold_early_stop(list[int], lambda seen, n: ([*seen, n], len(seen) > 3)),
    KeyedSingleton[str, list[int], Process[None], Bounded],
)
assert_type(
    pairs.fold(list[int], inplace(lambda seen, n: seen.append(n))),
    KeyedSingleton[str, list[int], Process[None], Bounded],
)
