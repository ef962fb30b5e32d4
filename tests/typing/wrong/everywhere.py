"""What each kind of collection asks for, one wrong line for a method: places, moments, bounds, order, repeats, proofs."""

from hydro_nb import Bounded, FlowBuilder, NoOrder, Stream, nondet, proof


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process(Worker)
client = flow.external()
why, holds = nondet("any"), proof("it does")
tick, other = leader.tick(), worker.tick()
numbers = leader.source_iter([1, 2, 3])
live = worker.source_iter([1, 2, 3]).send(leader)
loose, often = live.weaken_ordering(), live.weaken_retries()
both = loose.weaken_retries()
pairs = numbers.map(lambda n: (n, n))
full = pairs.into_keyed()
keyed = live.map(lambda n: (n, n)).into_keyed()
loose_keyed, often_keyed = keyed.weaken_ordering(), keyed.weaken_retries()
far = worker.source_iter([(1, 2)]).into_keyed()
batch = live.batch(tick, why)
keyed_batch = keyed.batch(tick, why)
count, best, done = live.count(), live.max(), numbers.max()
seven, yes = leader.singleton(7), leader.singleton(7).map(lambda n: n > 3)
now, then = count.snapshot(tick, why), best.snapshot(tick, why)
growing, table, firsts = keyed.value_counts(), full.value_counts(), keyed.first()
table_now = growing.snapshot(tick, why)

# ---------------------------------------------------------------- reasons
nondet()  # wrong: no reason
proof()  # wrong: no reason
nondet("any", "any")  # wrong: no guard
loose.assume_ordering()  # wrong: no reason
often.assume_retries("any")  # wrong: no reason
loose_keyed.assume_ordering("any")  # wrong: no reason
often_keyed.assume_retries()  # wrong: no reason
keyed.entries_partially_ordered()  # wrong: no reason
numbers.map(str, commutative="it does")  # wrong: no proof
loose.fold(0, max, commutative=True)  # wrong: no proof

# ---------------------------------------------------------------- streams
live.all_ticks_atomic()  # wrong: not in a tick
live.across_ticks(lambda so_far: so_far.count())  # wrong: not in a tick
batch.send_bincode(worker)  # wrong: in a tick
batch.send_external(client)  # wrong: in a tick
batch.send_bincode_external(client)  # wrong: in a tick
batch.sim_output()  # wrong: in a tick
live.send_external(worker)  # wrong: no client
live.send_bincode(client)  # wrong: no process
loose.dest_sink(lambda: iter([1]))  # wrong: no order
often.make_exactly_once()  # wrong: repeats
loose.make_totally_ordered()  # wrong: no order
live.make_bounded()  # wrong: never ends
live.by_mut()  # wrong: never ends
numbers.resolve_futures_ordered()  # wrong: numbers are nothing to wait for
numbers.flatten_unordered()  # wrong in the editor: nothing to flatten
numbers.map(3)  # wrong: no function
numbers.filter("n > 3")  # wrong: no function
numbers.filter_map(None)  # wrong: no function
numbers.flat_map_ordered([1])  # wrong: no function
numbers.flat_map_unordered(lambda n: n)  # wrong in the editor: numbers have no items
numbers.inspect(3)  # wrong: no function
numbers.partition(3)  # wrong: no function
numbers.ir_node_named(3)  # wrong: no name
live.sample_every("often", why)  # wrong: no time
batch.chain(tick.source_iter([1])).chain(numbers)  # wrong: the other is outside

# ---------------------------------------------------------------- streams, older names
numbers.union(live)  # wrong: bounded
numbers.interleave(live)  # wrong: bounded
live.tick_batch(other, why)  # wrong: a tick of another process
live.continue_unless(count)  # wrong: no optional
live.filter_if_some(best)  # wrong: it changes
live.filter_if_none(seven)  # wrong: no optional
loose.fold_idempotent(0, max)  # wrong: no order
often.fold_commutative(0, max)  # wrong: repeats
loose.reduce_idempotent(max)  # wrong: no order
often.reduce_commutative(max)  # wrong: repeats
live.fold_commutative_idempotent(0)  # wrong in the editor: no function
pairs.weaken_ordering().fold_keyed(0, max)  # wrong: no order
pairs.weaken_retries().fold_keyed_commutative(0, max)  # wrong: repeats
pairs.weaken_ordering().reduce_keyed(max)  # wrong: no order
numbers.reduce_keyed_commutative(max)  # wrong: no pairs

# ---------------------------------------------------------------- keyed streams
keyed.all_ticks()  # wrong: not in a tick
keyed.all_ticks_atomic()  # wrong: not in a tick
keyed.defer_tick()  # wrong: not in a tick
keyed.across_ticks(lambda so_far: so_far.value_counts())  # wrong: not in a tick
keyed_batch.atomic()  # wrong: in a tick
keyed_batch.send(worker)  # wrong: in a tick
keyed_batch.send_bincode(worker)  # wrong: in a tick
keyed.batch_atomic(tick, why)  # wrong: not in a section
keyed.cross_singleton(count)  # wrong: it changes
keyed.filter_if(best.is_some())  # wrong: it changes
keyed.lookup_keyed_singleton(growing)  # wrong: it changes
keyed.lookup_keyed_stream(keyed)  # wrong: never ends
keyed.join_keyed_singleton(far.first())  # wrong: two locations
full.merge_unordered(full)  # wrong: bounded
full.chain(far)  # wrong: two locations
keyed.make_bounded()  # wrong: never ends
often_keyed.value_counts()  # wrong: repeats
often_keyed.enumerate()  # wrong: repeats
often_keyed.fold(0, max)  # wrong: no proof
loose_keyed.reduce(max)  # wrong: no proof
loose_keyed.generator(0, lambda total, n: (total, n))  # wrong: no order
loose_keyed.merge_ordered(keyed, why)  # wrong: no order
loose_keyed.entries_partially_ordered(why)  # wrong: no order
loose_keyed.reduce_watermark(now, max)  # wrong: no proof
often_keyed.reduce_watermark(now, max, commutative=holds)  # wrong: no proof
keyed.entries().enumerate()  # wrong: no order
keyed.values().first()  # wrong: no order
keyed.keys().limit(2)  # wrong: no order
keyed.drop_key_prefix()  # wrong in the editor: keys are no pairs
keyed.prefix_key(lambda key: key)  # wrong: a function of one argument
keyed.map(lambda key, n: n)  # wrong: a function of two arguments
keyed.filter_with_key(lambda n: n)  # wrong: a function of one argument
keyed.filter_map_with_key(lambda n: n)  # wrong: a function of one argument
keyed.inspect_with_key(lambda: None)  # wrong: a function of no argument
keyed.flatten_unordered()  # wrong in the editor: values have no items
keyed.join_keyed_stream(keyed).scan(0, lambda total, n: (total, n))  # wrong: order is lost

# ---------------------------------------------------------------- singletons
count.all_ticks()  # wrong: not in a tick
count.all_ticks_atomic()  # wrong: not in a tick
count.latest()  # wrong: not in a tick
count.latest_atomic()  # wrong: not in a tick
now.atomic()  # wrong: in a tick
now.sample_every(1, why)  # wrong: in a tick
now.end_atomic()  # wrong: not in a section
now.defer_tick()  # wrong: there is nothing in the first tick
seven.sample_every(1, why)  # wrong: it never changes
count.filter_if(yes.map(lambda b: not b).latest())  # wrong: not in a tick
count.filter_if_some(done)  # wrong in the editor: it changes
count.flat_map_unordered(lambda n: [n])  # wrong: it changes
count.flatten_unordered()  # wrong: it changes
count.or_(count)  # wrong: it changes
count.zip(numbers)  # wrong: a stream
count.map(lambda n: -n).threshold_greater_or_equal(seven)  # wrong: may shrink
count.filter(3)  # wrong: no function
count.filter_map(lambda: 3)  # wrong: a function of no argument

# ---------------------------------------------------------------- optionals
best.all_ticks()  # wrong: not in a tick
best.all_ticks_atomic()  # wrong: not in a tick
best.latest()  # wrong: not in a tick
best.latest_atomic()  # wrong: not in a tick
best.defer_tick()  # wrong: not in a tick
then.atomic()  # wrong: in a tick
best.end_atomic()  # wrong: not in a section
best.snapshot(other, why)  # wrong: a tick of another process
best.snapshot_atomic(tick, why)  # wrong: not in a section
best.sample_eager()  # wrong: no reason
best.sample_every(1)  # wrong: no reason
best.into_stream()  # wrong: it changes
best.make_bounded()  # wrong: it changes
best.by_mut()  # wrong: it changes
best.flat_map_ordered(lambda n: [n])  # wrong: it changes
best.zip(loose)  # wrong: a stream
best.union(seven)  # wrong: always there
best.if_some_then(seven)  # wrong: it changes
best.map(lambda n: n.upper())  # wrong in the editor: numbers have no `upper`

# ---------------------------------------------------------------- keyed singletons
growing.latest()  # wrong: not in a tick
growing.latest_atomic()  # wrong: not in a tick
growing.defer_tick()  # wrong: not in a tick
table_now.atomic()  # wrong: in a tick
growing.end_atomic()  # wrong: not in a section
growing.snapshot_atomic(tick, why)  # wrong: not in a section
firsts.batch_atomic(tick, why)  # wrong: not in a section
growing.values()  # wrong: the values change
growing.filter(lambda n: n > 1)  # wrong: the values change
growing.filter_map(lambda n: n)  # wrong: the values change
growing.inspect_with_key(lambda key, n: None)  # wrong: the values change
growing.lookup_keyed_stream(full)  # wrong: the table changes
firsts.entries().first()  # wrong: no order
growing.map(lambda key, n: n)  # wrong: a function of two arguments

# ---------------------------------------------------------------- places
leader.source_iter(3)  # wrong: nothing to iterate over
leader.source_stream([1])  # wrong: no function
leader.source_interval("1s")  # wrong: no time
leader.source_external(worker, int)  # wrong: no client
leader.forward_ref(Stream, of=int, order=Bounded)  # wrong: no order
leader.forward_ref(Stream, of=int, bound=NoOrder)  # wrong: no bound
flow.process("leader")  # wrong: no marker
tick.tick()  # wrong: ticks do not nest
