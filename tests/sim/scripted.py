"""A counter whose reads and snapshots are scripted, and what is asked of scripts in general."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, SimulationFailure, TotalOrder, nondet


class Counter:
    """Reads in batches beside snapshots of a count of writes, both scripted."""

    def __init__(self):
        self.flow = flow = FlowBuilder("counter")
        process = flow.process()
        self.reads = flow.sim_hook()
        self.counts = flow.sim_hook()
        self.write_in, write = process.sim_input(int)
        self.read_in, read = process.sim_input(int)
        tick = process.tick()
        batch = read.batch(tick, nondet("reads come as they come", hook=self.reads))
        count = write.count().snapshot(tick, nondet("reads may be stale", hook=self.counts))
        self.seen_out = batch.cross_singleton(count).all_ticks().sim_output()
        self.written_out = write.sim_output()


def scripted(flow, body):
    """Run the one execution that a test scripts, and see that searches find no other."""
    flow.sim().deterministic(body)
    assert flow.sim().exhaustive(body) == 1
    assert flow.sim().fuzz(body, runs=3, seed=1) == 3
    assert "(scripted)" in flow.sim().replay(body)


def failing(flow, body, *texts, how="deterministic"):
    """See that a script fails, and give what is said of it."""
    with pytest.raises(SimulationFailure) as caught:
        getattr(flow.sim(), how)(body)
    text = str(caught.value)
    for each in texts:
        assert each in text
    return text


ANY = "any outcome is explored"


def only_one(flow, body, sizes=()):
    """Run the one execution that a test scripts, and see that a search finds no other."""

    def simulation():
        made = flow.sim()
        for cluster, size in sizes:
            made.with_cluster_size(cluster, size)
        return made

    simulation().deterministic(body)
    assert simulation().exhaustive(body) == 1


def fails(flow, body, text):
    """See that a script fails, and says this."""
    with pytest.raises(SimulationFailure) as caught:
        flow.sim().deterministic(body)
    assert text in str(caught.value)


def place(element=int, order=TotalOrder, retries=None):
    """Give a flow with a process, an input and a hook."""
    flow = FlowBuilder()
    process, hook = flow.process(), flow.sim_hook()
    port, stream = process.sim_input(element, order, retries) if retries else process.sim_input(element, order)
    return flow, process, hook, port, stream


def listed(total, each):
    return (*total, each)
