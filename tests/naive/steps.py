"""Steps by which a flow may grow: every method of the language, on functions that take every element.

A step is a function of a collection, and of others that are found by the names of its further parameters: `same` has
the same shape, `singleton`, `optional`, `stream`, `keyed` and `table` have that one, `value` is a live value, `to` is
another process, `group` a cluster, `tick` a tick of this place, `clock` the tick that the collection is in, `section`
the atomic one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from hydro_nb import (
    Break,
    Continue,
    MemberId,
    NoOrder,
    Return,
    Some,
    Stream,
    Yield,
    inplace,
    nondet,
    proof,
    sliced,
)
from hydro_nb.ir.node import Bound, Order, Retries, Shape

ANY = nondet("compared with the same choice made by the interpreter")
SUM = {"commutative": proof("a sum")}
MAXIMUM = {"commutative": proof("a maximum"), "idempotent": proof("a maximum")}


@dataclass(frozen=True)
class Group:
    """A cluster, and how many members it has."""

    cluster: Any
    size: int


Step = Callable[..., Any]
Steps = dict[Shape, dict[str, Step]]
"""Ways to go on from a collection, by its shape."""

STREAMS = (Shape.STREAM, Shape.KEYED_STREAM)


def num(x: Any) -> int:
    """Make a small number of anything, so that every function takes every element."""
    if isinstance(x, dict):
        return sum(num(item) for item in x.items()) % 17
    if isinstance(x, tuple | list):
        return sum((at + 1) * num(item) for at, item in enumerate(x)) % 17
    if isinstance(x, MemberId):
        return x.raw_id
    return x if isinstance(x, int) else len(str(x))


def numbers(c: Any) -> Any:
    """Make numbers, which can be compared and be looked for in a set, where there are others."""
    return c if c.kind.element is int else c.map(num)


def pair(c: Any) -> Any:
    """Make pairs with few different keys."""
    return c.map(lambda x: (num(x) % 3, x))


def few(s: Any) -> Any:
    """Keep products small, where there is an order to do it by."""
    return s.limit(4) if s.kind.order is Order.TOTAL and s.kind.retries is Retries.EXACTLY_ONCE else s


def even(singleton: Any) -> Any:
    return singleton.map(lambda x: num(x) % 2 == 0)


def growing(c: Any) -> Any:
    """Make numbers; what grows is numbers already and would no longer be known to grow."""
    return c if c.kind.bound in (Bound.MONOTONIC, Bound.MONOTONIC_VALUE) else numbers(c)


_EACH: dict[str, Step] = {
    "map": lambda c: c.map(lambda x: num(x) * 3 % 11),
    "map to a pair": lambda c: c.map(lambda x: (x, num(x) % 2)),
    "filter": lambda c: c.filter(lambda x: num(x) % 3 != 0),
    "filter_map": lambda c: c.filter_map(lambda x: num(x) + 1 if num(x) % 4 else None),
    "filter_map to None": lambda c: c.filter_map(lambda x: Some(None) if num(x) % 2 else None),
}
_KEYED: dict[str, Step] = {
    "map_with_key": lambda c: c.map_with_key(lambda key, x: (key, num(x))),
    "inspect": lambda c: c.inspect(num),
    "inspect_with_key": lambda c: c.inspect_with_key(lambda key, x: None),
    "entries": lambda c: c.entries(),
    "values": lambda c: c.values(),
    "keys": lambda c: c.keys(),
    "filter_key_not_in": lambda c, stream: c.filter_key_not_in(numbers(stream)),
    "get": lambda c, value: c.get(value.map(lambda x: num(x) % 3)),
    "make_bounded": lambda c: c.make_bounded(),
    "weaken_boundedness": lambda c: c.weaken_boundedness(),
}
_STREAM: dict[str, Step] = {
    **_EACH,
    "flat_map_ordered": lambda s: s.flat_map_ordered(lambda x: range(num(x) % 4)),
    "flat_map_unordered": lambda s: s.flat_map_unordered(lambda x: [x, num(x)]),
    "flatten_ordered": lambda s: s.map(lambda x: [num(x), x]).flatten_ordered(),
    "flatten_unordered": lambda s: s.map(lambda x: (x, num(x))).flatten_unordered(),
    "partition": lambda s: s.partition(lambda x: num(x) % 2),
    "inspect": lambda s: s.inspect(num),
    "enumerate": lambda s: s.enumerate(),
    "unique": lambda s: numbers(s).unique(),
    "scan": lambda s: s.scan(0, lambda total, x: (total + num(x), (x, total) if total < 6 else None)),
    "scan in place": lambda s: s.scan(
        list, inplace(lambda had, x: Some(None) if num(x) == 3 else had.append(x) or had)
    ),
    "generator": lambda s: s.generator(0, _counted),
    "sort": lambda s: numbers(s).sort(),
    "first": lambda s: s.first(),
    "fold": lambda s: s.fold(1, lambda total, x: (total * 2 + num(x)) % 1009),
    "fold a sum": lambda s: s.fold(0, lambda total, x: total + num(x), **SUM),
    "fold a growing sum": lambda s: s.fold(0, lambda total, x: total + num(x), monotone=proof("none is negative")),
    "fold a list": lambda s: s.fold(list, inplace(lambda seen, x: seen.append(x))),
    "reduce": lambda s: numbers(s).reduce(max, **MAXIMUM),
    "reduce in order": lambda s: s.reduce(lambda best, x: x if num(x) >= num(best) else best),
    "weaken_ordering": lambda s: s.weaken_ordering(),
    "weaken_retries": lambda s: s.weaken_retries(),
    "weaken_boundedness": lambda s: s.weaken_boundedness(),
    "make_totally_ordered": lambda s: s.make_totally_ordered(),
    "make_exactly_once": lambda s: s.make_exactly_once(),
    "make_bounded": lambda s: s.make_bounded(),
    "typed": lambda s: numbers(s).typed(int),
    "merge_unordered": lambda s, same: s.merge_unordered(same),
    "chain": lambda s, same: s.chain(same),
    "cross_singleton": lambda s, value: s.cross_singleton(value),
    "filter_if": lambda s, singleton: s.filter_if(even(singleton)),
}
_VALUE: dict[str, Step] = {
    **_EACH,
    "into_stream": lambda v: v.into_stream(),
    "zip": lambda v, value: v.zip(value),
    "filter_if": lambda v, singleton: v.filter_if(even(singleton)),
    "filter_if_some": lambda v, optional: v.filter_if_some(optional),
    "filter_if_none": lambda v, optional: v.filter_if_none(optional),
    "flat_map_ordered": lambda v: v.flat_map_ordered(lambda x: range(num(x) % 4)),
    "flatten_unordered": lambda v: v.map(lambda x: [x, num(x)]).flatten_unordered(),
    "weaken_boundedness": lambda v: v.weaken_boundedness(),
    "make_bounded": lambda v: v.make_bounded(),
}


def _shares(s: Any, value: Any) -> Any:
    """Read a value beside each element."""
    held = value.by_ref()
    return s.map(lambda x: (x, num(held.value)))


def _among(s: Any, same: Any) -> Any:
    """Read a whole stream beside each element."""
    held = same.by_ref()
    return s.filter(lambda x: len(held.value) + num(x) > 5)


def _adding(s: Any, singleton: Any) -> Any:
    """Change a value by each element, and read it."""
    total = numbers(singleton).by_mut()

    def add(x: Any) -> int:
        total.value += num(x)
        return total.value

    return s.map(add)


def _looking_first(v: Any, tick: Any, stream: Any) -> Any:
    """Look at a value in ticks, change it further down, and look again."""
    total = numbers(v)
    early = total.sample_eager(ANY), total.clone_into_tick(tick), total.map(lambda n: n + 1)
    return *early, _adding(stream, total), total


def _noting(s: Any, same: Any) -> Any:
    """Append each element to another stream, which is longer from here on."""
    longer = numbers(same)
    notes = longer.by_mut()
    return s.filter(lambda x: notes.value.append(num(x)) or num(x) % 2), longer


_REFERRING: dict[str, Step] = {"by_ref": _shares, "by_mut": _adding}
STEPS: Steps = {
    Shape.STREAM: {
        **_STREAM,
        "into_keyed": lambda s: pair(s).into_keyed(),
        "count": lambda s: s.count(),
        "limit": lambda s: s.limit(3),
        "last": lambda s: s.last(),
        "min": lambda s: numbers(s).min(),
        "max": lambda s: numbers(s).max(),
        "collect_vec": lambda s: s.collect_vec(),
        "is_empty": lambda s: s.is_empty(),
        "ir_node_named": lambda s: s.ir_node_named("here"),
        "keys": lambda s: pair(s).keys(),
        "join": lambda s, same: pair(s).join(pair(same)),
        "anti_join": lambda s, same: pair(s).anti_join(numbers(same)),
        "difference": lambda s, same: numbers(s).difference(numbers(same)),
        "cross_product": lambda s, same: few(s).cross_product(few(same)),
        "cross_product_nested_loop": lambda s, same: few(s).cross_product_nested_loop(few(same)),
        "repeat_with_keys": lambda s, table: s.repeat_with_keys(table),
        **_REFERRING,
        "by_ref of a stream": _among,
        "by_mut of a stream": _noting,
        "resolve_futures_blocking": lambda s: s.map(_later).resolve_futures_blocking(),
        "flat_map_stream_blocking": lambda s: s.flat_map_stream_blocking(_counting),
        "scan_async_blocking": lambda s: s.scan_async_blocking(0, _totals),
    },
    Shape.KEYED_STREAM: {
        **_STREAM,
        **_KEYED,
        "filter_with_key": lambda s: s.filter_with_key(lambda key, x: (num(key) + num(x)) % 3),
        "filter_map_with_key": lambda s: s.filter_map_with_key(lambda key, x: num(x) if key else None),
        "prefix_key": lambda s: s.prefix_key(lambda key, x: num(x) % 2).map_with_key(lambda key, x: (key, x)).values(),
        "drop_key_prefix": lambda s: s.prefix_key(lambda key, x: num(x) % 2).drop_key_prefix(),
        "fold_early_stop": lambda s: s.fold_early_stop(0, lambda total, x: (total + num(x), total > 3)),
        "value_counts": lambda s: s.value_counts(),
        "join_keyed_stream": lambda s, same: s.join_keyed_stream(same),
        "join_keyed_singleton": lambda s, table: s.join_keyed_singleton(table),
        "lookup_keyed_singleton": lambda s, table: numbers(s).lookup_keyed_singleton(table),
        "lookup_keyed_stream": lambda s, same: numbers(s).lookup_keyed_stream(same),
    },
    Shape.SINGLETON: {
        **_VALUE,
        **_REFERRING,
        "and_": lambda v, same: even(v).and_(even(same)),
        "or_": lambda v, same: even(v).or_(even(same)),
        "not_": lambda v: even(v).not_(),
        "equals": lambda v, same: v.equals(same),
        "into_optional": lambda v: v.map(lambda x: num(x) if num(x) % 2 else None).into_optional(),
        "map order_preserving": lambda v: growing(v).map(lambda n: n * 2, order_preserving=proof("doubling")),
        "threshold": lambda v, same: growing(v).threshold_greater_or_equal(numbers(same)),
        "ignore_monotonic": lambda v: v.ignore_monotonic(),
        "resolve_future_blocking": lambda v: v.make_bounded().map(_later).resolve_future_blocking(),
    },
    Shape.OPTIONAL: {
        **_VALUE,
        **_REFERRING,
        "unwrap_or": lambda v, singleton: v.unwrap_or(singleton),
        "unwrap_or_default": lambda v: v.unwrap_or_default(int),
        "or_": lambda v, same: v.or_(same),
        "if_some_then": lambda v, singleton: v.if_some_then(singleton),
        "is_some": lambda v: v.is_some(),
        "is_none": lambda v: v.is_none(),
        "into_singleton": lambda v: v.into_singleton(),
    },
    Shape.KEYED_SINGLETON: {
        **_EACH,
        **_KEYED,
        "into_keyed_stream": lambda t: t.into_keyed_stream(),
        "into_singleton": lambda t: t.into_singleton(),
        "key_count": lambda t: t.key_count(),
        "get_max_key": lambda t: t.get_max_key(),
        "join_keyed_singleton": lambda t, same: t.join_keyed_singleton(same),
        "join_keyed_stream": lambda t, keyed: t.join_keyed_stream(keyed),
        "lookup_keyed_singleton": lambda t, same: numbers(t).lookup_keyed_singleton(same),
        "lookup_keyed_stream": lambda t, keyed: numbers(t).lookup_keyed_stream(keyed),
        "threshold": lambda t, same: growing(t).threshold_greater_or_equal(same.map(lambda x: num(x) % 4)),
        "threshold of a number": lambda t, singleton: growing(t).threshold_greater_or_equal_uniform(numbers(singleton)),
    },
}
"""What leaves nothing open."""


def _counted(had: int, x: Any) -> tuple[int, Any]:
    """Yield, return, skip and break, all of them now and then."""
    steps = {5: Continue, 6: Break, 8: Return(x)}
    return had + 1, steps.get(num(x), Yield((had, x)))


async def _later(x: Any) -> Any:
    await asyncio.sleep(0)
    return num(x)


async def _counting(x: Any) -> AsyncIterator[int]:
    for n in range(num(x) % 3):
        await asyncio.sleep(0)
        yield n


async def _totals(total: int, x: Any) -> tuple[int, Any]:
    await asyncio.sleep(0)
    return total + num(x), total if num(x) % 3 else None


def _before(s: Any, clock: Any) -> Any:
    """Remember everything from tick to tick."""
    mine = numbers(s).unique().weaken_ordering().make_bounded()
    handle, before = clock.cycle(Stream, of=int, order=NoOrder)
    handle.complete_next_tick(before.chain(mine))
    return before


def _total(s: Any, clock: Any) -> Any:
    """Count from tick to tick."""
    count = numbers(s).unique().make_bounded().count()
    handle, before = clock.cycle_with_initial(clock.singleton(1))
    total = before.zip(count).map(lambda both: both[0] * 2 + both[1])
    handle.complete_next_tick(total)
    return total


def _sliced(s: Any, tick: Any) -> Any:
    """Count in a slice with a state."""
    with sliced() as block:
        batch = block.batch(numbers(s).unique(), ANY)
        before = block.state(0)
        had = block.state_null(Stream, of=int)
        had.set(had.chain(batch))
        total = before.zip(batch.count()).map(lambda both: both[0] + both[1])
        before.set(total)
        return block.emit(batch.cross_singleton(before), total, had)


FUTURES: Steps = {
    Shape.STREAM: {
        "resolve_futures": lambda s: s.map(_later).resolve_futures(),
        "resolve_futures_ordered": lambda s: s.map(_later).resolve_futures_ordered(),
    }
}
"""What takes its time; elements come back in another tick."""
CLAIMS: Steps = {
    shape: {
        # a deployment keeps the order that was there, so that this claim is none of what it may choose
        "assume_ordering": lambda s: s.weaken_ordering().assume_ordering(ANY) if s.kind.order is Order.TOTAL else s,
        "assume_retries": lambda s: s.weaken_retries().assume_retries(ANY),
    }
    for shape in STREAMS
}
CLAIMS[Shape.STREAM]["merge_ordered"] = lambda s, same: s.merge_ordered(same, ANY).weaken_ordering()
CLAIMS[Shape.KEYED_STREAM]["entries_partially_ordered"] = lambda s: s.entries_partially_ordered(ANY).weaken_ordering()
_VALUE_TICKS: dict[str, Step] = {
    "snapshot": lambda v, tick: v.snapshot(tick, ANY),
    "snapshot_atomic": lambda v, section: v.snapshot_atomic(section.tick, ANY),
    "all_ticks": lambda v: v.all_ticks(),
    "latest": lambda v: v.latest(),
    "sample_eager": lambda v, tick: v.sample_eager(ANY),
    "clone_into_tick": lambda v, tick: v.clone_into_tick(tick),
    "by_mut below": _looking_first,
    "latest_atomic": lambda v: v.latest_atomic(),
    "atomic": lambda v, tick: v.atomic(),
    "end_atomic": lambda v: v.end_atomic(),
}
_STREAM_TICKS: dict[str, Step] = {
    "batch": lambda s, tick: s.batch(tick, ANY),
    "batch_atomic": lambda s, section: s.batch_atomic(section.tick, ANY),
    "all_ticks": lambda s: s.all_ticks(),
    "all_ticks_atomic": lambda s: s.all_ticks_atomic(),
    "defer_tick": lambda s: s.defer_tick(),
    "across_ticks": lambda s, clock: s.across_ticks(lambda all_so_far: all_so_far.fold(0, _sum, **SUM)),
    "atomic": lambda s, tick: s.atomic(),
    "end_atomic": lambda s: s.end_atomic(),
}
_OF_ONE_VALUE = ("all_ticks", "sample_eager", "clone_into_tick", "by_mut below")
TICKS: Steps = {
    Shape.STREAM: {
        **_STREAM_TICKS,
        "source_iter": lambda s, clock: s.chain(clock.source_iter([1, 2])),
        "optional_first_tick": lambda s, clock: s.cross_singleton(clock.optional_first_tick(7)),
        "none": lambda s, clock: s.max().or_(clock.none()),
        "cycle": _before,
        "cycle_with_initial": _total,
        "sliced": _sliced,
    },
    Shape.KEYED_STREAM: {
        **_STREAM_TICKS,
        "reduce_watermark": lambda s, tick: s.reduce_watermark(s.keys().max().snapshot(tick, ANY), _largest, **MAXIMUM),
    },
    Shape.SINGLETON: _VALUE_TICKS,
    Shape.OPTIONAL: {**_VALUE_TICKS, "defer_tick": lambda v: v.defer_tick()},
    Shape.KEYED_SINGLETON: {
        **{name: step for name, step in _VALUE_TICKS.items() if name not in _OF_ONE_VALUE},
        "defer_tick": lambda t: t.defer_tick(),
        "batch": lambda t, tick: t.batch(tick, ANY),
    },
}


def _sum(total: int, x: Any) -> int:
    return total + num(x)


def _largest(best: Any, x: Any) -> int:
    return max(num(best), num(x))
