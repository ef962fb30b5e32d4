"""P8: numbers of an array, next to a loop that numba compiles by hand and to the same loop in plain Python.

Run as `python -m hydro_nb.bench.numeric NAME COUNT`, it is one of the two by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hydro_nb import FlowBuilder
from hydro_nb.bench import flows
from hydro_nb.bench.fresh import said_by
from hydro_nb.bench.speed import taken
from hydro_nb.bench.table import Row, Scale, interleaved, throughput
from hydro_nb.bench.work import done, mark, marked

COUNT, PLAIN = 100_000_000, 2_000_000
"""How many numbers: Python by itself takes fewer, as it would take a minute for all."""


class Counter:
    """The process that works on the numbers."""


def columns(scale: Scale) -> Iterator[Row]:
    """Measure P8, against both; nothing where numba is not installed."""
    if find_spec("numba") is None:
        return
    count, plain = scale.of(COUNT), scale.of(PLAIN)
    pairs = interleaved(lambda: _ours(count), lambda: _theirs("compiled", count), scale.rounds)
    twice = median(_ours(2 * count) for _ in range(min(scale.rounds, 3)))
    ours = median(mine for mine, _ in pairs)
    yield throughput("P8 an array, next to numba by hand", count, pairs, ">= 0.70", twice / ours)
    slow = [_theirs("plain", plain) * count / plain for _ in range(min(scale.rounds, 3))]
    beside = [(mine, each) for (mine, _), each in zip(pairs, slow, strict=False)]
    yield throughput("P8 an array, next to Python by hand", count, beside, ">= 30", None)


def flow_of(count: int) -> FlowBuilder:
    """Give the work of P1, on the numbers of an array."""

    def numbers() -> NDArray[np.int64]:
        made = np.arange(count)
        mark("first")
        return made

    flow = FlowBuilder("an array")
    column = flow.process(Counter).source_iter(numbers)
    kept = column.map(lambda x: x * 3 + 1).filter(lambda x: x % 2 == 0).map(lambda x: x ^ 0x5555)
    kept.fold(0, lambda acc, x: acc + x).into_stream().for_each(done)
    return flow


def _ours(count: int) -> float:
    return taken(flows.printed(flow_of(count)))[0]


def _theirs(name: str, count: int) -> float:
    return taken(said_by("numeric", name, count))[0]


def compiled(count: int) -> None:
    """Do it in a loop over the array that is compiled before it is needed."""
    import numba  # noqa: PLC0415 - it takes half a second to load

    loop: Any = numba.njit("int64(int64[::1])")(_loop)
    numbers = np.arange(count)
    mark("first")
    done(loop(numbers))


def plain(count: int) -> None:
    """Do it in the loop that Python runs."""
    done(_loop(marked(range(count))))


def _loop(numbers: Any) -> int:
    total = 0
    for x in numbers:
        y = x * 3 + 1
        if y % 2 == 0:
            total += y ^ 0x5555
    return total


if __name__ == "__main__":
    {"compiled": compiled, "plain": plain}[sys.argv[1]](int(sys.argv[2]))
