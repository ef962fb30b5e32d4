"""Hydro's small programs of clusters, deployed as processes, with the outputs that its own tests expect."""

from __future__ import annotations

import re

import clustered
import pytest
from telling import texts, wait_for

from hydro_nb import FlowBuilder


@pytest.fixture
def flow():
    return FlowBuilder("clustered")


def test_simple_cluster(flow):
    process, cluster = clustered.simple_cluster(flow)
    with flow.deploy(clusters={cluster: 2}) as deployment:
        deployment.settle(60)
        for i in range(2):
            member = f"MemberId::<Worker>({i})"
            lines = texts(deployment, f"Worker/{i}")
            assert lines == [f"cluster received: ({member}, {j}) (self cluster id: {member})" for j in range(5)]
        seen = sorted(texts(deployment, process))
    ids = [f"MemberId::<Worker>({k // 5})" for k in range(10)]
    assert seen == [f"node received: ({ids[k]}, ({ids[k]}, {k % 5}))" for k in range(10)]


def test_many_to_many(flow):
    cluster = clustered.many_to_many(flow)
    with flow.deploy(clusters={cluster: 2}) as deployment:
        deployment.settle(60)
        for i in range(2):
            pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
            expected = [f"cluster received: (MemberId::<Worker>({s}), {v})" for s, v in pairs]
            assert sorted(texts(deployment, f"Worker/{i}")) == expected


def test_compute_pi(flow):
    process, cluster = clustered.compute_pi(flow, batch_size=1024, every=0.05)
    with flow.deploy(clusters={cluster: 2}) as deployment:
        wait_for(deployment, lambda: len(texts(deployment, process)) >= 3)
        lines = texts(deployment, process)
    found = [re.fullmatch(r"pi: ([0-9.]+) \((\d+) trials\)", line) for line in lines]
    assert all(found)
    assert abs(float(found[-1][1]) - 3.14) < 0.3
    trials = [int(each[2]) for each in found]
    assert trials == sorted(trials)
    assert all(each % 1024 == 0 for each in trials)


@pytest.mark.parametrize("workers", [1, 3])
def test_map_reduce(flow, workers):
    _, cluster, reducer = clustered.map_reduce(flow, ["abc", "abc", "xyz", "abc"])
    with flow.deploy(clusters={cluster: workers}) as deployment:
        deployment.settle(60)
        lines = texts(deployment, reducer)
        parts = [line.text for line in deployment.logs(cluster)]
    assert [line for line in lines if line.startswith("abc")][-1] == "abc: 3"
    assert [line for line in lines if line.startswith("xyz")][-1] == "xyz: 1"
    assert all(re.fullmatch(r"partition count: (abc|xyz) - \d", part) for part in parts)
    assert sum(int(part[-1]) for part in parts) == 4


def test_two_pc(flow):
    client = flow.external()
    ports = []

    def payloads(coordinator):
        port, stream = coordinator.source_external(client, int)
        ports.append(port)
        return stream

    _, cluster, done = clustered.two_pc(flow, payloads, 3)
    out = done.send_external(client)
    with flow.deploy(clusters={cluster: 3}) as deployment:
        requests, committed = deployment.connect(ports[0]), deployment.connect(out)
        for payload in range(20):
            requests.send(payload)
        assert {committed.receive(timeout=60) for _ in range(20)} == set(range(20))
        deployment.settle(60)
