"""What a user has to say of a flow before it is simulated."""

from __future__ import annotations

from collections.abc import Mapping

from hydro_nb.compile.split import locations
from hydro_nb.errors import SimulationFailure
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.ops.network import Network
from hydro_nb.ir.ops.source import SourceMembers
from hydro_nb.sim.progress import notebook


def require_sizes(graph: Graph, sizes: Mapping[int, int]) -> None:
    """Refuse to simulate a cluster of which nobody said how many members it has."""
    looked_at = [node.op.cluster for node in graph.nodes.values() if isinstance(node.op, SourceMembers)]
    for place in dict.fromkeys((*locations(graph), *looked_at)):
        if place.kind == "cluster" and place.number not in sizes:
            call = f"flow.sim().with_cluster_size({place.site.name or 'cluster'}, 2)"
            magic = f', or %hydro sim ... --cluster "{graph.display_name(place)}=2"' if notebook() else ""
            raise SimulationFailure(
                f"cluster `{graph.display_name(place)}` was given no size: a simulation has to know how many members "
                f"it has.\n  {place.site}\n  Say it first: {call}{magic}"
            )


def require_safety_only(graph: Graph) -> None:
    """Refuse to let messages be late for ever where nobody said that the test does not wait for them."""
    for node in graph.nodes.values():
        if isinstance(node.op, Network) and node.op.policy == "lossy_delayed_forever":
            magic = ", or %hydro sim ... --safety-only" if notebook() else ""
            raise SimulationFailure(
                f"`{node.op.label}` sends by {node.op.transport}.lossy_delayed_forever(), so that a message may be on "
                f"its way for ever, and a test that waits for it fails.\n  {node.site}\n"
                f"  If the test only claims what must never happen, say so: flow.sim().test_safety_only(){magic}"
            )
