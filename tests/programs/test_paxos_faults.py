"""Paxos where acceptors crash, and where time passes: under random schedules, with its own timers."""

from __future__ import annotations

from paxos import Acceptor, PaxosConfig, Proposer, paxos_core
from test_paxos_sim import Elections

from hydro_nb import FlowBuilder, Optional, nondet


def with_crashes(elections, crashes):
    sim = elections.flow.sim().with_cluster_size(elections.proposers, 2).with_cluster_size(elections.acceptors, 3)
    return sim.with_faults(elections.acceptors, crashes=crashes)


def test_a_leader_decides_although_one_acceptor_crashes():
    elections, left = Elections(), set()
    sim = with_crashes(elections, 1)

    async def body():
        elections.try_to_lead.send(0, ())
        log = await elections.decided()
        assert sorted(log.values()) == ["00a", "00b", "00c"], f"not all is decided: {log}"
        left.add(len(sim.members(Acceptor)))

    assert sim.fuzz(body, runs=300, seed=1) == 300
    assert left == {2, 3}


def test_nothing_is_decided_twice_whoever_crashes_while_another_takes_over():
    elections = Elections()
    sim = with_crashes(elections, 3).with_faults(elections.proposers, crashes=1)

    async def body():
        elections.try_to_lead.send(0, ())
        elections.try_to_lead.send_many([(1, ()), (0, ()), (1, ())])
        await elections.decided()

    assert sim.fuzz(body, runs=500, seed=3) == 500


class Timed(Elections):
    """Proposers that notice by their own clocks when no leader is heard of."""

    def __init__(self, config=PaxosConfig(1, 0.2, 0.4, 1)):  # noqa: B008 - it does not change
        flow = self.flow = FlowBuilder("paxos with timers")
        self.proposers, self.acceptors = flow.cluster(Proposer), flow.cluster(Acceptor)
        checkpoint_sender, checkpoint = self.acceptors.channel(Optional, of=int)
        checkpoint_sender.send(self.acceptors.source_iter(list[int]()).weaken_boundedness().max())
        guards = nondet("any may lead"), nondet("payloads may be lost")
        args = (self.proposers, self.acceptors, checkpoint, self.payloads, config, *guards)
        elected, committed = paxos_core(*args)
        self.elected, self.committed = elected.sim_output(), committed.sim_output()

    async def leaders(self):
        """Give who became leader."""
        terms = [await self.elected.collect(proposer) for proposer in (0, 1)]
        return [ballot.proposer.raw_id for each in terms for ballot in each]


def test_time_makes_one_the_leader_and_it_stays_so():
    paxos, seen = Timed(), []
    sim = with_crashes(paxos, 0)

    async def body():
        await sim.advance(3)
        seen.append((await paxos.leaders(), await paxos.decided()))

    sim.replay(body)
    assert seen == [([0], {0: "00a", 1: "00b", 2: "00c"})]


def test_another_takes_over_when_the_leader_is_heard_of_no_more():
    paxos = Timed()
    sim = with_crashes(paxos, 0).with_faults(paxos.proposers, crashes=1)
    terms = set()

    async def body():
        await sim.advance(2)
        await paxos.decided()
        terms.add((tuple(await paxos.leaders()), len(sim.members(Proposer))))

    assert sim.fuzz(body, runs=100, seed=5) == 100
    assert any(set(term) == {0, 1} for term, _ in terms)
