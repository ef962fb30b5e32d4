"""In which order the pieces of a unit are written.

A unit is written region by region. A region is either what a node does once per tick (`after`), or the loop over a list
that one node fills and another reads (`loop`). A chain of element operators lives in the region of its first producer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from hydro_nb.compile.split import Part, Unit
from hydro_nb.errors import GraphError
from hydro_nb.ir.node import Ref

DEEPEST = 11
"""Blocks nested in one region; CPython refuses more than 20."""
LONGEST = 48
"""Operators in one region; beyond that a list costs nothing and keeps the compiler's own stack shallow."""

SHORT = 4
"""Operators that are written more than once where that saves making what they would take apart again."""


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of generated source that is written at one go."""

    kind: Literal["after", "loop"]
    key: str
    """the node, or the node that reads the list"""
    index: int = 0
    """the input by which it reads the list"""


@dataclass(slots=True)
class Plan:
    """The regions of a unit in the order in which they run, and where each stream edge is handled."""

    unit: Unit
    regions: list[Region] = field(default_factory=list[Region])
    fused: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    """edges, by consumer and input, whose consumer works inside the producer's region"""
    lazy: set[str] = field(default_factory=set[str])
    """nodes whose value is computed where it is read"""

    def members(self, region: Region) -> Iterator[Part]:
        """Iterate over the parts whose elements are handled in a region."""
        part = self.unit.parts[region.key]
        if region.kind == "loop":
            yield part
            if region.index not in part.pushing:
                return
        if region.kind == "after" and list(part.streams) and not part.node.op.blocking:
            return
        yield from self._fused_behind(part)

    def _fused_behind(self, part: Part) -> Iterator[Part]:
        for port in range(len(part.outputs)):
            for consumer, index in self.unit.consumers(part.key, port):
                if (consumer.key, index) in self.fused:
                    yield consumer
                    if not consumer.node.op.blocking and index in consumer.pushing:
                        yield from self._fused_behind(consumer)


def plan(unit: Unit) -> Plan:
    """Decide what is fused and in which order regions run; raises `GraphError` on a cycle without delay."""
    _require_delays(unit)
    made = Plan(unit)
    made.lazy = {part.key for part in unit.parts.values() if _is_lazy(unit, part)}
    made.fused = set(_fused_edges(unit))
    while not made.regions and unit.parts:
        try:
            made.regions = list(TopologicalSorter(_Dependencies(made).table()).static_order())
        except CycleError as error:
            edge = _waiting(made, error.args[1])
            if edge is None:
                raise _open_wait(unit, error.args[1]) from None
            made.fused.remove(edge)
    return made


def _require_delays(unit: Unit) -> None:
    """Refuse a loop of edges that all lie in this unit: within one tick nothing in it could come first."""
    edges = {part.key: {ref.slot for ref in part.inputs} for part in unit.parts.values()}
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        raise _open_cycle(unit, error.args[1]) from None


def _waiting(plan: Plan, cycle: list[Region]) -> tuple[str, int] | None:
    """Give a fused edge whose elements must wait for something that the same loop has yet to make.

    One branch of a `partition` may wait for what the other gives; without such edges regions follow the graph.
    """
    edges = (
        (member.key, index)
        for region in cycle
        for member in plan.members(region)
        for index in member.streams
        if (member.key, index) in plan.fused and (list(member.values) or member.references or _is_led(member, index))
    )
    return next(edges, None)


def _is_led(part: Part, index: int) -> bool:
    return bool(part.leading) and index not in part.leading


def _is_lazy(unit: Unit, part: Part) -> bool:
    if len(part.outputs) != 1 or part.outputs[0].shape.is_stream or list(part.streams) or part.role == "seam_in":
        return False
    op = part.node.op
    if part.references or part.key in unit.boxes or any(ref.slot in unit.boxes for ref in part.inputs):
        return False
    return bool(part.inputs) and not op.stored and (op.on_demand or len(unit.consumers(part.key, 0)) == 1)


def _fused_edges(unit: Unit) -> Iterator[tuple[str, int]]:
    nested: dict[str, int] = {}
    length: dict[str, int] = {}
    for part in unit.parts.values():
        for index in part.streams:
            ref = part.inputs[index]
            deep = nested.get(ref.slot, 0) + part.node.op.nests
            long = length.get(ref.slot, 0) + 1
            if deep <= DEEPEST and long <= LONGEST and _may_fuse(unit, unit.parts[ref.slot], ref):
                nested[part.key], length[part.key] = deep, long
                yield part.key, index


def _may_fuse(unit: Unit, source: Part, ref: Ref) -> bool:
    consumers = unit.consumers(ref.slot, ref.port)
    pushed_once = source.node.op.blocking or source.role != "whole" or len(source.pushing) <= 1
    return len(consumers) == 1 and (pushed_once or (source.node.op.composes and _is_short(unit, consumers[0][0])))


def _is_short(unit: Unit, part: Part) -> bool:
    """Whether what is done with an element is little enough to be written twice, and needs nothing but the element."""
    for _ in range(SHORT):
        op = part.node.op
        if list(part.values) or part.references or len(list(part.streams)) != 1 or op.nests or op.blocking:
            return False
        consumers = [each for port in range(len(part.outputs)) for each in unit.consumers(part.key, port)]
        if len(consumers) != 1 or part.role != "whole":
            return not consumers
        part = consumers[0][0]
    return False


class _Dependencies:
    """Which region must come after which."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.unit = plan, plan.unit
        self._filled: dict[Ref, tuple[Region, ...]] = {}
        """what is known of outputs so far"""

    def table(self) -> dict[Region, list[Region]]:
        """Give each region with the regions before it, in program order and not in that of a set."""
        table = self._before()
        rank = {region: number for number, region in enumerate(table)}
        return {region: sorted(before, key=lambda each: rank.get(each, len(rank))) for region, before in table.items()}

    def _before(self) -> dict[Region, set[Region]]:
        table: dict[Region, set[Region]] = {}
        for part in self.unit.parts.values():
            for index in part.streams:
                if (part.key, index) not in self.plan.fused:
                    table[Region("loop", part.key, index)] = set(self._fills(part.inputs[index]))
            if part.key not in self.plan.lazy:
                table[Region("after", part.key)] = set(self._before_after(part))
        for region, before in table.items():
            for member in self.plan.members(region):
                for index in member.values:
                    before.update(self._value(member.inputs[index]))
        for part in self.unit.parts.values():
            self._in_turn(part, table)
        for slot in self.unit.boxes:
            self._accesses(slot, table)
        return table

    def handled(self, part: Part, index: int, seen: frozenset[str] = frozenset()) -> Iterator[Region]:
        """Give the region in which elements of an input are handled."""
        if (part.key, index) not in self.plan.fused:
            yield Region("loop", part.key, index)
        else:
            yield from self._fills(part.inputs[index], seen)

    def _fills(self, ref: Ref, seen: frozenset[str] = frozenset()) -> tuple[Region, ...]:
        """Give the regions in which an output is pushed; `seen` are the parts on the way, where it goes in a circle."""
        known = self._filled.get(ref)
        if known is None:
            known = tuple(self._filling(ref, seen))
            if not seen:
                self._filled[ref] = known
        return known

    def _filling(self, ref: Ref, seen: frozenset[str]) -> Iterator[Region]:
        part = self.unit.parts[ref.slot]
        streams = list(part.streams)
        if part.node.op.blocking or not streams or part.role != "whole":
            yield Region("after", part.key)
        for index in part.pushing:
            if not part.node.op.blocking and part.key not in seen:
                yield from self.handled(part, index, seen | {part.key})

    def _before_after(self, part: Part) -> Iterator[Region]:
        for index in part.streams:
            yield from self.handled(part, index)
        for index in part.values:
            yield from self._value(part.inputs[index])

    def _value(self, ref: Ref) -> Iterator[Region]:
        part = self.unit.parts[ref.slot]
        if part.key not in self.plan.lazy:
            yield Region("after", part.key)
        else:
            for index in part.values:
                yield from self._value(part.inputs[index])

    def _in_turn(self, part: Part, table: dict[Region, set[Region]]) -> None:
        leading = part.leading
        first = [region for index in leading for region in self.handled(part, index)]
        for index in set(part.streams).difference(leading) if first else ():
            for region in self.handled(part, index):
                table[region].update(first)

    def _accesses(self, slot: str, table: dict[Region, set[Region]]) -> None:
        """Let all accesses to a value come after it, and in program order where one of two changes it."""
        made = set(self._value(Ref(slot)))
        done: list[tuple[set[Region], bool]] = []
        for part in sorted(self.unit.parts.values(), key=lambda each: (each.role == "hold", each.turn)):
            changes = [held.mutable for held in part.references if held.slot == slot]
            if not changes and all(ref.slot != slot for ref in part.inputs):
                continue
            regions = set(self._runs(part))
            for region in regions if changes else ():
                table[region] |= made
            for earlier, changed in done:
                for region in regions if changed or any(changes) else ():
                    table[region] |= earlier
            done.append((regions, any(changes)))

    def _runs(self, part: Part) -> Iterator[Region]:
        """Give the regions in which a part does its work."""
        for index in part.streams:
            yield from self.handled(part, index)
        if not list(part.streams):
            yield Region("after", part.key)


def _open_wait(unit: Unit, cycle: list[Region]) -> GraphError:
    return GraphError(
        "these operators wait for each other through the references that their functions hold.\n"
        f"{_lines(unit, [region.key for region in cycle])}\n"
        "  A function sees the whole value, and what the functions of earlier lines have made of it. "
        "Write the lines in the order in which they are to run, or take the step into the next tick."
    )


def _lines(unit: Unit, keys: list[str]) -> str:
    return "\n".join(dict.fromkeys(f"  {unit.parts[key].node.site}" for key in keys))


def _open_cycle(unit: Unit, keys: list[str]) -> GraphError:
    return GraphError(
        "these operators feed themselves within one tick, so none of them could start.\n"
        f"{_lines(unit, keys)}\n"
        "  A cycle needs a step that takes time: send it to another process and back, or into the next tick."
    )
