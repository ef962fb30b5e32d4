"""Five shards count as one does."""

from __future__ import annotations

import pytest
from partitioned_counter import SHARDS, Shard, sharded_counter_service

from hydro_nb import FlowBuilder
from hydro_nb.ir.node import Order
from hydro_nb.std.compartmentalize import part_of

KEYS = ("abc", "xyz", "a", "c", "e")
"""one for each shard"""


def service(flow, increments, gets):
    return sharded_counter_service(flow.cluster(Shard), increments.into_keyed(), gets.into_keyed())


def test_each_key_has_its_own_in_every_schedule():
    leader = FlowBuilder("sharded").process()
    increment, increments = leader.sim_input(tuple[int, str])
    get, gets = leader.sim_input(tuple[int, str])
    acknowledged, answers = service(leader.flow, increments, gets)
    assert acknowledged.kind.order is answers.kind.order is Order.NONE
    acks, replies = acknowledged.entries().sim_output(), answers.entries().sim_output()

    async def body():
        increment.send((1, "abc"))
        await acks.assert_yields_unordered([(1, "abc")])
        get.send((1, "abc"))
        await replies.assert_yields_only_unordered([(1, ("abc", 1))])
        get.send((1, "never named"))
        await replies.assert_no_more()

    assert leader.flow.sim().with_cluster_size(Shard, SHARDS).exhaustive(body) >= 1


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_deployed(backend):
    flow = FlowBuilder("sharded")
    leader, client = flow.process(), flow.external()
    increment, increments = leader.source_external(client, tuple[int, str])
    get, gets = leader.source_external(client, tuple[int, str])
    acknowledged, answers = service(flow, increments, gets)
    acks, replies = acknowledged.entries().send_external(client), answers.entries().send_external(client)
    assert len({part_of(key, SHARDS) for key in KEYS}) == SHARDS
    with flow.deploy(clusters={Shard: SHARDS}, backend=backend) as deployment:
        adding, asking, added, told = (deployment.connect(port) for port in (increment, get, acks, replies))
        writes = [(client, key) for client in (1, 2) for key in KEYS for _ in range(3)]
        for write in writes:
            adding.send(write)
        assert sorted(next(added) for _ in writes) == sorted(writes)
        for key in KEYS:
            asking.send((7, key))
        assert sorted(next(told) for _ in KEYS) == sorted((7, (key, 6)) for key in KEYS)
