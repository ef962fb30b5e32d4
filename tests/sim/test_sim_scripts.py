"""Tests that script what is chosen: decisions make groups, groups follow each other, what is left open is said."""

from __future__ import annotations

import pytest
from scripted import Counter, failing, scripted

from hydro_nb import FlowBuilder, NoOrder, ScriptError, SimulationFailure, continue_if, nondet


@pytest.fixture
def counter():
    return Counter()


# ---------------------------------------------------------------- groups


def test_decisions_for_one_tick_make_one_run_of_it(counter):
    async def body():
        counter.write_in.send_many([1, 1])
        counter.read_in.send(7)
        await counter.counts.reveal(1)
        await counter.reads.release(1)
        await counter.counts.reveal(2)
        await counter.seen_out.assert_yields_only([(7, 1)])

    scripted(counter.flow, body)


def test_a_place_that_comes_again_is_for_the_next_run(counter):
    async def body():
        counter.write_in.send_many([1, 1, 1])
        counter.read_in.send_many([7, 8])
        await counter.counts.reveal(1)
        await counter.reads.release(1)
        await counter.counts.reveal(3)
        await counter.reads.release(1)
        await counter.seen_out.assert_yields_only([(7, 1), (8, 3)])

    scripted(counter.flow, body)


def test_decisions_may_come_before_their_elements(counter):
    async def body():
        await counter.counts.reveal(2)
        await counter.reads.release_values([7, 8])
        counter.read_in.send_many([7, 8])
        counter.write_in.send_many([1, 1])
        await counter.seen_out.assert_yields_only([(7, 2), (8, 2)])

    scripted(counter.flow, body)


def test_waiting_for_an_output_waits_for_all_decisions(counter):
    async def body():
        counter.write_in.send(1)
        counter.read_in.send(7)
        await counter.counts.reveal(1)
        await counter.reads.release(1)
        await counter.written_out.assert_yields([1])
        assert await counter.seen_out.collect() == [(7, 1)]
        counter.read_in.send(8)
        await counter.reads.release(1)
        await counter.seen_out.assert_yields_only([(8, 1)])

    scripted(counter.flow, body)


def test_ticks_run_in_the_order_of_the_script():
    flow = FlowBuilder()
    left, right = flow.process(), flow.process()
    lefts = flow.sim_hook()
    rights = flow.sim_hook()
    there_in, there = left.sim_input(int)
    back = there.batch(left.tick(), nondet("any size", hook=lefts)).all_ticks().map(lambda n: n * 10).send(right)
    done_out = back.batch(right.tick(), nondet("any size", hook=rights)).all_ticks().sim_output()

    async def body():
        lefts.auto_pause()
        there_in.send_many([1, 2])
        await lefts.release(1)
        await rights.release(1)
        await lefts.release(1)
        await rights.release(1)
        await done_out.assert_yields_only([10, 20])

    scripted(flow, body)

    async def unordered():
        there_in.send_many([1, 2])
        await rights.release(1)
        await lefts.release(1)

    failing(flow, unordered, "scripted hook has buffered input but no decision: `lefts` of `batch`")

    async def paused():
        lefts.pause()
        there_in.send_many([1, 2])
        await rights.release(1)
        await lefts.release(1)

    failing(
        flow, paused, "a scripted decision can never be satisfied", "`rights.release(1)`, at test_sim_scripts.py",
        "`rights` of `batch` on process 1 holds nothing",
    )  # fmt: skip


def test_what_is_not_scripted_is_explored():
    flow = FlowBuilder()
    process = flow.process()
    some = flow.sim_hook()
    one_in, one = process.sim_input(int)
    two_in, two = process.sim_input(int)
    one_out = one.batch(process.tick(), nondet("any size", hook=some)).count().all_ticks().sim_output()
    two_out = two.batch(process.tick(), nondet("any size")).count().all_ticks().sim_output()
    seen = set()

    async def body():
        one_in.send_many([1, 2])
        two_in.send_many([1, 2])
        await some.release(1)
        await some.release(1)
        seen.add((tuple(await one_out.collect()), tuple(await two_out.collect())))

    # the other tick runs once or twice, at any time between the two runs that are scripted
    assert flow.sim().exhaustive(body) == 3 + 6
    assert seen == {((1, 1), (2,)), ((1, 1), (1, 1))}
    failing(
        flow, body, "deterministic simulation encountered an unsafe operator with pending input that is not bound to a "
        "sim hook: `batch` on process 0 has [1, 2].", "two_out = ", 'nondet("...", hook=hook)',
    )  # fmt: skip


# ---------------------------------------------------------------- what is missing


def test_what_waits_needs_a_decision(counter):
    async def body():
        counter.write_in.send(1)
        counter.read_in.send_many([7, 8])
        await counter.counts.reveal(1)
        await counter.reads.release(1)
        await counter.written_out.assert_yields([1])
        await counter.seen_out.next()
        await counter.written_out.assert_no_more()

    for how in ("deterministic", "exhaustive"):
        failing(
            counter.flow, body,
            "ScriptError: scripted hook has buffered input but no decision: `self.reads` of `batch` on process 0 holds "
            "1: [8].", "reads come as they come", "self.reads.release, self.reads.release_values",
            "self.reads.pause()", how=how,
        )  # fmt: skip


def test_what_a_tick_needs_besides_is_named(counter):
    async def body():
        counter.counts.pause()
        counter.read_in.send(7)
        await counter.reads.release(1)
        await counter.seen_out.assert_no_more()

    failing(
        counter.flow, body, "a scripted decision can never be satisfied", "`self.reads.release(1)`",
        "`snapshot` has shown nothing yet in the tick",
    )  # fmt: skip


def test_nothing_new_does_not_let_a_tick_run(counter):
    async def body():
        counter.read_in.send(7)
        await counter.counts.reveal(0)
        await counter.reads.release(1)
        await counter.seen_out.assert_yields([(7, 0)])
        await counter.counts.keep()
        await counter.reads.release_empty()
        await counter.seen_out.assert_no_more()

    failing(counter.flow, body, "all of it together lets nothing new into the tick, so that it does not run")


def test_what_never_comes_is_named_with_what_is_there(counter):
    async def body():
        counter.write_in.send_many([1, 1])
        counter.read_in.send(7)
        await counter.counts.reveal(9)
        await counter.reads.release_values([7])
        await counter.seen_out.next()

    text = failing(
        counter.flow, body, "`self.counts.reveal(9)`, at test_sim_scripts.py", "nothing more can happen",
        "`self.counts` of `snapshot` on process 0 holds 3: [0, 1, 2]",
    )  # fmt: skip
    assert "self.reads.release_values" not in text.partition("What happened")[0]


def test_what_cannot_be_is_said_at_once(counter):
    async def body():
        counter.counts.pause()
        counter.read_in.send_many([7, 8])
        await counter.reads.release_values([8])
        await counter.seen_out.next()

    failing(counter.flow, body, "`self.reads.release_values([8])` cannot be: next comes 7, not 8", "holds 2: [7, 8]")


def test_nothing_can_be_kept_before_anything_was_shown(counter):
    async def body():
        counter.read_in.send(7)
        await counter.reads.release(1)
        await counter.counts.keep()
        await counter.seen_out.next()

    failing(counter.flow, body, "`self.counts.keep()` cannot be: nothing was shown before that could be kept")


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda it: it.reads.reveal(1), "`self.reads.reveal` is not for `batch`, to which `self.reads` is bound."),
        (lambda it: it.reads.reveal(1), "There: self.reads.release, self.reads.release_values"),
        (lambda it: it.counts.release(1), "There: self.counts.reveal, self.counts.reveal_next"),
        (lambda it: it.reads.on(0).release(1), "`self.reads` is on process 0, which has no members."),
        (lambda it: it.flow.sim_hook().release(1), "this hook is bound to no operator of the flow that is simulated."),
    ],
)
def test_a_hook_is_asked_for_what_its_place_has(counter, act, text):
    async def body():
        await act(counter)

    failing(counter.flow, body, text)


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda it: it.reads.release("a"), "`release` takes a number of elements here, not 'a'."),
        (lambda it: it.reads.release(-1), "`release` takes a number of elements here, not -1."),
        (lambda it: it.reads.release_values(7), "`release_values` takes elements here, such as [1, 2], not 7."),
    ],
)
def test_arguments_are_looked_at(counter, act, text):
    async def body():
        counter.counts.pause()
        counter.read_in.send(7)
        await act(counter)
        await counter.seen_out.next()

    failing(counter.flow, body, text)


def test_a_hook_of_a_flow_without_a_script_is_bound_to_nothing():
    flow = FlowBuilder()
    hook = flow.sim_hook()
    _, numbers = flow.process().sim_input(int)
    numbers.sim_output()

    async def body():
        await hook.release(1)

    for how in ("deterministic", "exhaustive"):
        failing(flow, body, "this hook is bound to no operator of the flow", 'nondet("...", hook=hook)', how=how)
    with pytest.raises(SimulationFailure, match="`hook` was asked to release outside a simulation"):
        hook.release(1).send(None)


def test_an_execution_that_is_discarded_is_none(counter):
    async def body():
        continue_if(not counter, "never")

    failing(counter.flow, body, "the only execution was discarded")


def test_an_error_of_a_script_can_be_caught(counter):
    async def body():
        counter.counts.pause()
        await counter.reads.release(1)
        with pytest.raises(ScriptError, match="can never be satisfied"):
            await counter.seen_out.next()

    counter.flow.sim().deterministic(body)


def test_what_nothing_comes_to_needs_no_script():
    flow = FlowBuilder()
    process = flow.process()
    tick = process.tick()
    numbers_in, numbers = process.sim_input(int, order=NoOrder)
    numbers.assume_ordering(nondet("any order")).batch(tick, nondet("any size")).all_ticks().sim_output()
    seven_out = process.singleton(7).snapshot(tick, nondet("it never changes")).all_ticks().sim_output()

    async def body():
        await seven_out.assert_yields_only([7])

    flow.sim().deterministic(body)

    async def sends():
        numbers_in.send(1)
        await seven_out.assert_yields_only([7])

    failing(flow, sends, "`assume_ordering` on process 0 has [1]")
