"""Steps whose functions fail on some elements, which the operators go on without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Literal, TypedDict

from hydro_nb import Yield, inplace
from hydro_nb.ir.node import Shape
from naive.steps import ANY, SUM, Step, Steps, num, numbers


class Skip(TypedDict):
    """The keyword that all of these are about."""

    on_error: Literal["skip"]


SKIP = Skip(on_error="skip")


class PickyError(Exception):
    """What a function raises that does not take every element."""


def picky(x: Any) -> int:
    """Make a number of most things."""
    if fails(x):
        raise PickyError(f"not {num(x)}")
    return num(x)


def fails(x: Any) -> bool:
    """Tell what `picky` does not take."""
    return num(x) % 3 == 1


def _some(x: Any) -> Iterator[int]:
    """Give one item of everything, and another of most things."""
    yield num(x)
    yield picky(x)


async def _later(x: Any) -> AsyncIterator[int]:
    await asyncio.sleep(0)
    yield num(x)
    yield picky(x)


async def _total(total: int, x: Any) -> tuple[int, int]:
    await asyncio.sleep(0)
    return total + picky(x), total


def _taken(seen: list[int], x: Any) -> None:
    seen.append(picky(x))


_STREAM: dict[str, Step] = {
    "map": lambda s: s.map(picky, **SKIP),
    "map to a pair": lambda s: s.map(lambda x: (x, picky(x)), **SKIP),
    "filter": lambda s: s.filter(lambda x: picky(x) % 2, **SKIP),
    "filter_map": lambda s: s.filter_map(lambda x: picky(x) or None, **SKIP),
    "flat_map_ordered": lambda s: s.flat_map_ordered(_some, **SKIP),
    "flat_map_unordered": lambda s: s.flat_map_unordered(lambda x: [num(x), picky(x)], **SKIP),
    "inspect": lambda s: s.inspect(picky, **SKIP),
    "partition": lambda s: s.partition(lambda x: picky(x) % 2, **SKIP),
    "scan": lambda s: s.scan(0, lambda total, x: (total + picky(x), (x, total)), **SKIP),
    "scan in place": lambda s: s.scan(list, inplace(lambda had, x: had.append(picky(x)) or had), **SKIP),
    "generator": lambda s: s.generator(0, lambda had, x: (had + picky(x), Yield(had)), **SKIP),
    "fold": lambda s: s.fold(1, lambda total, x: (total * 2 + picky(x)) % 1009, **SKIP),
    "fold a sum": lambda s: s.fold(0, lambda total, x: total + picky(x), **SUM, **SKIP),
    "fold a list": lambda s: s.fold(list, inplace(_taken), **SKIP),
    "fold to a list": lambda s: s.fold(list, lambda seen, x: [*seen, picky(x)], **SKIP),
    "reduce": lambda s: numbers(s).reduce(lambda best, x: max(best, picky(x)), **SKIP),
}
SKIPPING: Steps = {
    Shape.STREAM: {
        **_STREAM,
        "flat_map_stream_blocking": lambda s: s.flat_map_stream_blocking(_later, **SKIP),
        "scan_async_blocking": lambda s: s.scan_async_blocking(0, _total, **SKIP),
    },
    Shape.KEYED_STREAM: {
        **_STREAM,
        "map_with_key": lambda s: s.map_with_key(lambda key, x: (key, picky(x)), **SKIP),
        "filter_with_key": lambda s: s.filter_with_key(lambda key, x: picky(x) > num(key), **SKIP),
        "filter_map_with_key": lambda s: s.filter_map_with_key(lambda key, x: (key, picky(x)), **SKIP),
        "inspect_with_key": lambda s: s.inspect_with_key(lambda key, x: (key, picky(x)), **SKIP),
        "prefix_key": lambda s: s.prefix_key(lambda key, x: picky(x) % 2, **SKIP).drop_key_prefix(),
        "fold_early_stop": lambda s: s.fold_early_stop(0, lambda total, x: (total + picky(x), total > 3), **SKIP),
    },
}
SKIPPING_IN_TICKS: Steps = {
    Shape.KEYED_STREAM: {
        "reduce_watermark": lambda s, tick: numbers(s).reduce_watermark(
            s.keys().max().snapshot(tick, ANY), lambda best, x: max(best, picky(x)), **SKIP
        )
    }
}
