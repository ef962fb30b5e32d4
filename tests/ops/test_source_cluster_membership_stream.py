from functools import partial

import pytest

from hydro_nb import LocationError, MemberId, MembershipEvent, NondetError, nondet
from hydro_nb.ir.node import Bound, Order, Shape

ID = MemberId.from_raw_id
JOINED = MembershipEvent.Joined
SHOWN = nondet("only shown")


def test_list(leader, shards, run, snapshot):
    seen = leader.source_cluster_membership_stream(shards, SHOWN)
    shards.source_iter([1]).for_each(print)
    assert run(seen, clusters={shards: 2}) == [(ID(0), JOINED), (ID(1), JOINED)]
    seen.entries().assume_ordering(SHOWN).for_each(print)
    snapshot(leader.flow.source(leader))


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_a_cluster_that_does_nothing_has_members_too(leader, shards, run, backend):
    seen = leader.source_cluster_members(shards)
    assert run(seen, clusters={shards: 3}, backend=backend) == [(ID(n), JOINED) for n in range(3)]


def test_both_cuts(leader, shards, both):
    seen = leader.source_cluster_membership_stream(shards, SHOWN)
    assert both(seen, {shards: 2}) == [(ID(0), JOINED), (ID(1), JOINED)]


def test_seen_by_members(shards, replicas, both):
    mine = shards.source_cluster_membership_stream(shards, SHOWN)
    others = replicas.source_cluster_membership_stream(shards, SHOWN)
    sizes = {shards: 2, replicas: 1}
    both_there = [(ID(0), JOINED), (ID(1), JOINED)]
    assert both(mine, sizes) == {ID(0): both_there, ID(1): both_there}
    assert both(others, sizes) == {ID(0): both_there}


def test_guarantees(leader, shards):
    kind = leader.source_cluster_membership_stream(shards, SHOWN).kind
    assert (kind.shape, kind.bound, kind.order) == (Shape.KEYED_STREAM, Bound.UNBOUNDED, Order.TOTAL)
    assert (kind.key, kind.element) == (MemberId[shards.place.tag], MembershipEvent)


def test_what_it_needs(leader, worker, shards, message):
    text = message(partial(leader.source_cluster_membership_stream, worker, SHOWN), LocationError)
    assert text.splitlines()[0] == (
        "`source_cluster_membership_stream` needs a cluster made by flow.cluster(Marker), "
        "but was given Process[Worker]."
    )
    assert "needs its reason" in message(lambda: leader.source_cluster_membership_stream(shards, ""), NondetError)
