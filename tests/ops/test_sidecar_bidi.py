import asyncio

import pytest

from hydro_nb import CaptureError, GraphError, ProcessFailed
from hydro_nb.ir.node import Bound, Order, Retries


async def doubled(inbox, outbox):
    async for n in inbox:
        await outbox.send(n * 2)


def test_list(flow, leader, run, snapshot):
    results, questions = leader.sidecar_bidi(doubled, of=int, accepts=int)
    questions.send(leader.source_iter([1, 2, 3]))
    assert run(results) == [2, 4, 6]
    snapshot(flow.source(leader))


def test_one_that_only_sends(leader, run):
    async def counting(_inbox, outbox):
        for n in range(3):
            await outbox.send(n)

    numbers, _questions = leader.sidecar_bidi(counting, of=int)
    assert run(numbers) == [0, 1, 2]


def test_many_elements_both_ways(leader, run):
    results, questions = leader.sidecar_bidi(doubled)
    questions.send(leader.source_iter(range(20_000)))
    assert run(results) == [n * 2 for n in range(20_000)]


def test_it_may_clean_up(flow, leader, tmp_path):
    note = tmp_path / "note"

    async def tidy(inbox, outbox):
        try:
            async for n in inbox:
                await outbox.send(n)
        finally:
            note.write_text("tidy")

    leader.sidecar_bidi(tidy)
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        assert not note.exists()
    assert note.read_text() == "tidy"


def test_its_failure_is_that_of_its_process(flow, leader):
    async def broken(inbox, _outbox):
        async for n in inbox:
            raise ValueError(f"no {n}")

    _numbers, questions = leader.sidecar_bidi(broken)
    questions.send(leader.source_iter([7]))
    with (
        flow.deploy(backend="inprocess") as deployment,
        pytest.raises(ProcessFailed, match=r'(?s)ValueError: no 7.*`sidecar_bidi`.*raise ValueError\(f"no \{n\}"\)'),
    ):
        deployment.settle(60)


def test_one_that_is_at_work_is_waited_for(flow, leader):
    async def slow(inbox, outbox):
        async for n in inbox:
            for _ in range(100):
                await asyncio.sleep(0)
            await outbox.send(n)

    numbers, questions = leader.sidecar_bidi(slow)
    questions.send(leader.source_iter([1, 2]))
    numbers.for_each(print)
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["1", "2"]


def test_guarantees(leader):
    kind = leader.sidecar_bidi(doubled, of=int)[0].kind
    assert (kind.bound, kind.order, kind.retries) == (Bound.UNBOUNDED, Order.TOTAL, Retries.EXACTLY_ONCE)
    assert kind.element is int


def test_no_async_function(leader, message):
    assert message(lambda: leader.sidecar_bidi(len), CaptureError) == (
        "`sidecar_bidi` needs an async function, but was given <built-in function len>.\n"
        "  test_sidecar_bidi.py, line _:   assert message(lambda: leader.sidecar_bidi(len), CaptureError) == (\n"
        "  Write it as: async def sidecar(inbox, outbox): ..."
    )


def test_the_simulator_refuses(flow, leader, message):
    leader.sidecar_bidi(doubled)
    assert "because of `sidecar_bidi`" in message(flow.sim, GraphError)
