"""Cells that stand on something that has changed: which they are, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from hydro_nb.lang import cell, redefined

if TYPE_CHECKING:
    from hydro_nb.lang.flow import FlowBuilder

_former: WeakKeyDictionary[FlowBuilder, list[FlowBuilder]] = WeakKeyDictionary()
"""by flow: those that the same cell had made in its place before, as long as other cells stand on them"""


def succeed(flow: FlowBuilder, old: FlowBuilder) -> None:
    """Note that a cell that ran again made a flow in the place of another one."""
    _former[flow] = [old, *_former.get(old, ())]


def cells(flow: FlowBuilder) -> dict[str, str]:
    """Give the cells to run again, in the order of the program, with what the reader knows them by: `In[5]`.

    >>> from hydro_nb import FlowBuilder
    >>> cells(FlowBuilder())
    {}
    """
    stale = {*flow.graph.stale(), *redefined.slots(flow)}
    nodes = flow.graph.nodes.values()
    changed = {cell.whole(flow, node.slot): node.site.cell for node in nodes if node.slot in stale and node.site.cell}
    return dict(_left(flow)) | changed


def labels(flow: FlowBuilder) -> list[str]:
    """Give what the reader knows the cells to run again by, in the order of the program.

    >>> from hydro_nb import FlowBuilder
    >>> labels(FlowBuilder())
    []
    """
    return [*dict.fromkeys(cells(flow).values())]


def advice(cells: Iterable[str]) -> str:
    """Say what to do about stale cells, in a line; nothing where there are none.

    >>> advice(["In[5]", "In[7]"])
    'stale: run In[5], In[7] again, in this order, or %hydro refresh'
    """
    named = [*cells]
    return f"stale: run {again(named)}" if named else ""


def again(cells: Sequence[str]) -> str:
    """Name cells that are to run again, and what does it for all of them.

    >>> again(["In[5]"])
    'In[5] again or %hydro refresh'
    """
    order = ", in this order," if len(cells) > 1 else ""
    return f"{', '.join(cells)} again{order} or %hydro refresh"


def _left(flow: FlowBuilder) -> Iterator[tuple[str, str]]:
    """Give the cells that stand on flows in whose place this one is; they do so until they run again."""
    former = _former.pop(flow, [])
    here = {key for key, _ in _makers(flow)} if former else set[str]()
    left = {each: [(key, label) for key, label in _makers(each) if key not in here] for each in former}
    if kept := [each for each in former if left[each]]:
        _former[flow] = kept
    yield from (pair for each in reversed(kept) for pair in left[each])


def _makers(flow: FlowBuilder) -> Iterator[tuple[str, str]]:
    """Give the cells that a flow was built by."""
    made = (*flow.graph.places.values(), *flow.graph.nodes.values())
    yield from ((cell.whole(flow, each.slot), each.site.cell) for each in made if each.site.cell)
