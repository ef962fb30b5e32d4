"""Versions of one cluster side by side: one network, one numbering, programs of their own."""

from __future__ import annotations

import pytest

from hydro_nb import (
    CLUSTER_SELF_ID,
    TCP,
    FlowBuilder,
    GraphError,
    LocationError,
    MemberId,
    SimulationFailure,
    nondet,
)
from hydro_nb.errors import DeployError

ALL = nondet("all are there")


class Server: ...


class Client: ...


def named(name):
    return TCP.fail_stop().name(name)


def echo(cluster):
    port, numbers = cluster.sim_input(int)
    return port, numbers.map(lambda n: n + 1).sim_output()


def requests(clients, servers, sends, reads):
    """Clients send a number to all servers, who read it in their own way."""
    sent = clients.source_iter([sends]).broadcast(servers, named("requests"), ALL)
    return sent.values().map(reads).sim_output()


def test_members_are_numbered_through():
    flow = FlowBuilder()
    old = flow.cluster(Server)
    new = flow.next_version(old)
    newest = flow.next_version(new)
    ports = [echo(cluster) for cluster in (old, new, newest)]

    async def body():
        for member, (port, out) in zip((1, 2, 3), ports, strict=True):
            port.send(member, member * 10)
            await out.assert_yields_only(member, [member * 10 + 1])

    simulation = flow.sim().with_cluster_size(old, 2).with_cluster_size(new, 1).with_cluster_size(newest, 1)
    assert simulation.exhaustive(body) == 1
    assert "Server v2/2" in simulation.replay(body)
    assert "Server v3/3" in simulation.replay(body)

    async def wrong():
        ports[1][0].send(0, 1)

    with pytest.raises(SimulationFailure, match="cluster `Server v2` has 1 members, numbered from 2"):
        simulation.exhaustive(wrong)


def test_a_change_that_is_right_by_itself_and_wrong_beside_the_old():
    flow = FlowBuilder()
    clients, servers = flow.cluster(Client), flow.cluster(Server)
    old_out = requests(clients, servers, 0, lambda n: n ^ 1)
    new_clients, new_servers = flow.next_version(clients), flow.next_version(servers)
    new_out = requests(new_clients, new_servers, 1, lambda n: n ^ 0)

    async def body():
        assert await old_out.collect_sorted(0) == [1]
        assert await new_out.collect_sorted(1) == [1]

    def simulation(olds, news):
        made = flow.sim().with_cluster_size(clients, olds).with_cluster_size(new_clients, news)
        return made.with_cluster_size(servers, 1).with_cluster_size(new_servers, 1)

    with pytest.raises(SimulationFailure, match=r"assert \[0\] == \[1\]"):
        simulation(0, 1).exhaustive(body)

    async def both():
        assert await old_out.collect_sorted(0) == [0, 1]
        assert await new_out.collect_sorted(1) == [0, 1]

    assert simulation(1, 1).exhaustive(both) == 1


def test_ids_lead_to_members_of_any_version():
    flow = FlowBuilder()
    old = flow.cluster(Server)
    new = flow.next_version(old)

    def program(servers):
        port, asked = servers.sim_input(tuple[MemberId, str])
        heard = asked.demux(servers, named("asked"))
        return port, heard.entries().map(lambda entry: (CLUSTER_SELF_ID.raw_id, *entry)).sim_output()

    (old_in, old_out), (new_in, new_out) = program(old), program(new)

    async def body():
        zero, one = MemberId.from_raw_id(0, "Server"), MemberId.from_raw_id(1, "Server")
        old_in.send(0, (one, "up"))
        new_in.send(1, (zero, "down"))
        await new_out.assert_yields_only_unordered(1, [(1, zero, "up")])
        await old_out.assert_yields_only_unordered(0, [(0, one, "down")])

    assert flow.sim().with_cluster_size(old, 1).with_cluster_size(new, 1).exhaustive(body) == 1


def test_a_version_hears_only_the_channels_that_it_has():
    flow = FlowBuilder()
    old = flow.cluster(Server)
    old_in, numbers = old.sim_input(int)
    old_out = numbers.broadcast(old, named("numbers"), ALL).values().sim_output()
    new = flow.next_version(old)
    new_in, texts = new.sim_input(str)
    new_out = texts.broadcast(new, named("texts"), ALL).values().sim_output()

    async def body():
        old_in.send(0, 1)
        new_in.send(1, "a")
        await old_out.assert_yields_only_unordered(0, [1])
        await new_out.assert_yields_only_unordered(1, ["a"])

    simulation = flow.sim().with_cluster_size(old, 1).with_cluster_size(new, 1)
    assert simulation.exhaustive(body) == 1
    assert "Server/0 sends 1 to Server v2/1, which is lost" in simulation.replay(body)


def test_a_process_talks_to_all_versions():
    flow = FlowBuilder()
    leader, old = flow.process(), flow.cluster(Server)
    new = flow.next_version(old)
    work_in, work = leader.sim_input(int)
    old_done = work.round_robin(old, named("work"), ALL).map(lambda n: n * 10).send(leader, named("done"))
    idle = leader.source_iter([]).round_robin(new, named("work"), ALL)
    new_done = idle.map(lambda n: n * 100).send(leader, named("done"))
    old_out, new_out = old_done.values().sim_output(), new_done.values().sim_output()

    async def body():
        work_in.send_many([1, 2, 3])
        assert await old_out.collect_sorted() == [10, 30]
        assert await new_out.collect_sorted() == [200]

    assert flow.sim().with_cluster_size(old, 1).with_cluster_size(new, 1).exhaustive(body) == 1


def test_all_versions_are_members():
    flow = FlowBuilder()
    old = flow.cluster(Server)
    new = flow.next_version(old)
    outs = [each.source_cluster_members(old).entries().sim_output() for each in (old, new)]

    async def body():
        for member, out in enumerate(outs):
            assert sorted(each.raw_id for each, _ in await out.collect_sorted(member)) == [0, 1]

    assert flow.sim().with_cluster_size(old, 1).with_cluster_size(new, 1).exhaustive(body) == 1


def test_versions_find_each_other_by_names():
    flow = FlowBuilder()
    old = flow.cluster(Server)
    _, numbers = old.sim_input(int)
    numbers.broadcast(old, TCP.fail_stop(), ALL).values().sim_output()
    new = flow.next_version(old)
    echo(new)
    simulation = flow.sim().with_cluster_size(old, 1).with_cluster_size(new, 1)

    async def body(): ...

    with pytest.raises(SimulationFailure) as caught:
        simulation.exhaustive(body)
    assert "`broadcast` begins or ends on `Server`, which has versions" in str(caught.value)
    assert 'TCP.fail_stop().name("requests")' in str(caught.value)


def test_each_version_has_a_size():
    flow = FlowBuilder()
    old = flow.cluster(Server)
    echo(old)
    echo(flow.next_version(old))

    async def body(): ...

    with pytest.raises(SimulationFailure, match="cluster `Server v2` was given no size"):
        flow.sim().with_cluster_size(old, 1).exhaustive(body)

    alone = FlowBuilder()
    cluster = alone.cluster(Server)
    echo(cluster)
    with pytest.raises(DeployError, match="a cluster has a number of members from 1 on"):
        alone.sim().with_cluster_size(cluster, 0)


def test_versions_are_for_simulations_of_clusters():
    flow = FlowBuilder()
    with pytest.raises(LocationError, match="`next_version` needs a cluster of this flow"):
        flow.next_version(flow.process())
    old = flow.cluster(Server)
    old.source_iter([1]).for_each(print)
    flow.next_version(old).source_iter([2]).for_each(print)
    with pytest.raises(GraphError, match="`Server v2` is a later version of a cluster, which only a simulation runs"):
        flow.deploy(clusters={old: 1}, backend="inprocess")


def test_nobody_crashes_beside_other_versions():
    flow = FlowBuilder()
    old = flow.cluster(Server)
    new = flow.next_version(old)
    echo(old)
    echo(new)

    async def body(): ...

    simulation = flow.sim().with_cluster_size(old, 1).with_cluster_size(new, 1).with_faults(old, crashes=1)
    with pytest.raises(SimulationFailure, match="faults are not simulated in a flow with several versions"):
        simulation.exhaustive(body)
