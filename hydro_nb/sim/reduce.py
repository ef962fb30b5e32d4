"""Leaving out executions that differ from one seen before in the order of steps that have nothing in common.

By sleep sets: where a step may pick one of several units, and all that follows from picking the first is known, the
first need not be picked again after the second as long as only such steps have been taken that have nothing in common
with what the first does: that would be the same two steps in the other order. What a step touches is found out when it
is taken:

- the unit that was picked, and with it all that its places of choice hold;
- the units to which something has come. Two steps that give elements to one place of choice have nothing in common: a
  stream that both come to has no order between them, or it would have a nondet, which is a place of choice of its own.
  Nor need a step that gives something to a unit be tried after that unit has run, if it was tried before: the unit can
  hold back what has come;
- values outside ticks of which others see versions, as each version is made of all that has come before it;
- state, and captured values that can change, which several units of a process have in common;
- the test, where it waits for what the step has given it, as it may act on it; and an output without order, where the
  test takes its elements one by one later on, or sorts them by what does not tell all of them apart.

Where time passes, where faults happen, and where a test scripts what is chosen, all steps have something in common.

All else that runs outside ticks is eventually deterministic: it is no matter in which order two steps make it run.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hydro_nb.lang.sim_ports import Discarded
from hydro_nb.sim.drivers import Checked
from hydro_nb.sim.hooks import Hook, KeyedVersion, Version, Whole
from hydro_nb.sim.model import Model
from hydro_nb.sim.units import Event, Observer, Runner
from hydro_nb.sim.world import World

if TYPE_CHECKING:
    from hydro_nb.sim.recorder import Recorder

__tracebackhide__ = True
"""pytest shows the frames of the user"""
Unit = Runner | Observer
_KEPT_APART = Version, KeyedVersion, Whole
"""Places that do not let one hold back what one of two steps gives and not what the other does."""
_FUNCTION = re.compile(r"^def (\w+)\(.*?(?=^def |\Z)", re.MULTILINE | re.DOTALL)
_STATE = re.compile(r"\bstate\.(\w+)")
_REPORTED = frozenset({"room", "counts", "samples"})
"""State that nothing of the flow reads."""


@dataclass(slots=True)
class Touched:
    """What some steps have touched."""

    alone: set[object] = field(default_factory=set[object])
    """what nobody else may touch, if the steps are to have nothing in common"""
    fed: set[object] = field(default_factory=set[object])
    """what others may feed as well"""
    everything: bool = False

    def add(self, other: Touched) -> None:
        """Have touched also what others have."""
        self.alone |= other.alone
        self.fed |= other.fed
        self.everything |= other.everything

    def must_follow(self, other: Touched) -> bool:
        """Whether these steps may give something after others that they do not give before them.

        It does not matter that they feed what the others run: what is fed too early can be held back.
        """
        if self.everything or other.everything:
            return True
        return not (self.alone.isdisjoint(other.alone) and self.alone.isdisjoint(other.fed))


class Redundant(Discarded):
    """Ends an execution that can only go on as another one did."""


class Reduced:
    """Goes through all choices, the last one first, but not through those that only change the order of other steps."""

    def __init__(self, model: Model) -> None:
        self._tree = Checked(model.present)
        self.path: list[int] = []
        """as a search through all schedules would have it, so that it can be run again"""
        self.common, self.places = _in_common(model), _places(model)
        self.redundant = False
        """whether the last execution was given up as one that need not be looked at"""
        self._tried: dict[int, list[tuple[Event, Touched]]] = {}
        """by the place of a choice between units: those that were picked there, and what they have touched"""
        self._asleep: dict[Event, Touched] = {}
        self.touching: Touched | None = None
        """what the step under way is known by when others are picked before it"""

    def choose(self, ways: int) -> int:
        """Give the next choice that is not one between units."""
        if ways == 1:
            return 0
        chosen = self._tree.choose(ways)
        self.path.append(chosen)
        return chosen

    def pick(self, ready: Sequence[Event]) -> int:
        """Give which unit is next."""
        asleep = self._asleep
        awake = [index for index, unit in enumerate(ready) if not asleep or unit not in asleep]
        if not awake:
            self.redundant = True
            raise Redundant
        at = self._tree.at
        number = self._tree.choose(len(awake))
        chosen = awake[number]
        if len(ready) > 1:
            self.path.append(chosen)
        self.touching = None
        if len(awake) > 1:
            tried = self._tried.setdefault(at, [])
            if number == len(tried):
                tried.append((ready[chosen], Touched()))
            asleep.update((unit, touched) for unit, touched in tried[:number] if not touched.everything)
            self.touching = tried[number][1]
        return chosen

    def stepped(self, touched: Touched) -> None:
        """Note what a step has touched; what has to do with that need not sleep any more."""
        if self.touching is not None:
            self.touching.add(touched)
        for unit in [each for each, its in self._asleep.items() if its.must_follow(touched)]:
            del self._asleep[unit]

    def wake(self) -> None:
        """Let all be picked again: something has come from outside."""
        self._asleep.clear()

    def start(self) -> None:
        """Begin an execution."""
        self.path.clear()
        self._asleep.clear()
        self.redundant = False

    def advance(self) -> bool:
        """Go on to the next execution, if there is one."""
        more = self._tree.advance()
        last = len(self._tree.path)
        self._tried = {at: tried for at, tried in self._tried.items() if at < last}
        return more


class ReducedWorld(World):
    """An execution that notes what each of its steps touches."""

    def __init__(self, model: Model, driver: Reduced, recorder: Recorder | None = None) -> None:
        driver.start()
        self._driver = driver
        self._touched = Touched()
        self._picked: list[Event] = []
        """what the step under way has picked, if anything"""
        self._awaited: tuple[str, int] | None = None
        """the port whose next element makes the test go on; none where it waits until nothing more can happen"""
        self._gave: dict[tuple[str, int], list[Touched]] = {}
        """by the port without order: what the steps that gave it something are known by"""
        super().__init__(model, driver, recorder)
        run = self.run

        def noting(runner: Runner) -> None:
            self._touched.alone |= driver.common[runner]
            run(runner)

        self.run = noting

    def feed(self, slot: str, items: Sequence[Any], *, unordered: bool = False, member: int = 0) -> None:
        """Put what the test sends on its way."""
        self._driver.wake()
        super().feed(slot, items, unordered=unordered, member=member)

    def arrived(self, slot: str, *, ordered: bool, member: int = 0, complete: bool = False) -> deque[Any]:
        """Give what came out of a port, and note that the test waits for it, or sees in which order it came."""
        self._awaited = None if complete else (slot, member)
        for touching in () if complete else self._gave.pop((slot, member), ()):
            touching.alone.add((slot, member))
        return super().arrived(slot, ordered=ordered, member=member, complete=complete)

    def _pick(self, ready: Sequence[Event]) -> Event:
        chosen = ready[self._driver.pick(ready)]
        self._picked.append(chosen)
        return chosen

    def _step(self) -> bool:
        self._touched = touched = Touched()
        held, given = [len(hook.pending) for _, hook in self._driver.places], self.model.given.counts()
        self._picked.clear()
        went_on = super()._step()
        if went_on:
            touched.alone.update(self._picked)
            for (unit, hook), count in zip(self._driver.places, held, strict=True):
                if unit not in self._picked and len(hook.pending) != count:
                    (touched.alone if isinstance(hook, _KEPT_APART) else touched.fed).add(unit)
            units = all(isinstance(each, Runner | Observer) for each in self._picked)
            touched.everything = bool(self.script or self.model.faults or not self._picked or not units)
            self._read(given)
            self._driver.stepped(touched)
        return went_on

    def _read(self, before: list[int]) -> None:
        """Note what a step means to the test: all, where it waits for what was given; else what it will find later."""
        for port, count in zip(self.model.given.ports, before, strict=True):
            if len(port.items) > count:
                self._touched.everything |= port.key == self._awaited
                (self._touched.alone if port.ordered else self._touched.fed).add(port.key)
                if not port.ordered and self._driver.touching:
                    self._gave.setdefault(port.key, []).append(self._driver.touching)


def _places(model: Model) -> list[tuple[Unit, Hook]]:
    """Give each place of choice with its unit."""
    ticks = [(runner, hook) for runner in model.runners for hook in runner.hooks.values()]
    return [*ticks, *((observer, observer.hook) for observer in model.observers)]


def _in_common(model: Model) -> dict[Runner, set[object]]:
    """Give what each unit has in common with others: state, captured values that can change, values with versions."""
    found: dict[Runner, set[object]] = {}
    for runner in model.runners:
        module, own = runner.module, runner.unit.name
        states = _states(module.written.text)
        others = {state for name, its in states.items() if name != own for state in its}
        found[runner] = {(module, state) for state in states[own] & others}
        if module.captured.can_change or module.views is not None:
            found[runner].add(module)
        if any(part.role == "seam_out" and not part.kinds[0].shape.is_stream for part in runner.unit.parts.values()):
            found[runner].add(runner)
    return found


def _states(source: str) -> dict[str, set[str]]:
    r"""Give the state that each function of a generated source reads or writes.

    >>> _states("def tick(state):\\n    state.n += 1\n")
    {'tick': {'n'}}
    """
    found = {match[1]: set(_STATE.findall(match[0])) - _REPORTED for match in _FUNCTION.finditer(source)}
    found.pop("start", None)
    return found
