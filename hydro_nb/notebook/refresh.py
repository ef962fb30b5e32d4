"""`%hydro refresh`: the cells that stand on something that has changed run again, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.error import UsageError

from hydro_nb.notebook import stale
from hydro_nb.notebook.cells import Cells

if TYPE_CHECKING:
    from hydro_nb.lang.flow import FlowBuilder


def refresh(cells: Cells, flow: FlowBuilder) -> list[str]:
    """Run the stale cells of a flow again, each once, in the order of the program; gives which they were."""
    done: dict[str, str] = {}
    while keys := [key for key in stale.cells(flow) if key not in done]:
        done[keys[0]] = cells.rerun(keys[0])
    if left := stale.labels(flow):
        raise UsageError(f"{', '.join(left)} stands on what no cell makes any more: edit it, or delete it")
    return [*done.values()]
