"""What carries state from element to element: result types follow from the functions, bounds from the stream."""

from typing import assert_type

from hydro_nb import (
    Bounded,
    FlowBuilder,
    InitNone,
    Optional,
    Process,
    Singleton,
    Stream,
    Unbounded,
    inplace,
)
from hydro_nb.values import Break, Continue, Return, Some, Yield

flow = FlowBuilder()
leader, worker = flow.process(), flow.process()
numbers = leader.source_iter([1, 2, 3])
live = numbers.send(worker)
loose = live.weaken_ordering().weaken_retries()

assert_type(numbers.scan(0, lambda total, n: (total + n, str(n))), Stream[str, Process[None], Bounded])
assert_type(live.scan(0, lambda total, n: (total + n, str(n) if n else None)), Stream[str, Process[None], Unbounded])
assert_type(
    numbers.scan("", lambda text, n: (text + str(n), Some(n) if n else None)), Stream[int, Process[None], Bounded]
)
assert_type(
    numbers.generator(0, lambda total, n: (total + n, Yield(str(n)) if n < 3 else Return(str(total)))),
    Stream[str, Process[None], Bounded],
)
assert_type(
    live.generator("", lambda had, n: ("", Yield(had)) if had else (str(n), Continue)),
    Stream[str, Process[None], Unbounded],
)
assert_type(
    numbers.generator(0, lambda total, n: (total, Yield(n) if n else Break)), Stream[int, Process[None], Bounded]
)


def fresh() -> set[int]:
    return set()


assert_type(numbers.scan(fresh, inplace(lambda seen, n: seen.add(n) or len(seen))), Stream[int, Process[None], Bounded])
assert_type(numbers.limit(2), Stream[int, Process[None], Bounded])
assert_type(numbers.weaken_ordering().sort(), Stream[int, Process[None], Bounded])
assert_type(numbers.first(), Optional[int, Process[None], Bounded])
assert_type(live.first(), Optional[int, Process[None], InitNone])
assert_type(live.last(), Optional[int, Process[None], InitNone])
assert_type(loose.min(), Optional[int, Process[None], InitNone])
assert_type(loose.max(), Optional[int, Process[None], InitNone])
assert_type(numbers.max(), Optional[int, Process[None], Bounded])
assert_type(live.collect_vec(), Singleton[list[int], Process[None], Unbounded])
assert_type(numbers.is_empty(), Singleton[bool, Process[None], Bounded])
