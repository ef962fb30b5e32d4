"""Moving parts of a program to places of their own without changing what it means."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypeVar

from hydro_nb.lang.guarantees import O2, R2, Unbounded
from hydro_nb.lang.location import Process
from hydro_nb.lang.stream import Stream

T = TypeVar("T", default=Any)
M = TypeVar("M", default=Any)


def decouple_process(
    stream: Stream[T, Process[Any], Any, O2, R2], to: Process[M]
) -> Stream[T, Process[M], Unbounded, O2, R2]:
    """Let everything behind a stream run on a process of its own.

    >>> from hydro_nb import FlowBuilder
    >>> flow = FlowBuilder()
    >>> decouple_process(flow.process().source_iter([1, 2]), flow.process()).preview().rows
    [1, 2]

    Order and repeats stay; unbounded over there. Source: Hydro's `hydro_std::compartmentalize`; Chu et al., "Optimizing
    Distributed Protocols with Query Rewrites", SIGMOD 2024.
    """
    return stream.send(to)
