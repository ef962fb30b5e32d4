"""Processes that run ready-made parts load what these need to run, and nothing of the language they are written in."""

from __future__ import annotations

import sys

from hydro_nb import FlowBuilder, MemberId, Ok, nondet
from hydro_nb.std.bench_client import bench_client, print_bench_results
from hydro_nb.std.compartmentalize import decouple_cluster, partition, send_partitioned
from hydro_nb.std.quorum import collect_quorum, collect_quorum_with_response
from hydro_nb.std.request_response import join_responses
from hydro_nb.testing import collect

ANY = nondet("looked at only")


def loaded(_):
    return sorted(name for name in sys.modules if name in {"hydro_nb.lang", "hydro_nb.ir", "hydro_nb.compile"})


def test_parts_on_one_process():
    process = FlowBuilder().process()
    tick = process.tick()
    votes = process.source_iter([(1, Ok("yes"))]).weaken_boundedness()
    agreed, _ = collect_quorum(votes, 1, 1)
    answers, _ = collect_quorum_with_response(votes, 1, 1)
    known = agreed.map(lambda key: (key, "asked")).batch(tick, ANY)
    assert collect(join_responses(tick, answers, known).map(loaded)) == [[]]


def test_parts_on_members_of_clusters():
    flow = FlowBuilder()
    leader, first, second = flow.process(), flow.cluster(), flow.cluster()
    numbers = partition(leader.source_iter([1, 2, 3, 4]), first, 2, by=lambda n: n)
    moved = send_partitioned(decouple_cluster(numbers, second), first, lambda n: (MemberId.from_raw_id(0), n))
    got = collect(moved.map(loaded), clusters={first: 2, second: 2})
    assert [each for mine in got.values() for each in mine] == [[]] * 4


def test_a_benchmark():
    flow = FlowBuilder()
    clients, server = flow.process(), flow.process()
    results = []

    def once(_, last):
        return last.filter(lambda each: each[1] is None).map(lambda each: (each[0], 1))

    def echo(requests):
        results.append(requests.send(server).send(clients))
        return results[0]

    measured = bench_client(clients, once, echo, 1, ANY)
    print_bench_results(measured, server, clients)
    assert collect(measured.latency_histogram.map(loaded)) == [[]]
