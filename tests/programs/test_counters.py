"""The counters of Hydro's tutorials, under every schedule."""

from __future__ import annotations

import pytest
from counters import single_client_counter, single_client_counter_buggy, single_counter, single_counter_buggy

from hydro_nb import FlowBuilder, SimulationFailure


def ports(service, *, keyed):
    process = FlowBuilder().process()
    increment, increments = process.sim_input()
    get, gets = process.sim_input()
    if keyed:
        increments, gets = increments.into_keyed(), gets.into_keyed()
    acknowledged, answers = service(increments, gets)
    if keyed:
        acknowledged, answers = acknowledged.entries(), answers.entries()
    return process.flow, increment, acknowledged.sim_output(), get, answers.sim_output()


def one_client(service):
    flow, increment, acknowledged, get, answers = ports(service, keyed=False)

    async def read_after_write():
        increment.send(())
        await acknowledged.assert_yields([()])
        get.send(())
        await answers.assert_yields_only([1])

    return flow.sim().exhaustive(read_after_write)


def keyed_client(service):
    flow, increment, acknowledged, get, answers = ports(service, keyed=True)

    async def read_after_write():
        increment.send((1, ()))
        await acknowledged.assert_yields_unordered([(1, ())])
        get.send((1, ()))
        await answers.assert_yields_only_unordered([(1, 1)])

    return flow.sim().exhaustive(read_after_write)


def test_who_was_acknowledged_reads_it():
    assert one_client(single_client_counter) == 1


def test_a_stale_read_is_found():
    with pytest.raises(SimulationFailure, match="unexpected message: 0"):
        one_client(single_client_counter_buggy)


def test_single_counter():
    assert keyed_client(single_counter) == 1


def test_single_counter_buggy():
    with pytest.raises(SimulationFailure, match=r"\(1, 0\)"):
        keyed_client(single_counter_buggy)


def test_read_concurrent_with_write():
    flow, increment, _, get, answers = ports(single_client_counter, keyed=False)
    seen = set()

    async def body():
        increment.send(())
        get.send(())
        seen.add(tuple(await answers.collect()))

    assert flow.sim().exhaustive(body) == 3
    assert seen == {(0,), (1,)}
