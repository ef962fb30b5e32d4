"""Each marked line asks something of a keyed singleton that its bound does not allow."""

from hydro_nb import BoundedValue, FlowBuilder, KeyedSingleton, Process, nondet


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process(Worker)
tick = worker.tick()
any_will_do = nondet("any will do")
pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
full, growing = pairs.value_counts(), pairs.send(worker).value_counts()
sums = pairs.send(worker).fold(0, lambda total, n: total - n)

growing.keys()  # wrong: the values change
growing.into_keyed_stream()  # wrong: the values change
growing.inspect(print)  # wrong: the values change
growing.get_max_key()  # wrong: the values change
growing.filter_key_not_in(worker.source_iter(["a"]))  # wrong: the values change
growing.batch(tick, any_will_do)  # wrong: the values change
growing.get(worker.singleton("a"))  # wrong: the table changes
growing.join_keyed_singleton(growing)  # wrong: the table changes
growing.join_keyed_stream(pairs.send(worker))  # wrong: the table changes
growing.lookup_keyed_singleton(growing)  # wrong: the table changes
growing.make_bounded()  # wrong: it changes
full.filter_key_not_in(pairs.send(leader).keys())  # wrong: the keys go on coming
full.get(worker.singleton("a"))  # wrong: two locations
full.join_keyed_singleton(worker.source_iter([("a", 1)]).into_keyed().reduce(max))  # wrong: two locations
growing.threshold_greater_or_equal(growing)  # wrong: the thresholds change
growing.map(lambda n: -n).threshold_greater_or_equal_uniform(worker.singleton(1))  # wrong: may shrink
sums.threshold_greater_or_equal_uniform(worker.singleton(1))  # wrong: may shrink
growing.snapshot(tick)  # wrong: no reason
full.map_with_key(lambda n: n)  # wrong: the function takes two


def arriving(answers: KeyedSingleton[str, int, Process[Worker], BoundedValue]) -> None:
    answers.get(worker.singleton("a"))  # wrong: keys go on coming
    answers.make_bounded()  # wrong: keys go on coming
