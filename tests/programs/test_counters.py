"""The counters of Hydro's tutorials, under every schedule."""

from __future__ import annotations

import pytest
from counters import (
    concurrent_clients,
    keyed_counter,
    keyed_counter_non_atomic,
    single_client_counter,
    single_client_counter_buggy,
    single_counter,
    single_counter_buggy,
)

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


def test_each_client_has_its_own():
    flow, increment, acknowledged, get, answers = ports(concurrent_clients, keyed=True)

    async def body():
        for client in (1, 2, 2):
            increment.send((client, ()))
            await acknowledged.assert_yields_unordered([(client, ())])
        get.send((1, ()))
        await answers.assert_yields_only_unordered([(1, 1)])
        get.send((2, ()))
        await answers.assert_yields_only_unordered([(2, 2)])

    assert flow.sim().exhaustive(body) == 1


def test_each_key_has_its_own():
    flow, increment, acknowledged, get, answers = ports(keyed_counter, keyed=True)

    async def body():
        increment.send((1, "abc"))
        await acknowledged.assert_yields_unordered([(1, "abc")])
        get.send((1, "abc"))
        await answers.assert_yields_only_unordered([(1, ("abc", 1))])
        get.send((1, "never named"))
        await answers.assert_no_more()

    assert flow.sim().exhaustive(body) == 1


def test_each_key_has_its_own_non_atomic():
    flow, increment, acknowledged, get, answers = ports(keyed_counter_non_atomic, keyed=True)

    async def body():
        increment.send((1, "abc"))
        await acknowledged.assert_yields_unordered([(1, "abc")])
        get.send((1, "abc"))
        await answers.assert_yields_only_unordered([(1, ("abc", 1))])

    with pytest.raises(SimulationFailure, match="ended early"):
        flow.sim().exhaustive(body)


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_deployed(backend):
    flow = FlowBuilder()
    process, client = flow.process(), flow.external()
    increment, increments = process.source_external(client, tuple[int, str])
    get, gets = process.source_external(client, tuple[int, str])
    acknowledged, answers = keyed_counter(increments.into_keyed(), gets.into_keyed())
    acks, replies = acknowledged.entries().send_external(client), answers.entries().send_external(client)
    with flow.deploy(backend=backend) as deployment:
        ends = [deployment.connect(port) for port in (increment, get, acks, replies)]
        for key in ("abc", "abc", "xyz"):
            ends[0].send((1, key))
            assert next(ends[2]) == (1, key)
        ends[1].send((7, "abc"))
        assert next(ends[3]) == (7, ("abc", 2))
