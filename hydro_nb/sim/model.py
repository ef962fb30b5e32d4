"""A flow compiled for the simulator: one module per process and per member of a cluster, and the wires between them.

Made once; a world runs it again and again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hydro_nb.compile.program import Written, write_location
from hydro_nb.compile.split import Part, locations, seams
from hydro_nb.ir.consistency import functions
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.hooked import HookName, hook_of
from hydro_nb.ir.node import Bound, Kind, Node, Order, Place, Shape
from hydro_nb.ir.ops.atomic import BeginAtomic
from hydro_nb.ir.ops.futures import ResolveFutures
from hydro_nb.ir.ops.network import Network
from hydro_nb.ir.ops.simulated import SimInput, SimOutput
from hydro_nb.ir.ops.source import Fed, SourceMembers
from hydro_nb.sim.alarms import Silent, alarms
from hydro_nb.sim.attributes import attributes_in
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
from hydro_nb.sim.observe import Arrangement, Interleaving, KeysInterleaving, Observation
from hydro_nb.sim.observe import Whole as InTick
from hydro_nb.sim.outcome import Given
from hydro_nb.sim.routes import Deaf, Route, Target
from hydro_nb.sim.time import Clock
from hydro_nb.sim.timed import SAMPLING, Silence
from hydro_nb.sim.trace import shown
from hydro_nb.sim.units import Module, Observer, Runner, Taps, Wire, load
from hydro_nb.sim.versions import Versions
from hydro_nb.sim.views import views_in
from hydro_nb.values import MemberId, MembershipEvent, tag_name

if TYPE_CHECKING:
    from hydro_nb.sim.faults import Budget, Faults
    from hydro_nb.sim.spot import Spot
    from hydro_nb.sim.spot import Target as Deciding
    from hydro_nb.sim.waiting import Waiting

__tracebackhide__ = True
"""pytest shows the frames of the user"""
_WAITS = frozenset({"wait_for", "wait_all", "drained"})
"""What generated source calls to wait in the middle of a tick."""
Port = tuple[str, int]
"""A port of a test: its slot, and the member whose end it is; on a process member 0."""


class Model:
    """All of a flow as the simulator runs it; `sizes` gives the number of members by the number of each cluster.

    Where it is tapped, its operators tell all that they give. `budgets` gives what may go wrong, by the number of each
    place; the sizes count those who may come later.
    """

    def __init__(
        self,
        graph: Graph,
        sizes: Mapping[int, int],
        *,
        tapped: bool = False,
        budgets: Mapping[int, Budget] | None = None,
    ) -> None:
        self.graph, self.taps = graph, Taps()
        self.sizes = dict(sizes)
        self.versions = Versions(graph, sizes)
        if budgets:
            self.versions.require_single()
        self.modules: list[Module] = []
        self.tops: list[Runner] = []
        self.ticks: list[Runner] = []
        self.sampled: list[Runner] = []
        """ticks that run when the clock says so"""
        self.clock = Clock()
        self.waiting: list[Waiting] = []
        self.observers: list[Observer] = []
        self.routes: list[Route] = []
        self.arrangements: list[Arrangement] = []
        self.senders: dict[Port, tuple[list[Any], Runner]] = {}
        self.receivers: dict[Port, deque[Any]] = {}
        self.givers: dict[Port, Module] = {}
        """whose output each is"""
        self.given = Given()
        self.idle = False
        """whether the test waited for nothing in the last execution, though something could have happened"""
        self.met: set[str] = set()
        """places of choice without a hook that something has reached"""
        self.spots: dict[Port, Spot] = {}
        """the places that a test decides at, by the slot of its hook and the member"""
        self.is_hooked = any(hook_of(node.op) for node in graph.nodes.values())
        """whether a test may decide anywhere"""
        self.scripted_orders: dict[Arrangement, str] = {}
        """the hooks of those that put all that comes into order, by slot"""
        self._units: dict[tuple[str, int, str], Runner] = {}
        """place, member, key of a part -> the unit that has it"""
        told = graph.nodes if tapped else ()
        for place in locations(self.graph):
            self._add(write_location(self.graph, place, seams(self.graph, place), seams=True, tapped=told))
        for runner in self.runners:
            self._connect(runner)
        self._wind()
        captured = [value for module in self.modules for value in module.written.captures.values()]
        used = [*captured, *(func.fn for node in graph.nodes.values() for func in functions(node.op))]
        self.attributes, self.views = attributes_in(captured), views_in(used)
        for module in self.modules:
            module.views = self.views
        self.faults = self._faults(budgets) if budgets else None

    def _faults(self, budgets: Mapping[int, Budget]) -> Faults:
        from hydro_nb.sim.faults import Faults

        return Faults(self, budgets)

    def end(self) -> None:
        """Cancel what is waited for, and leave the user's classes as they were."""
        for each in self.waiting:
            each.start(0)
        if self.views is not None:
            self.views.enter(None)
        for each in self.attributes:
            each.put_back()

    def restart(self) -> None:
        """Begin anew, with nothing under way."""
        for each in self.attributes:
            each.take()
        if self.views is not None:
            self.views.start()
        for module in self.modules:
            module.restart()
        for runner in self.runners:
            runner.restart()
        for observer in self.observers:
            observer.hook.reset()
        for route in self.routes:
            route.restart()
        for queue in self.receivers.values():
            queue.clear()
        self.given.restart()
        for runner in self.ticks:
            runner.open()
        if self.clock.used:
            self.clock.start()

    @property
    def runners(self) -> tuple[Runner, ...]:
        """All units."""
        return (*self.tops, *self.ticks, *self.sampled)

    def present(self) -> str:
        """Write down what the test was given until now, and what waits for a choice."""
        waiting = "; ".join(shown(hook.waiting()) for hook in self.hooks())
        return f"gave {self.given}, while there waited {waiting}" if waiting else f"gave {self.given}"

    def hooks(self) -> Iterator[Hook]:
        """Give all places of choice that hold something back."""
        for runner in self.runners:
            yield from runner.hooks.values()
        for observer in self.observers:
            yield observer.hook

    def module_of(self, file: str) -> Module | None:
        """Give the process or member whose source has this file name."""
        return next((module for module in self.modules if module.file == file), None)

    def kind(self, slot: str) -> Kind:
        """Give what is known of the collection at a port."""
        node = self.graph.nodes[slot]
        return node.outputs[0] if node.outputs else self.graph.kind(node.inputs[0])

    def title(self, place: Place, member: int) -> str:
        """Name a process, or a member of a cluster: `Leader`, `Worker/2`."""
        name = self.graph.display_name(place)
        return f"{name}/{member}" if place.kind == "cluster" else name

    def members(self, cluster: Place) -> list[MemberId[Any]]:
        """Give who is in a cluster."""
        tag = tag_name(cluster.tag)
        return [MemberId.from_raw_id(number, tag) for number in self.versions.numbers(cluster)]

    # ------------------------------------------------------------ making

    def _add(self, written: Written) -> None:
        captured, place = Captured(written.captures, written.sites), written.place
        self.arrangements += [each for each in written.captures.values() if isinstance(each, Arrangement)]
        for member in self.members(place) if place.kind == "cluster" else [None]:
            number = member.raw_id if member else 0
            module = load(f"{self.graph.name}, {self.title(place, number)}", written, captured, member, self.taps)
            module.name = self.title(place, number)
            module.namespace["monotonic"] = self.clock.seconds
            if not _WAITS.isdisjoint(module.namespace):
                from hydro_nb.sim.waiting import Inside

                Inside(lambda: self.clock.now).put_into(module)
            self.modules.append(module)
            self._add_units(module, number)

    def _add_units(self, module: Module, member: int) -> None:
        for unit in module.written.units:
            opening = module.namespace.get(f"{unit.name}_opening")
            runner = Runner(module, unit, module.namespace[unit.name], opening)
            timed = self.sampled if unit.place.what == SAMPLING else self.ticks
            (timed if runner.is_tick else self.tops).append(runner)
            for part in unit.parts.values():
                self._units[module.written.place.slot, member, part.key] = runner
                self._lists(runner, part)

    def _lists(self, runner: Runner, part: Part) -> None:
        op = part.node.op
        if part.role in ("receive", "seam_in") or isinstance(op, SimInput | SourceMembers | Fed):
            runner.inputs[part.name] = []
        if part.role in ("send", "seam_out") or isinstance(op, SimOutput | Silence):
            runner.outputs[part.name] = []
        if part.role == "seam_in" and runner.is_tick and part.seam:
            runner.hooks[part.name] = self._scripted(_hook(part.seam.kind, part.seam.consumer), runner, runner)
        if runner.is_tick and isinstance(op, InTick) and op.arrangement and (name := hook_of(op)):
            from hydro_nb.sim.spot import Spot

            self.spots[name.slot, _number(runner)] = Spot(name, part.node, runner, runner)
            self.scripted_orders[op.arrangement] = name.slot
        if isinstance(op, SourceMembers) and part.role == "whole":
            everyone = [member for version in self.versions.of(op.cluster) for member in self.members(version)]
            runner.first[part.name] = [(member, MembershipEvent.JOINED) for member in everyone]

    def _connect(self, runner: Runner) -> None:
        member = _number(runner)
        for part in runner.unit.parts.values():
            if isinstance(part.node.op, SimInput) and part.role == "whole":
                self.senders[part.node.slot, member] = runner.inputs[part.name], runner
            if isinstance(part.node.op, SimOutput):
                runner.wires.append(Wire(runner.outputs[part.name], self._receiver(part.node, member)))
                self.givers[part.node.slot, member] = runner.module
            elif part.role in ("send", "seam_out"):
                runner.wires.append(self._wire(runner, part))

    def _receiver(self, node: Node, member: int) -> Callable[[Sequence[Any]], None]:
        """Make the queue of what the test may read at a port."""
        queue = self.receivers[node.slot, member] = deque[Any]()
        ordered = self.kind(node.slot).order is not Order.NONE
        return self.given.watching(queue, (node.slot, member), node.site.name or "the output", ordered=ordered)

    def _wind(self) -> None:
        """Let all that waits for the clock be called by it, in the order of the program."""
        turns = {slot: turn for turn, slot in enumerate(self.graph.nodes)}
        found = [*self.waiting, *(alarm for runner in self.runners for alarm in alarms(self.clock, runner))]
        self.clock.wind(sorted(found, key=lambda alarm: (turns[alarm.node.slot], _number(alarm.runner))))
        for alarm in self.clock.alarms:
            if isinstance(alarm, Silent):
                alarm.runner.wires.append(Wire(alarm.runner.outputs[alarm.part.name], alarm.heard))

    def _wait(self, runner: Runner, part: Part, op: ResolveFutures) -> Wire:
        """Let what is to be waited for run beside the ticks, on one loop for each process or member."""
        from hydro_nb.sim.waiting import Loop, Waiting

        target, _ = self._end(runner.unit.place.root, _number(runner), part.node.slot)
        loops = (each.loop for each in self.waiting if each.runner.module is runner.module)
        loop = next(loops, None) or Loop(lambda: self.clock.now)
        source = runner.outputs[part.name]
        waiting = Waiting(target, target.unit.parts[part.node.slot], loop, source, ordered=op.ordered)
        self.waiting.append(waiting)
        return Wire(source, waiting.give)

    def _wire(self, runner: Runner, part: Part) -> Wire:
        source, op = runner.outputs[part.name], part.node.op
        if part.role == "send" and isinstance(op, ResolveFutures):
            return self._wait(runner, part, op)
        if part.role == "send" and isinstance(op, Network) and not isinstance(op, Observation):
            return Wire(source, self._route(runner, part.node, op))
        key = f"{part.seam.name}>" if part.seam and part.role == "seam_out" else part.node.slot
        target, name = self._end(runner.unit.place.root, _number(runner), key)
        if isinstance(op, Observation) and part.role == "send":
            return Wire(source, self._observer(_observing(part), target, target.inputs[name]).hook.take)
        if target.is_tick:
            return Wire(source, target.hooks[name].take)
        return Wire(source, target.inputs[name].extend, target)

    def _observer(self, hook: Hook, runner: Runner, target: list[Any]) -> Observer:
        """Make the place where one element at a time is let through."""
        observer = Observer(hook, runner, target)
        observer.hook = self._scripted(hook, runner, observer)
        self.observers.append(observer)
        return observer

    def _scripted(self, hook: Hook, runner: Runner, target: Deciding) -> Hook:
        """Let a test decide at a place that its hook is bound to."""
        name = hook_of(hook.node.op)
        if name is None:
            return hook
        from hydro_nb.sim.desk import Desk
        from hydro_nb.sim.spot import Scripted, Spot

        spot = self.spots[name.slot, _number(runner)] = Spot(name, hook.node, runner, target, Desk(hook))
        return Scripted(hook, spot)

    def _route(self, runner: Runner, node: Node, op: Network) -> Route:
        """Make the way to all members of the place that an edge leads to."""
        versions = self.versions.of(node.outputs[0].place.root)
        targets = [
            self._target(self.versions.receiver(node, place), place, number)
            for place in versions for number in self.versions.numbers(place)
        ]  # fmt: skip
        if op.policy != "fail_stop" and (name := hook_of(op)):
            from hydro_nb.sim.losses import Held

            waits = [self._waiting(node, name, target) for target in targets]
            route = Held(node, op, runner.module, targets, waits=waits)
        else:
            route = Route(node, op, runner.module, targets)
        self.routes.append(route)
        return route

    def _target(self, node: Node | None, place: Place, member: int) -> Target:
        """Give the end of an edge at one member; one of a version that does not listen hears nothing."""
        if node is None:
            return Deaf(next(runner for key, runner in self._units.items() if key[:2] == (place.slot, member)), [])
        end, name = self._end(place, member, node.slot)
        return Target(end, end.inputs[name])

    def _waiting(self, node: Node, name: HookName, target: Target) -> Hook:
        """Make the place where a test decides what becomes of messages to one receiver, whoever sends them."""
        known = self.spots.get((name.slot, _number(target.runner)))
        if known and isinstance(known.target, Observer):
            return known.target.hook
        from hydro_nb.sim.losses import Loss

        return self._observer(Loss(node), target.runner, target.items).hook

    def _end(self, place: Place, member: int, key: str) -> tuple[Runner, str]:
        """Give the unit that a part is in, and its name there."""
        target = self._units[place.slot, member, key]
        return target, target.unit.parts[key].name


def _number(runner: Runner) -> int:
    return runner.module.member.raw_id if runner.module.member else 0


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
