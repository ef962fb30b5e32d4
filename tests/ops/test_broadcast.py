from functools import partial

import pytest

from hydro_nb import CLUSTER_SELF_ID, TCP, UDP, LocationError, MemberId, NondetError, nondet
from hydro_nb.ir.node import Bound, Consistency, Order

ID = MemberId.from_raw_id
THERE = nondet("nobody joins later")


def test_list(leader, shards, run, snapshot):
    there = leader.source_iter([1, 2]).broadcast(shards, TCP.fail_stop(), THERE)
    assert run(there, clusters={shards: 2}) == {ID(0): [1, 2], ID(1): [1, 2]}
    there.for_each(print)
    snapshot(leader.flow.source(leader) + leader.flow.source(shards))


@pytest.mark.parametrize("via", [None, TCP.lossy(nondet("why")), TCP.fail_stop().bincode()])
def test_processes(leader, shards, run, via):
    there = leader.source_iter([1, 2]).broadcast(shards, via, THERE)
    assert run(there, clusters={shards: 2}, backend="local") == {ID(0): [1, 2], ID(1): [1, 2]}


def test_both_cuts(leader, shards, both):
    there = leader.source_iter([1, 2]).broadcast_bincode(shards, THERE)
    assert both(there, {shards: 3}) == {ID(n): [1, 2] for n in range(3)}


def test_nobody_shares_a_list(leader, shards, run):
    there = leader.source_iter([1]).map(lambda n: [n]).broadcast(shards, None, THERE)
    changed = there.map(lambda items: (items.append(CLUSTER_SELF_ID.raw_id), items)[1])
    assert run(changed, clusters={shards: 2}) == {ID(0): [[1, 0]], ID(1): [[1, 1]]}


def test_a_cluster_sends(shards, replicas, both):
    mine = shards.source_iter(lambda: [CLUSTER_SELF_ID.raw_id * 10])
    got = both(mine.broadcast(replicas, None, THERE), {shards: 2, replicas: 2})
    assert {member: sorted(items) for member, items in got.items()} == {
        ID(n): [(ID(0), 0), (ID(1), 10)] for n in (0, 1)
    }


def test_to_itself(shards, both):
    got = both(shards.source_iter(["hello"]).broadcast(shards, None, THERE), {shards: 2})
    assert {member: sorted(items) for member, items in got.items()} == {
        ID(n): [(ID(0), "hello"), (ID(1), "hello")] for n in (0, 1)
    }


def test_guarantees(leader, shards):
    numbers = leader.source_iter([1]).weaken_retries()
    there = numbers.broadcast(shards, None, THERE)
    assert there.kind == numbers.kind.but(place=shards.place, bound=Bound.UNBOUNDED)
    assert there.kind.consistency is Consistency.NONE
    assert numbers.broadcast(shards, UDP.lossy_delayed_forever(), THERE).kind.order is Order.NONE


def test_what_it_needs(leader, worker, shards, message):
    numbers = leader.source_iter([1, 2])
    assert message(partial(numbers.broadcast, shards, None, "all"), NondetError) == (
        "`broadcast` makes a nondeterministic choice and needs its reason, but was given 'all'.\n"
        "  conftest.py, line _:   call()\n"
        '  Give it as nondet("why every outcome is right").'
    )
    assert "`broadcast` sends to the members of a cluster" in message(
        lambda: numbers.broadcast(worker, None, THERE), LocationError
    )
