"""Futures, async iterators, silence and sinks: types follow through all that is waited for."""

from collections.abc import AsyncIterator, Generator
from typing import assert_type

from hydro_nb import (
    Bounded,
    ExactlyOnce,
    FlowBuilder,
    NoOrder,
    Optional,
    Process,
    Singleton,
    Stream,
    TotalOrder,
    Unbounded,
    inplace,
    nondet,
    q,
)
from hydro_nb.lang.tick import Tick


class Leader: ...


async def fetch(n: int) -> str:
    return str(n)


async def countdown(n: int) -> AsyncIterator[int]:
    while n:
        yield n
        n -= 1


async def later(n: int) -> AsyncIterator[int]:
    return countdown(n)


async def running(total: int, n: int) -> tuple[int, str | None]:
    return total + n, str(n) if n % 2 else None


async def push(seen: list[int], n: int) -> int:
    seen.append(n)
    return len(seen)


def fresh() -> list[int]:
    return []


def lines() -> Generator[None, str, None]:
    while True:
        print((yield))


leader = FlowBuilder().process(Leader)
numbers = leader.source_iter([1, 2, 3])
batch = numbers.batch(leader.tick(), nondet("any"))

assert_type(numbers.map(fetch).resolve_futures(), Stream[str, Process[Leader], Unbounded, NoOrder, ExactlyOnce])
assert_type(
    numbers.map(q(fetch)).resolve_futures_ordered(), Stream[str, Process[Leader], Unbounded, TotalOrder, ExactlyOnce]
)
assert_type(
    batch.map(fetch).resolve_futures_blocking(), Stream[str, Tick[Process[Leader]], Bounded, NoOrder, ExactlyOnce]
)
assert_type(
    numbers.map(lambda n: fetch(n + 1)).resolve_futures_ordered(),
    Stream[str, Process[Leader], Unbounded, TotalOrder, ExactlyOnce],
)
assert_type(numbers.flat_map_stream_blocking(countdown), Stream[int, Process[Leader], Bounded, TotalOrder, ExactlyOnce])
assert_type(numbers.flat_map_stream_blocking(later), Stream[int, Process[Leader], Bounded, TotalOrder, ExactlyOnce])
assert_type(
    numbers.map(countdown).flatten_stream_blocking(), Stream[int, Process[Leader], Bounded, TotalOrder, ExactlyOnce]
)
assert_type(numbers.scan_async_blocking(0, running), Stream[str, Process[Leader], Bounded, TotalOrder, ExactlyOnce])
assert_type(
    numbers.scan_async_blocking(fresh, inplace(push)),
    Stream[int, Process[Leader], Bounded, TotalOrder, ExactlyOnce],
)
assert_type(leader.singleton(7).map(fetch).resolve_future_blocking(), Singleton[str, Process[Leader], Bounded])
assert_type(numbers.timeout(1, nondet("any")), Optional[tuple[()], Process[Leader], Unbounded])
assert_type(leader.spin(), Stream[tuple[()], Process[Leader], Unbounded, TotalOrder, ExactlyOnce])
assert_type(
    leader.source_interval_delayed(1, 2), Stream[tuple[()], Process[Leader], Unbounded, TotalOrder, ExactlyOnce]
)
numbers.map(str).dest_sink(lines)
