"""Programs that depend on time, under the virtual clock: a benchmark, a retry, a lease."""

from __future__ import annotations

import asyncio

import pytest

from hydro_nb import FlowBuilder, SimulationFailure, nondet
from hydro_nb.std.bench_client import bench_client

ANY = nondet("any outcome is explored")


async def serve(request):
    await asyncio.sleep(0.25)
    return request


def test_a_benchmark_measures_virtual_time():
    flow = FlowBuilder("benchmark")
    clients, server = flow.process(), flow.process()

    def next_number(_, last):
        return last.map(lambda each: (each[0], (each[1] or 0) + 1))

    def cycle(requests):
        return requests.send(server).map(serve).resolve_futures_ordered().send(clients)

    measured = bench_client(clients, next_number, cycle, 1, ANY)
    seen = measured.latency_histogram.map(lambda each: (each.samples, round(each.quantile(0.5), 3)))
    out = seen.snapshot(clients.tick(), ANY).all_ticks().sim_output()
    averages = measured.throughput.map(lambda each: round(each.mean)).sample_every(1.0, ANY).sim_output()
    sim, found = flow.sim(), []

    async def body():
        await out.collect()
        await sim.advance(2.1)
        found.append(((await out.collect())[-1], await averages.collect()))

    sim.replay(body)
    ((samples, median), means) = found[0]
    assert samples == 8
    assert median == pytest.approx(0.25, abs=0.001)
    assert means[-1] == 4


def test_a_lease_that_is_trusted_for_too_long():
    """Who holds a lease for a second and does not look at its clock believes in it although another has it."""
    flow = FlowBuilder("lease")
    server, holder = flow.process(), flow.process()
    renew, renewals = holder.sim_input(tuple[()])
    ask, asked = holder.sim_input(tuple[()])
    tick = holder.tick()
    expired = renewals.send(server).timeout(1.0, ANY).is_some()
    free = expired.snapshot(server.tick(), ANY).filter(lambda it: it).all_ticks().map(lambda _: "given to another")
    out = free.sim_output()
    silent = renewals.timeout(1.0, ANY).snapshot(tick, ANY).is_none()
    trusted = asked.batch(tick, ANY).filter_if(silent).all_ticks().map(lambda _: "mine").sim_output()
    sim = flow.sim()

    async def body():
        await out.collect()
        renew.send(())
        await trusted.assert_no_more()
        await sim.advance(0.9)
        renew.send(())
        await sim.advance(0.2)
        ask.send(())
        assert not (await trusted.collect() and await out.collect()), "two hold the lease"

    with pytest.raises(SimulationFailure, match="two hold the lease") as caught:
        sim.exhaustive(body)
    assert "what came is late" in str(caught.value)
