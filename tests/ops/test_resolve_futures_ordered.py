import asyncio

from hydro_nb import ProcessFailed
from hydro_nb.ir.node import Bound, Order


async def turns(n: int) -> int:
    for _ in range(n):
        await asyncio.sleep(0)
    return n


async def inverse(n: int) -> int:
    return 6 // n


def test_list(leader, both, snapshot):
    resolved = leader.source_iter([5, 1, 3]).map(turns).resolve_futures_ordered()
    assert both(resolved) == [5, 1, 3]
    resolved.unique()
    snapshot(leader.flow.source(leader))


def test_guarantees(leader):
    futures = leader.source_iter([1]).map(turns)
    kind = futures.resolve_futures_ordered().kind
    assert (kind.bound, kind.order, kind.element) == (Bound.UNBOUNDED, Order.TOTAL, int)
    assert futures.weaken_ordering().resolve_futures_ordered().kind.order is Order.NONE


def test_failure(leader, run, message):
    resolved = leader.source_iter([2, 0, 3]).map(inverse).resolve_futures_ordered()
    text = message(lambda: run(resolved), ProcessFailed)
    assert "in operator `resolve_futures_ordered`" in text
    assert "return 6 // n" in text
