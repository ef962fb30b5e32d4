"""Executions of the simulator to draw: one of each kind of thing that happens."""

from __future__ import annotations

from hydro_nb import TCP, FlowBuilder, SimulationFailure, nondet


class Counter:
    """A counter whose reads may be stale, heard by a second process."""

    def __init__(self):
        flow = self.flow = FlowBuilder("counter")
        server, reader = flow.process(), flow.process()
        self.increments_in, increments = server.sim_input(tuple)
        self.requests_in, requests = server.sim_input(tuple)
        tick = server.tick()
        batch = requests.batch(tick, nondet("requests are answered one by one"))
        count = increments.count().snapshot(tick, nondet("a stale count is good enough"))
        answers = batch.cross_singleton(count).map(lambda pair: pair[1]).all_ticks()
        self.acknowledged = increments.sim_output()
        self.answered = answers.send(reader, TCP.fail_stop()).sim_output()

    async def read_after_write(self):
        self.increments_in.send(())
        await self.acknowledged.assert_yields([()])
        self.requests_in.send(())
        await self.answered.assert_yields_only([1])


def failing():
    """A read that misses a write."""
    counter = Counter()
    try:
        counter.flow.sim().exhaustive(counter.read_after_write)
    except SimulationFailure as failure:
        return failure.record
    raise AssertionError


def passing():
    counter = Counter()
    return counter.flow.sim().record(counter.read_after_write)


def lossy():
    """One message arrives, one is lost, one is late for ever."""
    flow = FlowBuilder("lossy")
    source, near, far = flow.process(), flow.process(), flow.process()
    numbers_in, numbers = source.sim_input(int)
    near_out = numbers.send(near, TCP.lossy(nondet("losses are repaired"))).sim_output()
    far_out = numbers.send(far, TCP.lossy_delayed_forever()).sim_output()

    async def body():
        numbers_in.send_many([7, 8])
        await near_out.collect()
        await far_out.collect_sorted()

    return flow.sim().test_safety_only().record(body, [1, 0, 1, 0])


def crashing():
    """A member crashes before it hears anything."""
    flow = FlowBuilder("crashing")
    leader, workers = flow.process(), flow.cluster()
    numbers_in, numbers = leader.sim_input(int)
    copies_out = numbers.broadcast_closed(workers).send(leader).entries().sim_output()

    async def body():
        numbers_in.send(7)
        assert len(await copies_out.collect_sorted()) > 1

    simulation = flow.sim().with_cluster_size(workers, 2).with_faults(workers, crashes=1)
    try:
        simulation.exhaustive(body)
    except SimulationFailure as failure:
        return failure.record
    raise AssertionError


def beating():
    """Time passes."""
    flow = FlowBuilder("beating")
    beats_out = flow.process().source_interval(1.0).sim_output()
    simulation = flow.sim()

    async def body():
        await simulation.advance(1.5)
        await beats_out.assert_yields_only([(), ()])

    return simulation.record(body)
