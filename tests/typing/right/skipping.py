"""What functions may fail on is skipped where they are given elements; types stay as they are."""

from typing import assert_type

from hydro_nb import (
    Bounded,
    ExactlyOnce,
    FlowBuilder,
    KeyedSingleton,
    KeyedStream,
    NoOrder,
    Optional,
    Process,
    Singleton,
    Stream,
    TotalOrder,
    Unbounded,
    Yield,
    inplace,
    proof,
)

leader = FlowBuilder().process()
words = leader.source_iter(["1", "x"])
numbers = words.map(int, on_error="skip")
assert_type(numbers, Stream[int, Process[None], Bounded, TotalOrder, ExactlyOnce])
assert_type(words.filter_map(lambda word: int(word) or None, on_error="skip"), Stream[int, Process[None], Bounded])
assert_type(numbers.filter(lambda n: 1 // n, on_error="raise"), Stream[int, Process[None], Bounded])
assert_type(numbers.partition(lambda n: 1 // n, on_error="skip")[0], Stream[int, Process[None], Bounded])
assert_type(numbers.inspect(print, on_error="skip"), Stream[int, Process[None], Bounded])
assert_type(numbers.flat_map_unordered(range, on_error="skip"), Stream[int, Process[None], Bounded, NoOrder])
assert_type(numbers.fold(0, lambda total, n: total + 1 // n, on_error="skip"), Singleton[int, Process[None], Bounded])
assert_type(numbers.reduce(lambda one, n: one // n, on_error="skip"), Optional[int, Process[None], Bounded])
assert_type(
    numbers.scan(0, lambda total, n: (total + n, 1 / n), on_error="skip"), Stream[float, Process[None], Bounded]
)
assert_type(
    numbers.weaken_ordering().fold(0, lambda total, n: total + n, commutative=proof("a sum"), on_error="skip"),
    Singleton[int, Process[None], Bounded],
)
numbers.fold(list[int], inplace(lambda seen, n: seen.append(1 // n)), on_error="skip").into_stream().for_each(
    print, on_error="skip"
)

pairs = words.map(lambda word: (word, int(word)), on_error="skip").into_keyed()
assert_type(pairs, KeyedStream[str, int, Process[None], Bounded, TotalOrder, ExactlyOnce])
assert_type(pairs.map_with_key(lambda word, n: 1 / n, on_error="skip"), KeyedStream[str, float, Process[None], Bounded])
assert_type(pairs.fold(0, lambda most, n: most // n, on_error="skip"), KeyedSingleton[str, int, Process[None], Bounded])
pairs.generator(0, lambda had, n: (had + 1, Yield(1 // n)), on_error="skip").entries()


async def fetch(n: int) -> str:
    return str(1 // n)


fetched = numbers.map(fetch)
assert_type(fetched.resolve_futures(on_error="skip"), Stream[str, Process[None], Unbounded, NoOrder])
assert_type(fetched.resolve_futures_ordered(on_error="skip"), Stream[str, Process[None], Unbounded])
assert_type(fetched.resolve_futures_blocking(on_error="skip"), Stream[str, Process[None], Bounded, NoOrder])
