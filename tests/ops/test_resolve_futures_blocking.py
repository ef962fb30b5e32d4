import asyncio

from hydro_nb import GraphError, ProcessFailed, nondet
from hydro_nb.ir.node import Bound, Order


async def turns(n: int) -> int:
    for _ in range(n):
        await asyncio.sleep(0)
    return n


async def inverse(n: int) -> int:
    return 6 // n


def test_list(leader, both, snapshot):
    resolved = leader.source_iter([5, 1, 3]).map(turns).resolve_futures_blocking()
    assert sorted(both(resolved)) == [1, 3, 5]
    resolved.unique()
    snapshot(leader.flow.source(leader))


def test_in_tick(leader, both):
    batch = leader.source_iter([5, 1, 3]).batch(leader.tick(), nondet("only the sum is used"))
    assert sum(both(batch.map(turns).resolve_futures_blocking().all_ticks())) == 9


def test_the_result_is_complete(leader, both):
    assert both(leader.source_iter([5, 1, 3]).map(turns).resolve_futures_blocking().count()) == [3]


def test_guarantees(leader, message):
    kind = leader.source_iter([1]).map(turns).resolve_futures_blocking().kind
    assert (kind.bound, kind.order, kind.element) == (Bound.BOUNDED, Order.NONE, int)
    assert "awaitables" in message(lambda: leader.source_iter(["a"]).resolve_futures_blocking(), GraphError)


def test_failure(leader, run, message):
    resolved = leader.source_iter([2, 0, 3]).map(inverse).resolve_futures_blocking()
    text = message(lambda: run(resolved), ProcessFailed)
    assert "in operator `resolve_futures_blocking`" in text
    assert "return 6 // n" in text


async def wait_all(n):
    return n + 1


def test_functions_called_like_what_generated_source_uses(leader, both):
    assert both(leader.source_iter([1]).map(wait_all).resolve_futures_blocking()) == [2]
