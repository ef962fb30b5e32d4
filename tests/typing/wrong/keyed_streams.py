"""Each marked line asks of a keyed stream what it cannot give."""

from hydro_nb import FlowBuilder, nondet


class Leader: ...


class Worker: ...


flow = FlowBuilder()
leader, worker = flow.process(Leader), flow.process(Worker)
pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
loose = pairs.weaken_ordering()
live = worker.source_iter([("a", 1)]).into_keyed().send(leader)
elsewhere = worker.source_iter([("a", 1)]).into_keyed()
counts = live.value_counts()

pairs.drop_key_prefix()  # wrong: keys are no pairs
loose.entries_partially_ordered(nondet("any"))  # wrong: no order
loose.make_totally_ordered()  # wrong: no order
pairs.weaken_retries().make_exactly_once()  # wrong: may repeat
live.make_bounded()  # wrong: never ends
live.get(leader.singleton("a"))  # wrong: never ends
pairs.get(live.keys().max())  # wrong: the key changes
pairs.get(worker.singleton("a"))  # wrong: two locations
pairs.join_keyed_stream(elsewhere)  # wrong: two locations
pairs.join_keyed_stream(pairs.entries())  # wrong: no keyed stream
pairs.join_keyed_singleton(counts)  # wrong: it changes
pairs.lookup_keyed_stream(live)  # wrong: never ends
pairs.filter_key_not_in(live.keys())  # wrong: never ends
loose.merge_ordered(pairs, nondet("any"))  # wrong: no order
live.chain(pairs)  # wrong: never ends
pairs.flatten_ordered()  # wrong in the editor: values have no items
pairs.map_with_key(lambda n: n)  # wrong: a function of one argument
pairs.join_keyed_stream(live).enumerate()  # wrong: order is lost
