"""Each marked line treats a live value as what it is not."""

from hydro_nb import FlowBuilder, nondet


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process(Worker)
live = worker.source_iter([1, 2]).send(leader)
one, best, tick = leader.singleton(1), leader.source_iter([1]).max(), leader.tick()
live.max().is_some().and_(one.map(bool))  # wrong: it changes
one.and_(one)  # wrong in the editor: numbers
one.equals(live.count())  # wrong: it changes
one.equals(best)  # wrong: may be absent
one.zip(worker.singleton(1))  # wrong: two locations
best.or_(one)  # wrong: always there
best.unwrap_or(best)  # wrong: may be absent too
best.unwrap_or_default(0)  # wrong: no factory
live.count().map(lambda n: n * 2).threshold_greater_or_equal(one)  # wrong: may fall back
live.count().threshold_greater_or_equal(live.count())  # wrong: the threshold changes
live.count().clone_into_tick(tick)  # wrong: it changes
one.clone_into_tick(worker.tick())  # wrong: a tick of another process
live.count().sample_eager()  # wrong: no reason
one.snapshot(tick, nondet("any")).sample_eager(nondet("any"))  # wrong: in a tick
one.filter_if(best)  # wrong: no truth value
one.filter_if(live.max().is_some())  # wrong: it changes
one.filter_if_some(one)  # wrong: never absent
live.count().flat_map_ordered(lambda n: [n])  # wrong: it changes
one.flatten_ordered()  # wrong in the editor: nothing to flatten
live.count().make_bounded()  # wrong: it changes
~one  # wrong in the editor: a number
one & one  # wrong in the editor: numbers
live.max().then(one)  # wrong: it changes
one.map(lambda n: n, order_preserving=True)  # wrong: no proof
