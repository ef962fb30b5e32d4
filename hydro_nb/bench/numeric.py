"""P8: numbers of an array, next to a loop that numba compiles by hand and to the same loop in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from statistics import median

from hydro_nb.bench import flows
from hydro_nb.bench.fresh import said_by
from hydro_nb.bench.speed import taken
from hydro_nb.bench.table import Row, Scale, interleaved, throughput

COUNT, PLAIN = 100_000_000, 2_000_000
"""How many numbers: Python by itself takes fewer, as it would take a minute for all."""


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


def _ours(count: int) -> float:
    from hydro_nb.bench.columns import flow_of  # noqa: PLC0415 - numpy need not be installed

    return taken(flows.printed(flow_of(count)))[0]


def _theirs(name: str, count: int) -> float:
    return taken(said_by("columns", name, count))[0]
