"""The work of P8: as a flow, as a loop that numba compiles, and as the loop that Python runs.

Run as `python -m hydro_nb.bench.columns NAME COUNT`, it is one of the two by hand.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hydro_nb import FlowBuilder
from hydro_nb.bench.work import done, mark, marked


class Counter:
    """The process that works on the numbers."""


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
