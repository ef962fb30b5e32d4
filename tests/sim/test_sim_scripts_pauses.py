"""Places that hold what comes on purpose."""

from __future__ import annotations

import pytest
from scripted import Counter, failing, scripted

from hydro_nb import FlowBuilder, SimulationFailure, nondet


@pytest.fixture
def counter():
    return Counter()


def test_paused_places_let_others_run(counter):
    async def body():
        counter.reads.pause()
        counter.counts.pause()
        counter.read_in.send_many([7, 8])
        counter.write_in.send_many([1, 1])
        await counter.written_out.assert_yields_only([1, 1])
        await counter.counts.reveal(1)
        await counter.reads.release(2)
        await counter.seen_out.assert_yields([(7, 1), (8, 1)])
        counter.reads.resume()
        await counter.counts.reveal_latest()
        await counter.seen_out.assert_no_more()

    scripted(counter.flow, body)


def test_a_decision_ends_a_pause(counter):
    async def body():
        counter.reads.pause()
        counter.counts.auto_pause()
        counter.read_in.send_many([7, 8])
        await counter.counts.reveal(0)
        await counter.reads.release(1)
        await counter.seen_out.assert_yields([(7, 0)])
        await counter.written_out.assert_no_more()

    failing(counter.flow, body, "`self.reads` of `batch` on process 0 holds 1: [8]")


def test_a_pause_takes_its_turn_after_a_decision(counter):
    async def body():
        counter.counts.auto_pause()
        counter.read_in.send_many([7, 8])
        await counter.counts.reveal(0)
        await counter.reads.release(1)
        counter.reads.pause()
        await counter.seen_out.assert_yields_only([(7, 0)])

    scripted(counter.flow, body)


def test_auto_pause_holds_after_each_decision_until_it_is_taken_back(counter):
    async def body():
        counter.counts.auto_pause()
        counter.reads.auto_pause()
        counter.read_in.send_many([7, 8, 9])
        counter.write_in.send(1)
        await counter.counts.reveal(0)
        await counter.reads.release(1)
        await counter.seen_out.assert_yields_only([(7, 0)])
        await counter.reads.release(1)
        await counter.seen_out.assert_yields_only([(8, 0)])
        counter.reads.resume()
        await counter.written_out.assert_yields([1])
        await counter.written_out.assert_no_more()

    failing(counter.flow, body, "`self.reads` of `batch` on process 0 holds 1: [9]")


def test_pause_until_waits_for_what_another_tick_makes():
    flow = FlowBuilder()
    process, other = flow.process(), flow.process()
    ends = flow.sim_hook()
    numbers_in, numbers = process.sim_input(int)
    sent = numbers.batch(process.tick(), nondet("any size")).all_ticks().send(other)
    sums = sent.batch(other.tick(), nondet("any size", hook=ends)).fold(0, lambda total, n: total + n)
    sums_out = sums.all_ticks().sim_output()

    async def body():
        numbers_in.send_many([1, 2, 3])
        await ends.pause_until_count(2)
        await ends.release_all()
        first = await sums_out.next()
        assert first in (3, 6)
        await ends.pause_while(sums_out.assert_no_more())
        if first == 3:
            await ends.release(1)
            await sums_out.assert_yields_only([3])

    # the last element goes on before or after the sum of the first two, or with one of them
    assert flow.sim().exhaustive(body) == 2 + 2 + 1 + 1

    async def never():
        numbers_in.send(1)
        await ends.pause_until_count(2)

    failing(
        flow, never, "`pause_until_count(2)` waits for what cannot come: `ends` of `batch` on process 1 holds 1: [1]",
        "await ends.pause_until_count(2)", how="exhaustive",
    )  # fmt: skip


def test_pause_until_is_a_barrier(counter):
    async def body():
        counter.write_in.send(1)
        counter.read_in.send(7)
        await counter.counts.reveal(0)
        await counter.reads.release(1)
        await counter.counts.pause_until(lambda held: held == [1])
        await counter.counts.reveal_next()
        await counter.seen_out.assert_yields_only([(7, 0)])

    scripted(counter.flow, body)


def test_a_pause_ends_where_what_it_waits_for_fails(counter):
    async def body():
        counter.counts.pause()
        counter.read_in.send(7)
        with pytest.raises(AssertionError):
            await counter.reads.pause_while(counter.seen_out.assert_yields([1]))
        await counter.seen_out.assert_no_more()

    failing(counter.flow, body, "`self.reads` of `batch` on process 0 holds 1: [7]")


def test_letting_time_pass_waits_for_all_decisions():
    flow = FlowBuilder()
    process = flow.process()
    parts = flow.sim_hook()
    numbers_in, numbers = process.sim_input(int)
    sums = numbers.batch(process.tick(), nondet("any size", hook=parts)).fold(0, lambda total, n: total + n)
    beats_out = process.source_interval(1.0).sim_output()
    sums_out = sums.all_ticks().sim_output()
    sim = flow.sim()

    async def body():
        numbers_in.send_many([1, 2, 3])
        await parts.pause_while(beats_out.assert_yields([()]))
        await parts.release(2)
        parts.pause()
        await sim.advance(1)
        await beats_out.assert_yields_only([()])
        await parts.release(1)
        await sums_out.assert_yields_only([3, 3])

    sim.deterministic(body)
    assert sim.exhaustive(body) == 1

    async def stuck():
        await parts.release(1)
        await sim.advance(1)

    with pytest.raises(SimulationFailure, match="a scripted decision can never be satisfied"):
        sim.deterministic(stuck)
