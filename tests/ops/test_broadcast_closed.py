from functools import partial

import pytest

from hydro_nb import TCP, UDP, LocationError, MemberId, nondet
from hydro_nb.ir.node import Bound, Consistency

ID = MemberId.from_raw_id
WHY = nondet("the newest is enough")


def test_list(leader, shards, run, snapshot):
    there = leader.source_iter([1, 2]).broadcast_closed(shards)
    assert run(there, clusters={shards: 2}) == {ID(0): [1, 2], ID(1): [1, 2]}
    there.for_each(print)
    snapshot(leader.flow.source(leader) + leader.flow.source(shards))


def test_processes(leader, shards, run):
    there = leader.source_iter([1, 2]).broadcast_closed(shards, TCP.fail_stop().bincode())
    assert run(there, clusters={shards: 2}, backend="local") == {ID(0): [1, 2], ID(1): [1, 2]}


def test_both_cuts(leader, shards, replicas, both):
    there = leader.source_iter([1, 2]).broadcast_closed(shards)
    assert both(there, {shards: 2, replicas: 1}) == {ID(0): [1, 2], ID(1): [1, 2]}
    onwards = both(there.broadcast_closed(replicas), {shards: 2, replicas: 1})
    assert sorted(onwards[ID(0)]) == [(ID(0), 1), (ID(0), 2), (ID(1), 1), (ID(1), 2)]


@pytest.mark.parametrize(
    ("via", "consistency"),
    [
        (None, Consistency.EVENTUAL),
        (TCP.fail_stop(), Consistency.EVENTUAL),
        (TCP.lossy_delayed_forever(), Consistency.EVENTUAL),
        (UDP.lossy_delayed_forever(), Consistency.EVENTUAL),
        (TCP.lossy(WHY), Consistency.NONE),
        (UDP.lossy(WHY), Consistency.NONE),
    ],
)
def test_guarantees(leader, shards, via, consistency):
    numbers = leader.source_iter([1])
    there = numbers.broadcast_closed(shards, via)
    order = numbers.kind.order if via is None else via.order
    assert there.kind == numbers.kind.but(
        place=shards.place, bound=Bound.UNBOUNDED, order=order, consistency=consistency
    )


def test_what_it_needs(leader, worker, message):
    numbers = leader.source_iter([1, 2])
    assert message(partial(numbers.broadcast_closed, worker), LocationError) == (
        "`broadcast_closed` sends to the members of a cluster, but Process[Worker] is one process.\n"
        "  conftest.py, line _:   call()\n"
        "  Send it there whole: .send(process)"
    )
