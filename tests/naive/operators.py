"""The operators as functions on complete Python values.

A stream is the list of its elements, a keyed stream a list of pairs, a singleton its value, an optional its value or
ABSENT, a keyed singleton a dict. A function is given the node that it stands for, and what its inputs hold.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from hydro_nb.ir.func import Func
from hydro_nb.ir.node import Kind, Node, Shape
from hydro_nb.values import ABSENT, Break, Return, Some, Yield


def empty(kind: Kind) -> Any:
    """Give what a collection of which nothing is known has."""
    return {Shape.STREAM: [], Shape.KEYED_STREAM: [], Shape.KEYED_SINGLETON: {}}.get(kind.shape, ABSENT)


# ---------------------------------------------------------------- ways to make an operator of a simpler function


def same(node: Node, content: Any) -> Any:
    """Give what comes in."""
    return content


@dataclass(frozen=True)
class Each:
    """A user's function and one value give a list of results, on any of the five shapes; keys stay."""

    results: Callable[[Callable[..., Any], Any], Iterable[Any]]

    def __call__(self, node: Node, content: Any) -> Any:
        shape, op = node.input_kinds[0].shape, node.op
        if not shape.is_keyed:
            values = content if shape is Shape.STREAM else [] if content is ABSENT else [content]
            results = [result for value in values for result in self._of(op, op.function.fn, value)]
            return results if shape is Shape.STREAM else (*results, ABSENT)[0]
        entries = content if shape is Shape.KEYED_STREAM else list(content.items())
        pairs = [(key, result) for key, value in entries for result in self._of(op, _of_key(op, key), value)]
        return pairs if shape is Shape.KEYED_STREAM else dict(pairs)

    def _of(self, op: Any, function: Callable[..., Any], value: Any) -> list[Any]:
        """Give the results for one value, up to where the function fails where that is to be skipped."""
        given: list[Any] = []
        try:
            for result in self.results(function, value):
                given.append(result)  # noqa: PERF402 - those before a failure are kept
        except Exception:
            if not op.function.skips:
                raise
        return given


def _of_key(op: Any, key: Any) -> Callable[..., Any]:
    return partial(op.function.fn, key) if op.with_key else op.function.fn


SKIPPED = object()


def tried(function: Func, *args: Any) -> Any:
    """Give what a function gives, or that it has failed on an element which is to be skipped."""
    try:
        return waited(function.fn(*args))
    except Exception:
        if not function.skips:
            raise
        return SKIPPED


def waited(result: Any) -> Any:
    """Give what a function promises as if it were there at once: waiting changes nothing but the time."""
    if isinstance(result, AsyncIterator):
        return waited(_listed(result))
    return asyncio.run(result) if inspect.iscoroutine(result) else result


async def _listed(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]


@dataclass(frozen=True)
class Whole:
    """A function of a whole list, that gives a list or one value; of a keyed stream, applied to each key's values."""

    result: Callable[[Any, list[Any]], Any]

    def __call__(self, node: Node, content: list[Any]) -> Any:
        if not node.input_kinds[0].shape.is_keyed:
            return self.result(node.op, content)
        by_key = {key: self.result(node.op, values) for key, values in grouped(content).items()}
        if node.outputs[0].shape is Shape.KEYED_SINGLETON:
            return {key: value for key, value in by_key.items() if value is not ABSENT}
        return [(key, value) for key, values in by_key.items() for value in values]


def grouped(pairs: list[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    """Give the values of each key."""
    groups: dict[Any, list[Any]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


# ---------------------------------------------------------------- the operators


def _present(result: Any) -> list[Any]:
    if result is None:
        return []
    return [result.value if isinstance(result, Some) else result]


def made(init: Any) -> Any:
    return init.fn() if isinstance(init, Func) else init


def _fold(op: Any, items: list[Any]) -> Any:
    return _accumulate(op.function, made(op.init), items)


def _fold_of_key(op: Any, items: list[Any]) -> Any:
    """Fold the values of a key, which is there once a value was taken."""
    if not op.function.skips:
        return _fold(op, items)
    start = made(op.init)
    taken = [tried(op.function, deepcopy(start), item) is not SKIPPED for item in items]
    return _fold(op, items) if any(taken) else ABSENT


def _reduce(op: Any, items: list[Any]) -> Any:
    return _accumulate(op.function, items[0], items[1:]) if items else ABSENT


def _accumulate(function: Func, value: Any, items: list[Any]) -> Any:
    for item in items:
        result = tried(function, value, item)
        value = value if function.inplace or result is SKIPPED else result
    return value


def _unique(op: Any, items: list[Any]) -> list[Any]:
    return [item for at, item in enumerate(items) if item not in items[:at]]


def _scan(op: Any, items: list[Any]) -> list[Any]:
    given: list[Any] = []
    for out in _beside(op, items):
        if out is None:
            break
        given += _present(out)
    return given


def _generator(op: Any, items: list[Any]) -> list[Any]:
    given: list[Any] = []
    for step in _beside(op, items):
        given += [step.value] if isinstance(step, Yield | Return) else []
        if step is Break or isinstance(step, Return):
            break
    return given


def _beside(op: Any, items: list[Any]) -> Iterator[Any]:
    """Iterate over what a function gives beside its accumulator."""
    accumulator = made(op.init)
    for item in items:
        result = tried(op.function, accumulator, item)
        if result is SKIPPED:
            continue
        accumulator, out = (accumulator, result) if op.function.inplace else result
        yield deepcopy(out)


def _fold_early_stop(op: Any, items: list[Any]) -> Any:
    """Fold as many items as it takes until the function says to stop."""
    accumulator = made(op.init)
    for item in items:
        result = tried(op.function, accumulator, item)
        if result is SKIPPED:
            continue
        accumulator, stop = (accumulator, result) if op.function.inplace else result
        if stop:
            return accumulator
    return ABSENT


def _reduce_watermark(node: Node, pairs: list[Any], mark: Any) -> dict[Any, Any]:
    """Reduce what no mark has passed; marks are taken to rise only."""
    table = Whole(_reduce)(node, pairs)
    return {key: value for key, value in table.items() if mark is ABSENT or key >= mark}


def _scan_async(op: Any, items: list[Any]) -> list[Any]:
    return [result for out in _beside(op, items) for result in _present(out)]


def _partition(node: Node, content: Any) -> tuple[Any, Any]:
    yes, no = (Each(lambda f, x, wanted=wanted: [x] * (bool(f(x)) is wanted)) for wanted in (True, False))
    return yes(node, content), no(node, content)


def _inspect(node: Node, content: Any) -> Any:
    """Give what comes in, without what the function fails on where that is skipped."""
    if not node.op.function.skips:
        return content
    return Each(lambda f, x: [(x, f(x))[0]])(node, content)


def _prefix_key(node: Node, pairs: list[Any]) -> list[Any]:
    found = [(tried(node.op.function, key, value), key, value) for key, value in pairs]
    return [((prefix, key), value) for prefix, key, value in found if prefix is not SKIPPED]


def _as_stream(node: Node, content: Any) -> list[Any]:
    """Give the elements of a stream, or a live value as one element."""
    if node.input_kinds[0].shape.is_stream:
        return content
    return [] if content is ABSENT else [content]


def _cross_singleton(node: Node, content: list[Any], value: Any) -> list[Any]:
    if value is ABSENT:
        return []
    keyed = node.input_kinds[0].shape.is_keyed
    return [(item[0], (item[1], value)) if keyed else (item, value) for item in content]


def _into_keyed(node: Node, pairs: list[Any]) -> list[Any]:
    part = {"keys": 0, "values": 1}.get(node.op.to)
    return [tuple(pair) if part is None else pair[part] for pair in pairs]


def _entries(node: Node, table: dict[Any, Any]) -> list[Any]:
    return list({"values": table.values(), "keys": table.keys()}.get(node.op.part, table.items()))


def _together(node: Node, *contents: Any) -> Any:
    """Give all that is sent into a channel: streams together, or the one live value."""
    if node.outputs[0].shape.is_stream:
        return list(chain(*contents))
    return contents[0] if contents else empty(node.outputs[0])


def _filter_if(node: Node, content: Any, condition: Any) -> Any:
    return content if condition else empty(node.outputs[0])


def _join(_: Node, left: list[Any], right: list[Any]) -> list[Any]:
    return [(key, (value, other)) for key, value in left for same_key, other in right if key == same_key]


def _product(_: Node, left: list[Any], right: list[Any]) -> list[Any]:
    return [(one, two) for one in left for two in right]


def _threshold(node: Node, table: dict[Any, Any], threshold: Any) -> list[Any]:
    wanted = dict.fromkeys(table, threshold) if node.op.uniform else threshold
    return [(key, wanted[key]) for key, value in table.items() if key in wanted and value >= wanted[key]]


def _lookup(pairs: Iterable[tuple[Any, Any]], others: list[Any]) -> list[Any]:
    found = grouped(others)
    return [(key, (value, other)) for key, value in pairs for other in found.get(value, [None])]


LOGIC = {"and": lambda one, two: one and two, "or": lambda one, two: one or two, "==": lambda one, two: one == two}

OPERATORS: dict[str, Callable[..., Any]] = {
    # where data comes from and goes to
    "source_iter": lambda node: list(made(node.op.data)),
    "source_iter_in_tick": lambda node: list(made(node.op.data)),
    "source_stream": lambda node: list(node.op.function.fn()),
    "singleton": lambda node: made(node.op.value),
    "none": lambda node: ABSENT,
    "forward_ref": _together,
    "channel": _together,
    "send_external": same,
    "sim_output": same,
    "for_each": same,
    "dest_sink": same,
    # one element at a time
    "map": Each(lambda f, x: [waited(f(x))]),
    "filter": Each(lambda f, x: [x] if f(x) else []),
    "filter_map": Each(lambda f, x: _present(f(x))),
    "flat_map_ordered": Each(lambda f, x: f(x)),
    "flat_map_unordered": Each(lambda f, x: f(x)),
    "flat_map_stream_blocking": Each(lambda f, x: waited(waited(f(x)))),
    "inspect": _inspect,
    "partition": _partition,
    # all elements, or all of a key
    "enumerate": Whole(lambda op, items: list(enumerate(items))),
    "unique": Whole(_unique),
    "scan": Whole(_scan),
    "generator": Whole(_generator),
    "scan_async_blocking": Whole(_scan_async),
    "limit": Whole(lambda op, items: items[: op.count]),
    "sort": Whole(lambda op, items: sorted(items)),
    # all elements, or all of a key, as one value
    "fold": Whole(_fold),
    "fold_keyed": Whole(_fold_of_key),
    "fold_early_stop": Whole(_fold_early_stop),
    "reduce": Whole(_reduce),
    "reduce_keyed": Whole(_reduce),
    "reduce_watermark": _reduce_watermark,
    "count": Whole(lambda op, items: len(items)),
    "value_counts": Whole(lambda op, items: len(items)),
    "first": Whole(lambda op, items: items[0] if items else ABSENT),
    "first_keyed": Whole(lambda op, items: items[0]),
    "last": Whole(lambda op, items: items[-1] if items else ABSENT),
    "min": Whole(lambda op, items: min(items, default=ABSENT)),
    "max": Whole(lambda op, items: max(items, default=ABSENT)),
    "collect_vec": Whole(lambda op, items: items),
    "is_empty": Whole(lambda op, items: not items),
    "by_ref": lambda node, items: items,
    "elements": same,
    "collect_keyed": lambda node, pairs: dict(pairs),
    "key_set": lambda node, items: set(items),
    # two streams
    "merge_unordered": lambda node, left, right: left + right,
    "merge_ordered": lambda node, left, right: left + right,
    "chain": lambda node, left, right: left + right,
    "join": _join,
    "join_keyed_stream": _join,
    "cross_product": _product,
    "cross_product_nested_loop": _product,
    "anti_join": lambda node, left, right: [(key, value) for key, value in left if key not in right],
    "filter_not_in": lambda node, left, right: [item for item in left if item not in right],
    "filter_key_not_in": lambda node, pairs, keys: [(key, value) for key, value in pairs if key not in keys],
    "lookup_keyed_stream": lambda node, pairs, others: _lookup(pairs, others),
    # a stream and a live value
    "cross_singleton": _cross_singleton,
    "filter_if": _filter_if,
    "repeat_with_keys": lambda node, items, table: [(key, item) for item in items for key in table],
    "get_keyed": lambda node, pairs, wanted: [value for key, value in pairs if key == wanted],
    "join_keyed_singleton": lambda node, pairs, table: [(k, (v, table[k])) for k, v in pairs if k in table],
    "lookup_keyed_singleton": lambda node, pairs, table: [(k, (v, table.get(v))) for k, v in pairs],
    "join_table_stream": lambda node, table, pairs: [(k, (table[k], v)) for k, v in pairs if k in table],
    "lookup_table_stream": lambda node, table, pairs: _lookup(table.items(), pairs),
    # live values
    "unwrap_or": lambda node, value, other: other if value is ABSENT else value,
    "or_": lambda node, value, other: other if value is ABSENT else value,
    "zip": lambda node, left, right: ABSENT if ABSENT in (left, right) else (left, right),
    "is_some": lambda node, value: (value is ABSENT) is node.op.absent,
    "or_none": lambda node, value: None if value is ABSENT else value,
    "logic": lambda node, left, right: LOGIC[node.op.word](left, right),
    "threshold_greater_or_equal": lambda node, value, threshold: [threshold] if value >= threshold else [],
    # live values by key
    "key_count": lambda node, table: len(table),
    "get_max_key": lambda node, table: max(table.items(), key=lambda entry: entry[0], default=ABSENT),
    "get_value": lambda node, table, key: table.get(key, ABSENT),
    "without_keys": lambda node, table, keys: {key: value for key, value in table.items() if key not in keys},
    "join_tables": lambda node, left, right: {k: (v, right[k]) for k, v in left.items() if k in right},
    "lookup_table": lambda node, left, right: {k: (v, right.get(v)) for k, v in left.items()},
    "threshold_keyed": _threshold,
    # into ticks and atomic sections and out of them: time is elsewhere
    "batch": same,
    "snapshot": same,
    "snapshot_keyed": same,
    "sample_eager": same,
    "clone_into_tick": same,
    "all_ticks": _as_stream,
    "all_ticks_atomic": _as_stream,
    "latest": same,
    "latest_atomic": same,
    "atomic": same,
    "end_atomic": same,
    # other shapes and keys, and claims
    "into_stream": _as_stream,
    "into_singleton": same,
    "into_keyed": _into_keyed,
    "entries": _entries,
    "entries_partially_ordered": same,
    "resolve_futures": same,
    "resolve_futures_ordered": same,
    "resolve_futures_blocking": same,
    "resolve_future_blocking": same,
    "prefix_key": _prefix_key,
    "drop_key_prefix": lambda node, pairs: [(key[1], value) for key, value in pairs],
    "assume_ordering": same,
    "assume_retries": same,
    "weaken": same,
    "assert_has_consistency_of": same,
    "make": same,
    "typed": same,
    "ir_node_named": same,
    "ignore_monotonic": same,
}
