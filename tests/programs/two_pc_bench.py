"""How fast two-phase commit is: clients that each wait until all participants have committed their write.

`PYTHONPATH=notebooks python tests/programs/two_pc_bench.py 20` measures for twenty seconds,
and prints latencies and throughput each second.
"""

from __future__ import annotations

import sys
from typing import Any

from clustered import Coordinator, Participant, committed
from paxos_bench import Aggregator, Client, Clients, Transaction, count_up

from hydro_nb import TCP, Cluster, FlowBuilder, NoOrder, Process, Stream, Unbounded, nondet
from hydro_nb.std.bench_client import bench_client, print_bench_results


def two_pc_bench(
    coordinator: Process[Coordinator],
    participants: Cluster[Participant],
    clients: Clients,
    aggregator: Process[Aggregator],
    num_clients_per_node: int,
    num_participants: int,
) -> None:
    """Let virtual clients count up, and print latencies and throughput each second."""

    def transaction_cycle(requests: Stream[Transaction, Clients]) -> Stream[Transaction, Clients, Unbounded, NoOrder]:
        payloads = requests.send(coordinator, TCP.fail_stop().bincode()).entries()
        return committed(payloads, participants, num_participants).demux(clients, TCP.fail_stop().bincode())

    guard = nondet("what is measured depends on the clock")
    results = bench_client(clients, count_up, transaction_cycle, num_clients_per_node, guard)
    print_bench_results(results, aggregator, clients)


def bench_flow(num_participants: int, num_clients: int) -> tuple[FlowBuilder, dict[Cluster[Any] | type | str, int]]:
    """Give the flow of one machine of clients, and how many members its clusters have."""
    flow = FlowBuilder("two_pc_bench")
    participants, clients = flow.cluster(Participant), flow.cluster(Client)
    aggregator = flow.process(Aggregator)
    two_pc_bench(flow.process(Coordinator), participants, clients, aggregator, num_clients, num_participants)
    return flow, {participants: num_participants, clients: 1}


if __name__ == "__main__":
    flow, sizes = bench_flow(3, 100)
    with flow.deploy(clusters=sizes) as deployment:
        deployment.wait(float(sys.argv[1]))
        print(deployment.status())
