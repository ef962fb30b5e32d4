"""What a test may ask of its ports, and what it reads when it asks for something else."""

import asyncio

import pytest

from hydro_nb import FlowBuilder, NoOrder, OrderError, SimulationFailure, TotalOrder, nondet
from hydro_nb.lang.sim_ports import NoMoreMessages, continue_if

ANY = nondet("any outcome is explored")


def doubling(order=TotalOrder):
    flow = FlowBuilder()
    numbers_in, numbers = flow.process().sim_input(int, order=order)
    return flow, numbers_in, numbers.map(lambda n: n * 2).sim_output()


def fails(flow, body, *texts):
    with pytest.raises(SimulationFailure) as caught:
        flow.sim().exhaustive(body)
    for text in texts:
        assert text in str(caught.value)
    return caught.value


def test_next_gives_one_at_a_time_and_then_says_that_no_more_can_come():
    flow, port, out = doubling()

    async def body():
        port.send(1)
        port.send(2)
        assert [await out.next(), await out.next()] == [2, 4]
        with pytest.raises(NoMoreMessages, match="no more messages can possibly arrive"):
            await out.next()
        port.send(3)
        assert await out.next() == 6

    assert flow.sim().exhaustive(body) == 1


def test_collect_waits_for_quiescence_and_takes_everything():
    flow, port, out = doubling()

    async def body():
        assert await out.collect() == []
        port.send_many([2, 1])
        assert await out.collect() == [4, 2]
        port.send_many([2, 1])
        assert await out.collect_sorted() == [2, 4]
        port.send_many([2, 1])
        assert await out.collect_sorted(key=lambda n: -n) == [4, 2]

    assert flow.sim().exhaustive(body) == 1


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda out: out.assert_yields([2, 5]), "Stream yielded unexpected message: 4, expected: 5"),
        (lambda out: out.assert_yields([2, 4, 6]), "Stream ended early, still expected: [6]"),
        (lambda out: out.assert_yields_only([2]), "Stream yielded unexpected message: 4, expected termination"),
        (
            lambda out: out.assert_yields_unordered([4, 6]),
            "Stream yielded unexpected message: 2, expected one of: [4, 6]",
        ),
        (lambda out: out.assert_yields_only_unordered([4, 2, 6]), "Stream ended early, still expected: [6]"),
        (lambda out: out.assert_no_more(), "Stream yielded unexpected message: 2, expected termination"),
    ],
)
def test_assertions_say_what_came_instead(ask, text):
    flow, port, out = doubling()

    async def body():
        port.send_many([1, 2])
        await ask(out)

    fails(flow, body, f"AssertionError: {text}", "test_sim_ports.py", "await ask(out)")


def test_assertions_hold_where_they_should():
    flow, port, out = doubling()

    async def body():
        port.send_many([1, 2, 3])
        await out.assert_yields([2])
        await out.assert_yields_unordered([6, 4])
        await out.assert_no_more()
        port.send_many([1, 2])
        await out.assert_yields_only_unordered([4, 2])

    assert flow.sim().exhaustive(body) == 1


def test_an_order_that_means_nothing_cannot_be_looked_at():
    flow, port, out = doubling(NoOrder)

    async def body():
        port.send_many_unordered([1, 2])
        await out.assert_yields([2, 4])

    with pytest.raises(OrderError, match=r"this output is NoOrder.*\n.*test_sim_ports.*\n.*assert_yields_unordered"):
        flow.sim().exhaustive(body)


def test_an_order_that_means_something_cannot_be_left_open():
    flow, port, _ = doubling()

    async def body():
        port.send_many_unordered([1, 2])

    with pytest.raises(OrderError, match=r"this one is TotalOrder.*\n.*\n.*order=NoOrder"):
        flow.sim().exhaustive(body)


def test_ports_do_nothing_outside_a_simulation():
    _, port, out = doubling()
    with pytest.raises(SimulationFailure, match="outside a simulation"):
        port.send(1)
    with pytest.raises(SimulationFailure, match="outside a simulation"):
        out.collect().send(None)


def test_ports_made_later_are_not_simulated():
    flow, *_ = doubling()
    simulation = flow.sim()
    late_in, _ = flow.process().sim_input(int)

    async def body():
        late_in.send(1)

    with pytest.raises(SimulationFailure, match="was made after"):
        simulation.exhaustive(body)


def test_executions_share_nothing():
    flow, port, out = doubling()
    simulation = flow.sim()

    async def forgetful():
        port.send(1)

    async def clean():
        await out.assert_no_more()

    assert [simulation.exhaustive(body) for body in (forgetful, clean, forgetful, clean)] == [1, 1, 1, 1]


def test_one_simulation_may_run_inside_another():
    flow, port, out = doubling()
    other_flow, other_port, other_out = doubling()

    async def inner():
        other_port.send(5)
        await other_out.assert_yields_only([10])

    async def body():
        port.send(1)
        assert other_flow.sim().exhaustive(inner) == 1
        await out.assert_yields_only([2])

    assert flow.sim().exhaustive(body) == 1


@pytest.mark.parametrize("search", [lambda sim, body: sim.exhaustive(body), lambda sim, body: sim.fuzz(body, 2)])
def test_a_search_of_which_nothing_is_left_says_so(search):
    flow, port, out = doubling()

    async def body():
        port.send(1)
        continue_if(await out.next() == 3, "it is three")
        raise AssertionError("never reached")

    with pytest.raises(
        SimulationFailure, match=r"every execution was discarded, \d in all: `continue_if` held in none of them"
    ):
        search(flow.sim(), body)


def test_continue_if_discards_executions_without_counting_them():
    flow = FlowBuilder()
    process = flow.process()
    port, numbers = process.sim_input(int)
    out = numbers.batch(process.tick(), ANY).count().all_ticks().sim_output()

    async def body():
        port.send_many([1, 2, 3])
        sizes = await out.collect()
        continue_if(len(sizes) == 2, "two batches")
        assert sorted(sizes) == [1, 2]

    assert flow.sim().exhaustive(body) == 2


async def _sleeps():
    await asyncio.sleep(0)


async def _sleeps_longer():
    await asyncio.sleep(1)


@pytest.mark.parametrize("body", [_sleeps, _sleeps_longer])
def test_nothing_but_ports_can_be_awaited(body):
    flow, *_ = doubling()
    fails(flow, body, "has no event loop", "sim.advance", "test_sim_ports.py", "await asyncio.sleep", "out.next()")


def test_not_even_inside_a_running_loop():
    flow, *_ = doubling()

    async def main():
        fails(flow, _sleeps_longer, "the test awaited <Future pending>", "await asyncio.sleep(1)")

    asyncio.run(main())


def test_a_test_is_a_coroutine_function():
    flow, *_ = doubling()
    with pytest.raises(SimulationFailure, match="`async def` function without arguments"):
        flow.sim().exhaustive(lambda: None)


@pytest.mark.parametrize(
    ("forget", "text"),
    [
        (lambda sim, out: out.assert_yields_only([3]), "`out.assert_yields_only` was called but never awaited"),
        (lambda sim, out: out.next(), "`out.next` was called but never awaited"),
        (lambda sim, out: sim.advance(1), "`advance` was called but never awaited"),
    ],
)
def test_an_await_that_is_forgotten_is_told(forget, text):
    flow = FlowBuilder()
    port, numbers = flow.process().sim_input(int)
    out = numbers.sim_output()
    sim = flow.sim()

    async def body():
        port.send(1)
        forget(sim, out)
        assert await out.collect() == [1]

    with pytest.raises(SimulationFailure) as caught:
        sim.exhaustive(body)
    assert text in str(caught.value)
    assert "test_sim_ports.py, line" in str(caught.value)


def test_what_is_called_first_and_awaited_later_is_not_forgotten():
    flow, port, out = doubling()

    async def body():
        first, second = out.next(), out.next()
        port.send_many([1, 2])
        assert [await first, await second] == [2, 4]

    assert flow.sim().exhaustive(body) == 1
