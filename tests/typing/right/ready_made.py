"""Ready-made parts: what they give follows from what they are given, on processes and on clusters."""

from typing import Any, assert_type

from hydro_nb import (
    TCP,
    AtLeastOnce,
    Atomic,
    Bounded,
    Cluster,
    Err,
    ExactlyOnce,
    FlowBuilder,
    KeyedSingleton,
    MemberId,
    MonotonicKeys,
    NoOrder,
    Ok,
    Process,
    Singleton,
    Stream,
    TotalOrder,
    Unbounded,
    nondet,
)
from hydro_nb.std.bench_client import BenchResult, bench_client, print_bench_results
from hydro_nb.std.compartmentalize import decouple_cluster, decouple_process, partition, send_partitioned
from hydro_nb.std.measures import LatencyHistogram, RollingAverage
from hydro_nb.std.membership import track_membership
from hydro_nb.std.quorum import collect_quorum, collect_quorum_with_response
from hydro_nb.std.request_response import join_responses


class Leader: ...


class Worker: ...


class Shard: ...


def vote(n: int) -> tuple[int, Ok[str] | Err[float]]:
    return n, Ok("yes") if n % 2 else Err(0.5)


def agree(n: int) -> tuple[int, Ok[str]]:
    return n, Ok("yes")


flow = FlowBuilder()
leader, workers, shards = flow.process(Leader), flow.cluster(Worker), flow.cluster(Shard)
numbers = leader.source_iter([1, 2, 3])

# ------------------------------------------------------------ quorums

votes = numbers.map(vote)
agreed, errors = collect_quorum(votes, 2, 3)
assert_type(agreed, Stream[int, Process[Leader], Bounded, NoOrder, ExactlyOnce])
assert_type(errors, Stream[tuple[int, float], Process[Leader], Bounded, TotalOrder, ExactlyOnce])
answers, _ = collect_quorum_with_response(votes.weaken_boundedness().weaken_ordering().atomic(), 2, 3)
assert_type(answers, Stream[tuple[int, str], Atomic[Process[Leader]], Unbounded, NoOrder, ExactlyOnce])
on_workers, _ = collect_quorum(workers.source_iter([1, 2]).map(vote), 2, 3)
assert_type(on_workers, Stream[int, Cluster[Worker], Bounded, NoOrder, ExactlyOnce])
never_against, _ = collect_quorum(numbers.map(agree), 2, 3)
assert_type(never_against, Stream[int, Process[Leader], Bounded, NoOrder, ExactlyOnce])

# ------------------------------------------------------------ answers and questions

tick = leader.tick()
asked = numbers.map(lambda n: (n, str(n))).batch(tick, nondet("each is asked alone"))
replies = asked.all_ticks().map(lambda question: (question[0], 1.5))
joined = join_responses(tick, replies, asked)
assert_type(joined, Stream[tuple[int, tuple[str, float]], Process[Leader], Unbounded, NoOrder, ExactlyOnce])
section = numbers.map(lambda n: (n, str(n))).weaken_boundedness().atomic()
within = section.batch_atomic(section.location.tick, nondet("each is asked alone"))
assert_type(
    join_responses(section.location.tick, section, within),
    Stream[tuple[int, tuple[str, str]], Atomic[Process[Leader]], Unbounded, NoOrder, ExactlyOnce],
)

# ------------------------------------------------------------ who is there

events = leader.source_cluster_membership_stream(workers, nondet("shown only"))
assert_type(track_membership(events), KeyedSingleton[MemberId[Worker], bool, Process[Leader], MonotonicKeys])

# ------------------------------------------------------------ parts elsewhere

moved = decouple_process(numbers, flow.process(Worker))
assert_type(moved, Stream[int, Process[Worker], Unbounded, TotalOrder, ExactlyOnce])
lost = decouple_process(numbers, flow.process(Worker), TCP.lossy_delayed_forever())
assert_type(lost, Stream[int, Process[Worker], Unbounded, TotalOrder | NoOrder, ExactlyOnce])
mine = decouple_cluster(workers.source_iter([1, 2]), shards)
assert_type(mine, Stream[int, Cluster[Shard], Unbounded, TotalOrder, ExactlyOnce])


def by_parity(n: int) -> tuple[MemberId[Shard], str]:
    return MemberId.from_raw_id(n % 2, Shard), str(n)


assert_type(
    send_partitioned(numbers, shards, by_parity), Stream[str, Cluster[Shard], Unbounded, TotalOrder, ExactlyOnce]
)
assert_type(
    send_partitioned(workers.source_iter([1, 2]), shards, by_parity),
    Stream[str, Cluster[Shard], Unbounded, NoOrder, ExactlyOnce],
)
assert_type(
    partition(numbers, shards, 2, by=lambda n: n % 7), Stream[int, Cluster[Shard], Unbounded, TotalOrder, ExactlyOnce]
)
assert_type(
    partition(workers.source_iter([1, 2]), shards, 2, by=lambda n: n % 7),
    Stream[int, Cluster[Shard], Unbounded, NoOrder, ExactlyOnce],
)

# ------------------------------------------------------------ benchmarks


def following(
    _: Process[Leader], last: Stream[tuple[int, int | None], Process[Leader], Any, NoOrder]
) -> Stream[tuple[int, int], Process[Leader], Any, NoOrder]:
    return last.map(lambda each: (each[0], (each[1] or 0) + 1))


server = flow.process(Worker)
measured = bench_client(
    leader, following, lambda requests: requests.send(server).send(leader), 10, nondet("seconds of a clock")
)
assert_type(measured, BenchResult[Process[Leader]])
assert_type(measured.latency_histogram, Singleton[LatencyHistogram, Process[Leader], Unbounded])
assert_type(
    measured.throughput.sample_every(1.0, nondet("shown only")),
    Stream[RollingAverage, Process[Leader], Unbounded, TotalOrder, AtLeastOnce],
)
print_bench_results(measured, server, leader)
