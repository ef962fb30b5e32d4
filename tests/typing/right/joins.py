"""Joins, products and merges: element types pair up, guarantees are those of the weaker side."""

from typing import assert_type

from hydro_nb import (
    AtLeastOnce,
    Bounded,
    ExactlyOnce,
    FlowBuilder,
    KeyedStream,
    NoOrder,
    Process,
    Stream,
    TotalOrder,
    Unbounded,
    nondet,
)

flow = FlowBuilder()
leader, worker = flow.process(), flow.process()
numbers = leader.source_iter([1, 2, 3])
live = numbers.send(worker)
again = live.weaken_retries()
letters = worker.source_iter(["a", "b"])
ages = worker.source_iter([("ann", 30), ("bob", 40)])
orders = worker.source_stream(lambda: iter([("ann", "pen"), ("bob", "cup")]))

assert_type(orders.join(ages), Stream[tuple[str, tuple[str, int]], Process[None], Unbounded])
assert_type(ages.join(ages), Stream[tuple[str, tuple[int, int]], Process[None], Bounded])
assert_type(ages.join(orders), Stream[tuple[str, tuple[int, str]], Process[None], Unbounded, NoOrder])
assert_type(orders.join(orders), Stream[tuple[str, tuple[str, str]], Process[None], Unbounded, NoOrder])
assert_type(
    orders.join(ages.weaken_retries()).map(lambda match: (match[0], match[1][1] / 2)),
    Stream[tuple[str, float], Process[None], Unbounded, TotalOrder, ExactlyOnce | AtLeastOnce],
)
assert_type(
    orders.join(ages.weaken_ordering()),
    Stream[tuple[str, tuple[str, int]], Process[None], Unbounded, TotalOrder | NoOrder],
)
assert_type(orders.anti_join(letters), Stream[tuple[str, str], Process[None]])
assert_type(orders.keys(), Stream[str, Process[None], Unbounded, NoOrder])

assert_type(live.cross_product(letters), Stream[tuple[int, str], Process[None]])
assert_type(letters.cross_product(live), Stream[tuple[str, int], Process[None], Unbounded, NoOrder])
assert_type(
    letters.cross_product_nested_loop(letters.weaken_ordering()),
    Stream[tuple[str, str], Process[None], Bounded, TotalOrder | NoOrder],
)
assert_type(live.cross_singleton(letters.count()), Stream[tuple[int, int], Process[None]])
assert_type(live.cross_singleton(letters.max()).map(lambda pair: pair[1] * pair[0]), Stream[str, Process[None]])
assert_type(live.filter_if(letters.is_empty()), Stream[int, Process[None]])
assert_type(live.filter_not_in(worker.source_iter([1])), Stream[int, Process[None]])
assert_type(live.difference(worker.source_iter([1])), Stream[int, Process[None]])

assert_type(letters.chain(live), Stream[str | int, Process[None]])
assert_type(letters.chain(again), Stream[str | int, Process[None], Unbounded, TotalOrder, ExactlyOnce | AtLeastOnce])
assert_type(live.merge_unordered(again), Stream[int, Process[None], Unbounded, NoOrder, ExactlyOnce | AtLeastOnce])
assert_type(live.merge_ordered(live, nondet("either")), Stream[int, Process[None]])
assert_type(letters.merge_ordered(letters, nondet("either")), Stream[str, Process[None], Bounded])
assert_type(letters.merge_ordered(live, nondet("either")), Stream[str | int, Process[None], Unbounded])
assert_type(letters.repeat_with_keys(ages.into_keyed().value_counts()), KeyedStream[str, str, Process[None], Bounded])


def any_guarantee(stream: Stream[int, Process[None], Unbounded, NoOrder, AtLeastOnce]) -> None:
    stream.max().unwrap_or(worker.singleton(0))


any_guarantee(live.merge_unordered(again))
any_guarantee(live)
