"""Keyed streams that meet other collections: keys must fit, order is lost, the weaker guarantee wins."""

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
    proof,
)

flow = FlowBuilder()
leader, worker = flow.process(), flow.process()
pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
cities = leader.source_iter([("a", "Oslo")]).into_keyed()
live = worker.source_iter([("a", 1.5)]).into_keyed().send(leader)
law = proof("it changes nothing")

assert_type(pairs.join_keyed_stream(cities), KeyedStream[str, tuple[int, str], Process[None], Bounded, NoOrder])
assert_type(pairs.join_keyed_stream(live), KeyedStream[str, tuple[int, float], Process[None], Unbounded, NoOrder])
assert_type(live.join_keyed_stream(cities), KeyedStream[str, tuple[float, str], Process[None], Unbounded, NoOrder])
assert_type(
    live.weaken_retries().join_keyed_stream(cities),
    KeyedStream[str, tuple[float, str], Process[None], Unbounded, NoOrder, AtLeastOnce | ExactlyOnce],
)
assert_type(
    pairs.lookup_keyed_stream(cities.map(lambda _: 1).entries().map(lambda entry: (entry[1], entry[0])).into_keyed()),
    KeyedStream[str, tuple[int, str | None], Process[None], Bounded, NoOrder],
)
assert_type(pairs.filter_key_not_in(cities.keys()), KeyedStream[str, int, Process[None], Bounded])
assert_type(pairs.get(cities.keys().max()), Stream[int, Process[None], Bounded, NoOrder])
assert_type(pairs.merge_ordered(cities, nondet("any")), KeyedStream[str, int | str, Process[None], Bounded])
assert_type(
    live.merge_ordered(pairs, nondet("any")), KeyedStream[str, float | int, Process[None], Unbounded, TotalOrder]
)
assert_type(
    pairs.map(str, commutative=law, idempotent=law).prefix_key(lambda key, text: len(text), commutative=law),
    KeyedStream[tuple[int, str], str, Process[None], Bounded],
)
assert_type(
    leader.source_iter([1]).map(lambda n: n / 2, idempotent=law).ir_node_named("halves").make_bounded(),
    Stream[float, Process[None], Bounded],
)
