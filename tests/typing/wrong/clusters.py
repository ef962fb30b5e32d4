"""Each marked line mistakes who gets what, or what a transport does to it."""

from hydro_nb import (
    TCP,
    UDP,
    EventualConsistency,
    FlowBuilder,
    MemberId,
    nondet,
    proof,
)


class Leader: ...


class Worker: ...


class Replica: ...


flow = FlowBuilder()
leader, other = flow.process(Leader), flow.process(Leader)
workers, replicas = flow.cluster(Worker), flow.cluster(Replica)
there = nondet("nobody joins later")
late = TCP.lossy_delayed_forever()
numbers = leader.source_iter([1, 2, 3])
mine = workers.source_iter([1, 2])
pairs = leader.source_iter([(1, "a")])


def first(_: object) -> MemberId[Worker]:
    return MemberId.from_raw_id(0)


jobs = numbers.map(lambda n: (first(n), n))

numbers.send(workers)  # wrong: a cluster has members
numbers.send_bincode(workers)  # wrong: a cluster has members
jobs.into_keyed().send(workers)  # wrong: a cluster has members
numbers.demux(workers)  # wrong: no pairs
pairs.demux(workers)  # wrong: a number is no member
pairs.into_keyed().demux(workers)  # wrong: a number is no member
jobs.demux(replicas)  # wrong in the editor: members of another cluster
jobs.demux(other)  # wrong: no cluster
numbers.broadcast(other, None, there)  # wrong: no cluster
numbers.broadcast(workers, TCP.fail_stop())  # wrong: no reason
numbers.broadcast(workers, TCP, there)  # wrong: no policy
numbers.broadcast_closed(other)  # wrong: no cluster
numbers.broadcast_bincode(workers)  # wrong: no reason
numbers.round_robin(workers, None)  # wrong: no reason
numbers.weaken_ordering().round_robin(workers, None, there)  # wrong: no order
numbers.weaken_retries().round_robin(workers, None, there)  # wrong: repeats
numbers.broadcast_closed(workers, late).first()  # wrong: no order
numbers.broadcast_closed(workers, late).enumerate()  # wrong: no order
numbers.send(other, UDP.lossy(there)).first()  # wrong: no order
mine.send(leader).values().first()  # wrong: no order among senders
TCP.lossy()  # wrong: no reason
UDP.fail_stop()  # wrong: nothing is connected
TCP.bincode()  # wrong: no policy
UDP.msgpack()  # wrong: no policy
leader.source_cluster_membership_stream(workers)  # wrong: no reason
leader.source_cluster_membership_stream(other, there)  # wrong: no cluster
mine.assert_has_consistency_of(EventualConsistency)  # wrong: no proof
mine.assert_has_consistency_of(EventualConsistency, there)  # wrong: no proof
mine.assert_has_consistency_of("all", proof("why"))  # wrong: no consistency
