"""A script has to come about also where it is the last that a test says, and to leave nothing open."""

import pytest
from scripted import failing, place, scripted

from hydro_nb import nondet

NEVER = "ScriptError: a scripted decision can never be satisfied, as nothing more can happen."
OPEN = "ScriptError: scripted hook has buffered input but no decision: `hook` of `batch` on process 0 holds"


@pytest.fixture
def batches():
    flow, process, hook, port, numbers = place()
    out = numbers.batch(process.tick(), nondet("any size", hook=hook)).all_ticks().sim_output()
    return flow, hook, port, out


@pytest.mark.parametrize("how", ["deterministic", "exhaustive"])
@pytest.mark.parametrize(
    ("decide", "text"),
    [
        (lambda hook: hook.release(5), f"{NEVER}\n  `hook.release(5)`"),
        (lambda hook: hook.release_values([7]), "`hook.release_values([7])` cannot be: next comes 1, not 7"),
        (lambda hook: hook.release(1), f"{OPEN} 2: [2, 3]"),
    ],
)
def test_the_last_decision_comes_about(batches, how, decide, text):
    flow, hook, port, _ = batches

    async def body():
        port.send_many([1, 2, 3])
        await decide(hook)

    failing(flow, body, text, how=how)


@pytest.mark.parametrize("how", ["deterministic", "exhaustive"])
def test_what_was_sent_needs_a_decision_before_the_end(batches, how):
    flow, hook, port, out = batches

    async def nothing():
        port.send_many([1, 2, 3])

    failing(flow, nothing, f"{OPEN} 3: [1, 2, 3]", how=how)

    async def some():
        port.send_many([1, 2, 3])
        await hook.release(1)
        await out.assert_yields([1])

    failing(flow, some, f"{OPEN} 2: [2, 3]", how=how)


def test_a_version_that_never_is_cannot_be_the_last():
    flow, process, hook, port, numbers = place()
    total = numbers.fold(lambda: 0, lambda total, n: total + n)
    total.snapshot(process.tick(), nondet("any version", hook=hook)).all_ticks().sim_output()

    async def body():
        port.send_many([1, 2])
        await hook.reveal(1)
        await hook.reveal(99)

    failing(flow, body, NEVER, "`hook.reveal(99)`")


def test_what_comes_about_at_the_end_is_well(batches):
    flow, hook, port, _ = batches

    async def body():
        port.send_many([1, 2, 3])
        await hook.release(1)
        await hook.release_values([2, 3])

    scripted(flow, body)

    async def paused():
        hook.pause()
        port.send_many([1, 2, 3])

    flow.sim().deterministic(paused)


def test_what_is_not_bound_is_said_at_the_end(batches):
    flow, *_ = batches
    process = flow.process()
    port, numbers = process.sim_input(int)
    numbers.batch(process.tick(), nondet("not scripted")).all_ticks().sim_output()

    async def body():
        port.send(1)

    failing(flow, body, "that is not bound to a sim hook: `batch` on process 1 has [1].")
