"""Clusters: what is sent to members, by members and between them, and what of it all members agree on."""

from typing import assert_type

from hydro_nb import (
    CLUSTER_SELF_ID,
    TCP,
    UDP,
    Bounded,
    Cluster,
    EventualConsistency,
    ExactlyOnce,
    FlowBuilder,
    KeyedSingleton,
    KeyedStream,
    MemberId,
    MembershipEvent,
    Monotonic,
    NoOrder,
    Optional,
    Process,
    Singleton,
    Stream,
    TotalOrder,
    Unbounded,
    nondet,
    proof,
)


class Leader: ...


class Worker: ...


class Replica: ...


flow = FlowBuilder()
leader = flow.process(Leader)
workers, replicas = flow.cluster(Worker), flow.cluster(Replica)
there = nondet("nobody joins later")
lossy, late = TCP.lossy(nondet("the newest is enough")), UDP.lossy_delayed_forever()


def first(_: object) -> MemberId[Worker]:
    return MemberId.from_raw_id(0)


def first_replica(_: object) -> MemberId[Replica]:
    return MemberId.from_raw_id(0)


assert_type(workers, Cluster[Worker])
numbers = leader.source_iter([1, 2, 3])
mine = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id])
assert_type(mine, Stream[int, Cluster[Worker], Bounded, TotalOrder, ExactlyOnce])

# a process sends to members
jobs = numbers.map(lambda n: (first(n), n))
assert_type(jobs.demux(workers), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
assert_type(jobs.demux(workers, lossy), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
assert_type(jobs.demux(workers, late), Stream[int, Cluster[Worker], Unbounded, TotalOrder | NoOrder, ExactlyOnce])
assert_type(jobs.demux_bincode(workers), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
assert_type(
    numbers.broadcast(workers, TCP.fail_stop(), there), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce]
)
assert_type(numbers.broadcast_bincode(workers, there), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
everywhere = numbers.broadcast_closed(workers)
assert_type(everywhere, Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
assert_type(
    numbers.broadcast_closed(workers, late), Stream[int, Cluster[Worker], Unbounded, TotalOrder | NoOrder, ExactlyOnce]
)
assert_type(numbers.round_robin(workers, None, there), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
assert_type(
    numbers.round_robin_bincode(workers, there), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce]
)
numbers.broadcast_closed(workers, lossy).first()

# members send to a process
assert_type(mine.send(leader), KeyedStream[MemberId[Worker], int, Process[Leader], Unbounded, TotalOrder, ExactlyOnce])
assert_type(
    mine.send_bincode(leader), KeyedStream[MemberId[Worker], int, Process[Leader], Unbounded, TotalOrder, ExactlyOnce]
)
assert_type(
    mine.send(leader, late),
    KeyedStream[MemberId[Worker], int, Process[Leader], Unbounded, TotalOrder | NoOrder, ExactlyOnce],
)
assert_type(mine.send(leader).values(), Stream[int, Process[Leader], Unbounded, NoOrder, ExactlyOnce])

# members send to members
to_replicas = mine.map(lambda n: (first_replica(n), n))
assert_type(
    to_replicas.demux(replicas),
    KeyedStream[MemberId[Worker], int, Cluster[Replica], Unbounded, TotalOrder, ExactlyOnce],
)
assert_type(
    mine.broadcast(replicas, late, there),
    KeyedStream[MemberId[Worker], int, Cluster[Replica], Unbounded, TotalOrder | NoOrder, ExactlyOnce],
)
assert_type(
    mine.broadcast_closed(workers),
    KeyedStream[MemberId[Worker], int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce],
)
assert_type(
    mine.round_robin(replicas, None, there),
    KeyedStream[MemberId[Worker], int, Cluster[Replica], Unbounded, TotalOrder, ExactlyOnce],
)

# keys: the member in front comes off, the sender comes in front
keyed = jobs.into_keyed()
assert_type(keyed.demux(workers), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
assert_type(keyed.demux_bincode(workers), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
named = numbers.map(lambda n: ((first(n), str(n)), n)).typed(tuple[tuple[MemberId[Worker], str], int]).into_keyed()
assert_type(named.demux(workers), KeyedStream[str, int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
words = mine.map(lambda n: (str(n), n)).into_keyed()
assert_type(
    words.send(leader),
    KeyedStream[tuple[MemberId[Worker], str], int, Process[Leader], Unbounded, TotalOrder, ExactlyOnce],
)
assert_type(
    words.send_bincode(leader),
    KeyedStream[tuple[MemberId[Worker], str], int, Process[Leader], Unbounded, TotalOrder, ExactlyOnce],
)
onwards = to_replicas.into_keyed()
assert_type(
    onwards.demux(replicas), KeyedStream[MemberId[Worker], int, Cluster[Replica], Unbounded, TotalOrder, ExactlyOnce]
)

# who is there
assert_type(
    leader.source_cluster_membership_stream(workers, nondet("only shown")),
    KeyedStream[MemberId[Worker], MembershipEvent, Process[Leader], Unbounded, TotalOrder, ExactlyOnce],
)
assert_type(
    leader.source_cluster_members(replicas),
    KeyedStream[MemberId[Replica], MembershipEvent, Process[Leader], Unbounded, TotalOrder, ExactlyOnce],
)

# what all members agree on is tracked when the line runs: types stay
why = proof("all read the same file")
assert_type(
    mine.assert_has_consistency_of(EventualConsistency, why),
    Stream[int, Cluster[Worker], Bounded, TotalOrder, ExactlyOnce],
)
assert_type(everywhere.weaken_consistency(), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
assert_type(words.weaken_consistency(), KeyedStream[str, int, Cluster[Worker], Bounded, TotalOrder, ExactlyOnce])
words.assert_has_consistency_of(EventualConsistency, why)
many = everywhere.count()
assert_type(many.weaken_consistency(), Singleton[int, Cluster[Worker], Monotonic])
many.assert_has_consistency_of(EventualConsistency, why)
largest = mine.max()
assert_type(largest.weaken_consistency(), Optional[int, Cluster[Worker], Bounded])
largest.assert_has_consistency_of(EventualConsistency, why)
table = words.value_counts()
assert_type(table.weaken_consistency(), KeyedSingleton[str, int, Cluster[Worker], Bounded])
table.assert_has_consistency_of(EventualConsistency, why)

# each member has its own of all that a process has
tick = workers.tick()
assert_type(mine.batch(tick, there).all_ticks(), Stream[int, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce])
assert_type(workers.singleton(0), Singleton[int, Cluster[Worker], Bounded])
assert_type(workers.source_stream(lambda: iter([1])), Stream[int, Cluster[Worker]])
assert_type(workers.source_interval(1), Stream[tuple[()], Cluster[Worker]])
handle, replies = workers.forward_ref(Stream, of=int, order=NoOrder)
handle.complete(everywhere)
sender, merged = workers.channel(Stream, of=int, order=NoOrder)
sender.send(everywhere)
assert_type(
    workers.source_cluster_membership_stream(replicas, there),
    KeyedStream[MemberId[Replica], MembershipEvent, Cluster[Worker], Unbounded, TotalOrder, ExactlyOnce],
)
