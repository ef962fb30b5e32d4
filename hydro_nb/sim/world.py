"""One execution of a flow: what is on its way, what may run next, and what the driver chooses.

Everything outside ticks runs as soon as it can, to the end: it is eventually deterministic, so that only ticks and
observations of an order leave a choice. A step picks one of those that can do something, lets it choose, runs it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from hydro_nb.errors import GraphError, OrderError, SimulationFailure, Site
from hydro_nb.ir.node import Order
from hydro_nb.sim.drivers import Driver
from hydro_nb.sim.hooks import Hook
from hydro_nb.sim.model import Model, Port
from hydro_nb.sim.observe import Arrangement
from hydro_nb.sim.routes import Route, Target
from hydro_nb.sim.trace import Trace, shown
from hydro_nb.sim.units import Observer, Runner

LONGEST = 100_000
"""Units that may run outside ticks before it is said that the flow does not come to rest."""
MOST_STEPS = 10_000
"""Steps of one execution before the same is said."""


class World:
    """An execution under way."""

    def __init__(self, model: Model, driver: Driver, trace: Trace | None = None) -> None:
        self.model, self.driver, self.trace = model, driver, trace
        self._unsettled = False
        self._steps = 0
        for arrangement in model.arrangements:
            arrangement.chosen[:] = [self._arranged]
        for route in model.routes:
            route.arrives[:] = [self._arrives] if route.op.policy != "fail_stop" else []
        model.restart()
        self._settle()  # sources are read before the test says anything

    # ------------------------------------------------------------ what ports do

    def feed(self, slot: str, items: Sequence[Any], *, unordered: bool = False, member: int = 0) -> None:
        """Put what the test sends on its way."""
        if (slot, member) not in self.model.senders:
            raise self._no_port(slot, member, "sim_input")
        if unordered and self.model.kind(slot).order is Order.TOTAL and len(items) > 1:
            raise OrderError(
                f"`send_many_unordered` needs an unordered port, but this one is TotalOrder.\n"
                f"  {self.model.graph.nodes[slot].site}\n"
                "  Make it with sim_input(T, order=NoOrder), or use send_many."
            )
        inputs, runner = self.model.senders[slot, member]
        inputs.extend(items)
        runner.due = self._unsettled = True
        if self.trace:
            site = self.model.graph.nodes[slot].site
            to = self._at(slot, member)
            self.trace.step(f"the test sends {', '.join(map(shown, items))}{_called(' into', site)}{to}", site)

    def arrived(self, slot: str, *, ordered: bool, member: int = 0) -> deque[Any]:
        """Give what came out of a port."""
        if (slot, member) not in self.model.receivers:
            raise self._no_port(slot, member, "sim_output")
        if ordered and self.model.kind(slot).order is Order.NONE:
            raise OrderError(
                "this output is NoOrder, so that its order means nothing and is not explored.\n"
                f"  {self.model.graph.nodes[slot].site}\n"
                "  Use collect_sorted, assert_yields_unordered or assert_yields_only_unordered, or say before it "
                'why any order will do: .assume_ordering(nondet("..."))'
            )
        return self.model.receivers[slot, member]

    def _at(self, slot: str, member: int) -> str:
        """Say at which member of a cluster a port has an end."""
        place = self.model.kind(slot).place.root
        return f" at {self.model.title(place, member)}" if place.kind == "cluster" else ""

    def _no_port(self, slot: str, member: int, method: str) -> SimulationFailure:
        if slot not in self.model.graph.nodes:
            return _foreign(slot, method)
        place = self.model.kind(slot).place.root
        there = f"has {self.model.sizes[place.number]} members, numbered from 0, in this simulation"
        return SimulationFailure(
            f"cluster `{self.model.graph.display_name(place)}` {there}, but the test asked for number {member}.\n"
            f"  {self.model.graph.nodes[slot].site}"
        )

    # ------------------------------------------------------------ running

    def advance(self) -> bool:
        """Do one thing; gives whether there was anything to do."""
        if self._unsettled:
            self._settle()
            return True
        return self._step()

    def _settle(self) -> None:
        """Let everything outside ticks come to rest."""
        self._unsettled = False
        before = {port: len(queue) for port, queue in self.model.receivers.items()} if self.trace else {}
        self._rest()
        for port, length in before.items():
            self._tell_output(port, length)

    def _rest(self) -> None:
        """Run everything outside ticks until nothing moves."""
        runs = 0
        while due := [runner for runner in self.model.tops if runner.due]:
            for runner in due:
                runner.run()
            runs += len(due)
            if runs > LONGEST:
                raise _restless(f"{LONGEST} runs outside ticks", due)

    def _step(self) -> bool:
        ticks = [runner for runner in self.model.ticks if _is_ready(runner)]
        ready = [*ticks, *(each for each in self.model.observers if each.hook.pending)]
        if not ready:
            return False
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise _restless(f"{MOST_STEPS} steps", [_runner(each) for each in ready])
        chosen = ready[self.driver.choose(len(ready))]
        if isinstance(chosen, Runner):
            self._tick(chosen)
        else:
            self._observe(chosen)
        self._settle()
        return True

    def _tick(self, runner: Runner) -> None:
        """Let each of a tick's inputs choose, not all of them nothing, and run it."""
        if self.trace:
            self.trace.step(f"{_name(runner)} runs", runner.unit.place.site)
        movable = [hook for hook in runner.hooks.values() if hook.movable()]
        moved = False
        for name, hook in runner.hooks.items():
            released: list[Any] = []
            if hook.movable():
                released, moves = hook.decide(self.driver.choose, must=not moved and hook is movable[-1])
                moved |= moves
                runner.inputs[name].extend(released)
            if self.trace:
                self._tell(hook, released)
        runner.run()

    def _observe(self, observer: Observer) -> None:
        released, _ = observer.hook.decide(self.driver.choose, must=True)
        observer.target.extend(released)
        observer.runner.due = True
        if self.trace:
            self.trace.step(f"{observer.runner.module.name} takes an element")
            self._tell(observer.hook, released)

    def _arranged(self, arrangement: Arrangement, items: list[Any]) -> list[Any]:
        arranged = arrangement.arrange(items, self.driver.choose)
        if self.trace:
            self.trace.decided(arrangement.node, f"{arrangement.phrase}: {shown(arranged)}")
        return arranged

    def _arrives(self, route: Route, target: Target, item: Any) -> bool:
        """Choose whether a message on an edge that may lose it arrives."""
        arrives = self.driver.choose(2) == 0
        if self.trace:
            lost = "delaying for ever" if route.op.policy == "lossy_delayed_forever" else "losing"
            to = target.runner.module.name
            self.trace.decided(route.node, f"{'delivering' if arrives else lost}: {shown(item)} to {to}")
        return arrives

    def _tell_output(self, port: Port, known: int) -> None:
        items, (slot, member) = list(self.model.receivers[port])[known:], port
        if items and self.trace:
            site, where = self.model.graph.nodes[slot].site, self._at(slot, member)
            self.trace.step(f"the flow gives {', '.join(map(shown, items))}{_called(' to', site)}{where}", site)

    def _tell(self, hook: Hook, released: list[Any]) -> None:
        if self.trace:
            self.trace.decided(hook.node, hook.phrase(released))


def _is_ready(runner: Runner) -> bool:
    hooks = runner.hooks.values()
    return any(hook.movable() for hook in hooks) and all(hook.possible() for hook in hooks)


def _runner(each: Runner | Observer) -> Runner:
    return each.runner if isinstance(each, Observer) else each


def _name(runner: Runner) -> str:
    """Name a unit: by its location, and for a tick by the name that the user gave it."""
    if not runner.is_tick:
        return runner.module.name
    return f"tick{_called('', runner.unit.place.site)} of {runner.module.name}"


def _called(word: str, site: Site) -> str:
    return f"{word} `{site.name}`" if site.name else ""


def _foreign(slot: str, method: str) -> SimulationFailure:
    return SimulationFailure(
        f"this port ({slot}) is not of the flow that is simulated, or was made after flow.sim() was called.\n"
        f"  Make it with {method} first, then call flow.sim()."
    )


def _restless(after: str, busy: Sequence[Runner]) -> GraphError:
    names = ", ".join(dict.fromkeys(map(_name, busy)))
    return GraphError(
        f"after {after} the flow has not come to rest: {names} still has something to do.\n"
        "  Messages go round without end, or a tick looks at what it makes itself.\n"
        "  A simulated flow must come to rest when its test sends nothing more."
    )
