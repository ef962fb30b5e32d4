"""A run of a cell is a transaction: it replaces what the cell made before, or, failing, changes nothing.

It covers all flows that are alive, and those made while it runs. A cell that runs inside of another belongs to it: when
that runs again without it, or is deleted, it goes as well.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

from hydro_nb.errors import GraphError
from hydro_nb.ir.graph import cell_name

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Change
    from hydro_nb.lang.flow import FlowBuilder

_alive: WeakSet[FlowBuilder] = WeakSet()
_runs: list[Run] = []
_within: WeakKeyDictionary[FlowBuilder, dict[str, str]] = WeakKeyDictionary()
"""by flow: the cells that ran inside of another one, with that one"""


class Run:
    """One run of one cell, under way."""

    def __init__(self, key: str, flows: Iterable[FlowBuilder], *, joins: bool, apart: bool = False) -> None:
        self.key = key
        self.joins = joins
        self.apart = apart
        """whether it belongs to no other, wherever it runs"""
        self.thread = threading.get_ident()
        self.flows: list[FlowBuilder] = []
        self.before: dict[FlowBuilder, dict[str, str]] = {}
        """which cells belonged to which before it"""
        self.inside: set[tuple[FlowBuilder, str]] = set()
        """the cells that have run inside of it"""
        for flow in flows:
            self.join(flow)

    def join(self, flow: FlowBuilder) -> None:
        """Let a flow take part."""
        flow.graph.begin(self.key)
        self.flows.append(flow)
        self.before[flow] = dict(_within.get(flow, {}))


def begin(key: str, only: FlowBuilder | None = None, *, apart: bool = False) -> Run:
    """Start a run of the cell `key` on all flows, or on one alone; `apart` says that it belongs to no other cell.

    >>> flow = FlowBuilder()
    >>> _, words = begin("In[1]", flow), flow.process().source_iter(["a"])
    >>> commit()[flow].added
    ('In-1-.source_iter.0',)
    """
    run = Run(cell_name(key), list(_alive) if only is None else [only], joins=only is None, apart=apart)
    _runs.append(run)
    return run


def commit() -> dict[FlowBuilder, Change]:
    """End the run: what the cell made before and not again is dropped; gives what changed, by flow."""
    run = _ended()
    return {flow: _commit(run, flow) for flow in run.flows}


def _commit(run: Run, flow: FlowBuilder) -> Change:
    within = _within.setdefault(flow, {})
    for key in _belonging(flow, run.key):
        if (flow, key) not in run.inside:
            _drop_from(flow, key)
    change = flow.graph.commit()
    outer = next((each for each in reversed(_runs) if flow in each.flows and each.key != run.key), None)
    within.pop(run.key, None)
    if outer is not None and not run.apart:
        within[run.key] = outer.key
        outer.inside.add((flow, run.key))
    return change


def rollback() -> None:
    """End the run and leave every flow as it was."""
    run = _ended()
    for flow in run.flows:
        flow.graph.rollback()
        _within[flow] = run.before[flow]


def drop(key: str) -> None:
    """Take back what a cell made in any flow, as when it is deleted.

    >>> flow = FlowBuilder()
    >>> with flow.cell("sources"):
    ...     with flow.cell("words"):
    ...         words = flow.process().source_iter(["a"])
    >>> drop("sources")
    >>> len(flow.graph.nodes)
    0
    """
    key = cell_name(key)
    for flow in flows():
        if _belonging(flow, key) or any(slot.startswith(f"{key}.") for slot in (*flow.graph.nodes, *flow.graph.places)):
            _drop_from(flow, key)


def whole(flow: FlowBuilder, slot: str) -> str:
    """Give the cell that made what stands in a slot, and that belongs to no other.

    >>> flow = FlowBuilder()
    >>> with flow.cell("sources"):
    ...     with flow.cell("words"):
    ...         words = flow.process().source_iter(["a"])
    >>> whole(flow, words.ref.slot)
    'sources'
    """
    within, key = _within.get(flow, {}), slot.partition(".")[0]
    seen: set[str] = set()
    while key in within and key not in seen:
        seen.add(key)
        key = within[key]
    return key


def _drop_from(flow: FlowBuilder, key: str) -> None:
    inner = _belonging(flow, key)
    _within.get(flow, {}).pop(key, None)
    flow.graph.drop(key)
    for each in inner:
        _drop_from(flow, each)


def _belonging(flow: FlowBuilder, key: str) -> list[str]:
    return [inner for inner, outer in _within.get(flow, {}).items() if outer == key]


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
