"""How many members a cluster has is said when it is deployed; what is said wrongly is told with what to do."""

from __future__ import annotations

import pytest

from hydro_nb import DeployError, FlowBuilder, LocationError, MemberId
from hydro_nb.testing import collect


class Worker: ...


class Leader: ...


@pytest.fixture
def flow():
    return FlowBuilder()


@pytest.fixture
def workers(flow):
    cluster = flow.cluster(Worker)
    cluster.source_iter([1]).for_each(print)
    return cluster


def refused(flow, clusters):
    with pytest.raises(DeployError) as caught:
        flow.deploy(clusters=clusters, backend="inprocess")
    return str(caught.value)


@pytest.mark.parametrize("named", [lambda cluster: cluster, lambda _: Worker, lambda _: "Worker"])
def test_a_cluster_is_named_by_itself_its_marker_or_its_name(flow, workers, named):
    with flow.deploy(clusters={named(workers): 2}, backend="inprocess") as deployment:
        assert [row.name for row in deployment.processes] == ["Worker/0", "Worker/1"]


def test_no_size(flow, workers):
    assert refused(flow, {}) == (
        "cluster `Worker` was given no size: say how many members it has when it is deployed.\n"
        '  In Python: flow.deploy(clusters={Worker: 3}). In a cell: --cluster "Worker=3"'
    )


def test_a_size_for_one_of_two(flow, workers):
    other = flow.cluster(Leader)
    other.source_iter([1]).for_each(print)
    assert refused(flow, {workers: 2}).startswith("cluster `Leader` was given no size")


@pytest.mark.parametrize("size", [0, -1, 1.5, "3", None, True])
def test_a_size_that_is_none(flow, workers, size):
    text = refused(flow, {workers: size})
    assert text.startswith(f"a cluster has a number of members from 1 on, but Cluster[Worker] was given {size!r}.\n")
    assert "test_sizes.py, line" in text


def test_too_many_members(flow, workers):
    assert "it needs at least 1, and less than 65536" in refused(flow, {workers: 1 << 16})


@pytest.mark.parametrize("key", ["Walker", Leader, 3])
def test_no_such_cluster(flow, workers, key):
    text = refused(flow, {key: 2})
    assert text.startswith(
        f"`clusters` has a size for {key!r}, which is no cluster of this flow; there are `Worker`.\n"
    )


def test_a_process_has_no_size(flow, workers):
    assert "which is no cluster of this flow" in refused(flow, {flow.process(Leader): 2})


def test_a_cluster_of_another_flow(flow, workers):
    assert "which is no cluster of this flow" in refused(flow, {FlowBuilder().cluster(Worker): 2})


def test_two_flows_do_not_send_to_each_other(flow, workers):
    stranger = FlowBuilder().process(Leader).source_iter([1])
    with pytest.raises(LocationError, match=r"Cluster\[Worker\] belongs to another flow"):
        stranger.broadcast_closed(workers)


def test_a_list_for_each_member(flow, workers):
    got = collect(workers.source_iter([1]), clusters={"Worker": 3}, backend="inprocess")
    assert got == {MemberId.from_raw_id(n): [1] for n in range(3)}
