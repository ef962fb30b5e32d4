"""Paxos under many schedules: nothing is decided twice; and variants of it under which something is."""

from __future__ import annotations

from dataclasses import dataclass

import paxos
import pytest
from paxos import (
    Acceptor,
    Ballot,
    LogValue,
    PaxosConfig,
    Promise,
    Proposer,
    index_payloads,
    recommit_after_leader_election,
)

from hydro_nb import FlowBuilder, MemberId, Optional, SimulationFailure, nondet
from hydro_nb.testing import collect
from hydro_nb.values import Ok

CONFIG = PaxosConfig(1, 0.2, 0.4, 1)


class Elections:
    """Proposers that try to lead when the test says so, and propose three payloads in each of their terms."""

    def __init__(self, config=CONFIG):
        flow = self.flow = FlowBuilder("paxos")
        self.proposers, self.acceptors = flow.cluster(Proposer), flow.cluster(Acceptor)
        self.try_to_lead, self.campaigns = self.proposers.sim_input(tuple[()])
        checkpoint_sender, checkpoint = self.acceptors.channel(Optional, of=int)
        checkpoint_sender.send(self.acceptors.source_iter(list[int]()).weaken_boundedness().max())
        guards = nondet("any may lead"), nondet("payloads may be lost")
        args = (self.proposers, self.acceptors, checkpoint, self.payloads, config, *guards)
        committed = paxos.paxos_core(*args, self.heartbeat)[1]
        self.committed = committed.sim_output()
        self.begun = committed.filter(lambda entry: entry[0] == 0).map(lambda _: "slot 0").sim_output()

    def payloads(self, elected):
        def of_term(ballot):
            return [f"{ballot.num}{ballot.proposer.raw_id}{letter}" for letter in "abc"]

        return elected.flat_map_ordered(of_term)

    def heartbeat(self, proposers, tick, is_leader, p_ballot, config, guard):
        silence = p_ballot.filter_if(is_leader).all_ticks().filter(lambda _: False)
        asked = self.campaigns.batch(tick, guard).is_empty().not_()
        return silence.weaken_ordering().weaken_retries(), asked.and_(is_leader.not_())

    def fuzz(self, body, runs, seed=1):
        sim = self.flow.sim().with_cluster_size(self.proposers, 2).with_cluster_size(self.acceptors, 3)
        return sim.fuzz(body, runs=runs, seed=seed)

    async def decided(self):
        """Give the log, if what was decided for its slots is one thing each, and no payload is in two."""
        log = {}
        for proposer in (0, 1):
            for slot, value in await self.committed.collect_sorted(proposer, key=repr):
                assert log.setdefault(slot, value) == value, f"slot {slot} has {log[slot]!r} and {value!r}"
        payloads = [value for value in log.values() if value is not None]
        assert len(set(payloads)) == len(payloads), f"a payload is in two slots: {log}"
        return log


def takeover(elections, seen):
    """Let one lead until something is decided, and then the other, while the rest is under way."""

    async def body():
        elections.try_to_lead.send(0, ())
        await elections.begun.assert_yields_unordered(0, ["slot 0"])
        elections.try_to_lead.send_many([(1, ()), (0, ()), (1, ())])
        seen.append(await elections.decided())

    return body


def test_nothing_is_decided_twice_when_another_takes_over():
    elections, seen = Elections(), []
    assert elections.fuzz(takeover(elections, seen), 1000) == 1000
    logs = {tuple(value for _, value in sorted(log.items())) for log in seen}
    assert all([*log] == [*range(len(log))] for log in map(sorted, seen)), "no slot is left out"
    # what the first leader had under way is finished by the second, lost, or a hole that the second fills
    assert ("00a", "00b", "00c", "01a", "01b", "01c") in logs
    assert ("00a", "01a", "01b", "01c") in logs
    assert ("00a", None, "00c", "01a", "01b", "01c") in logs


@dataclass(frozen=True)
class OneIsEnough(PaxosConfig):
    """Lets any one acceptor decide."""

    @property
    def quorum(self):
        return 1


def ask_again_and_again(p_ballot, expired):
    """Let an acceptor that promises twice count for two."""
    return p_ballot.filter_if(expired).all_ticks()


def recommit_nothing(promises):
    """Begin where the promises end, and leave what is in them to itself."""
    none = promises.filter(lambda _: False).map(lambda _: (0, None))
    return none, promises.map(lambda promise: promise.checkpoint).max()


def store_for_all(max_ballot, proposed, checkpoint):
    """Store what lesser ballots propose as well."""
    log, _ = STORE(max_ballot, proposed, checkpoint)
    return log, proposed.map(lambda p2a: (p2a.ballot.proposer, ((p2a.slot, p2a.ballot), Ok(()))))


STORE = paxos.acceptor_p2
VARIANTS = {
    "p_p1a": ask_again_and_again,
    "recommit_after_leader_election": recommit_nothing,
    "acceptor_p2": store_for_all,
}


def test_one_acceptor_is_not_enough():
    elections = Elections(OneIsEnough(1, 0.2, 0.4, 1))
    with pytest.raises(SimulationFailure, match=r"slot \d has|in two slots"):
        elections.fuzz(takeover(elections, []), 3000)


@pytest.mark.parametrize("part", VARIANTS)
def test_no_part_of_it_may_be_left_out(part, monkeypatch):
    monkeypatch.setattr(paxos, part, VARIANTS[part])
    elections = Elections()
    with pytest.raises(SimulationFailure, match=r"slot \d has|in two slots"):
        elections.fuzz(takeover(elections, []), 5000)


# ------------------------------------------------------------ its parts


def test_payloads_are_numbered():
    node = FlowBuilder().process()
    tick = node.tick()
    arrive, payloads = node.sim_input(int)
    batch = payloads.batch(tick, nondet("numbers go on from batch to batch"))
    indexed = index_payloads(tick, tick.none(int), batch).all_ticks().sim_output()

    async def body():
        arrive.send_many([1, 2, 3, 4])
        await indexed.assert_yields_only([(0, 1), (1, 2), (2, 3), (3, 4)])

    assert node.flow.sim().exhaustive(body) == 8


def test_payloads_are_numbered_from_where_a_new_leader_begins():
    node = FlowBuilder().process()
    tick = node.tick()
    arrive, payloads = node.sim_input(int)
    elect, elected = node.sim_input(int)
    batch = payloads.batch(tick, nondet("numbers go on from batch to batch"))
    begin = elected.batch(tick, nondet("elected at any time")).first()
    indexed = index_payloads(tick, begin, batch).all_ticks().sim_output()
    seen = set()

    async def body():
        arrive.send_many([1, 2, 3, 4])
        elect.send(124)
        numbered = await indexed.collect()
        assert [payload for _, payload in numbered] == [1, 2, 3, 4]
        seen.add(tuple(slot for slot, _ in numbered))

    node.flow.sim().exhaustive(body)
    assert seen == {(*range(before), *range(124, 128 - before)) for before in range(5)}


OLD, NEW = Ballot(0, MemberId.from_raw_id(0)), Ballot(0, MemberId.from_raw_id(1))


@pytest.mark.parametrize(
    ("promises", "proposed", "following"),
    [
        ([Promise(0, {}), Promise(0, {})], [], 0),
        ([Promise(0, {0: LogValue(OLD, "a")}), Promise(0, {})], [(0, "a")], 1),
        ([Promise(0, {0: LogValue(OLD, "a")}), Promise(0, {0: LogValue(NEW, "b")})], [(0, "b")], 1),
        ([Promise(0, {0: LogValue(OLD, "a"), 2: LogValue(OLD, "c")})], [(0, "a"), (1, None), (2, "c")], 3),
        ([Promise(2, {2: LogValue(OLD, "c")}), Promise(0, {0: LogValue(OLD, "a")})], [(2, "c")], 3),
        ([Promise(5, {}), Promise(0, {0: LogValue(OLD, "a")})], [], 5),
        ([Promise(5, {}), Promise(5, {6: LogValue(OLD, "b")})], [(5, None), (6, "b")], 7),
    ],
)
def test_a_new_leader_proposes_what_may_be_decided(promises, proposed, following):
    node = FlowBuilder().process()
    given = node.source_iter(promises).weaken_ordering().batch(node.tick(), nondet("all that there are"))
    entries, next_slot = recommit_after_leader_election(given)
    assert sorted(collect(entries.all_ticks(), backend="inprocess")) == proposed
    assert collect(next_slot.all_ticks(), backend="inprocess")[0] == following
