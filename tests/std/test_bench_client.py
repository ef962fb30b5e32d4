"""Clients that each wait for one transaction at a time, and what they measure."""

from __future__ import annotations

import re
import sys

import pytest

from hydro_nb import CLUSTER_SELF_ID, FlowBuilder, GraphError, MemberId, nondet
from hydro_nb.ir.node import Bound, Order
from hydro_nb.std.bench_client import bench_client, print_bench_results
from hydro_nb.testing import collect

SECONDS = nondet("seconds of a clock")
BACKENDS = pytest.mark.parametrize("backend", ["local", "inprocess"])
LATENCY = re.compile(r"Latency p50: (\d+\.\d{3}) \| p99 (\d+\.\d{3}) ms \| p999 (\d+\.\d{3}) ms \((\d+) samples\)")
THROUGHPUT = re.compile(r"Throughput: (-?\d+\.\d\d) - (\d+\.\d\d) - (\d+\.\d\d) requests/s")


class Client: ...


class Server: ...


@pytest.fixture
def flow():
    return FlowBuilder("bench")


@pytest.fixture
def server(flow):
    return flow.process(Server)


def counting(upto=None):
    """Each virtual client sends 1, 2, 3, ..."""

    def workload(_, last):
        following = last.map(lambda each: (each[0], (each[1] or 0) + 1))
        return following if upto is None else following.filter(lambda each: each[1] <= upto)

    return workload


def from_process(clients, server, seen=None):
    def echo(requests):
        if seen is not None:
            seen.append((requests.kind, requests))
        return requests.send(server).send(clients)

    return echo


def from_cluster(clients, server):
    def echo(requests):
        return requests.send(server).entries().demux(clients)

    return echo


def printed(deployment, pattern, holds):
    """Wait until the clients' lines have been printed twice, and what the last one says is such."""
    while True:
        found = [
            line for line in map(pattern.fullmatch, (each.text for each in deployment.logs(Server.__name__))) if line
        ]
        if len(found) >= 2 and holds(numbers := [float(each) for each in found[-1].groups()]):
            return numbers
        assert not deployment.wait(0.05)


@BACKENDS
def test_one_transaction_at_a_time(flow, server, backend):
    clients, seen = flow.process(Client), []
    bench_client(clients, counting(3), from_process(clients, server, seen), 4, SECONDS)
    ((kind, requests),) = seen
    assert (kind.order, kind.bound) == (Order.TOTAL, Bound.UNBOUNDED)
    sent = collect(requests, backend=backend)
    assert all([n for client, n in sent if client == number] == [1, 2, 3] for number in range(4))
    assert len(sent) == 12


@BACKENDS
def test_every_transaction_is_measured(flow, server, backend):
    clients = flow.process(Client)
    measured = bench_client(clients, counting(5), from_process(clients, server), 10, SECONDS)
    (histogram,) = collect(measured.latency_histogram.map(lambda histogram: histogram.encoded()), backend=backend)
    samples = collect(measured.latency_histogram.map(lambda seen: seen.samples), backend=backend)
    assert samples == [50]
    assert histogram.startswith(b"HIST")


def test_virtual_clients_of_members_have_numbers_of_their_own(flow, server):
    clients, arrived = flow.cluster(Client), []

    def echo(requests):
        sent = requests.send(server)
        arrived.append(sent)
        return sent.entries().demux(clients)

    bench_client(clients, counting(2), echo, 3, SECONDS)
    got = sorted(collect(arrived[0], clusters={Client: 2}))
    assert got == [(MemberId.from_raw_id(id_ // 3), (id_, n)) for id_ in range(6) for n in (1, 2)]


def test_a_member_knows_itself_in_the_workload(flow, server):
    clients = flow.cluster(Client)

    def once(_, last):
        return last.filter(lambda each: each[1] is None).map(lambda each: (each[0], CLUSTER_SELF_ID.raw_id))

    measured = bench_client(clients, once, from_cluster(clients, server), 3, SECONDS)
    got = collect(measured.latency_histogram.map(lambda seen: seen.samples), clusters={Client: 2})
    assert got == {MemberId.from_raw_id(0): [3], MemberId.from_raw_id(1): [3]}


@pytest.mark.parametrize("members", [0, 2])
def test_lines_of_each_second(flow, server, members):
    clients = flow.cluster(Client) if members else flow.process(Client)
    cycle = (from_cluster if members else from_process)(clients, server)
    print_bench_results(bench_client(clients, counting(), cycle, 20, SECONDS), server, clients)
    with flow.deploy(clusters={Client: members} if members else None) as deployment:
        lower, mean, upper = printed(deployment, THROUGHPUT, lambda said: said[1] > 0)
        assert mean == pytest.approx((lower + upper) / 2, abs=0.02)
        p50, p99, p999, _ = printed(deployment, LATENCY, lambda said: said[3] > 20 * max(members, 1))
    assert 0 < p50 <= p99 <= p999


# ------------------------------------------------------------ errors


@pytest.mark.parametrize("count", [0, -1, 2.0, True])
def test_a_number_of_clients(flow, server, message, count):
    clients = flow.process(Client)
    cycle = from_process(clients, server)
    assert message(lambda: bench_client(clients, counting(), cycle, count, SECONDS), GraphError).startswith(
        f"`bench_client` needs a number of clients from 1 on, but was given {count!r}."
    )


def test_without_the_package(flow, server, message, monkeypatch):
    monkeypatch.setitem(sys.modules, "hdrh", None)
    clients = flow.process(Client)
    cycle = from_process(clients, server)
    text = message(lambda: bench_client(clients, counting(), cycle, 1, SECONDS), GraphError)
    assert text.splitlines()[0] == '`bench_client` needs the package hdrhistogram: pip install "hydro_nb[bench]".'


def test_a_reason(flow, server, message):
    clients = flow.process(Client)
    cycle = from_process(clients, server)
    assert "needs its reason" in message(lambda: bench_client(clients, counting(), cycle, 1, "seconds"))


def test_a_cycle_without_a_network(flow, message):
    clients = flow.process(Client)
    bench_client(clients, counting(), lambda requests: requests, 1, SECONDS)
    text = message(flow.deploy)
    assert text.splitlines() == [
        "these operators feed themselves within one tick, so none of them could start.",
        "  test_bench_client.py, line _:   bench_client(clients, counting(), lambda requests: requests, 1, SECONDS)",
        "  test_bench_client.py, line _:   following = last.map(lambda each: (each[0], (each[1] or 0) + 1))",
        "  A cycle needs a step that takes time: send it to another process and back, or into the next tick.",
    ]


def test_results_belong_to_the_clients(flow, server, message):
    clients, others = flow.process(Client), flow.process()
    measured = bench_client(clients, counting(), from_process(clients, server), 1, SECONDS)
    text = message(lambda: print_bench_results(measured, server, others), GraphError)
    assert text.splitlines()[0] == (
        f"`print_bench_results` was given results from Process[Client], but clients {others!r}."
    )
