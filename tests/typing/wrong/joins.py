"""Each marked line joins what cannot be joined."""

from hydro_nb import FlowBuilder, nondet


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process(Worker)
numbers = leader.source_iter([1, 2, 3])
pairs = numbers.map(lambda n: (n, str(n)))
live = worker.source_iter([1, 2, 3]).send(leader)
live_pairs = live.map(lambda n: (n, str(n)))
far = worker.source_iter([1])
far_pairs = far.map(lambda n: (n, str(n)))
keyed = pairs.into_keyed()

numbers.join(pairs)  # wrong: no pairs on the left
pairs.join(numbers)  # wrong: no pairs on the right
pairs.join(keyed)  # wrong: a keyed stream
pairs.join(far_pairs)  # wrong: two locations
pairs.join(pairs.batch(leader.tick(), nondet("any")))  # wrong: the other is in a tick
pairs.join(live_pairs).enumerate()  # wrong: order is lost
pairs.join(pairs.weaken_ordering()).enumerate()  # wrong: matches under one key come in any order
numbers.cross_product(numbers.weaken_ordering()).first()  # wrong: the other has no order
numbers.cross_product(far)  # wrong: two locations
numbers.cross_product_nested_loop(live)  # wrong: never ends
live.cross_product_nested_loop(numbers)  # wrong: never ends
pairs.anti_join(live)  # wrong: the keys never end
pairs.anti_join(far)  # wrong: two locations
numbers.anti_join(numbers)  # wrong: no pairs
numbers.filter_not_in(live)  # wrong: the other never ends
numbers.difference(far)  # wrong: two locations
live.filter_if(live.count())  # wrong: it changes
live.filter_if(numbers.reduce(max))  # wrong: an optional
live.merge_ordered(live)  # wrong: no reason
live.merge_ordered(live.weaken_ordering(), nondet("any"))  # wrong: no order
live.merge_ordered(far, nondet("any"))  # wrong: two locations
live.repeat_with_keys(keyed.value_counts())  # wrong: never ends
numbers.repeat_with_keys(numbers.count())  # wrong: no keys
numbers.keys()  # wrong: no pairs
live.continue_if(live.count())  # wrong: no optional
live.weaken_retries().fold_commutative(0, lambda total, n: total + n)  # wrong: repeats
live_pairs.fold_keyed(0, lambda total, n: total + 1)  # wrong: never ends
