"""Functions that refer to collections, functions that give awaitables, and signatures as contracts."""

from collections.abc import AsyncIterator, Generator
from typing import Any, TypeVar, assert_type

from hydro_nb import (
    AtLeastOnce,
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
    nondet,
    proof,
)
from hydro_nb.references import MutableReference, Reference

flow = FlowBuilder()
leader = flow.process()
numbers = leader.source_iter([1, 2, 3])
live = leader.source_stream(lambda: iter([1, 2]))

# ---------------------------------------------------------------- references
biggest = numbers.max().by_ref()
assert_type(biggest, Reference[int | None])
assert_type(numbers.count().by_ref(), Reference[int])
assert_type(numbers.map(lambda n: n / (biggest.value or 1)), Stream[float, Process[None], Bounded])
everything = numbers.by_ref()
assert_type(everything, Reference[list[int]])
assert_type(numbers.map(lambda n: n / sum(everything.value)), Stream[float, Process[None], Bounded])
total = leader.singleton(0)
sum_ = total.by_mut()
assert_type(sum_, MutableReference[int])


def add(n: int) -> int:
    sum_.value += n
    return sum_.value


assert_type(numbers.map(add), Stream[int, Process[None], Bounded])
assert_type(
    numbers.weaken_ordering().map(add, commutative=proof("a sum")), Stream[int, Process[None], Bounded, NoOrder]
)
numbers.weaken_retries().inspect(add, idempotent=proof("an estimate"))
scratch = leader.source_iter([1]).by_mut()


def forget(n: int) -> None:
    scratch.value = [n]


numbers.for_each(forget)


# ---------------------------------------------------------------- futures
async def later(n: int) -> str:
    return str(n)


async def countdown(n: int) -> AsyncIterator[float]:
    while n:
        yield n / 2
        n -= 1


async def running(sum_: int, n: int) -> tuple[int, str | None]:
    return sum_ + n, str(n) if n else None


def lines() -> Generator[None, int, None]:
    while True:
        print((yield))


assert_type(live.map(later).resolve_futures(), Stream[str, Process[None], Unbounded, NoOrder])
assert_type(live.map(later).resolve_futures_ordered().map(len), Stream[int, Process[None], Unbounded])
assert_type(numbers.map(later).resolve_futures_blocking(), Stream[str, Process[None], Bounded, NoOrder])
assert_type(numbers.flat_map_stream_blocking(countdown), Stream[float, Process[None], Bounded])
assert_type(numbers.map(countdown).flatten_stream_blocking(), Stream[float, Process[None], Bounded])
assert_type(numbers.scan_async_blocking(0, running), Stream[str, Process[None], Bounded])
assert_type(leader.singleton(7).map(later).resolve_future_blocking(), Singleton[str, Process[None], Bounded])
assert_type(live.timeout(5, nondet("only shown")), Optional[tuple[()], Process[None], Unbounded])
live.dest_sink(lines)

# ---------------------------------------------------------------- signatures as contracts
P = TypeVar("P", bound=Process[Any])
B = TypeVar("B", bound=Bounded | Unbounded)


def halves(of: Stream[int, P, B, NoOrder, AtLeastOnce]) -> Stream[float, P, B, NoOrder, ExactlyOnce]:
    return of.unique().map(lambda n: n / 2)


def in_order(of: Stream[int, P]) -> Stream[tuple[int, int], P]:
    return of.enumerate()


assert_type(halves(live), Stream[float, Process[None], Unbounded, NoOrder])
assert_type(halves(numbers), Stream[float, Process[None], Bounded, NoOrder])
assert_type(in_order(live), Stream[tuple[int, int], Process[None], Unbounded, TotalOrder])
