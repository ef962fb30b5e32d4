"""A flow with simulated ports, run in the cut that deployments use: one physical tick per location at a time."""

from __future__ import annotations

from hydro_nb.compile.program import write_location
from hydro_nb.compile.split import fused, locations
from hydro_nb.ir.ops.network import Network
from hydro_nb.ir.ops.simulated import SimInput, SimOutput


class Location:
    def __init__(self, graph, place):
        written = write_location(graph, place, [fused(graph, place)])
        namespace = dict(written.captures)
        exec(compile(written.text, f"<fused {place.slot}>", "exec", dont_inherit=True), namespace)
        parts = [part for unit in written.units for part in unit.parts.values()]
        self.tick, self.state = namespace["tick"], namespace["start"]()
        self.inputs = {p.name: [] for p in parts if p.role == "receive" or isinstance(p.node.op, SimInput)}
        self.outputs = {p.name: [] for p in parts if p.role == "send" or isinstance(p.node.op, SimOutput)}
        self.names = {(p.node.slot, p.role): p.name for p in parts}


def run(graph, chunks):
    """Give what comes out, by slot of the output, when each chunk (slot -> elements) comes in one physical tick."""
    nodes = {place.slot: Location(graph, place) for place in locations(graph)}
    results = {node.slot: [] for node in graph.nodes.values() if isinstance(node.op, SimOutput)}
    for chunk in chunks or [{}]:
        for slot, items in chunk.items():
            node = nodes[graph.nodes[slot].place.root.slot]
            node.inputs[node.names[slot, "whole"]].extend(items)
        _rest(graph, nodes, results)
    return results


def _rest(graph, nodes, results):
    due = list(nodes)
    while due:
        slot = due.pop(0)
        node = nodes[slot]
        if node.tick(node.state, node.inputs, node.outputs):
            due.append(slot)
        for items in node.inputs.values():
            items.clear()
        due += [other for other in _deliver(graph, nodes, node, results) if other not in due]


def _deliver(graph, nodes, node, results):
    for (slot, role), name in node.names.items():
        items = node.outputs.get(name)
        if not items or role not in ("send", "whole"):
            continue
        op = graph.nodes[slot].op
        if isinstance(op, Network):
            target = nodes[op.to.slot]
            target.inputs[target.names[slot, "receive"]].extend(items)
            yield op.to.slot
        else:
            results[slot].extend(items)
        items.clear()
