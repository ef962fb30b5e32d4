from collections.abc import AsyncIterator

from hydro_nb import CaptureError, ProcessFailed
from hydro_nb.ir.node import Bound, Order


async def countdown(n: int) -> AsyncIterator[int]:
    while n:
        yield n
        n -= 1


async def later(n: int) -> AsyncIterator[int]:
    return countdown(n)


def test_list(leader, both, snapshot):
    counted = leader.source_iter([2, 3]).flat_map_stream_blocking(countdown)
    assert both(counted) == [2, 1, 3, 2, 1]
    counted.unique()
    snapshot(leader.flow.source(leader))


def test_an_iterator_that_must_be_waited_for(leader, both):
    counted = leader.source_iter([2, 3]).flat_map_stream_blocking(later)
    assert counted.kind.element is int
    assert both(counted) == [2, 1, 3, 2, 1]


def test_elements_that_are_iterators(leader, both):
    counted = leader.source_iter([2, 3]).map(countdown).flatten_stream_blocking()
    assert counted.kind.element is int
    assert both(counted) == [2, 1, 3, 2, 1]


def test_guarantees(leader):
    kind = leader.source_iter([2]).flat_map_stream_blocking(countdown).kind
    assert (kind.bound, kind.order, kind.element) == (Bound.BOUNDED, Order.TOTAL, int)


def test_no_async_iterator(leader, run, message):
    wrong = leader.source_iter([2]).flat_map_stream_blocking(lambda n: [n])
    text = message(lambda: run(wrong), ProcessFailed)
    assert "[2] (list) is no async iterator; for a plain iterable use flat_map_ordered" in text


def test_what_its_plain_kin_say(leader, message):
    text = message(lambda: leader.source_iter([2]).flat_map_ordered(later), CaptureError)
    assert "An async function with `yield` belongs in .flat_map_stream_blocking(f)." in text
