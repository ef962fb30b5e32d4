"""Hooks are bound once, in flows that are simulated."""

from __future__ import annotations

import pytest
from scripted import failing, scripted

from hydro_nb import FlowBuilder, GraphError, nondet, proof


def test_a_hook_is_bound_once():
    flow = FlowBuilder()
    process = flow.process()
    hook = flow.sim_hook()
    numbers = process.source_iter([1])
    numbers.batch(process.tick(), nondet("once", hook=hook))
    with pytest.raises(GraphError) as caught:
        numbers.batch(process.tick(), nondet("twice", hook=hook))
    assert "`hook` is bound to two operators" in str(caught.value)
    assert 'nondet("once", hook=hook)' in str(caught.value)
    assert 'nondet("twice", hook=hook)' in str(caught.value)


def test_a_cell_that_runs_again_binds_anew():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    for _ in range(2):
        with flow.cell("hooks"):
            parts = flow.sim_hook()
        with flow.cell("batches"):
            batch = numbers.batch(process.tick(), nondet("any size", hook=parts))
            sizes_out = batch.count().all_ticks().sim_output()

    async def body():
        numbers_in.send(1)
        await parts.release(1)
        await sizes_out.assert_yields_only([1])

    scripted(flow, body)


def test_a_guard_that_is_passed_on_keeps_its_hook_for_itself():
    hook = FlowBuilder().sim_hook()
    mine = nondet("inside", nondet("outside", hook=hook))
    assert mine.text == "inside; outside"
    assert mine.hook is None


@pytest.mark.parametrize("guard", [nondet, proof])
def test_what_is_no_hook_is_said_to_be_none(guard):
    with pytest.raises(GraphError, match=r"was given hook=7.\n.*\n  Make a hook: hook = flow.sim_hook\(\)"):
        guard("why", hook=7)
    with pytest.raises(GraphError, match=r"all members run the same operator.\n.*\n.*hook.on\(0\)"):
        guard("why", hook=FlowBuilder().sim_hook().on(1))


def test_a_flow_with_a_bound_hook_is_not_deployed():
    flow = FlowBuilder()
    process = flow.process()
    parts = flow.sim_hook()
    numbers = process.source_iter([1]).batch(process.tick(), nondet("any size", hook=parts))
    numbers.all_ticks().for_each(print)
    with pytest.raises(GraphError) as caught:
        flow.deploy(backend="inprocess")
    assert "`parts` scripts `batch` in simulated tests, and a flow with a bound hook cannot be deployed." in str(
        caught.value
    )
    assert 'nondet("any size", hook=parts)' in str(caught.value)


def test_a_hook_that_is_not_bound_does_not_hinder_a_deployment(capsys):
    flow = FlowBuilder()
    flow.sim_hook()
    flow.process().source_iter([1]).for_each(print)
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle()
    assert capsys.readouterr().out == "[process 0] 1\n"


def test_where_nothing_is_chosen_nothing_is_scripted():
    flow = FlowBuilder()
    hook = flow.sim_hook()
    numbers_in, numbers = flow.process().sim_input(int)
    numbers.assume_ordering(nondet("it has one", hook=hook)).sim_output()

    async def body():
        numbers_in.send(1)
        await hook.next(1)

    failing(flow, body, "the hook is bound to `assume_ordering`, which leaves nothing to decide there")


def test_what_happens_before_the_test_begins_is_not_scripted():
    flow = FlowBuilder()
    hook = flow.sim_hook()
    letters = flow.process().source_iter(["a", "b"]).weaken_ordering()
    letters_out = letters.assume_ordering(nondet("any order", hook=hook)).sim_output()
    seen = set()

    async def body():
        seen.add(tuple(await letters_out.collect()))

    assert flow.sim().exhaustive(body) == len(seen) == 2

    async def scripts():
        await hook.order(["b", "a"])

    failing(flow, scripts, "`assume_ordering` on process 0 has ['a', 'b']")
    failing(flow, scripts, "which takes all that there is before the test begins", how="exhaustive")
