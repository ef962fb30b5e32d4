"""A run of a cell is a transaction: it replaces what the cell made before, or, failing, changes nothing.

It covers all flows that are alive, and those made while it runs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING
from weakref import WeakSet

from hydro_nb.errors import GraphError

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Change
    from hydro_nb.lang.flow import FlowBuilder

_alive: WeakSet[FlowBuilder] = WeakSet()
_runs: list[Run] = []


class Run:
    """One run of one cell, under way."""

    def __init__(self, key: str, flows: Iterable[FlowBuilder], *, joins: bool) -> None:
        self.key = key
        self.joins = joins
        self.thread = threading.get_ident()
        self.flows: list[FlowBuilder] = []
        for flow in flows:
            self.join(flow)

    def join(self, flow: FlowBuilder) -> None:
        """Let a flow take part."""
        flow.graph.begin(self.key)
        self.flows.append(flow)


def begin(key: str, only: FlowBuilder | None = None) -> Run:
    """Start a run of the cell `key` on all flows, or on one alone.

    >>> flow = FlowBuilder()
    >>> _, words = begin("In[1]", flow), flow.process().source_iter(["a"])
    >>> commit()[flow].added
    ('In-1-.source_iter.0',)
    """
    run = Run(key, list(_alive) if only is None else [only], joins=only is None)
    _runs.append(run)
    return run


def commit() -> dict[FlowBuilder, Change]:
    """End the run: what the cell made before and not again is dropped; gives what changed, by flow."""
    return {flow: flow.graph.commit() for flow in _ended().flows}


def rollback() -> None:
    """End the run and leave every flow as it was."""
    for flow in _ended().flows:
        flow.graph.rollback()


def register(flow: FlowBuilder) -> None:
    """Make a new flow take part in cells from now on, the running one included."""
    for run in _runs:
        if run.joins:
            run.join(flow)
    _alive.add(flow)


def flows() -> list[FlowBuilder]:
    """Give the flows that are alive."""
    return list(_alive)


def changing(thread: int) -> bool:
    """Whether a cell runs that is not of this thread, so that flows may change at any moment.

    >>> changing(0)
    False
    """
    return any(run.thread != thread for run in _runs)


def _ended() -> Run:
    if not _runs:
        raise GraphError("no cell is running, so there is nothing to end.")
    return _runs.pop()
