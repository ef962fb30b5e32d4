"""Folds need proofs only where a guarantee is missing, and infer their accumulators."""

from typing import assert_type

from hydro_nb import (
    Bounded,
    BoundedValue,
    ExactlyOnce,
    FlowBuilder,
    InitNone,
    KeyedSingleton,
    Monotonic,
    MonotonicValue,
    NoOrder,
    Optional,
    Process,
    Singleton,
    Stream,
    Unbounded,
    inplace,
    proof,
)

flow = FlowBuilder()
leader, worker = flow.process(), flow.process()
numbers = leader.source_iter([1, 2, 3])
live = numbers.send(worker)

assert_type(numbers.fold(0, lambda total, n: total + n), Singleton[int, Process[None], Bounded])
assert_type(numbers.fold(0.5, lambda total, n: total + n), Singleton[float, Process[None], Bounded])
assert_type(numbers.fold(lambda: 0, lambda total, n: total + n), Singleton[int, Process[None], Bounded])
assert_type(numbers.fold("", lambda text, n: text + str(n)), Singleton[str, Process[None], Bounded])
assert_type(numbers.reduce(max), Optional[int, Process[None], Bounded])
assert_type(numbers.count(), Singleton[int, Process[None], Bounded])
assert_type(live.count(), Singleton[int, Process[None], Monotonic])
assert_type(live.reduce(lambda a, b: a + b), Optional[int, Process[None], InitNone])


def fresh() -> list[int]:
    return []


assert_type(numbers.fold(fresh, inplace(lambda seen, n: seen.append(n))), Singleton[list[int], Process[None], Bounded])

loose = live.weaken_ordering()
loose.fold(0, lambda total, n: total + n, commutative=proof("addition commutes"))
loose.reduce(max, commutative=proof("so does max"))
loose.count()
loose.weaken_retries().fold(0, max, commutative=proof("max"), idempotent=proof("max"))
live.weaken_retries().for_each(print, idempotent=proof("only looked at"))
loose.for_each(print, commutative=proof("only looked at"))

pairs = leader.source_iter([("a", 1), ("b", 2)]).into_keyed()
assert_type(pairs.fold(0, lambda total, n: total + n), KeyedSingleton[str, int, Process[None], Bounded])
assert_type(pairs.reduce(max).entries(), Stream[tuple[str, int], Process[None], Bounded, NoOrder])
assert_type(pairs.value_counts(), KeyedSingleton[str, int, Process[None], Bounded])
assert_type(pairs.send(worker).value_counts(), KeyedSingleton[str, int, Process[None], MonotonicValue])
assert_type(pairs.value_counts().into_singleton(), Singleton[dict[str, int], Process[None], Bounded])
assert_type(pairs.values(), Stream[int, Process[None], Bounded, NoOrder])
assert_type(pairs.map(str).entries(), Stream[tuple[str, str], Process[None], Bounded, NoOrder])


def released(answers: KeyedSingleton[str, int, Process[None], BoundedValue]) -> None:
    assert_type(answers.values(), Stream[int, Process[None], Unbounded, NoOrder, ExactlyOnce])
