"""Each marked line breaks a rule that the editor must report."""

from hydro_nb import TCP, FlowBuilder, Stream, nondet, proof


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process(Worker)
numbers = leader.source_iter([1, 2, 3])
live = numbers.send(worker)
loose = live.weaken_ordering()
often = live.weaken_retries()
tick = leader.tick()

loose.enumerate()  # wrong: no order
often.enumerate()  # wrong: repeats
loose.fold(0, lambda total, n: total + n)  # wrong: no proof
often.fold(0, lambda total, n: total + n, commutative=proof("it commutes"))  # wrong: not the proof it needs
loose.reduce(max)  # wrong: no proof
loose.for_each(print)  # wrong: no proof
often.for_each(print)  # wrong: no proof
often.count()  # wrong: repeats
live.merge_unordered(leader.source_stream(lambda: iter([1])))  # wrong: two locations
numbers.chain(worker.source_iter([1]))  # wrong: two locations
numbers.cross_singleton(worker.singleton(1))  # wrong: two locations
live.chain(live)  # wrong: never ends
numbers.merge_unordered(numbers)  # wrong: bounded
live.count().snapshot(worker.tick())  # wrong: no reason
numbers.batch(tick)  # wrong: no reason
numbers.batch(tick, "any")  # wrong: no reason
live.batch(tick, nondet("any"))  # wrong: a tick of another process
live.count().into_stream()  # wrong: it changes
live.count().all_ticks()  # wrong: not in a tick
numbers.batch(tick, nondet("any")).send(worker)  # wrong: in a tick
numbers.sample_every(1, nondet("any"))  # wrong: bounded
live.send(leader, via=TCP)  # wrong: no policy
TCP.bincode()  # wrong: no policy
numbers.map(lambda n: n.upper())  # wrong in the editor: numbers have no `upper`
numbers.into_keyed()  # wrong: no pairs
numbers.flatten_ordered()  # wrong in the editor: nothing to flatten
live.map(lambda n: (n, n)).into_keyed().value_counts().entries()  # wrong: the values change
loose.map(lambda n: (n, n)).into_keyed().fold(0, max)  # wrong: no proof
loose.map(lambda n: (n, n)).into_keyed().enumerate()  # wrong: no order
handle, cycle = leader.forward_ref(Stream, of=int)
handle.complete(live)  # wrong: another place
handle.complete(numbers)  # wrong: bounded
whole = FlowBuilder()
whole.process().source_iter([1])
whole.deploy(backend="cloud")  # wrong: no such backend
whole.deploy(transport="udp")  # wrong: no such transport
