import pytest

from hydro_nb import (
    CLUSTER_SELF_ID,
    EventualConsistency,
    GraphError,
    LocationError,
    MemberId,
    NoConsistency,
    ProofError,
    nondet,
    proof,
)
from hydro_nb.ir.node import Consistency

ID = MemberId.from_raw_id
NONE, EVENTUAL = Consistency.NONE, Consistency.EVENTUAL
SAME = proof("all read the same file")


@pytest.fixture
def agreed(leader, shards):
    """A stream that all members of a cluster get whole."""
    return leader.source_iter([1, 2]).broadcast_closed(shards)


def test_list(shards, run, snapshot):
    read = shards.source_iter(lambda: [1, 2]).assert_has_consistency_of(EventualConsistency, SAME)
    assert run(read, clusters={shards: 2}) == {ID(0): [1, 2], ID(1): [1, 2]}
    read.weaken_consistency().for_each(print)
    snapshot(shards.flow.source(shards))


def test_both_cuts(shards, both):
    read = shards.source_iter([1, 2]).assert_has_consistency_of(EventualConsistency, SAME)
    assert both(read.weaken_consistency(), {shards: 2}) == {ID(0): [1, 2], ID(1): [1, 2]}
    assert both(read.count(), {shards: 1}) == {ID(0): [2]}


def test_guarantees(shards):
    read = shards.source_iter([1, 2])
    claimed = read.assert_has_consistency_of(EventualConsistency, SAME)
    assert claimed.kind == read.kind.but(consistency=EVENTUAL)
    assert claimed.assert_has_consistency_of(NoConsistency, SAME).kind == read.kind
    assert claimed.weaken_consistency().kind == read.kind


def test_it_is_shown(agreed):
    assert repr(agreed).splitlines()[0] == (
        "Stream[int, Cluster[Shard], Unbounded, TotalOrder, ExactlyOnce, EventualConsistency]"
    )
    assert repr(agreed.count()).startswith("Singleton[int, Cluster[Shard], Monotonic, EventualConsistency]")
    assert "NoConsistency" not in repr(agreed.weaken_consistency())
    assert "Stream[int, Unbounded, TotalOrder, ExactlyOnce, EventualConsistency]" in str(agreed.flow.to_json())


def test_functions_keep_it_unless_they_ask_who_runs_them(agreed):
    mine = CLUSTER_SELF_ID
    assert agreed.map(lambda n: n + 1).fold(0, lambda a, b: a + b).kind.consistency is EVENTUAL
    assert agreed.map(lambda n: (mine, n)).kind.consistency is NONE
    assert agreed.filter(lambda n: n == CLUSTER_SELF_ID.raw_id).count().kind.consistency is NONE


def test_chance_loses_it(agreed, shards):
    tick = shards.tick()
    batch = agreed.batch(tick, nondet("any"))
    assert batch.kind.consistency is NONE
    assert batch.all_ticks().kind.consistency is NONE
    assert agreed.weaken_ordering().assume_ordering(nondet("any")).kind.consistency is NONE
    assert agreed.count().snapshot(tick, nondet("any")).kind.consistency is NONE


def test_the_weaker_of_two_holds(agreed, shards):
    mine = shards.source_iter([1])
    assert agreed.merge_unordered(agreed).kind.consistency is EVENTUAL
    assert mine.chain(agreed).kind.consistency is NONE


def test_what_is_sent_on_is_asked_anew(agreed, leader, replicas):
    assert agreed.send(leader).kind.consistency is NONE
    assert agreed.broadcast_closed(replicas).kind.consistency is EVENTUAL


def test_what_it_needs(leader, shards, message):
    here, there = leader.source_iter([1]), shards.source_iter([1])
    assert message(lambda: here.assert_has_consistency_of(EventualConsistency, SAME), LocationError) == (
        "`assert_has_consistency_of` needs a collection on a cluster, whose members may agree or not, "
        "but its input (`source_iter`) is on Process[Leader], which has no members.\n"
        "  `assert_has_consistency_of` was called  test_assert_has_consistency_of.py, line _:   "
        "assert message(lambda: here.assert_has_consistency_of(EventualConsistency, SAME), LocationError) == (\n"
        "  Leave it out: on a process there is one of each."
    )
    assert "`weaken_consistency` needs a collection on a cluster" in message(here.weaken_consistency, LocationError)
    assert message(lambda: there.assert_has_consistency_of(EventualConsistency, nondet("so")), ProofError).startswith(
        "`assert_has_consistency_of` needs a proof, but was given nondet("
    )
    assert "There are EventualConsistency, NoConsistency." in message(
        lambda: there.assert_has_consistency_of(LocationError, SAME), GraphError
    )
