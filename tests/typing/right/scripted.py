"""Simulated tests that decide what is chosen, and compare what executions give."""

from typing import assert_type

from hydro_nb import ConsistencyCollector, FlowBuilder, MemberId, NoOrder, SimHook, nondet, proof

flow = FlowBuilder()
process, workers = flow.process(), flow.cluster()
batches, counts, order, folds = flow.sim_hook(), flow.sim_hook(), flow.sim_hook(), flow.sim_hook()
parts, looks = flow.sim_hook(), flow.sim_hook()
assert_type(batches, SimHook)
numbers_in, numbers = process.sim_input(int, order=NoOrder)
tick = process.tick()
batch = numbers.batch(tick, nondet("any part", hook=batches))
ordered = batch.assume_ordering(nondet("any order", hook=order))
count = numbers.count().snapshot(tick, nondet("any version", hook=counts))
total = numbers.fold(0, lambda total, n: total + n, commutative=proof("a sum", hook=folds))
pairs_out = ordered.cross_singleton(count).all_ticks().sim_output()
total.sample_eager(nondet("looked at", hook=looks)).sim_output()
shared_in, shared = workers.sim_input(int)
shared.batch(workers.tick(), nondet("any size", hook=parts)).all_ticks().sim_output()
collector = ConsistencyCollector()


async def body() -> None:
    folds.auto_pause()
    looks.auto_pause()
    counts.pause()
    numbers_in.send_many_unordered([1, 2])
    await batches.pause_until(lambda held: len(held) == 2)
    await batches.release_values([2, 1])
    await order.order([2, 1])
    await counts.reveal(2)
    await pairs_out.assert_yields([(2, 2), (1, 2)])
    shared_in.send(1, 3)
    await parts.on(MemberId.from_raw_id(1)).release(1)
    assert_type(parts.on(0), SimHook)
    collector.record_run(await folds.pause_while(pairs_out.collect()))


assert_type(flow.sim().with_cluster_size(workers, 2).deterministic(body), None)
collector.check_prefix_consistency()
