import asyncio
from collections.abc import Awaitable

import pytest

from hydro_nb import GraphError, LocationError, NoOrder, ProcessFailed, Stream, nondet
from hydro_nb.ir.node import Bound, Order


async def turns(n: int) -> int:
    for _ in range(n):
        await asyncio.sleep(0)
    return n


async def inverse(n: int) -> int:
    return 6 // n


def test_list(leader, both, run, snapshot):
    resolved = leader.source_iter([5, 1, 3]).map(turns).resolve_futures()
    assert run(resolved) == [1, 3, 5]
    assert sorted(both(resolved)) == [1, 3, 5]
    resolved.map(lambda n: n + 1).unique()
    snapshot(leader.flow.source(leader))


def test_guarantees(leader):
    futures = leader.source_iter([1]).map(turns)
    assert futures.kind.element == Awaitable[int]
    kind = futures.resolve_futures().kind
    assert (kind.bound, kind.order, kind.element) == (Bound.UNBOUNDED, Order.NONE, int)


def test_nothing_to_wait_for(leader, run, message):
    assert message(lambda: leader.source_iter([1]).resolve_futures(), GraphError) == (
        "`resolve_futures` needs elements that are awaitables, but its input (`source_iter`) is of int.\n"
        "  `resolve_futures` was called  test_resolve_futures.py, line _:"
        "   assert message(lambda: leader.source_iter([1]).resolve_futures(), GraphError) == (\n"
        "  Call an async function first: .map(fetch)"
    )
    unknown = leader.source_iter([1]).map(lambda n: n).resolve_futures()
    assert "HydroError: 1 (int) is nothing to wait for" in message(lambda: run(unknown), ProcessFailed)


def test_inside_a_tick_or_an_atomic_section(leader, message):
    futures = leader.source_iter([1]).map(turns)
    batch = futures.batch(leader.tick(), nondet("shown only"))
    assert "needs a stream outside a tick" in message(batch.resolve_futures, LocationError)
    section = futures.atomic()
    text = message(section.resolve_futures, LocationError)
    assert "needs a stream outside an atomic section" in text
    assert text.endswith("Leave the section first: .end_atomic(), or wait inside it: .resolve_futures_blocking()")


@pytest.mark.parametrize("backend", ["inprocess", "local"])
def test_failure(flow, leader, message, backend):
    leader.source_iter([2, 0, 3]).map(inverse).resolve_futures()
    with flow.deploy(backend=backend) as deployment:
        text = message(lambda: deployment.settle(60), ProcessFailed)
    assert "ZeroDivisionError" in text
    assert "in operator `resolve_futures`" in text
    assert "return 6 // n" in text


def test_results_that_are_still_to_come_are_neither_sent_nor_used(leader, worker, message):
    futures = leader.source_iter([1]).map(turns)
    assert "Wait for them first: .resolve_futures()" in message(lambda: futures.send(worker), GraphError)
    assert "`for_each` needs elements as they are" in message(lambda: futures.for_each(print), GraphError)


async def halves(n: int) -> list[int]:
    return [n // 2, n // 2] if n > 1 else []


def test_results_come_back_to_where_they_came_from(leader, both):
    found, more = leader.forward_ref(Stream, of=int, order=NoOrder)
    tasks = leader.source_iter([4]).weaken_boundedness().merge_unordered(more)
    found.complete(tasks.map(halves).resolve_futures().flat_map_unordered(lambda each: each))
    assert sorted(both(tasks)) == [1, 1, 1, 1, 2, 2, 4]
