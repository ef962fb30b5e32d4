"""How fast Paxos is: clients that each wait until their write is applied by enough replicas.

`PYTHONPATH=notebooks python tests/programs/paxos_bench.py 20` measures for twenty seconds,
and prints latencies and throughput each second.
"""

from __future__ import annotations

import sys
from typing import Any

from kv_replica import KvPayload, Replica, Replicas, SequencedKv, replicated
from paxos import Acceptor, PaxosConfig, Proposer
from paxos_with_client import CorePaxos

from hydro_nb import CLUSTER_SELF_ID, Cluster, FlowBuilder, MemberId, NoOrder, Process, Stream, Unbounded, nondet
from hydro_nb.std.bench_client import bench_client, print_bench_results
from hydro_nb.std.quorum import collect_quorum
from hydro_nb.values import Ok


class Client: ...


class Aggregator: ...


Clients = Cluster[Client]
Transaction = tuple[int, int]
"""a virtual client with the number that it writes"""
Confirmed = tuple[MemberId[Client], tuple[Transaction, Ok[tuple[()]]]]


def paxos_bench(
    paxos: CorePaxos,
    clients: Clients,
    replicas: Replicas,
    aggregator: Process[Aggregator],
    num_clients_per_node: int,
    num_replicas: int,
    checkpoint_frequency: int,
) -> None:
    """Let virtual clients count up, each under a key of its own, and print latencies and throughput each second."""

    def transaction_cycle(requests: Stream[Transaction, Clients]) -> Stream[Transaction, Clients, Unbounded, NoOrder]:
        payloads = requests.map(lambda each: KvPayload(each[0], (CLUSTER_SELF_ID, each[1])))
        one_leader = nondet("measured while nobody fails")
        own_keys = nondet("each virtual client writes under a key of its own")
        table = replicated(paxos, clients, replicas, payloads, num_replicas, checkpoint_frequency, one_leader, own_keys)
        confirmed = table.processed.filter_map(confirmation).demux(clients).values()
        return collect_quorum(confirmed, paxos.config.f + 1, num_replicas)[0]

    guard = nondet("what is measured depends on the clock")
    results = bench_client(clients, count_up, transaction_cycle, num_clients_per_node, guard)
    print_bench_results(results, aggregator, clients)


def confirmation(applied: SequencedKv) -> Confirmed | None:
    """Tell the client whose write was applied."""
    if applied[1] is None:
        return None
    virtual_client, (machine, number) = applied[1]
    return machine, ((virtual_client, number), Ok(()))


def count_up(
    _: Clients, last: Stream[tuple[int, int | None], Clients, Any, NoOrder]
) -> Stream[Transaction, Clients, Any, NoOrder]:
    """Let each virtual client write 0, then the number after the one that it wrote last."""
    return last.map(lambda each: (each[0], 0 if each[1] is None else each[1] + 1))


def bench_flow(config: PaxosConfig, num_clients: int) -> tuple[FlowBuilder, dict[Cluster[Any] | type | str, int]]:
    """Give the flow of one machine of clients, and how many members its clusters have."""
    flow = FlowBuilder("paxos_bench")
    paxos = CorePaxos(flow.cluster(Proposer), flow.cluster(Acceptor), config)
    clients, replicas = flow.cluster(Client), flow.cluster(Replica)
    num_replicas = config.f + 1
    paxos_bench(paxos, clients, replicas, flow.process(Aggregator), num_clients, num_replicas, 1000)
    return flow, {paxos.proposers: config.f + 1, paxos.acceptors: config.acceptors, clients: 1, replicas: num_replicas}


if __name__ == "__main__":
    flow, sizes = bench_flow(PaxosConfig(1, 5.0, 10.0, 15), 100)
    with flow.deploy(clusters=sizes) as deployment:
        deployment.wait(float(sys.argv[1]))
        print(deployment.status())
