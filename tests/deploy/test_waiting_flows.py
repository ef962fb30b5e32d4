"""Flows that wait for futures: they settle when all have come, and stop at once; in both backends."""

import asyncio

import pytest
from faulty import busy

from hydro_nb import FlowBuilder, NoOrder, ProcessFailed, Stream, proof

ANY = proof("shown in any order")


class Leader: ...


async def turns(n):
    for _ in range(n):
        await asyncio.sleep(0)
    return n


async def never(n):
    try:
        await asyncio.Event().wait()
    finally:
        print("cancelled")


async def numbers():
    for n in range(3):
        await asyncio.sleep(0)
        yield n


async def interrupted(n):
    raise asyncio.CancelledError


async def leaving(n):
    raise SystemExit(3)


@pytest.fixture
def flow():
    return FlowBuilder("waiting")


@pytest.fixture
def leader(flow):
    return flow.process(Leader)


@pytest.fixture(params=["inprocess", "local"])
def start(request, flow):
    return lambda: flow.deploy(backend=request.param)


def texts(deployment):
    return sorted(line.text for line in deployment.logs())


def test_settled_when_all_have_come(leader, start):
    leader.source_iter([30, 10, 20]).map(turns).resolve_futures().for_each(print, commutative=ANY)
    with start() as deployment:
        deployment.settle(60)
        assert texts(deployment) == ["10", "20", "30"]
        assert deployment.state == "settled"


def test_one_after_the_other(leader, start):
    resolved = leader.source_iter([3, 2]).map(turns).resolve_futures_ordered()
    resolved.map(turns).resolve_futures_ordered().for_each(print)
    with start() as deployment:
        deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["3", "2"]


def test_where_a_loop_runs(leader, start):
    resolved = leader.source_iter([2, 1]).map(turns).resolve_futures_blocking()
    resolved.map(turns).resolve_futures().for_each(print, commutative=ANY)

    async def blocking():
        with start() as deployment:
            deployment.settle(60)
            return texts(deployment)

    async def awaiting():
        async with start() as deployment:
            await deployment.settled(60)
            return texts(deployment)

    assert asyncio.run(blocking()) == asyncio.run(awaiting()) == ["1", "2"]


def test_beside_an_async_source(leader, start):
    leader.source_stream(numbers).map(turns).resolve_futures_ordered().for_each(print)

    async def main():
        async with start() as deployment:
            await deployment.settled(60)
            return texts(deployment)

    assert asyncio.run(main()) == ["0", "1", "2"]


def test_what_is_waited_for_is_named_and_stop_cancels_it(leader, start):
    leader.source_iter([1, 2]).map(never).resolve_futures().for_each(print, commutative=ANY)
    with start() as deployment:
        busy(deployment, "resolve_futures `", "`, which waits for 2 results (test_waiting_flows")
        deployment.stop(drain=True)
    assert deployment.state == "stopped"
    assert deployment.problems == []


def test_more_than_may_be_under_way_at_once(leader, start):
    leader.source_iter(range(10_000)).map(turns_once).resolve_futures_ordered().for_each(lambda n: None)
    with start() as deployment:
        deployment.settle(60)
        assert max(deployment.totals.values()) == 10_000


async def turns_once(n):
    await asyncio.sleep(0)
    return n


@pytest.mark.parametrize(("function", "text"), [(interrupted, "CancelledError"), (leaving, r"called exit\(3\)")])
@pytest.mark.parametrize("blocking", [True, False])
def test_whatever_is_raised_fails_the_process(leader, start, function, text, blocking):
    futures = leader.source_iter([1]).map(function)
    resolved = futures.resolve_futures_blocking() if blocking else futures.resolve_futures()
    resolved.for_each(print, commutative=ANY)
    with start() as deployment, pytest.raises(ProcessFailed, match=text):
        deployment.settle(60)


def test_what_others_wait_for_is_cancelled_when_the_process_fails(leader, start):
    leader.source_iter([1]).map(never).resolve_futures().for_each(print, commutative=ANY)
    leader.source_iter([0]).map(turns).resolve_futures().for_each(lambda n: 1 // n, commutative=ANY)
    with start() as deployment, pytest.raises(ProcessFailed, match="ZeroDivisionError"):
        deployment.settle(60)


def test_what_a_timer_makes_again_and_again_does_not_keep_it_from_settling(leader, start):
    beats = leader.source_interval(0.005).map(lambda beat: turns(3)).resolve_futures()
    beats.for_each(lambda n: None, commutative=ANY)
    leader.source_iter([1]).map(turns).resolve_futures().for_each(print, commutative=ANY)
    with start() as deployment:
        deployment.settle(60)
        assert texts(deployment) == ["1"]


def test_a_port_waits_for_results(flow, leader, start):
    client = flow.external()
    inward, asked = leader.source_external(client, int)
    outward = asked.map(turns).resolve_futures_ordered().typed(int).send_external(client)
    with start() as deployment:
        deployment.connect(inward).send(5)
        assert deployment.connect(outward).receive(60) == 5


async def halves(n):
    await asyncio.sleep(0)
    return [n // 2, n // 2] if n > 1 else []


def test_results_come_back_to_where_they_came_from(leader, start):
    found, more = leader.forward_ref(Stream, of=int, order=NoOrder)
    tasks = leader.source_iter([8]).weaken_boundedness().merge_unordered(more)
    found.complete(tasks.map(halves).resolve_futures().flat_map_unordered(lambda each: each))
    tasks.for_each(print, commutative=ANY)
    with start() as deployment:
        deployment.settle(60)
        assert texts(deployment) == ["1"] * 8 + ["2"] * 4 + ["4"] * 2 + ["8"]
