"""One execution of a flow: what is on its way, what may run next, and what the driver chooses.

Everything outside ticks runs as soon as it can, to the end: it is eventually deterministic, so that only ticks and
observations of an order leave a choice. A step picks one of those that can do something, lets it choose, runs it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from hydro_nb.errors import GraphError, OrderError, SimulationFailure
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Order
from hydro_nb.lang.sim_ports import ScriptError
from hydro_nb.sim.copies import handed, received
from hydro_nb.sim.drivers import Driver, OnlyScripted, rarely
from hydro_nb.sim.model import Model, Port
from hydro_nb.sim.observe import Arrangement
from hydro_nb.sim.routes import Route, Target
from hydro_nb.sim.titles import title_of
from hydro_nb.sim.trace import shown
from hydro_nb.sim.units import Event, Observer, Runner

if TYPE_CHECKING:
    from hydro_nb.sim.bookmark import Marked
    from hydro_nb.sim.recorder import Recorder
    from hydro_nb.sim.script import Script

LONGEST = 100_000
"""Units that may run outside ticks before it is said that the flow does not come to rest."""
MOST_STEPS = 5_000
"""Steps without anything from outside before it is looked whether less and less is left to do."""
LONGEST_TEST = 1_000_000
"""Steps of one execution, where nobody has said how many it may take: a test takes seconds for as many."""


class World:
    """An execution under way."""

    def __init__(self, model: Model, driver: Driver, recorder: Recorder | None = None) -> None:
        self.model, self.recorder = model, recorder
        self.asked: list[Any] = []
        """calls of the test that it has to await"""
        self.flow: Graph | None = None
        """of which flow it is, where that is known"""
        self.choose = recorder.choosing(driver.choose) if recorder else driver.choose
        run = recorder.run if recorder else Runner.run
        self.run = model.views.entering(run) if model.views else run
        """what runs a unit"""
        strict = isinstance(driver, OnlyScripted)
        self.script = _script(model, strict=strict) if strict or model.is_hooked else None
        self._driver = driver
        self.mark: Callable[[tuple[int, ...]], Marked] | None = None
        """what makes it possible to run it again"""
        self._unsettled = False
        self.test: Any = None
        """the coroutine of the test, which drives all this"""
        self.most_steps = LONGEST_TEST
        """after how many steps it is said that the test does not end"""
        self._count = self._turn = 0
        self._steps, self._look, self._least = 0, MOST_STEPS, inf
        """since something came from outside: the steps, after how many it is looked what is left to do, and how much it
        was when that was looked at last"""
        self._served: dict[Event, int] = defaultdict(int)
        """of those that were picked before others, when that was: the plainest choice lets each have its turn"""
        for arrangement in model.arrangements:
            arrangement.chosen[:] = [self._arranged]
        for route in model.routes:
            route.arrives[:] = [self._arrives] if route.op.policy != "fail_stop" else []
        model.restart()
        if recorder:
            recorder.now = model.clock.seconds
        self.rarely = self.choose
        if model.faults:
            rare = rarely(driver)
            self.rarely = recorder.choosing(rare) if recorder else rare
            model.faults.start(self)
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
        self._steps, self._look = 0, MOST_STEPS
        self.count()
        items = handed(items, received)
        if self.model.faults:
            self.model.faults.sent((slot, member), items)
            self._unsettled = True
            return
        inputs.extend(items)
        runner.due = self._unsettled = True
        if self.recorder:
            self.recorder.fed((slot, member), items, runner)

    def arrived(self, slot: str, *, ordered: bool, member: int = 0, complete: bool = False) -> deque[Any]:  # noqa: ARG002 - others look at it
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

    def _no_port(self, slot: str, member: int, method: str) -> SimulationFailure:
        if slot not in self.model.graph.nodes:
            return _foreign(slot, method)
        place = self.model.kind(slot).place.root
        numbers = self.model.versions.numbers(place)
        there = f"has {len(numbers)} members, numbered from {numbers.start}, in this simulation"
        return SimulationFailure(
            f"cluster `{self.model.graph.display_name(place)}` {there}, but the test asked for number {member}.\n"
            f"  {self.model.graph.nodes[slot].site}"
        )

    def ahead(self) -> str:
        """Say what comes next if time passes; nothing if nothing does."""
        return self.model.clock.ahead()

    def bookmark(self) -> Marked:
        """Say where this execution is found again."""
        if self.mark is None:
            raise SimulationFailure("this execution cannot be run again.")
        return self.mark(tuple(self._driver.path))

    # ------------------------------------------------------------ running

    def advance(self) -> bool:
        """Do one thing; gives whether there was anything to do."""
        if self._unsettled:
            self._take_in()
            return True
        return self._step()

    def count(self) -> None:
        """Count what the test does without waiting for anything; one that goes on for ever is told so."""
        self._count += 1
        if self._count > self.most_steps:
            raise self.endless()

    def endless(self) -> SimulationFailure:
        """Say that the test does not end."""
        from hydro_nb.sim.failure import endless

        return endless(self.test, self.most_steps, self._driver.path)

    def _take_in(self) -> None:
        """Take in what the test has sent: all at once, or up to the next element or fault where some may happen."""
        if self.model.faults and self.model.faults.coming:
            self.model.faults.go_on(self)
        self._settle()

    def finish(self, *, waited: bool) -> None:
        """See, where the test has ended, that what it decided comes about, and that it has left nothing open."""
        script = self.script
        if script is None or script.told:
            self._end(waited=waited)
            return
        while script.outstanding:
            if not self.advance():
                raise ScriptError(script.stuck())
        while self._unsettled:
            self._take_in()
        script.scan()

    def _end(self, *, waited: bool) -> None:
        """Run what follows from what was sent last, as it may fail; note where the test has waited for nothing."""
        if self._unsettled and not self.model.faults:
            self._settle()
        self.model.idle = not waited and bool(self._ready())

    def _settle(self) -> None:
        """Let everything outside ticks come to rest."""
        self._unsettled = bool(self.model.faults and self.model.faults.coming)
        before = {port: len(queue) for port, queue in self.model.receivers.items()} if self.recorder else {}
        self._rest()
        if self.model.waiting:
            self._wait()
        for port, length in before.items():
            self._tell_output(port, length)

    def _rest(self) -> None:
        """Run everything outside ticks until nothing moves."""
        runs, run = 0, self.run
        while due := [runner for runner in self.model.tops if runner.due]:
            for runner in due:
                run(runner)
            runs += len(due)
            if runs > LONGEST:
                raise _restless(f"{LONGEST} runs outside ticks", due)

    def _wait(self) -> None:
        """Let all go on that was waited for and is there."""
        for _ in range(LONGEST):
            if not sum(each.go_on() for each in self.model.waiting):
                return
            self._rest()
        raise _restless(f"{LONGEST} results that were waited for", [each.runner for each in self.model.waiting])

    def _ready(self) -> list[Event]:
        """Give what may happen next."""
        if self.script:
            self.script.scan()
        ready: list[Event] = [runner for runner in self.model.ticks if _is_ready(runner)]
        ready += [each for each in self.model.observers if each.hook.movable()]
        if len(ready) > 1 and self._served:
            ready.sort(key=self._served.__getitem__)
        if self.model.faults:
            ready += self.model.faults.news
        clock = self.model.clock
        if clock.live and clock.pending:
            ready.append(clock)
        return self.script.allowed(ready) if self.script else ready

    def _step(self) -> bool:
        ready, faults = self._ready(), self.model.faults
        if faults and (faults.strike(self) if ready else faults.rest(self)):
            self._settle()
            return True
        if not ready:
            self._steps, self._look = 0, MOST_STEPS
            if self.model.clock.live:
                self.model.clock.rest()
            return False
        self._steps += 1
        if self._steps > self._look:
            self._require_less(ready)
        chosen = self._pick(ready)
        if len(ready) > 1:
            self._served[chosen] = self._turn = self._turn + 1
        if self.recorder:
            self.recorder.picked(chosen, ready)
        if isinstance(chosen, Runner):
            self._tick(chosen)
        elif isinstance(chosen, Observer):
            self._observe(chosen)
        else:
            self._steps, self._look = 0, MOST_STEPS
            chosen.happen(self)
        self._settle()
        return True

    def _require_less(self, ready: Sequence[Event]) -> None:
        """See that less is left to do than when it was looked last; as much as is there may be done one by one."""
        left = sum(hook.left for hook in self.model.hooks())
        if self._look > MOST_STEPS and left >= self._least:
            raise _restless(f"{self._look} steps", ready)
        units = len(self.model.ticks) + len(self.model.observers)
        self._least, self._look = left, self._look + max(MOST_STEPS, left * units)

    def _pick(self, ready: Sequence[Event]) -> Event:
        """Choose what is next."""
        return ready[self.choose(len(ready))]

    def _tick(self, runner: Runner) -> None:
        """Let each of a tick's inputs choose, not all of them nothing, and run it."""
        movable = [hook for hook in runner.hooks.values() if hook.movable()]
        moved = False
        for name, hook in runner.hooks.items():
            released: list[Any] = []
            if hook.movable():
                released, moves = hook.decide(self.choose, must=not moved and hook is movable[-1])
                hook.met = True
                moved |= moves
                runner.inputs[name].extend(released)
            if self.recorder:
                self.recorder.let_through(hook, released)
        self.run(runner)
        if self.script:
            self.script.ran(runner)

    def _observe(self, observer: Observer) -> None:
        released, _ = observer.hook.decide(self.choose, must=True)
        observer.hook.met = True
        observer.target.extend(released)
        observer.runner.due = True
        if self.recorder:
            self.recorder.let_through(observer.hook, released)
        if self.script:
            self.script.ran(observer)

    def _arranged(self, arrangement: Arrangement, items: list[Any]) -> list[Any]:
        script, choose = self.script, self.choose
        arranged = script.arranged(arrangement, items, choose) if script else arrangement.arrange(items, choose)
        self.model.met.add(arrangement.node.slot)
        if self.recorder:
            self.recorder.decided(arrangement.node, f"{arrangement.phrase}: {shown(arranged)}")
        return arranged

    def _arrives(self, route: Route, target: Target, item: Any) -> bool:
        """Choose whether a message on an edge that may lose it arrives."""
        if self.script:
            self.script.require_sure(route.node, target.runner, item)
        arrives = self.choose(2) == 0
        self.model.met.add(route.node.slot)
        if self.recorder:
            lost = "delaying for ever" if route.op.policy == "lossy_delayed_forever" else "losing"
            to = target.runner.module.name
            self.recorder.decided(route.node, f"{'delivering' if arrives else lost}: {shown(item)} to {to}")
        return arrives

    def _tell_output(self, port: Port, known: int) -> None:
        items = list(self.model.receivers[port])[known:]
        if items and self.recorder:
            self.recorder.gave(port, items)


def _script(model: Model, *, strict: bool) -> Script:
    from hydro_nb.sim.script import Script

    return Script(model, strict=strict)


def _is_ready(runner: Runner) -> bool:
    movable = False
    for hook in runner.hooks.values():
        if not hook.possible():
            return False
        movable = movable or hook.movable()
    return movable


def _foreign(slot: str, method: str) -> SimulationFailure:
    return SimulationFailure(
        f"this port ({slot}) is not of the flow that is simulated, or was made after flow.sim() was called.\n"
        f"  Make it with {method} first, then call flow.sim()."
    )


def _restless(after: str, busy: Sequence[Event]) -> GraphError:
    names = ", ".join(dict.fromkeys(map(title_of, busy)))
    return GraphError(
        f"after {after} the flow has not come to rest: {names} still has something to do.\n"
        "  Messages go round without end, or a tick looks at what it makes itself.\n"
        "  A simulated flow must come to rest when its test sends nothing more."
    )
