"""The targets, by their names: what measures each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

from hydro_nb.bench.table import Measure, Row, Scale

_PLACES = {
    "P1": "speed:one_process",
    "P2": "speed:word_count",
    "P3": "speed:running_fold",
    "P4": "speed:join",
    "P5": "speed:two_processes",
    "P6": "delay:round_trips",
    "P7": "delay:start",
    "P8": "numeric:columns",
    "P9": "watching:dashboard",
    "P10": "footprint:child",
    "P11": "footprint:compiling",
    "P12": "schedules:schedules",
    "memory": "footprint:slow_consumer",
}
"""name -> module and function: each is loaded when it is measured"""
NAMES = tuple(_PLACES)


def measure(name: str, scale: Scale) -> Iterator[Row]:
    """Measure one target.

    >>> next(measure("P11", Scale(rounds=1))).case
    'P11 build, check, compile 10 operators'
    """
    module, _, function = _PLACES[name].partition(":")
    found: Measure = getattr(import_module(f"hydro_nb.bench.{module}"), function)
    return found(scale)


def measured(names: Sequence[str], scale: Scale) -> Iterator[tuple[str, Row]]:
    """Measure several, one after the other."""
    for name in names:
        for row in measure(name, scale):
            yield name, row
