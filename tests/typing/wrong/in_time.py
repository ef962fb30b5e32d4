"""Each marked line mixes up places, moments and ends: ticks, slices, sections, cycles, channels, references."""

from hydro_nb import Bounded, FlowBuilder, KeyedStream, NoOrder, Optional, Singleton, Stream, nondet, sliced


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process(Worker)
why = nondet("any")
tick, other = leader.tick(), worker.tick()
numbers = leader.source_iter([1, 2, 3])
live = worker.source_iter([1, 2, 3]).send(leader)
loose = live.weaken_ordering()
often = live.weaken_retries()
far = worker.source_stream(lambda: iter([1]))
pairs = live.map(lambda n: (str(n), n)).into_keyed()
count = live.count()
batch = live.batch(tick, why)
writes = live.atomic()

# ---------------------------------------------------------------- ticks
live.defer_tick()  # wrong: not in a tick
live.all_ticks()  # wrong: not in a tick
batch.for_each(print).send(worker)  # wrong in the editor: nothing is left
batch.sample_every(1, why)  # wrong: in a tick
batch.atomic()  # wrong: in a tick
batch.batch(tick, why)  # wrong: in a tick
batch.chain(numbers)  # wrong: a tick beside its process
batch.chain(far.batch(other, why))  # wrong: ticks of two processes
batch.cross_singleton(count)  # wrong: the value is outside
batch.across_ticks(lambda so_far: numbers)  # wrong: made outside
batch.across_ticks(lambda so_far: 3)  # wrong: no collection
pairs.batch(other, why)  # wrong: a tick of another process
count.snapshot(other, why)  # wrong: a tick of another process
count.clone_into_tick(tick)  # wrong: it changes
numbers.max().clone_into_tick(other)  # wrong: a tick of another process
numbers.batch("tick", why)  # wrong: no tick
numbers.batch(leader, why)  # wrong: no tick
tick.current_tick_instant("now")  # wrong: no reason
tick.singleton(1).latest().into_stream()  # wrong: it changes

# ---------------------------------------------------------------- sections
live.end_atomic()  # wrong: not in a section
live.batch_atomic(tick, why)  # wrong: not in a section
batch.end_atomic()  # wrong: not in a section
live.atomic(other)  # wrong: a tick of another process
writes.batch_atomic(other, why)  # wrong: a tick of another process
writes.batch(tick, "any")  # wrong: no reason
writes.merge_unordered(live)  # wrong: a section beside its process
writes.send(worker)  # wrong: in a section
count.end_atomic()  # wrong: not in a section
count.snapshot_atomic(tick, why)  # wrong: not in a section
pairs.end_atomic()  # wrong: not in a section

# ---------------------------------------------------------------- slices
with sliced() as s:
    s.batch(live)  # wrong: no reason
with sliced() as s:
    s.batch(live, "any")  # wrong: no reason
with sliced() as s:
    s.batch(count, why)  # wrong: a live value
with sliced() as s:
    s.snapshot(live, why)  # wrong: a stream
with sliced() as s:
    s.batch(pairs.value_counts(), why)  # wrong: the values change
with sliced() as s:
    s.atomic(count, why)  # wrong: not in a section
with sliced() as s:
    inside = s.batch(live, why)
    inside.chain(numbers)  # wrong: the other is outside
with sliced() as s:
    inside = s.batch(live, why)
    s.emit(numbers)  # wrong: made outside
with sliced() as s:
    inside = s.batch(live, why)
    s.emit(inside, numbers)  # wrong: made outside
with sliced() as s:
    inside = s.batch(loose, why)
    inside.first()  # wrong: no order
with sliced() as s:
    inside = s.batch(often, why)
    inside.count()  # wrong: repeats
with sliced() as s:
    inside = s.batch(live, why)
    total = s.state(0)
    total.set(inside)  # wrong: a stream
with sliced() as s:
    inside = s.batch(live, why)
    total = s.state(0)
    total.set(inside.max())  # wrong: may be absent
with sliced() as s:
    inside = s.batch(live, why)
    total = s.state(0)
    total.set(inside.map(str).count().map(str))  # wrong in the editor: a text
with sliced() as s:
    inside = s.batch(live, why)
    total = s.state(0)
    total.set(count)  # wrong: made outside
with sliced() as s:
    inside = s.batch(live, why)
    seen = s.state_null(Stream, of=int)
    seen.set(seen.chain(inside.weaken_ordering()))  # wrong: no order
with sliced() as s:
    inside = s.batch(live, why)
    seen = s.state_null(Stream, of=str)
    seen.set(inside)  # wrong in the editor: numbers
with sliced() as s:
    inside = s.batch(live, why)
    kept = s.state_null(Singleton, of=int)  # wrong: no first value
with sliced() as s:
    inside = s.batch(live, why)
    last = s.emit(inside.count())
last.into_stream()  # wrong: it changes
last.sample_every(1, why).count()  # wrong: repeats

# ---------------------------------------------------------------- cycles and channels
handle, replies = leader.forward_ref(Stream, of=int)
handle.complete(far)  # wrong: another place
handle.complete(loose)  # wrong: no order
handle.complete(often)  # wrong: repeats
handle.complete(numbers)  # wrong: bounded
handle.complete(count)  # wrong: a live value
handle.complete(live.map(str))  # wrong in the editor: texts
handle, before = tick.cycle(Optional, of=int)
handle.complete_next_tick(live.max())  # wrong: outside the tick
handle.complete_next_tick(batch)  # wrong: a stream
handle, sum_ = tick.cycle_with_initial(tick.singleton(0))
handle.complete_next_tick(batch.max())  # wrong: may be absent
tick.cycle(Singleton, of=int)  # wrong: no first value
tick.cycle_with_initial(0)  # wrong: no collection
loose_sender, merged = leader.channel(Stream, of=int, order=NoOrder)
merged.first()  # wrong: no order
loose_sender.send(far)  # wrong: another place
loose_sender.send(numbers)  # wrong: bounded
sender, limit = leader.channel(Singleton, of=int, bound=Bounded)
sender.send(count)  # wrong: it changes
sender.send(numbers.max())  # wrong: may be absent
group_sender, groups = leader.channel(KeyedStream, of=int, key=str)
group_sender.send(pairs.weaken_ordering())  # wrong: no order
group_sender.send(live)  # wrong: no keys
leader.channel(int)  # wrong: no collection

# ---------------------------------------------------------------- references
count.by_ref()  # wrong: it changes
count.by_mut()  # wrong: it changes
live.by_ref()  # wrong: never ends
live.max().by_ref()  # wrong: it changes
pairs.by_ref()  # wrong: keyed
limit.by_ref().value = 3  # wrong: not to be changed
