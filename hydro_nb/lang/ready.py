"""What must hold before a flow is run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hydro_nb.errors import DeployError, GraphError
from hydro_nb.ir.hooked import hooks_of
from hydro_nb.ir.ops.cycle import require_complete
from hydro_nb.ir.ops.simulated import SimInput, SimOutput
from hydro_nb.lang.site import here

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def require_whole(graph: Graph) -> None:
    """Raise where the graph is empty, stands on something stale, or has an open end."""
    if not graph.nodes:
        raise GraphError(
            f"the flow `{graph.name}` is empty: there is nothing to run.\n  {here()}\n"
            "  Start with a source: flow.process().source_iter([1, 2, 3])"
        )
    graph.require_fresh()
    require_complete(graph)


def require_deployable(graph: Graph) -> None:
    """Raise where the graph is not whole, or has ports that only a simulation can serve."""
    require_whole(graph)
    for node in graph.nodes.values():
        if isinstance(node.op, SimInput | SimOutput):
            raise GraphError(
                f"`{node.op.name}` is a port of the simulator and cannot be deployed.\n  made at   {node.site}\n"
                "  Run the flow by flow.sim(), or use source_external and send_external."
            )
        for hook in hooks_of(node.op):
            raise GraphError(
                f"{hook.title} scripts `{node.op.label}` in simulated tests, and a flow with a bound hook cannot be "
                f"deployed.\n  bound at   {node.site}\n"
                '  Run the flow by flow.sim(), or build the one to deploy with a guard of its own: nondet("...").'
            )
    for place in graph.places.values():
        if place.after and any(kind.place.root == place for node in graph.nodes.values() for kind in node.outputs):
            raise GraphError(
                f"`{graph.display_name(place)}` is a later version of a cluster, which only a simulation runs beside "
                f"the older one.\n  made at   {place.site}\n  Run the flow by flow.sim(), or deploy one version."
            )


def byte_count(size: int | str) -> int:
    """Read a number of bytes: `65536`, `"64KiB"`, `"64MiB"`.

    >>> byte_count("64KiB")
    65536
    """
    if isinstance(size, int) and size > 0:
        return size
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", str(size).strip())
    if match is None or match[2].lower() not in _UNITS or not float(match[1]):
        raise DeployError(f'max_buffer={size!r} is not a number of bytes; give one such as 65536 or "64MiB".')
    return int(float(match[1]) * _UNITS[match[2].lower()])
