"""Names of older releases, and what is rarely written: the same types as the newer names."""

from typing import assert_type

from hydro_nb import (
    AtLeastOnce,
    Atomic,
    Bounded,
    BoundedValue,
    ExactlyOnce,
    FlowBuilder,
    InitNone,
    KeyedSingleton,
    KeyedStream,
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
from hydro_nb.references import MutableReference

flow = FlowBuilder()
leader, worker = flow.process(), flow.process()
client = flow.external()
why = nondet("any will do")
tick = leader.tick()
numbers = leader.source_iter([1, 2, 3])
live = worker.source_iter([1, 2, 3]).send(leader)
loose, often = live.weaken_ordering(), live.weaken_retries()
both = loose.weaken_retries()
pairs = numbers.map(lambda n: (n, str(n)))
keyed = live.map(lambda n: (n, str(n))).into_keyed()
best = numbers.max()
seven = leader.singleton(7)

# ---------------------------------------------------------------- older names
assert_type(live.tick_batch(tick, why), Stream[int, Tick[Process[None]], Bounded])
assert_type(live.union(live.map(str)), Stream[int | str, Process[None], Unbounded, NoOrder])
assert_type(live.interleave(often), Stream[int, Process[None], Unbounded, NoOrder, ExactlyOnce | AtLeastOnce])
assert_type(live.continue_if(best).continue_unless(best), Stream[int, Process[None]])
assert_type(live.filter_if_some(best).filter_if_none(best), Stream[int, Process[None]])
assert_type(live.weakest_ordering().weakest_retries(), Stream[int, Process[None], Unbounded, NoOrder, AtLeastOnce])
assert_type(loose.fold_commutative(0, lambda total, n: total + n), Singleton[int, Process[None], Unbounded])
assert_type(often.fold_idempotent(0.5, lambda total, n: total * n), Singleton[float, Process[None], Unbounded])
assert_type(both.fold_commutative_idempotent(0, max), Singleton[int, Process[None], Unbounded])
assert_type(loose.reduce_commutative(lambda a, b: a + b), Optional[int, Process[None], Unbounded])
assert_type(often.reduce_idempotent(max), Optional[int, Process[None], Unbounded])
assert_type(both.reduce_commutative_idempotent(max), Optional[int, Process[None], Unbounded])
assert_type(
    pairs.fold_keyed(0, lambda size, text: size + len(text)), Stream[tuple[int, int], Process[None], Bounded, NoOrder]
)
assert_type(
    pairs.weaken_ordering().fold_keyed_commutative(0, lambda size, text: size + len(text)),
    Stream[tuple[int, int], Process[None], Bounded, NoOrder],
)
assert_type(pairs.reduce_keyed(max), Stream[tuple[int, str], Process[None], Bounded, NoOrder])
assert_type(
    pairs.weaken_ordering().reduce_keyed_commutative(max), Stream[tuple[int, str], Process[None], Bounded, NoOrder]
)
assert_type(seven.filter_if_some(best), Optional[int, Process[None], Bounded])
assert_type(seven.filter_if_none(best), Optional[int, Process[None], Bounded])
assert_type(seven.continue_if(best), Optional[int, Process[None], Bounded])
assert_type(seven.continue_unless(best), Optional[int, Process[None], Bounded])
assert_type(best.filter_if_some(best).filter_if_none(best), Optional[int, Process[None], Bounded])
assert_type(best.continue_if(best).continue_unless(best), Optional[int, Process[None], Bounded])
assert_type(best.then(seven.map(str)), Optional[str, Process[None], Bounded])
assert_type(best.union(best.map(str)), Optional[int | str, Process[None], Bounded])
assert_type(tick.outer(), Process[None])
assert_type(live.atomic(tick), Stream[int, Atomic[Process[None]]])
assert_type(keyed.atomic(tick).value_counts().end_atomic().location, Process[None])
assert_type(leader.try_tick(), Tick[Process[None]])
assert_type(tick.try_tick(), None)

# ---------------------------------------------------------------- sections
section = live.atomic()
clock = section.location.tick
assert_type(clock, Tick[Process[None]])
assert_type(section.batch_atomic(clock, why), Stream[int, Tick[Process[None]], Bounded])
assert_type(section.count().snapshot_atomic(clock, why), Singleton[int, Tick[Process[None]], Bounded])
assert_type(section.max().snapshot_atomic(clock, why), Optional[int, Tick[Process[None]], Bounded])
assert_type(section.max().end_atomic(), Optional[int, Process[None], InitNone])
groups = keyed.atomic()
by_group = groups.location.tick
assert_type(groups.batch_atomic(by_group, why), KeyedStream[int, str, Tick[Process[None]], Bounded])
assert_type(
    groups.value_counts().snapshot_atomic(by_group, why), KeyedSingleton[int, int, Tick[Process[None]], Bounded]
)
assert_type(groups.first(), KeyedSingleton[int, str, Atomic[Process[None]], BoundedValue])
assert_type(groups.first().batch_atomic(by_group, why), KeyedSingleton[int, str, Tick[Process[None]], Bounded])
assert_type(seven.atomic(), Singleton[int, Atomic[Process[None]], Bounded])
assert_type(best.atomic(), Optional[int, Atomic[Process[None]], Bounded])
batch = live.batch(tick, why)
assert_type(batch.count().all_ticks_atomic(), Stream[int, Atomic[Process[None]]])
assert_type(batch.max().all_ticks_atomic(), Stream[int, Atomic[Process[None]]])
assert_type(batch.max().latest_atomic(), Optional[int, Atomic[Process[None]], Unbounded])
table = batch.map(lambda n: (n, n)).into_keyed().value_counts()
assert_type(table.latest_atomic(), KeyedSingleton[int, int, Atomic[Process[None]], Unbounded])
grouped = batch.map(lambda n: (n, str(n))).into_keyed()
assert_type(
    grouped.across_ticks(lambda all_: all_.value_counts()), KeyedSingleton[int, int, Tick[Process[None]], Bounded]
)
assert_type(grouped.across_ticks(lambda all_: all_.values()), Stream[str, Tick[Process[None]], Bounded, NoOrder])

# ---------------------------------------------------------------- guarantees, references, ports
assert_type(loose.assume_ordering(why).make_totally_ordered(), Stream[int, Process[None]])
assert_type(often.assume_retries(why).make_exactly_once(), Stream[int, Process[None]])
assert_type(numbers.make_bounded().weaken_boundedness(), Stream[int, Process[None]])
assert_type(best.make_bounded(), Optional[int, Process[None], Bounded])
assert_type(numbers.map(lambda n: {n}).flatten_unordered(), Stream[int, Process[None], Bounded, NoOrder])
assert_type(best.map(lambda n: [n]).flatten_ordered(), Stream[int, Process[None], Bounded])
assert_type(best.map(lambda n: {n}).flatten_unordered(), Stream[int, Process[None], Bounded, NoOrder])
assert_type(best.flat_map_unordered(lambda n: {str(n)}), Stream[str, Process[None], Bounded, NoOrder])
assert_type(numbers.by_mut(), MutableReference[list[int]])
assert_type(best.by_mut(), MutableReference[int | None])
assert_type(numbers.clone(), Stream[int, Process[None], Bounded])
assert_type(live.sample_every(0.5, why), Stream[int, Process[None], Unbounded, TotalOrder, AtLeastOnce])
assert_type(live.max().sample_every(0.5, why), Stream[int, Process[None], Unbounded, TotalOrder, AtLeastOnce])
assert_type(keyed.send_bincode(worker), KeyedStream[int, str, Process[None]])
assert_type(leader.source_interval(1), Stream[tuple[()], Process[None]])
port, texts = leader.source_external_bincode(client, str)
assert_type(texts, Stream[str, Process[None]])
texts.send_bincode_external(client)
texts.sim_output()
assert_type(tick.forward_ref(Stream, of=int)[1], Stream[int, Tick[Process[None]], Bounded])
assert_type(tick.channel(Optional, of=int)[1], Optional[int, Tick[Process[None]], Bounded])
for each in (numbers, keyed, seven, best, table):
    each.clone().preview(1)
