"""A flow compiled for the simulator: one module per location, and the wires between its units.

Made once; a world runs it again and again.
"""

from __future__ import annotations

import linecache
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, cast

from hydro_nb.compile.program import Written, write_location
from hydro_nb.compile.split import Part, Unit, locations, seams
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Bound, Kind, Node, Order, Shape
from hydro_nb.ir.ops.atomic import BeginAtomic
from hydro_nb.ir.ops.simulated import SimInput, SimOutput
from hydro_nb.sim.fresh import Captured
from hydro_nb.sim.hooks import (
    Again,
    AnyAgain,
    Hook,
    KeyedPrefix,
    KeyedVersion,
    Next,
    NextOfKeys,
    NextOfTwo,
    Prefix,
    Subset,
    Version,
    Whole,
)
from hydro_nb.sim.observe import Arrangement, Interleaving, KeysInterleaving, Observation, simulated
from hydro_nb.values import ATOMS
from hydro_nb.wire import SourceLine

Lists = dict[str, list[Any]]


@dataclass(eq=False, slots=True)
class Wire:
    """Where the elements of one output list go, and what must run because of them."""

    source: list[Any]
    deliver: Callable[[Iterable[Any]], None]
    wakes: Runner | None


@dataclass(eq=False, slots=True, weakref_slot=True)
class Module:
    """The compiled source of one location."""

    name: str
    written: Written
    namespace: dict[str, Any]
    captured: Captured
    state: Any = None

    @property
    def file(self) -> str:
        """The name under which Python knows the source."""
        return self.namespace["__file__"]

    def restart(self) -> None:
        """Begin with new state and new copies of what can change."""
        self.captured.renew(self.namespace)
        self.state = self.namespace["start"]()

    def origin(self, line: int) -> SourceLine | None:
        """Give what a line of the source came from."""
        return self.written.lines[line - 1] if 0 < line <= len(self.written.lines) else None


@dataclass(eq=False, slots=True)
class Runner:
    """One unit with its lists."""

    module: Module
    unit: Unit
    function: Callable[[Any, Lists, Lists], bool]
    opening: Callable[[Any, Lists, Lists], None] | None = None
    """what shows the values of atomic sections before the unit ever ran"""
    inputs: Lists = field(default_factory=dict[str, list[Any]])
    outputs: Lists = field(default_factory=dict[str, list[Any]])
    wires: list[Wire] = field(default_factory=list[Wire])
    hooks: dict[str, Hook] = field(default_factory=dict[str, Hook])
    """the places of choice of a tick, by the input that each feeds"""
    due: bool = False

    @property
    def is_tick(self) -> bool:
        """Whether it runs when it is chosen, not when something has come."""
        return self.unit.place.kind == "tick"

    def run(self) -> None:
        """Run the unit once and send on what it made."""
        self.due = self.function(self.module.state, self.inputs, self.outputs)
        for items in self.inputs.values():
            items.clear()
        self._send()

    def open(self) -> None:
        """Send on what others see of the unit before it ever ran."""
        if self.opening:
            self.opening(self.module.state, self.inputs, self.outputs)
            self._send()

    def _send(self) -> None:
        for wire in self.wires:
            if wire.source:
                wire.deliver(wire.source)
                wire.source.clear()
                if wire.wakes:
                    wire.wakes.due = True


@dataclass(eq=False, slots=True)
class Observer:
    """A top-level place that takes unordered elements one at a time."""

    hook: Hook
    runner: Runner
    target: list[Any]


class Model:
    """All of a flow as the simulator runs it."""

    def __init__(self, graph: Graph) -> None:
        self.graph = simulated(graph)
        self.modules: list[Module] = []
        self.tops: list[Runner] = []
        self.ticks: list[Runner] = []
        self.observers: list[Observer] = []
        self.arrangements: list[Arrangement] = []
        self.senders: dict[str, tuple[list[Any], Runner]] = {}
        self.receivers: dict[str, deque[Any]] = {}
        self._units: dict[str, Runner] = {}
        """key of a part in its location -> the unit that has it"""
        for place in locations(self.graph):
            self._add(write_location(self.graph, place, seams(self.graph, place), seams=True))
        for runner in (*self.tops, *self.ticks):
            self._connect(runner)

    def restart(self) -> None:
        """Begin anew, with nothing under way."""
        for module in self.modules:
            module.restart()
        for runner in (*self.tops, *self.ticks):
            runner.due = not runner.is_tick
            for items in (*runner.inputs.values(), *runner.outputs.values()):
                items.clear()
            for hook in runner.hooks.values():
                hook.reset()
        for observer in self.observers:
            observer.hook.reset()
        for queue in self.receivers.values():
            queue.clear()
        for runner in self.ticks:
            runner.open()

    def module_of(self, file: str) -> Module | None:
        """Give the location whose source has this file name."""
        return next((module for module in self.modules if module.file == file), None)

    def kind(self, slot: str) -> Kind:
        """Give what is known of the collection at a port."""
        node = self.graph.nodes[slot]
        return node.outputs[0] if node.outputs else self.graph.kind(node.inputs[0])

    # ------------------------------------------------------------ making

    def _add(self, written: Written) -> None:
        module = _load(self.graph, written)
        self.modules.append(module)
        self.arrangements += [each for each in written.captures.values() if isinstance(each, Arrangement)]
        for unit in written.units:
            opening = module.namespace.get(f"{unit.name}_opening")
            runner = Runner(module, unit, module.namespace[unit.name], opening)
            (self.ticks if runner.is_tick else self.tops).append(runner)
            for part in unit.parts.values():
                self._units[f"{written.place.slot}/{part.key}"] = runner
                self._lists(runner, part)

    def _lists(self, runner: Runner, part: Part) -> None:
        if part.role in ("receive", "seam_in") or isinstance(part.node.op, SimInput):
            runner.inputs[part.name] = []
        if part.role in ("send", "seam_out") or isinstance(part.node.op, SimOutput):
            runner.outputs[part.name] = []
        if part.role == "seam_in" and runner.is_tick and part.seam:
            runner.hooks[part.name] = _hook(part.seam.kind, part.seam.consumer)

    def _connect(self, runner: Runner) -> None:
        for part in runner.unit.parts.values():
            if isinstance(part.node.op, SimInput) and part.role == "whole":
                self.senders[part.node.slot] = runner.inputs[part.name], runner
            if isinstance(part.node.op, SimOutput):
                queue = self.receivers[part.node.slot] = deque[Any]()
                runner.wires.append(Wire(runner.outputs[part.name], queue.extend, None))
            elif part.role in ("send", "seam_out"):
                runner.wires.append(self._wire(runner, part))

    def _wire(self, runner: Runner, part: Part) -> Wire:
        source = runner.outputs[part.name]
        target, name = self._other_end(runner, part)
        if isinstance(part.node.op, Observation) and part.role == "send":
            hook = _observing(part)
            self.observers.append(Observer(hook, target, target.inputs[name]))
            return Wire(source, hook.take, None)
        if target.is_tick:
            return Wire(source, target.hooks[name].take, None)
        return Wire(source, target.inputs[name].extend, target)

    def _other_end(self, runner: Runner, part: Part) -> tuple[Runner, str]:
        """Give the unit that the other half of a part is in, and its name there."""
        place = runner.unit.place.root.slot
        key = part.node.slot
        if part.role == "send":
            place = part.node.outputs[0].place.root.slot
        elif part.seam:
            key = f"{part.seam.name}>"
        target = self._units[f"{place}/{key}"]
        return target, target.unit.parts[key].name


def _load(graph: Graph, written: Written) -> Module:
    name = graph.display_name(written.place)
    file = f"<simulated {graph.name}, {name}, {id(written)}>"
    namespace: dict[str, Any] = {"__name__": "__hydro__", "__file__": file}
    captured = Captured(written.captures, written.sites)
    captured.put_into(namespace)
    exec(compile(written.text, file, "exec", dont_inherit=True), namespace)  # noqa: S102 - it is what was just written
    namespace["copy"] = version
    linecache.cache[file] = (len(written.text), None, written.text.splitlines(keepends=True), file)
    module = Module(name, written, namespace, captured)
    weakref.finalize(module, linecache.cache.pop, file, None)
    return module


def version(value: Any) -> Any:
    """Copy a live value so that what happens to it later cannot be seen in this version of it.

    >>> version((1, 2))
    (1, 2)
    """
    return value if _is_atom(value) or _is_row(value) else deepcopy(value)


def _is_atom(value: object) -> bool:
    return type(value) in ATOMS


def _is_row(value: object) -> bool:
    return type(value) is tuple and all(map(_is_atom, cast("tuple[object, ...]", value)))


def _observing(part: Part) -> Hook:
    """Give the choice at an observation: of what comes next, or of what comes again."""
    kind, given = part.kinds[0], part.node.outputs[0]
    if isinstance(part.node.op, Interleaving):
        return NextOfTwo(part.node)
    if isinstance(part.node.op, KeysInterleaving):
        return NextOfKeys(part.node)
    if kind.retries is given.retries:
        return Next(part.node)
    return AnyAgain(part.node) if kind.order is Order.NONE else Again(part.node)


def _hook(kind: Kind, consumer: Node) -> Hook:
    if not kind.shape.is_stream:
        per_key = kind.shape is Shape.KEYED_SINGLETON and kind.bound is not Bound.BOUNDED
        return KeyedVersion(consumer) if per_key else Version(consumer)
    if kind.bound is Bound.BOUNDED and isinstance(consumer.op, BeginAtomic):
        return Whole(consumer)
    if kind.order is Order.NONE:
        return Subset(consumer)
    return KeyedPrefix(consumer) if kind.shape is Shape.KEYED_STREAM else Prefix(consumer)
