"""The execution without a schedule is prompt: everything as soon as it can be, each in its turn, nothing goes wrong."""

from __future__ import annotations

import pytest

from hydro_nb import TCP, AtLeastOnce, FlowBuilder, NoOrder, SimulationFailure, Stream, nondet

ANY = nondet("any outcome is explored")


def test_batches_are_all_that_has_come_and_snapshots_the_newest():
    flow = FlowBuilder()
    process = flow.process()
    tick = process.tick()
    numbers_in, numbers = process.sim_input(int, order=NoOrder)
    batch = numbers.batch(tick, ANY).count()
    both_out = batch.zip(numbers.count().snapshot(tick, ANY)).all_ticks().sim_output()

    async def body():
        numbers_in.send_many_unordered([1, 2, 3])
        await both_out.assert_yields_only([(3, 3)])

    flow.sim().replay(body)


def test_elements_come_once_in_the_order_of_arrival():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int, order=NoOrder, retries=AtLeastOnce)
    numbers_out = numbers.assume_retries(ANY).assume_ordering(ANY).sim_output()

    async def body():
        numbers_in.send_many_unordered([3, 1, 2])
        await numbers_out.assert_yields_only([3, 1, 2])

    flow.sim().replay(body)


def test_messages_arrive():
    flow = FlowBuilder()
    leader, follower = flow.process(), flow.process()
    numbers_in, numbers = leader.sim_input(int)
    numbers_out = numbers.send(follower, TCP.lossy(ANY)).sim_output()

    async def body():
        numbers_in.send_many([1, 2])
        await numbers_out.assert_yields_only([1, 2])

    flow.sim().replay(body)


def test_each_has_its_turn():
    """One that asks until it is answered would keep others from answering, were it always the first."""
    flow = FlowBuilder()
    client, server = flow.process(), flow.process()
    tick = client.tick()
    ask_in, ask = client.sim_input(str)
    again, asked = client.forward_ref(Stream, of=str, order=NoOrder)
    asking = ask.merge_unordered(asked)
    heard = asking.send(server).batch(server.tick(), ANY).all_ticks().send(client)
    answers = heard.count().snapshot(tick, ANY)
    open_ones = asking.batch(tick, ANY).cross_singleton(answers)
    again.complete(open_ones.filter(lambda pair: pair[1] == 0).map(lambda pair: pair[0]).all_ticks())
    heard_out = heard.sim_output()

    async def body():
        ask_in.send("a")
        assert set(await heard_out.collect_sorted()) == {"a"}

    flow.sim().replay(body)


def test_a_failure_says_no_more_choices_than_it_takes():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    sizes_out = numbers.batch(process.tick(), ANY).count().all_ticks().sim_output()

    async def body():
        numbers_in.send_many([1, 2, 3])
        await sizes_out.assert_yields_only([1])

    with pytest.raises(SimulationFailure) as caught:
        flow.sim().replay(body)
    assert str(caught.value).endswith("Run it again: flow.sim().replay(body, [])")
    assert caught.value.schedule == ()
