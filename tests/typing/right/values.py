"""Live values: what they hold, whether they may change, and whether they may be absent."""

from typing import assert_type

from hydro_nb import (
    AtLeastOnce,
    Bounded,
    ExactlyOnce,
    FlowBuilder,
    InitNone,
    Monotonic,
    NoOrder,
    Optional,
    Process,
    Singleton,
    Stream,
    Tick,
    TotalOrder,
    Unbounded,
    nondet,
    proof,
)
from hydro_nb.values import Some

flow = FlowBuilder()
leader, worker = flow.process(), flow.process()
tick = worker.tick()
live = leader.source_iter([1, 2, 3]).send(worker)
seven = worker.singleton(7)
name = worker.singleton("a")
count = live.count()
best = live.max()
done = worker.source_iter([1, 2]).max()
total = live.fold(0, lambda sum_, n: sum_ + n)

# ---------------------------------------------------------------- singletons
assert_type(seven, Singleton[int, Process[None], Bounded])
assert_type(total, Singleton[int, Process[None], Unbounded])
assert_type(
    live.fold(0, lambda sum_, n: sum_ + n, monotone=proof("none is negative")), Singleton[int, Process[None], Monotonic]
)
assert_type(seven.map(lambda n: n / 2).map(str), Singleton[str, Process[None], Bounded])
assert_type(count.map(lambda n: n / 2), Singleton[float, Process[None], Unbounded])
assert_type(count.map(lambda n: n / 2, order_preserving=proof("it grows")), Singleton[float, Process[None], Monotonic])
assert_type(seven.filter(lambda n: n > 3), Optional[int, Process[None], Bounded])
assert_type(count.filter(lambda n: n > 3), Optional[int, Process[None], Unbounded])
assert_type(seven.filter_map(lambda n: str(n) if n else None), Optional[str, Process[None], Bounded])
assert_type(count.filter_map(lambda n: Some(n) if n else None), Optional[int, Process[None], Unbounded])
assert_type(name.flat_map_ordered(lambda text: [len(text)]), Stream[int, Process[None], Bounded])
assert_type(name.flat_map_unordered(lambda text: {len(text)}), Stream[int, Process[None], Bounded, NoOrder])
assert_type(name.map(lambda text: [text]).flatten_ordered(), Stream[str, Process[None], Bounded])
assert_type(name.map(lambda text: {text}).flatten_unordered(), Stream[str, Process[None], Bounded, NoOrder])
assert_type(seven.zip(name), Singleton[tuple[int, str], Process[None], Bounded])
assert_type(count.zip(name).map(lambda both: both[1]), Singleton[str, Process[None], Unbounded])
assert_type(seven.zip(done), Optional[tuple[int, int], Process[None], Bounded])
assert_type(count.zip(best), Optional[tuple[int, int], Process[None], InitNone])
assert_type(seven.equals(worker.singleton(8)), Singleton[bool, Process[None], Bounded])
yes, no = seven.map(lambda n: n > 3), seven.map(lambda n: n < 3)
assert_type(yes.and_(no).or_(yes).not_(), Singleton[bool, Process[None], Bounded])
assert_type(yes & no | ~yes, Singleton[bool, Process[None], Bounded])
assert_type(~total.map(lambda n: n > 3), Singleton[bool, Process[None], Unbounded])
assert_type(seven.filter_if(yes), Optional[int, Process[None], Bounded])
assert_type(worker.source_iter([1]).is_empty(), Singleton[bool, Process[None], Bounded])
assert_type(done.into_singleton(), Singleton[int | None, Process[None], Bounded])
assert_type(done.into_singleton().into_optional(), Optional[int, Process[None], Bounded])
assert_type(total.map(lambda n: n if n > 3 else None).into_optional(), Optional[int, Process[None], Unbounded])
assert_type(count.threshold_greater_or_equal(seven), Stream[int, Process[None], Unbounded])
assert_type(seven.threshold_greater_or_equal(seven), Stream[int, Process[None], Bounded])
assert_type(seven.into_stream(), Stream[int, Process[None], Bounded])
assert_type(count.ignore_monotonic(), Singleton[int, Process[None], Unbounded])
assert_type(seven.make_bounded().weaken_boundedness(), Singleton[int, Process[None], Unbounded])

# ---------------------------------------------------------------- optionals
assert_type(best, Optional[int, Process[None], InitNone])
assert_type(best.map(str), Optional[str, Process[None], InitNone])
assert_type(best.filter(lambda n: n > 3), Optional[int, Process[None], Unbounded])
assert_type(done.filter_map(lambda n: str(n) if n else None), Optional[str, Process[None], Bounded])
assert_type(done.or_(done.map(str)), Optional[int | str, Process[None], Bounded])
assert_type(best.or_(done), Optional[int, Process[None], InitNone])
assert_type(best.zip(seven), Optional[tuple[int, int], Process[None], InitNone])
assert_type(done.zip(name), Optional[tuple[int, str], Process[None], Bounded])
assert_type(best.unwrap_or(seven), Singleton[int, Process[None], Unbounded])
assert_type(done.unwrap_or(name), Singleton[int | str, Process[None], Bounded])
assert_type(done.unwrap_or_default(int), Singleton[int, Process[None], Bounded])
assert_type(best.is_some(), Singleton[bool, Process[None], Monotonic])
assert_type(done.is_none(), Singleton[bool, Process[None], Bounded])
assert_type(best.is_none(), Singleton[bool, Process[None], Unbounded])
assert_type(done.filter_if(done.is_some()), Optional[int, Process[None], Bounded])
assert_type(best.filter_if(yes), Optional[int, Process[None], InitNone])
assert_type(done.flat_map_ordered(lambda n: [str(n)]), Stream[str, Process[None], Bounded])
assert_type(done.into_stream(), Stream[int, Process[None], Bounded])
assert_type(done.if_some_then(name), Optional[str, Process[None], Bounded])
assert_type(best.weaken_boundedness(), Optional[int, Process[None], Unbounded])

# ---------------------------------------------------------------- looking at them
assert_type(count.sample_every(1, nondet("shown")), Stream[int, Process[None], Unbounded, TotalOrder, AtLeastOnce])
assert_type(best.sample_eager(nondet("shown")), Stream[int, Process[None], Unbounded, TotalOrder, AtLeastOnce])
assert_type(count.snapshot(tick, nondet("now")), Singleton[int, Tick[Process[None]], Bounded])
assert_type(best.snapshot(tick, nondet("now")), Optional[int, Tick[Process[None]], Bounded])
assert_type(seven.clone_into_tick(tick).all_ticks(), Stream[int, Process[None], Unbounded, TotalOrder, ExactlyOnce])
assert_type(done.clone_into_tick(tick).defer_tick(), Optional[int, Tick[Process[None]], Bounded])
assert_type(count.snapshot(tick, nondet("now")).latest(), Optional[int, Process[None], InitNone])
assert_type(best.snapshot(tick, nondet("now")).latest(), Optional[int, Process[None], Unbounded])
