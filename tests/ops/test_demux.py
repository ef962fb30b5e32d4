from functools import partial

import pytest

from hydro_nb import (
    CLUSTER_SELF_ID,
    TCP,
    UDP,
    FlowBuilder,
    GraphError,
    LocationError,
    MemberId,
    SimulationFailure,
    nondet,
)
from hydro_nb.errors import ProcessFailed
from hydro_nb.ir.node import Bound, Order, Retries, Shape

ID = MemberId.from_raw_id


@pytest.fixture
def jobs(leader):
    """A stream of a member and what it gets: 0 and 2 to the first, 1 to the second."""
    return leader.source_iter([0, 1, 2]).map(lambda n: (ID(n % 2), n))


def test_list(leader, jobs, shards, run, snapshot):
    there = jobs.demux(shards)
    assert run(there, clusters={shards: 2}) == {ID(0): [0, 2], ID(1): [1]}
    there.for_each(print)
    snapshot(leader.flow.source(leader) + leader.flow.source(shards))


@pytest.mark.parametrize("via", [None, TCP.fail_stop().msgpack(), TCP.fail_stop().bincode().name("jobs")])
def test_processes(jobs, shards, run, via):
    assert run(jobs.demux(shards, via), clusters={shards: 3}, backend="local") == {ID(0): [0, 2], ID(1): [1], ID(2): []}


def test_both_cuts(jobs, shards, replicas, both):
    sizes = {shards: 2, replicas: 1}
    assert both(jobs.demux(shards), sizes) == both(jobs.demux_bincode(shards), sizes) == {ID(0): [0, 2], ID(1): [1]}


def test_keyed(jobs, shards, both):
    keyed = jobs.into_keyed()
    assert both(keyed.demux(shards), {shards: 2}) == {ID(0): [0, 2], ID(1): [1]}
    assert keyed.demux_bincode(shards).kind.shape is Shape.STREAM
    under = jobs.map(lambda job: ((job[0], "even" if job[1] % 2 == 0 else "odd"), job[1]))
    under = under.typed(tuple[tuple[MemberId, str], int]).into_keyed()
    assert both(under.demux(shards), {shards: 2}) == {ID(0): [("even", 0), ("even", 2)], ID(1): [("odd", 1)]}


def test_a_cluster_sends(shards, replicas, both):
    mine = shards.source_iter(lambda: [CLUSTER_SELF_ID.raw_id]).map(lambda n: (ID(n % 2), n))
    sent = mine.demux(replicas)
    assert sent.kind.key == MemberId[shards.place.tag]
    got = both(sent, {shards: 3, replicas: 2})
    assert {member: sorted(items) for member, items in got.items()} == {
        ID(0): [(ID(0), 0), (ID(2), 2)],
        ID(1): [(ID(1), 1)],
    }


def _under_a_key(n) -> tuple[tuple[MemberId, str], int]:
    return (ID(0), "key"), n


def test_a_cluster_sends_keys(shards, replicas, both):
    mine = shards.source_iter(lambda: [CLUSTER_SELF_ID.raw_id]).map(_under_a_key).into_keyed()
    got = both(mine.demux_bincode(replicas), {shards: 2, replicas: 1})
    assert sorted(got[ID(0)]) == [((ID(0), "key"), 0), ((ID(1), "key"), 1)]


def test_to_its_own_cluster(shards, both):
    to_next = shards.source_iter(lambda: [(ID(1 - CLUSTER_SELF_ID.raw_id), "hello")])
    assert both(to_next.demux(shards), {shards: 2}) == {ID(0): [(ID(1), "hello")], ID(1): [(ID(0), "hello")]}


def test_guarantees(jobs, shards):
    loose = jobs.weaken_retries()
    assert loose.demux(shards).kind == loose.kind.but(place=shards.place, bound=Bound.UNBOUNDED)
    assert loose.demux(shards).kind.retries is Retries.AT_LEAST_ONCE
    for via in (TCP.lossy_delayed_forever(), UDP.lossy(nondet("sent again")), UDP.lossy_delayed_forever()):
        assert jobs.demux(shards, via).kind.order is Order.NONE
    assert jobs.demux(shards, TCP.lossy(nondet("the newest is enough"))).kind.order is Order.TOTAL


def test_what_is_no_pair(leader, shards, message):
    numbers = leader.source_iter([1, 2])
    assert message(partial(numbers.demux, shards), GraphError) == (
        "`demux` needs pairs of a MemberId and what that member gets, but `numbers` is of int.\n"
        "  `demux` was called  conftest.py, line _:   call()\n"
        "  Say which member gets it: .map(lambda x: (MemberId.from_raw_id(number), x))"
    )
    pairs = leader.source_iter([(1, "a")])
    assert "needs a MemberId that says where each element goes, but `pairs` is of tuple[int, str]" in message(
        lambda: pairs.demux(shards), GraphError
    )
    keyed = pairs.into_keyed()
    assert "needs keys that are a MemberId, or begin with one, but `keyed` is keyed by int" in message(
        lambda: keyed.demux(shards), GraphError
    )


def test_no_cluster(jobs, worker, message):
    assert "`demux` sends to the members of a cluster" in message(lambda: jobs.demux(worker), LocationError)
    stranger = FlowBuilder().cluster()
    assert "belongs to another flow" in message(lambda: jobs.demux(stranger), LocationError)


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_a_member_that_the_cluster_does_not_have(jobs, shards, run, backend):
    with pytest.raises(
        ProcessFailed, match=r"`demux` was given 1 for MemberId::<_>\(1\), but the cluster has 1 member"
    ) as caught:
        run(jobs.demux(shards), clusters={shards: 1}, backend=backend)
    assert "test_demux.py, line" in str(caught.value)


def test_what_turns_out_to_be_no_member(leader, shards, run):
    odd = leader.source_iter([1]).map(lambda n: ("first", n) if n else None)
    with pytest.raises(ProcessFailed, match="`demux` was given 1 for 'first', which is no member"):
        run(odd.demux(shards), clusters={shards: 1})


def test_a_key_that_is_not_known_to_go_on(leader, shards, run):
    under = leader.source_iter([1]).map(lambda n: ((ID(0), "key"), n)).into_keyed()
    with pytest.raises(ProcessFailed, match=r"before .into_keyed\(\) say .typed\(tuple\[tuple\[MemberId"):
        run(under.demux(shards), clusters={shards: 1})


def test_types_of_ids_of_another_cluster_are_refused_at_the_line(leader, shards, replicas, message):
    theirs = leader.source_cluster_members(replicas)
    named = leader.source_iter([]).typed(tuple[tuple[MemberId[replicas.place.tag], str], int]).into_keyed()
    for stream in (theirs, theirs.entries(), named):
        text = message(partial(stream.demux, shards), LocationError)
        assert text.startswith("`demux` needs ids of members of Cluster[Shard], but ")
        assert "Say which member of this cluster gets it" in text


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_an_id_of_another_cluster_ends_the_process(leader, shards, run, backend):
    jobs = leader.source_iter([0]).map(lambda n: (ID(n, "Other"), n))
    with pytest.raises(ProcessFailed, match=r"given 0 for MemberId::<Other>\(0\), a member of another .* of Shard;"):
        run(jobs.demux(shards), clusters={shards: 1}, backend=backend)


def test_an_id_with_the_own_marker_or_none_is_taken(leader, shards, both):
    jobs = leader.source_iter([0, 1]).map(lambda n: (ID(n, "Shard" if n else None), n))
    assert both(jobs.demux(shards), {shards: 2}) == {ID(0): [0], ID(1): [1]}


def test_the_simulator_refuses_an_id_of_another_cluster(leader, shards):
    port, numbers = leader.sim_input(int)
    arrived = numbers.map(lambda n: (ID(n, "Other"), n)).demux(shards).sim_output()

    async def body():
        port.send(0)
        await arrived.assert_no_more(0)

    with pytest.raises(SimulationFailure, match=r"MemberId::<Other>\(0\), a member of another cluster"):
        leader.flow.sim().with_cluster_size(shards, 1).exhaustive(body)
