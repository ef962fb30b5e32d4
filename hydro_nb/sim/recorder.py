"""Writes an execution down while it runs; a world that has none pays nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from hydro_nb.errors import Site
from hydro_nb.ir.node import Node
from hydro_nb.sim.raised import said
from hydro_nb.sim.record import Decision, Fate, Held, Lane, Message, Moment, MomentKind, Operator, Record, Value
from hydro_nb.sim.remembered import names_of
from hydro_nb.sim.titles import called, name_of, title_of, unit_of
from hydro_nb.sim.trace import shown
from hydro_nb.sim.units import Event, Observer, Runner

if TYPE_CHECKING:
    from hydro_nb.runtime.skipped import Skips
    from hydro_nb.sim.hooks import Hook
    from hydro_nb.sim.model import Model, Port
    from hydro_nb.sim.routes import Route, Target
    from hydro_nb.sim.units import Module

TEST = 0
"""The lane of the test."""
_MOST = 500
"""Elements of one operator that are written down of one moment."""
_MOST_HELD = 50
"""Elements that wait at one place, written down of one moment: else a record would grow with the square of them."""
_LONGEST = 3900
"""Characters of a value that are written down, as many as a page shows: else what grows makes a record too large."""


class Recorder:
    """What a world tells of an execution, put together as a record."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.record = Record(model.graph.name, [Lane("test", "test")])
        for node in model.graph.nodes.values():
            inputs = tuple(ref.slot for ref in node.inputs)
            self.record.operators[node.slot] = Operator(node.slot, node.op.label, node.site, inputs, _is_live(node))
        self.now: Callable[[], float] = lambda: 0.0
        self._lanes: dict[int, int] = {}
        self._remembering: dict[int, dict[str, str]] = {}
        """source, by its identity -> what a user calls what is remembered there"""
        self._ways: list[int] = []
        self._line = ""
        self._told = 0
        """how many choices belong to decisions that were written down"""
        self._on_the_way: dict[int, list[Message]] = {}
        """runner, by its identity -> what was sent to it and it has not read"""
        self._seen: dict[int, tuple[Skips, int]] = {}
        """what counts skipped elements, by its identity -> itself, and how many of them were written down"""
        for module in model.modules:
            self._lane(module)
        model.taps.heard = self._given
        for route in model.routes:
            route.told[:] = [self._sent]
        self.begin("start", TEST, "the flow starts")

    def choosing(self, choose: Callable[[int], int]) -> Callable[[int], int]:
        """Watch who chooses."""

        def choose_and_note(ways: int) -> int:
            if ways > 1:
                self._ways.append(ways)
            return choose(ways)

        return choose_and_note

    def finish(self, schedule: Sequence[int], error: BaseException | None = None) -> Record:
        """Give what was written down."""
        self.record.schedule, self.record.ways = tuple(schedule), tuple(self._ways)
        for decision in self.record.decisions:
            decision.plain = not any(schedule[at] for at in decision.choices if at < len(schedule))
        self.record.failure = said(error) if error else ""
        return self.record

    # ------------------------------------------------------------ moments

    def begin(self, kind: MomentKind, lane: int, title: str, site: Site | None = None) -> Moment:
        """Begin the next moment."""
        moment = Moment(kind, lane, title, site, self.now())
        self.record.moments.append(moment)
        return moment

    def fed(self, port: Port, items: Sequence[Any], runner: Runner, *, heard: bool = True) -> None:
        """Write down what the test has sent, and whether somebody is there who hears it."""
        site, (slot, member) = self.model.graph.nodes[port[0]].site, port
        where = f"{called(' into', site)}{at_member(self.model, slot, member)}"
        self.begin("test", TEST, f"the test sends {', '.join(map(shown, items))}{where}", site)
        for item in items:
            self._message(slot, site.name or "sim_input", TEST, runner, item, "arrived" if heard else "lost")

    def gave(self, port: Port, items: Sequence[Any]) -> None:
        """Write down what has come out for the test."""
        site, (slot, member) = self.model.graph.nodes[port[0]].site, port
        where = f"{called(' to', site)}{at_member(self.model, slot, member)}"
        lane = self._lane(self.model.givers[port])
        self.begin("output", lane, f"the flow gives {', '.join(map(shown, items))}{where}", site)
        at = len(self.record.moments) - 1
        for item in items:
            sent = Message(slot, site.name or "sim_output", lane, TEST, at, shown(item), read=at)
            self.record.messages.append(sent)

    def went_before(self, ready: Sequence[Event]) -> None:
        """Write down what could have happened before the last moment, and was chosen to come later."""
        self._decide("", f"before what was ready as well: {', '.join(dict.fromkeys(map(title_of, ready)))}", Site())

    def picked(self, chosen: Event, ready: Sequence[Event], alone: str = "which need not have happened") -> None:
        """Write down which of those that could go on does; its run is a moment of its own."""
        others = ", ".join(dict.fromkeys(title_of(each) for each in ready if each is not chosen))
        if not isinstance(chosen, Runner | Observer):
            slot, site = (chosen.node.slot, chosen.node.site) if chosen.node else ("", Site())
            lane = self._lane(chosen.module) if chosen.module else TEST
            self.begin(chosen.kind, lane, chosen.title, site if chosen.node else None)
            if others:
                self._decide(slot, f"before what was ready as well: {others}", site)
            elif chosen.kind == "fault" and self._told < len(self._ways):
                self._decide(slot, alone, site)
            return
        runner = unit_of(chosen)
        tick, site = runner.is_tick, runner.unit.place.site
        title = f"{name_of(runner)} runs" if tick else f"{title_of(chosen)} takes what comes next"
        self.begin("tick" if tick else "observe", self._lane(runner.module), title, site if tick else None)
        if others:
            self._decide(runner.unit.place.slot, f"before what was ready as well: {others}", Site())
            self.record.moments[-1].decisions[-1].between = True

    def decided(self, node: Node, phrase: str, held: Sequence[Any] = ()) -> None:
        """Write down what was chosen at an operator."""
        reason = getattr(node.op, "reason", "")
        self._decide(node.slot, phrase, node.site, reason, held)

    def passed(self) -> None:
        """Take the last choice for one that needs no word: nothing came of it."""
        self.record.spared.append((len(self.record.moments) - 1, len(self._ways) - 1))
        self._told = len(self._ways)

    def let_through(self, hook: Hook, released: list[Any]) -> None:
        """Write down what a place of choice has let through."""
        self.decided(hook.node, hook.phrase(released), hook.waiting())
        moment = self.record.moments[-1]
        moment.decisions[-1].moved = bool(released) or moment.kind == "observe"  # a message may be lost

    def write(self, text: str) -> int:
        """Write down what the program prints, line by line."""
        *lines, self._line = (self._line + text).split("\n")
        self.record.moments[-1].printed += lines
        return len(text)

    def flush(self) -> None:
        """Keep what is no whole line until the rest of it comes."""

    def _decide(self, slot: str, phrase: str, site: Site, reason: str = "", held: Sequence[Any] = ()) -> None:
        numbers, self._told = tuple(range(self._told, len(self._ways))), len(self._ways)
        ways = prod(self._ways[number] for number in numbers)
        texts, unsaid = _some(held)
        made = Decision(slot, phrase, site, reason, texts, unsaid, numbers, ways)
        self.record.moments[-1].decisions.append(made)

    # ------------------------------------------------------------ runs

    def run(self, runner: Runner) -> None:
        """Run a unit; what is outside ticks is a moment of its own, if it does anything."""
        at = len(self.record.moments)
        if not runner.is_tick:
            self.begin("run", self._lane(runner.module), f"{runner.module.name} goes on")
        came = any(runner.inputs.values())
        sent = len(self.record.messages)
        for message in self._on_the_way.pop(id(runner), ()):
            message.read = len(self.record.moments) - 1
        runner.run()
        moment = self.record.moments[-1]
        moment.skipped = list(self._skipped(runner))
        moment.state = self._remembered(runner.module)
        told = moment.values or moment.skipped
        if not (runner.is_tick or came or told or len(self.record.messages) > sent):
            del self.record.moments[at:]
            return
        self.tell_held()

    def _remembered(self, module: Module) -> dict[str, str]:
        """Write down what operators remember, as the user calls it."""
        known = self._remembering.get(id(module.written))
        if known is None:
            known = self._remembering[id(module.written)] = names_of(module.written)
        return {known[name]: _cut(text) for name, text in module.remembered().items() if name in known}

    def _skipped(self, runner: Runner) -> Iterator[str]:
        """Write down what operators of a process or member went on without since somebody looked."""
        module, labels = runner.module, self.record.operators
        found: dict[str, Skips] = getattr(module.state, "skipped", {})
        waited = [each for each in self.model.waiting if each.runner.module is module]
        all_skips = [(module.written.skipping[name], skips) for name, skips in found.items()]
        for slot, skips in (*all_skips, *((each.node.slot, each.skips) for each in waited)):
            new = skips.count - self._seen.get(id(skips), (skips, 0))[1]
            self._seen[id(skips)] = skips, skips.count
            for skip in list(skips.newest)[-new:] if new else ():
                yield f"{module.name} skips {_cut(shown(skip.element))} in `{labels[slot].label}`: {skip.error}"

    def tell_held(self) -> None:
        """Write down what waits at the places of choice."""
        held = self.record.moments[-1].held = []
        for runner in self.model.ticks:
            held += [self._held(runner, hook) for hook in runner.hooks.values() if hook.pending]
        held += [self._held(each.runner, each.hook) for each in self.model.observers if each.hook.pending]

    def _held(self, runner: Runner, hook: Hook) -> Held:
        return Held(self._lane(runner.module), hook.node.slot, *_some(hook.waiting()))

    def _given(self, slot: str, port: int, value: Any) -> None:
        values = self.record.moments[-1].values
        if len(values) < _MOST:
            values.append(Value(slot, port, _cut(shown(value))))

    # ------------------------------------------------------------ messages

    def _sent(self, route: Route, target: Target, item: Any, *, arrives: bool) -> None:
        late = route.op.policy == "lossy_delayed_forever"
        fate: Fate = "arrived" if arrives and target.listens else "late" if late else "lost"
        sender = self._lane(route.module)
        self._message(route.node.slot, route.op.channel or route.op.label, sender, target.runner, item, fate)

    def _message(self, slot: str, label: str, sender: int, runner: Runner, item: Any, fate: Fate = "arrived") -> None:
        at, receiver = len(self.record.moments) - 1, self._lane(runner.module)
        message = Message(slot, label, sender, receiver, at, shown(item), fate)
        self.record.messages.append(message)
        if fate == "arrived":
            self._on_the_way.setdefault(id(runner), []).append(message)

    def _lane(self, module: Module) -> int:
        if id(module) not in self._lanes:
            self._lanes[id(module)] = len(self.record.lanes)
            self.record.lanes.append(Lane(module.name, "cluster" if module.member else "process"))
        return self._lanes[id(module)]


def _is_live(node: Node) -> bool:
    """Whether it has a value that goes on from tick to tick."""
    return any(not kind.shape.is_stream and kind.place.kind != "tick" for kind in node.outputs)


def _some(held: Sequence[Any]) -> tuple[tuple[str, ...], int]:
    """Write down the first of what waits, and how many there are besides."""
    return tuple(map(shown, held[:_MOST_HELD])), max(0, len(held) - _MOST_HELD)


def _cut(text: str) -> str:
    """Leave out the end of a text that is very long."""
    more = len(text) - _LONGEST
    return f"{text[:_LONGEST]}\u2026 ({more} more characters)" if more > 0 else text


def at_member(model: Model, slot: str, member: int) -> str:
    """Say at which member of a cluster a port has an end."""
    place = model.kind(slot).place.root
    return f" at {model.title(place, member)}" if place.kind == "cluster" else ""
