"""Each marked line breaks a rule of an operator that carries state."""

from hydro_nb import FlowBuilder, inplace, nondet


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process(Worker)
numbers = leader.source_iter([1, 2, 3])
live = numbers.send(worker)
loose = live.weaken_ordering()
often = live.weaken_retries()

loose.first()  # wrong: no order
loose.last()  # wrong: no order
loose.limit(2)  # wrong: no order
often.limit(2)  # wrong: repeats
live.limit("2")  # wrong: no number
loose.collect_vec()  # wrong: no order
often.collect_vec()  # wrong: repeats
live.sort()  # wrong: never ends
live.is_empty()  # wrong: never ends
live.first().into_stream()  # wrong: it changes
loose.scan(0, lambda total, n: (total + n, n))  # wrong: no order
often.scan(0, lambda total, n: (total + n, n))  # wrong: repeats
numbers.scan(0, lambda total, n: total + n)  # wrong in the editor: no pair
loose.generator(0, lambda total, n: (total, n))  # wrong: no order
numbers.generator(0, lambda total, n: (total, n))  # wrong in the editor: no step
numbers.generator(0, inplace(lambda total, n: n))  # wrong in the editor: no step

pairs = live.map(lambda n: (n, n)).into_keyed()
pairs.weaken_ordering().first()  # wrong: no order
pairs.weaken_retries().first()  # wrong: repeats
pairs.sort()  # wrong: never ends
pairs.fold_early_stop(0, lambda total, n: total + n)  # wrong in the editor: no pair
pairs.weaken_ordering().fold_early_stop(0, lambda total, n: (total, True))  # wrong: no order
pairs.weaken_ordering().scan(0, lambda total, n: (total, n))  # wrong: no order
pairs.fold(0, max).entries()  # wrong: the values change
pairs.reduce_watermark(numbers.max(), max)  # wrong: no value in a tick
mark = leader.source_iter([1]).batch(leader.tick(), nondet("any")).max()
pairs.reduce_watermark(mark, max)  # wrong: a tick of another process
