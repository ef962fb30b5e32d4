"""The graph cut into units: what one function of generated source computes.

The *fused* cut makes one unit per location. The *seams* cut makes one per clock domain (the location itself and each of
its ticks), with a seam on every edge between two of them, so that the simulator has a place to decide at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Bound, Kind, Node, Place, Ref
from hydro_nb.ir.ops.atomic import EndAtomic
from hydro_nb.ir.ops.futures import ResolveFutures
from hydro_nb.ir.ops.network import Network
from hydro_nb.ir.ops.source import SourceMembers
from hydro_nb.ir.ops.time import AllTicks, IntoTick
from hydro_nb.references import Reference

Role = Literal["whole", "send", "receive", "hold", "release", "seam_out", "seam_in"]


@dataclass(frozen=True, slots=True)
class Seam:
    """An edge between two units of one location: `name` is the list that carries it."""

    name: str
    source: Ref
    kind: Kind
    consumer: Node
    index: int


@dataclass(slots=True)
class Part:
    """A node's part in one unit. Most nodes have one; a network node has one at each end."""

    key: str
    node: Node
    role: Role
    inputs: tuple[Ref, ...]
    """refer to keys of this unit"""
    kinds: tuple[Kind, ...]
    """kinds of the inputs"""
    seam: Seam | None = None
    name: str = ""
    turn: int = 0
    """its place in the program: that of its node, at a seam that of the node that reads it"""

    @property
    def streams(self) -> Iterator[int]:
        """The inputs that are streams."""
        return (index for index, kind in enumerate(self.kinds) if kind.shape.is_stream)

    @property
    def values(self) -> Iterator[int]:
        """The inputs that are live values."""
        return (index for index, kind in enumerate(self.kinds) if not kind.shape.is_stream)

    @property
    def references(self) -> tuple[Reference[Any], ...]:
        """The references that its functions hold."""
        return self.node.references if self.role == "whole" else ()

    @property
    def leading(self) -> tuple[int, ...]:
        """The streams that must be complete before elements of the other inputs are touched."""
        bounded = (index for index in self.node.op.completes if index < len(self.kinds) and self.role == "whole")
        return tuple(i for i in bounded if self.kinds[i].shape.is_stream and self.kinds[i].bound is Bound.BOUNDED)

    @property
    def pushing(self) -> tuple[int, ...]:
        """The streams whose elements make something come out at once."""
        silent = self.leading if self.node.op.gathers else ()
        return tuple(index for index in self.streams if index not in silent)

    @property
    def outputs(self) -> tuple[Kind, ...]:
        """Kinds of the outputs."""
        return (
            ()
            if self.role in ("send", "hold", "seam_out")
            else self.node.outputs
            if not self.seam
            else (self.seam.kind,)
        )


@dataclass(slots=True)
class Unit:
    """The parts that run together."""

    name: str
    place: Place
    parts: dict[str, Part] = field(default_factory=dict[str, Part])
    _edges: dict[Ref, list[tuple[Part, int]]] = field(default_factory=dict[Ref, list[tuple["Part", int]]])
    _boxes: dict[str, Reference[Any]] | None = None
    _mutated: set[str] | None = None

    @property
    def boxes(self) -> dict[str, Reference[Any]]:
        """The collections that are referred to, each with one reference; the unit must be complete."""
        if self._boxes is None:
            self._boxes = {held.slot: held for part in self.parts.values() for held in part.references}
        return self._boxes

    @property
    def mutated(self) -> set[str]:
        """The collections that functions may change; the unit must be complete."""
        if self._mutated is None:
            self._mutated = {held.slot for part in self.parts.values() for held in part.references if held.mutable}
        return self._mutated

    def consumers(self, key: str, port: int) -> list[tuple[Part, int]]:
        """Give (part, input index) of every edge that leaves an output; the unit must be complete."""
        if not self._edges:
            for part in self.parts.values():
                for index, ref in enumerate(part.inputs):
                    self._edges.setdefault(ref, []).append((part, index))
        return self._edges.get(Ref(key, port), [])


def locations(graph: Graph) -> list[Place]:
    """Give the processes and clusters that have anything to do, or are looked at, in creation order."""
    used = {kind.place.root.slot for node in graph.nodes.values() for kind in (*node.outputs, *node.input_kinds)}
    used |= {node.op.cluster.slot for node in graph.nodes.values() if isinstance(node.op, SourceMembers)}
    return [p for p in graph.places.values() if p.kind in ("process", "cluster") and p.slot in used]


def fused(graph: Graph, place: Place) -> Unit:
    """Give all of a location as one unit."""
    return all_fused(graph).get(place, Unit("tick", place))


def all_fused(graph: Graph) -> dict[Place, Unit]:
    """Give the locations with all of each as one unit."""
    units: dict[Place, Unit] = {}
    for turn, node in enumerate(graph.nodes.values()):
        for part in _parts(graph, node):
            place = _home(part).root
            unit = units.setdefault(place, Unit("tick", place))
            unit.parts[part.key], part.turn = part, turn
    return units


def seams(graph: Graph, place: Place) -> list[Unit]:
    """Give a location as one unit for itself and one for each of its ticks, the location's first."""
    units: dict[str, Unit] = {place.slot: Unit("top_level", place)}
    whole, joined = fused(graph, place), _joined(graph)
    for part in whole.parts.values():
        home = _home(part).clock
        unit = units.setdefault(joined.get(home.slot, home.slot), Unit(f"tick_{len(units)}", home))
        unit.parts[part.key] = part
    homes = {part.key: unit for unit in units.values() for part in unit.parts.values()}
    crossing = [
        (part, index) for part in whole.parts.values() for index, ref in enumerate(part.inputs)
        if homes[ref.slot] is not homes[part.key] or _leaves(whole.parts[ref.slot])
    ]  # fmt: skip
    for number, (part, index) in enumerate(crossing):
        _cut(number, part, index, homes[part.inputs[index].slot], homes[part.key])
    return list(units.values())


def _joined(graph: Graph) -> dict[str, str]:
    """Give, for the ticks of slices that look into atomic sections, the tick that they run with."""
    joined: dict[str, str] = {}
    for node in graph.nodes.values():
        if isinstance(node.op, IntoTick) and node.op.joins and node.input_kinds[0].place.kind == "atomic":
            section = node.input_kinds[0].place.clock.slot
            leader, follower = joined.get(section, section), node.op.tick.slot
            if follower != leader:
                joined[follower] = leader
    return joined


def _cut(number: int, part: Part, index: int, source: Unit, target: Unit) -> None:
    ref, kind = part.inputs[index], part.kinds[index]
    seam = Seam(f"seam_{number}", ref, kind, part.node, index)
    producer = source.parts[ref.slot].node
    source.parts[f"{seam.name}<"] = Part(f"{seam.name}<", producer, "seam_out", (ref,), (kind,), seam, turn=part.turn)
    target.parts[f"{seam.name}>"] = Part(f"{seam.name}>", producer, "seam_in", (), (), seam, turn=part.turn)
    part.inputs = (*part.inputs[:index], Ref(f"{seam.name}>"), *part.inputs[index + 1 :])


def _parts(graph: Graph, node: Node) -> Iterator[Part]:
    kinds = tuple(graph.kind(ref) for ref in node.inputs)
    if isinstance(node.op, Network | ResolveFutures):
        yield Part(f"{node.slot}<", node, "send", node.inputs, kinds)
        yield Part(node.slot, node, "receive", (), ())
    elif node.op.delays:
        yield Part(f"{node.slot}<", node, "hold", node.inputs[-1:], kinds[-1:])
        yield Part(node.slot, node, "release", node.inputs[:-1], kinds[:-1])
    else:
        yield Part(node.slot, node, "whole", node.inputs, kinds)


def _home(part: Part) -> Place:
    if part.role == "send" or not part.node.outputs or _leaves(part):
        return part.kinds[0].place
    return part.node.outputs[0].place


def _leaves(part: Part) -> bool:
    """Whether it runs in a tick, once each time, though what it gives is outside: even for the tick itself."""
    return isinstance(part.node.op, AllTicks | EndAtomic) and part.outputs[0].shape.is_stream


def name_parts(parts: Sequence[Part]) -> None:
    """Give every part of a location its name in the source, in the order of the program."""
    for number, part in enumerate(parts):
        if part.seam:
            part.name = part.seam.name
        else:
            part.name = f"{_verb(part)}_{number}"


def _verb(part: Part) -> str:
    """Say what a part does: the two ends of an operator are told apart."""
    if isinstance(part.node.op, ResolveFutures):
        return "begin" if part.role == "send" else part.node.op.name
    return part.role if part.role in ("send", "receive", "hold") else part.node.op.name
