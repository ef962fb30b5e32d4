"""Versions of one cluster that live side by side: who is in them, and who hears whom over channels of the same name."""

from __future__ import annotations

from collections.abc import Mapping

from hydro_nb.compile.split import locations
from hydro_nb.errors import SimulationFailure
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Node, Place
from hydro_nb.ir.ops.network import Network
from hydro_nb.sim.observe import Observation

__tracebackhide__ = True
"""pytest shows the frames of the user"""
Channel = tuple[str, str, str]
"""its name, and the first versions of where it begins and ends"""


class Versions:
    """The clusters of a flow by what they are versions of; members are numbered through, the oldest version first.

    >>> Versions(Graph("empty"), {}).channels
    {}
    """

    def __init__(self, graph: Graph, sizes: Mapping[int, int]) -> None:
        self._graph, self._sizes = graph, sizes
        self._groups: dict[str, list[Place]] = {}
        for place in locations(graph):
            self._groups.setdefault(self._first(place), []).append(place)
        self.channels: dict[Channel, dict[str, Node]] = {}
        """by channel, and by the version where it ends: what receives there"""
        for node in graph.nodes.values():
            if isinstance(node.op, Network) and not isinstance(node.op, Observation):
                self._note(node, node.op)

    def of(self, place: Place) -> list[Place]:
        """Give all versions of a cluster; of a place without any, itself."""
        return self._groups.get(self._first(place), [place])

    def numbers(self, place: Place) -> range:
        """Give the numbers of the members of one version; a process has number 0."""
        if place.kind != "cluster":
            return range(1)
        first = 0
        for version in self.of(place):
            size = self._sizes.get(version.number, 0)
            if version == place:
                return range(first, first + size)
            first += size
        return range(0)

    def require_single(self) -> None:
        """Raise where a cluster has several versions."""
        for place in (version for group in self._groups.values() for version in group[1:]):
            raise SimulationFailure(
                f"faults are not simulated in a flow with several versions of a cluster.\n  {place.site}\n"
                "  Test what may go wrong in one version, or versions side by side without .with_faults(...)"
            )

    def receiver(self, node: Node, place: Place) -> Node | None:
        """Give what receives, in one version, what is sent in another over a channel of the same name."""
        if node.outputs[0].place.root == place:
            return node
        op = node.op
        return self.channels.get(self._channel(node, op), {}).get(place.slot) if isinstance(op, Network) else None

    def _first(self, place: Place) -> str:
        """Give the slot of the oldest version."""
        while place.after in self._graph.places:
            place = self._graph.places[place.after]
        return place.slot

    def _channel(self, node: Node, op: Network) -> Channel:
        return op.channel, self._first(node.input_kinds[0].place.root), self._first(op.to)

    def _note(self, node: Node, op: Network) -> None:
        """Note a channel, where one of its ends has versions."""
        channel, ends = self._channel(node, op), (node.input_kinds[0].place.root, node.outputs[0].place.root)
        versioned = next((end for end in ends if len(self.of(end)) > 1), None)
        if versioned is None:
            return
        if not channel[0]:
            raise SimulationFailure(
                f"`{op.label}` begins or ends on `{self._graph.display_name(versioned)}`, which has versions that "
                f"hear each other over channels of the same name, but its channel has none.\n  {node.site}\n"
                '  Name it: TCP.fail_stop().name("requests")'
            )
        known = self.channels.setdefault(channel, {})
        known.setdefault(ends[1].slot, node)
