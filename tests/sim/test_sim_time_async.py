"""Async functions of a flow under the virtual clock: what sleeps goes on when the test has let so much time pass."""

from __future__ import annotations

import asyncio

import pytest

from hydro_nb import CLUSTER_SELF_ID, FlowBuilder, SimulationFailure, nondet
from hydro_nb.lang.sim_ports import MORE

ANY = nondet("any outcome is explored")


async def slow(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return seconds


async def at_once(n: int) -> int:
    return n


async def several(n: int) -> list[float]:
    return await asyncio.gather(*(slow(each / 10) for each in range(n)))


async def impatient(seconds: float) -> float:
    try:
        async with asyncio.timeout(1.0):
            return await slow(seconds)
    except TimeoutError:
        return -1.0


async def countdown(n: int):
    for each in range(n):
        await asyncio.sleep(1)
        yield each


def start():
    flow = FlowBuilder("async")
    node = flow.process()
    port, stream = node.sim_input(int)
    return flow, node, port, stream


# ---------------------------------------------------------------- beside the ticks


def test_results_come_as_time_passes():
    flow, _, port, numbers = start()
    out = numbers.map(slow).resolve_futures().sim_output()
    in_order = numbers.map(slow).resolve_futures_ordered().sim_output()
    sim = flow.sim()

    async def body():
        port.send_many([3, 1, 2])
        await out.assert_no_more()
        await sim.advance(1)
        await out.assert_yields_only_unordered([1])
        await in_order.assert_no_more()
        await sim.advance(2)
        await out.assert_yields_only_unordered([2, 3])
        await in_order.assert_yields_only([3, 1, 2])
        port.send(7)  # it is still waited for when the execution ends

    assert [sim.exhaustive(body), sim.exhaustive(body)] == [1, 1]


def test_what_does_not_wait_is_there_at_once():
    flow, _, port, numbers = start()
    out = numbers.map(at_once).resolve_futures().sim_output()

    async def body():
        port.send_many([1, 2])
        await out.assert_yields_only_unordered([1, 2])

    assert flow.sim().exhaustive(body) == 1


@pytest.mark.parametrize(
    ("function", "given", "seconds", "result"),
    [(several, 4, 0.3, [0.0, 0.1, 0.2, 0.3]), (impatient, 5, 1.0, -1.0), (impatient, 0.5, 0.5, 0.5)],
)
def test_what_is_made_of_sleeps(function, given, seconds, result):
    flow, _, port, numbers = start()
    out = numbers.map(function).resolve_futures().sim_output()
    sim = flow.sim()

    async def body():
        port.send(given)
        await sim.advance(seconds - 0.01)
        await out.assert_no_more()
        await sim.advance(0.01)
        await out.assert_yields_only_unordered([result])

    assert sim.exhaustive(body) == 1


def test_that_a_result_comes_is_an_event_among_others():
    flow, node, port, numbers = start()
    tick = node.tick()
    late = numbers.map(slow).resolve_futures().count().snapshot(tick, ANY)
    out = numbers.batch(tick, ANY).cross_singleton(late).map(lambda pair: pair[1]).all_ticks().sim_output()
    sim, seen = flow.sim(), set()

    async def body():
        port.send(1)
        await sim.advance(1)
        seen.add(tuple(await out.collect()))

    sim.exhaustive(body)
    assert seen == {(0,), (1,)}


def test_functions_of_a_place_share_what_they_wait_for():
    opened = asyncio.Event()

    async def wait(n):
        await opened.wait()
        return n

    async def open_it(n):
        await asyncio.sleep(n)
        opened.set()
        return n

    flow, node, port, numbers = start()
    key, keys = node.sim_input(int)
    out = numbers.map(wait).resolve_futures().sim_output()
    keys.map(open_it).resolve_futures().sim_output()
    sim = flow.sim()

    async def body():
        port.send(1)
        key.send(2)
        await sim.advance(1)
        await out.assert_no_more()
        await sim.advance(1)
        await out.assert_yields_only_unordered([1])

    assert [sim.exhaustive(body), sim.exhaustive(body)] == [1, 1]  # each execution has an event of its own


def test_who_awaits_is_still_the_member_that_began():
    async def whose(n):
        await asyncio.sleep(n)
        return CLUSTER_SELF_ID.raw_id

    flow = FlowBuilder()
    workers = flow.cluster()
    out = workers.source_iter([2, 1]).map(whose).resolve_futures().sim_output()
    sim = flow.sim().with_cluster_size(workers, 3)

    async def body():
        await sim.advance(2)
        for member in range(3):
            await out.assert_yields_only_unordered(member, [member, member])

    assert sim.exhaustive(body) == 1


def test_who_crashes_awaits_nothing_more():
    flow = FlowBuilder()
    leader, workers = flow.process(), flow.cluster()
    out = workers.source_iter([1.0, 2.0]).map(slow).resolve_futures().send(leader).values().sim_output()
    sim, seen = flow.sim().with_cluster_size(workers, 1).with_faults(workers, restarts=1), set()

    async def body():
        await sim.advance(2)
        seen.add(tuple(await out.collect_sorted()))

    sim.exhaustive(body)
    # started again after one second, it has come as far as the first once more
    assert seen == {(), (1.0,), (1.0, 2.0), (1.0, 1.0)}


def test_awaiting_works_inside_a_running_loop():
    flow, _, port, numbers = start()
    out = numbers.map(slow).resolve_futures().sim_output()
    sim = flow.sim()

    async def body():
        port.send(1)
        await sim.advance(1)
        await out.assert_yields_only_unordered([1])

    async def main():
        assert sim.exhaustive(body) == 1
        await asyncio.sleep(0)
        assert asyncio.get_running_loop() is not None

    asyncio.run(main())


# ---------------------------------------------------------------- in the middle of a tick


def test_what_a_tick_waits_for_takes_no_time():
    flow, node, port, numbers = start()
    batch = numbers.batch(node.tick(), ANY)
    out = batch.map(slow).resolve_futures_blocking().all_ticks().sim_output()
    each = numbers.flat_map_stream_blocking(countdown).sim_output()

    async def add(total, n):
        await asyncio.sleep(60)
        return total + n, total + n

    totals = numbers.scan_async_blocking(0, add).sim_output()
    sim = flow.sim()

    async def body():
        port.send(3)
        await out.assert_yields_only_unordered([3])
        await each.assert_yields_only([0, 1, 2])
        await totals.assert_yields_only([3])

    assert sim.exhaustive(body) == 1


def test_what_never_comes_is_told():
    async def forever(n):
        await asyncio.get_running_loop().create_future()
        return n

    flow, _, port, numbers = start()
    numbers.map(forever).resolve_futures_blocking().sim_output()
    other = numbers.map(forever).resolve_futures().sim_output()

    async def body():
        port.send(1)
        await other.assert_no_more()

    with pytest.raises(SimulationFailure, match="waits for something which does not come"):
        flow.sim().exhaustive(body)


@pytest.mark.parametrize("blocking", [False, True])
def test_who_polls_while_time_stands_still_is_told_so(blocking):
    async def polls(n):
        while n:
            await asyncio.sleep(0)

    flow, _, port, numbers = start()
    made = numbers.map(polls)
    out = (made.resolve_futures_blocking() if blocking else made.resolve_futures()).sim_output()

    async def body():
        port.send(1)
        await out.collect_sorted()

    with pytest.raises(SimulationFailure, match="polls` goes on and on without letting time pass"):
        flow.sim().exhaustive(body)


def test_a_function_may_let_others_go_first_as_often_as_it_likes():
    async def yields(n):
        for _ in range(n):
            await asyncio.sleep(0)
        return n

    flow, _, port, numbers = start()
    out = numbers.map(yields).resolve_futures().sim_output()

    async def body():
        port.send_many([20_000, 0])
        await out.assert_yields_only_unordered([0, 20_000])

    assert flow.sim().exhaustive(body) == 1


# ---------------------------------------------------------------- what cannot be waited for


async def in_a_thread(n: int) -> int:
    return await asyncio.to_thread(lambda: n)


async def over_a_socket(n: int) -> int:
    await asyncio.open_connection("localhost", 1)
    return n


@pytest.mark.parametrize("function", [in_a_thread, over_a_socket])
@pytest.mark.parametrize("blocking", [False, True])
def test_the_world_outside_does_not_exist(function, blocking):
    flow, _, port, numbers = start()
    made = numbers.map(function)
    (made.resolve_futures_blocking() if blocking else made.resolve_futures()).sim_output()

    async def body():
        port.send(1)
        while await MORE:
            pass

    with pytest.raises(SimulationFailure, match="waits for the world outside") as caught:
        flow.sim().exhaustive(body)
    assert "await asyncio.sleep(seconds)" in str(caught.value)


async def fails(n: int) -> int:
    await asyncio.sleep(1)
    return 6 // n


def test_a_failure_in_an_async_function_is_told_with_its_line():
    flow, _, port, numbers = start()
    numbers.map(fails).resolve_futures().sim_output()
    sim = flow.sim()

    async def body():
        port.send(0)
        await sim.advance(1)

    with pytest.raises(SimulationFailure) as caught:
        sim.exhaustive(body)
    assert "ZeroDivisionError" in str(caught.value)
    assert "return 6 // n" in str(caught.value)
