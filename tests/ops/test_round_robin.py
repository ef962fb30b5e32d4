from functools import partial

import pytest

from hydro_nb import CLUSTER_SELF_ID, TCP, UDP, LocationError, MemberId, OrderError, RetriesError, nondet
from hydro_nb.ir.node import Bound, Order

ID = MemberId.from_raw_id
ANY = nondet("any of them can do it")


def test_list(leader, shards, run, snapshot):
    there = leader.source_iter([1, 2, 3]).round_robin(shards, TCP.fail_stop(), ANY)
    assert run(there, clusters={shards: 2}) == {ID(0): [1, 3], ID(1): [2]}
    there.for_each(print)
    snapshot(leader.flow.source(leader) + leader.flow.source(shards))


def test_processes(leader, shards, run):
    there = leader.source_iter(range(3000)).round_robin_bincode(shards, ANY)
    got = run(there, clusters={shards: 3}, backend="local")
    assert got == {ID(n): list(range(n, 3000, 3)) for n in range(3)}


def test_both_cuts(leader, shards, both):
    assert both(leader.source_iter([1, 2, 3]).round_robin(shards, None, ANY), {shards: 2}) == {
        ID(0): [1, 3],
        ID(1): [2],
    }
    assert both(leader.source_iter([1]).round_robin_bincode(shards, ANY), {shards: 1}) == {ID(0): [1]}


def test_a_cluster_sends(shards, replicas, both):
    mine = shards.source_iter(lambda: [CLUSTER_SELF_ID.raw_id * 10 + n for n in range(2)])
    got = both(mine.round_robin(replicas, None, ANY), {shards: 2, replicas: 2})
    assert {member: sorted(items) for member, items in got.items()} == {
        ID(0): [(ID(0), 0), (ID(1), 10)],
        ID(1): [(ID(0), 1), (ID(1), 11)],
    }


def test_guarantees(leader, shards):
    numbers = leader.source_iter([1])
    assert numbers.round_robin(shards, None, ANY).kind == numbers.kind.but(place=shards.place, bound=Bound.UNBOUNDED)
    assert numbers.round_robin(shards, UDP.lossy(ANY), ANY).kind.order is Order.NONE


def test_what_it_needs(leader, worker, shards, message):
    numbers = leader.source_iter([1, 2])
    loose, again = numbers.weaken_ordering(), numbers.weaken_retries()
    assert message(lambda: loose.round_robin(shards, None, ANY), OrderError) == (
        "`round_robin` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at         test_round_robin.py, line _:   "
        "loose, again = numbers.weaken_ordering(), numbers.weaken_retries()\n"
        "  `round_robin` was called  test_round_robin.py, line _:   "
        "assert message(lambda: loose.round_robin(shards, None, ANY), OrderError) == (\n"
        '  Say why any order will do: .assume_ordering(nondet("..."))'
    )
    assert "needs an exactly-once stream, but `again` is AtLeastOnce" in message(
        lambda: again.round_robin(shards, None, ANY), RetriesError
    )
    one = partial(numbers.round_robin, worker, None, ANY)
    assert "`round_robin` sends to the members of a cluster" in message(one, LocationError)


@pytest.mark.parametrize("size", [1, 5])
def test_turns_go_on_from_tick_to_tick(leader, worker, shards, run, size):
    numbers = worker.source_iter(range(40)).send(leader)
    got = run(numbers.round_robin(shards, None, ANY), clusters={shards: size})
    assert got == {ID(n): list(range(n, 40, size)) for n in range(size)}
