import asyncio

from hydro_nb import CaptureError, OrderError, ProcessFailed, Some, inplace
from hydro_nb.ir.node import Order


async def odd_sums(total: int, n: int) -> tuple[int, int | None]:
    await asyncio.sleep(0)
    return total + n, total + n if n % 2 else None


async def nothings(total, n):
    return total, Some(None)


async def push(seen, n):
    seen.append(n)
    return len(seen)


async def no_pair(total, n):
    return total


def test_list(leader, both, snapshot):
    sums = leader.source_iter([1, 2, 3]).scan_async_blocking(0, odd_sums)
    assert both(sums) == [1, 6]
    sums.unique()
    snapshot(leader.flow.source(leader))


def test_none_that_is_meant(leader, both):
    assert both(leader.source_iter([1, 2]).scan_async_blocking(0, nothings)) == [None, None]


def test_in_place(leader, both):
    assert both(leader.source_iter([1, 2]).scan_async_blocking(list, inplace(push))) == [1, 2]


def test_guarantees(leader, message):
    numbers = leader.source_iter([1])
    kind = numbers.scan_async_blocking(0, odd_sums).kind
    assert (kind.order, kind.element) == (Order.TOTAL, int)
    assert "`scan_async_blocking` needs a totally ordered stream" in message(
        lambda: numbers.weaken_ordering().scan_async_blocking(0, odd_sums), OrderError
    )


def test_what_its_plain_kin_says(leader, message):
    assert "Use .scan_async_blocking(init, f)." in message(
        lambda: leader.source_iter([1]).scan(0, odd_sums), CaptureError
    )


def test_no_pair(leader, run, message):
    text = message(lambda: run(leader.source_iter([1]).scan_async_blocking(0, no_pair)), ProcessFailed)
    assert "must give a pair" in text
