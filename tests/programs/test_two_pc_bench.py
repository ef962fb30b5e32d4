"""Two-phase commit under load, deployed."""

from __future__ import annotations

from telling import require_throughput
from two_pc_bench import bench_flow


def test_throughput():
    flow, sizes = bench_flow(3, 100)
    with flow.deploy(clusters=sizes) as deployment:
        require_throughput(deployment, "Aggregator")


def test_nothing_is_confirmed_that_one_participant_has_not_committed():
    flow, sizes = bench_flow(2, 10)
    with flow.deploy(clusters=sizes) as deployment:
        require_throughput(deployment, "Aggregator")
        deployment.kill("Participant/1")
        deployment.settle(60)  # every client waits for a vote that does not come
