"""Cells that stand on something that has changed: which they are, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hydro_nb.lang.flow import FlowBuilder


def labels(flow: FlowBuilder) -> list[str]:
    """Give the cells to run again, in the order of the program: `In[5]`.

    >>> from hydro_nb import FlowBuilder
    >>> labels(FlowBuilder())
    []
    """
    stale = flow.graph.stale()
    nodes = flow.graph.nodes.values()
    return [*dict.fromkeys(node.site.cell for node in nodes if node.slot in stale and node.site.cell)]


def advice(cells: Iterable[str]) -> str:
    """Say what to do about stale cells, in a line; nothing where there are none.

    >>> advice(["In[5]", "In[7]"])
    'stale: run In[5], In[7] again, in this order, or %hydro refresh'
    """
    named = [*cells]
    order = ", in this order," if len(named) > 1 else ""
    return f"stale: run {', '.join(named)} again{order} or %hydro refresh" if named else ""
