"""What a random search does with one seed, as one line; run in fresh processes, which must all give the same."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "programs"))
sys.path.insert(0, str(Path(__file__).parents[2] / "notebooks"))

from test_paxos_sim import Elections, takeover

from hydro_nb import CLUSTER_SELF_ID, TCP, FlowBuilder, MemberId, NoOrder, inplace, nondet, proof

ANY = nondet("any outcome is explored")
ADDED = proof("a sum does not depend on the order")


def words(seed):
    """Count words on a cluster, with keys that are strings at every place that has some."""
    flow, seen = FlowBuilder("words"), []
    leader, workers = flow.process(), flow.cluster()
    port, text = leader.sim_input(str, order=NoOrder)
    jobs = text.map(lambda word: (MemberId.from_raw_id(len(word) % 3), word)).demux(workers, TCP.lossy(ANY))
    keyed = jobs.map(lambda word: (word[0], (word, CLUSTER_SELF_ID.raw_id))).into_keyed()
    counts = keyed.batch(workers.tick(), ANY).fold(lambda: 0, lambda count, _: count + 1, commutative=ADDED)
    back = counts.entries().all_ticks().send(leader).values()
    totals = back.into_keyed().fold(lambda: 0, lambda total, n: total + n, commutative=ADDED)
    tick = leader.tick()
    asked = text.batch(tick, ANY).unique().map(lambda word: (word[0], word)).into_keyed()
    out = asked.join_keyed_singleton(totals.snapshot(tick, ANY)).entries().all_ticks().sim_output()

    async def body():
        port.send_many_unordered(["one", "two", "three", "four", "five", "six", "seven"])
        seen.append(await out.collect_sorted(key=repr))

    simulation = flow.sim().with_cluster_size(workers, 3)
    simulation.fuzz(body, runs=100, seed=seed)
    return simulation, seen


def elections(seed):
    """Let two proposers lead in turn."""
    made, seen = Elections(), []
    simulation = made.flow.sim().with_cluster_size(made.proposers, 2).with_cluster_size(made.acceptors, 3)
    simulation.fuzz(takeover(made, seen), runs=15, seed=seed)
    return simulation, seen


def quorum(seed):
    """Gather members in a set, and look at it in its own order."""
    flow, seen = FlowBuilder("quorum"), []
    leader, workers = flow.process(), flow.cluster()
    port, votes = workers.sim_input(int)
    voted = votes.send(leader).entries().fold(set, inplace(lambda those, vote: those.add(vote[0])), commutative=ADDED)
    out = voted.snapshot(leader.tick(), ANY).map(list).all_ticks().sim_output()

    async def body():
        for number in range(7):
            port.send(number, number)
        seen.append(await out.collect())

    simulation = flow.sim().with_cluster_size(workers, 7)
    simulation.fuzz(body, runs=3, seed=seed)
    return simulation, seen


def digest(simulation, seen):
    """Put what was generated, what was chosen and what came of it into a few letters."""
    report = simulation.report
    texts = [module.written.text for module in simulation._executions.model.modules]
    content = repr((texts, report.executions, report.outcomes, report.longest, seen))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


if __name__ == "__main__":
    print(*(digest(*run(seed)) for seed in (1, 2) for run in (words, elections, quorum)))
