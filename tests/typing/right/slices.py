"""Slices, atomic sections, cycles, channels: where a collection lives is part of its type."""

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
    sliced,
)


class Leader: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process()
numbers = leader.source_iter([1, 2, 3])
live = worker.source_iter([4]).send(leader)
loose = live.weaken_ordering().weaken_retries()
pairs = live.map(lambda n: (str(n), n)).into_keyed()
tick = leader.tick()

# ---------------------------------------------------------------- slices
with sliced() as s:
    batch = s.batch(live, nondet("any"))
    some = s.batch(loose, nondet("any"))
    count = s.snapshot(live.count(), nondet("now"))
    most = s.snapshot(live.max(), nondet("now"))
    keyed = s.batch(pairs, nondet("any"))
    news = s.batch(pairs.first(), nondet("news"))
    table = s.snapshot(pairs.value_counts(), nondet("now"))
    total = s.state(0)
    seen = s.state_null(Stream, of=int)
    last = s.state_null(Optional, of=str)
    held = s.state_null(KeyedSingleton, of=int, key=str)
    kept = s.state_null(KeyedStream, of=int, key=str, order=NoOrder)

    assert_type(batch, Stream[int, Tick[Process[Leader]], Bounded])
    assert_type(some, Stream[int, Tick[Process[Leader]], Bounded, NoOrder, AtLeastOnce])
    assert_type(count, Singleton[int, Tick[Process[Leader]], Bounded])
    assert_type(most, Optional[int, Tick[Process[Leader]], Bounded])
    assert_type(keyed, KeyedStream[str, int, Tick[Process[Leader]], Bounded])
    assert_type(news, KeyedSingleton[str, int, Tick[Process[Leader]], Bounded])
    assert_type(table, KeyedSingleton[str, int, Tick[Process[Leader]], Bounded])

    total.set(total.zip(batch.count()).map(lambda both: both[0] + both[1]))
    seen.set(seen.chain(batch))
    last.set(most.map(str))
    held.set(table)
    kept.set(kept.chain(keyed))

    answers = s.emit(batch.cross_singleton(total))
    assert_type(answers, Stream[tuple[int, int], Process[Leader], Unbounded])
    assert_type(s.emit(count), Optional[int, Process[Leader], InitNone])
    assert_type(s.emit(most), Optional[int, Process[Leader], Unbounded])
    assert_type(s.emit(keyed), KeyedStream[str, int, Process[Leader]])
    assert_type(s.emit(table), KeyedSingleton[str, int, Process[Leader], Unbounded])
    both = s.emit(batch, count)
    assert_type(both, tuple[Stream[int, Process[Leader]], Optional[int, Process[Leader], InitNone]])
    inside = s.emit_atomic(batch)
    assert_type(inside, Stream[int, Atomic[Process[Leader]]])
    now = s.emit_atomic(count)
    assert_type(now, Optional[int, Atomic[Process[Leader]], InitNone])

nothing = leader.singleton((0, 0))
assert_type(answers.first().unwrap_or(nothing), Singleton[tuple[int, int], Process[Leader], Unbounded])

# ---------------------------------------------------------------- atomic sections
writes = live.atomic()
assert_type(writes, Stream[int, Atomic[Process[Leader]]])
assert_type(writes.end_atomic(), Stream[int, Process[Leader]])
with sliced() as s:
    asked = s.batch(live, nondet("any"))
    written = s.atomic(writes.count(), nondet("read after write"))
    assert_type(written, Singleton[int, Tick[Process[Leader]], Bounded])
    assert_type(s.atomic(writes, nondet("all of it")), Stream[int, Tick[Process[Leader]], Bounded])
    assert_type(s.emit(asked.cross_singleton(written)), Stream[tuple[int, int], Process[Leader]])
assert_type(writes.count().end_atomic().sample_eager(nondet("shown")).unique(), Stream[int, Process[Leader]])
assert_type(writes.location.tick, Tick[Process[Leader]])

# ---------------------------------------------------------------- ticks
in_tick = live.batch(tick, nondet("any"))
assert_type(in_tick.defer_tick(), Stream[int, Tick[Process[Leader]], Bounded])
assert_type(in_tick.across_ticks(lambda so_far: so_far.count()).all_ticks(), Stream[int, Process[Leader]])
assert_type(in_tick.all_ticks_atomic(), Stream[int, Atomic[Process[Leader]]])
assert_type(tick.source_iter(["a"]), Stream[str, Tick[Process[Leader]], Bounded])
assert_type(tick.none(int), Optional[int, Tick[Process[Leader]], Bounded])
assert_type(tick.optional_first_tick("a"), Optional[str, Tick[Process[Leader]], Bounded])
assert_type(tick.singleton(0.5), Singleton[float, Tick[Process[Leader]], Bounded])
assert_type(tick.spin_batch(3).all_ticks(), Stream[tuple[()], Process[Leader]])
assert_type(tick.current_tick_instant(nondet("now")), Singleton[float, Tick[Process[Leader]], Bounded])
assert_type(tick.parent_location.spin(), Stream[tuple[()], Process[Leader]])

# ---------------------------------------------------------------- cycles
handle, before = tick.cycle(Stream, of=int, order=NoOrder)
assert_type(before, Stream[int, Tick[Process[Leader]], Bounded, NoOrder])
handle.complete_next_tick(before.chain(in_tick))
handle, previous = tick.cycle(Optional, of=int)
assert_type(previous, Optional[int, Tick[Process[Leader]], Bounded])
handle.complete_next_tick(in_tick.max())
handle, sum_ = tick.cycle_with_initial(tick.singleton(0))
assert_type(sum_, Singleton[int, Tick[Process[Leader]], Bounded])
handle.complete_next_tick(sum_.zip(in_tick.count()).map(lambda both: both[0] + both[1]))

handle, replies = leader.forward_ref(Stream, of=int, order=NoOrder)
assert_type(replies, Stream[int, Process[Leader], Unbounded, NoOrder])
handle.complete(live)
handle, done = leader.forward_ref(KeyedSingleton, of=int, key=str, bound=BoundedValue)
assert_type(done, KeyedSingleton[str, int, Process[Leader], BoundedValue])
handle.complete(pairs.first())

sender, merged = leader.channel(Stream, of=int, order=NoOrder)
assert_type(merged, Stream[int, Process[Leader], Unbounded, NoOrder, ExactlyOnce])
sender.send(live)
sender.send(live.weaken_ordering())
sender, value = leader.channel(Singleton, of=int, bound=Bounded)
assert_type(value, Singleton[int, Process[Leader], Bounded])
sender.send(numbers.count())
sender, groups = leader.channel(KeyedStream, of=int, key=str)
assert_type(groups, KeyedStream[str, int, Process[Leader], Unbounded, TotalOrder])
sender.send(pairs)
