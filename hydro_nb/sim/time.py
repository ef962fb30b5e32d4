"""Virtual time: a clock that moves only while a test lets it, and what waits for it.

What is due at a time is an *alarm*: a timer that fires, a sample that is taken, a silence that has lasted. That the
clock goes on to the next alarm, or to the end of what the test lets pass, is one of the things that a step may pick,
after all ticks that are ready: time may pass before a tick has run, and a tick that is late sees what has come since.
Alarms of one time go off one after the other, in the order of the program, on a cluster in that of its members.

What has come since the flow was last at rest may not have reached a sample or a timeout that looks at it, so that a
sample may show an older value, and a silence may be taken for one although an element has come. A flow is at rest where
a test has waited for an output until nothing more could come.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar

from hydro_nb.errors import SimulationFailure
from hydro_nb.ir.emit import ABSENT, Emit, Item
from hydro_nb.ir.func import Func
from hydro_nb.ir.hooked import hook_of
from hydro_nb.ir.node import Bound, Kind, Node, Place, Ref, Shape
from hydro_nb.ir.ops.futures import Timeout
from hydro_nb.ir.ops.source import Fed, SourceInterval
from hydro_nb.ir.ops.time import AllTicks, Batch, SampleEvery, Snapshot
from hydro_nb.runtime.sources import timed
from hydro_nb.sim.hooks import Version
from hydro_nb.values import ABSENT as NOTHING
from hydro_nb.values import act_as
from hydro_nb.wire import TimerSpec

if TYPE_CHECKING:
    from hydro_nb.compile.split import Part
    from hydro_nb.sim.units import EventKind, Module, Runner
    from hydro_nb.sim.world import World

SECOND = 1_000_000_000
"""The clock counts in nanoseconds, so that ten tenths of a second are one."""
_TOLD = "~told"
SAMPLING = "sampling"
"""What makes the place in which a sample is taken."""


def nanoseconds(seconds: float) -> int:
    """Give a duration as the clock counts.

    >>> nanoseconds(0.1) * 10 == nanoseconds(1)
    True
    """
    return round(seconds * SECOND)


class Alarm(ABC):
    """Something at one process or member that happens at a time of its own."""

    what: ClassVar[str]
    off = False
    """whether it does not go off, as its process or member is not there"""

    def __init__(self, runner: Runner, part: Part) -> None:
        self.runner, self.part = runner, part
        told = runner.unit.parts.get(f"{part.key}{_TOLD}", part)
        self.input = runner.inputs.get(told.name, [])

    @property
    def node(self) -> Node:
        """The operator that the user wrote."""
        return self.part.node

    @abstractmethod
    def start(self, now: int) -> None:
        """Begin anew."""

    @property
    @abstractmethod
    def due(self) -> int | None:
        """When it goes off next, if it does."""

    @abstractmethod
    def fire(self, world: World) -> None:
        """Do what is due."""

    def stop(self) -> None:
        """Do not go off any more, until it starts again."""
        self.off = True

    def rest(self) -> None:  # noqa: B027 - most have nothing on its way
        """Let what is on its way here arrive."""

    def _put(self, *items: Any) -> None:
        self.input.extend(items)
        self.runner.due = True


class Periodic(Alarm):
    """One that goes off again and again."""

    _first = _interval = _count = 0

    def start(self, now: int) -> None:
        """Count from now on."""
        interval, delay = self._durations()
        self._first, self._interval, self._count = now + nanoseconds(delay), max(1, nanoseconds(interval)), 0

    @abstractmethod
    def _durations(self) -> tuple[float, float]:
        """Give the period, and how long it is until the first time."""

    @property
    def due(self) -> int:
        """The next multiple."""
        return self._first + self._count * self._interval

    def fire(self, world: World) -> None:
        """Go on to the next time."""
        self._count += 1
        self.act(world)

    @abstractmethod
    def act(self, world: World) -> None:
        """Do what is due each time."""


class Beat(Periodic):
    """A `source_interval`."""

    what = "fires"

    def __init__(self, runner: Runner, part: Part, op: SourceInterval) -> None:
        super().__init__(runner, part)
        interval, delay = op.interval, op.delay
        self._spec = TimerSpec(
            part.name,
            0.0 if isinstance(interval, Func) else interval,
            0.0 if isinstance(delay, Func) else delay,
            f"{part.name}_interval" if isinstance(interval, Func) else "",
            f"{part.name}_delay" if isinstance(delay, Func) else "",
        )

    def _durations(self) -> tuple[float, float]:
        """Call the functions that give them, where they are such."""
        act_as(self.runner.module.member)
        spec = timed(self._spec, self.runner.module.namespace)
        act_as(None)
        return spec.interval, spec.delay

    def act(self, world: World) -> None:  # noqa: ARG002 - it leaves no choice
        """Give one element."""
        self._put(())


class Sampler(Periodic):
    """A `sample_every`: a tick that runs when it is time, on what has reached it."""

    what = "takes a sample"

    def __init__(self, runner: Runner, part: Part, op: Sampled) -> None:
        super().__init__(runner, part)
        self._period = op.interval

    def _durations(self) -> tuple[float, float]:
        """Wait one period before the first sample."""
        return self._period, self._period

    def act(self, world: World) -> None:
        """Let it be chosen how much of what is new is seen."""
        if not all(hook.possible() for hook in self.runner.hooks.values()):
            return
        for name, hook in self.runner.hooks.items():
            seen = self.runner.inputs[name]
            if hook.movable():
                hook.met = True
                seen += hook.decide(world.choose, must=False)[0]
            if world.recorder:
                world.recorder.let_through(hook, seen[-1:] if isinstance(hook, Version) else list(seen))
        world.run(self.runner)

    def rest(self) -> None:
        """Let it see what is newest."""
        for name, hook in self.runner.hooks.items():
            if hook.movable():
                self.runner.inputs[name].extend(hook.decide(_plainest, must=True)[0])


class Silent(Alarm):
    """A `timeout`: each element begins a new silence."""

    what = "has waited long enough"

    def __init__(self, runner: Runner, part: Part, op: Timeout, clock: Clock) -> None:
        super().__init__(runner, part)
        self._seconds, self._clock = nanoseconds(op.seconds), clock
        self._ends: list[int] = []
        """when each silence would have lasted long enough; only the last is known not to be broken"""

    def start(self, now: int) -> None:  # noqa: ARG002 - nothing was heard
        """Forget what was heard."""
        self._ends.clear()

    def heard(self, items: Iterable[Any]) -> None:  # noqa: ARG002 - one is as good as many
        """Begin a new silence."""
        end = self._clock.now + self._seconds
        if not self._ends or self._ends[-1] < end:
            self._ends.append(end)

    @property
    def due(self) -> int | None:
        """The end of the oldest silence."""
        return self._ends[0] if self._ends else None

    def fire(self, world: World) -> None:
        """Say that nothing came; where something did, choose whether it came too late."""
        del self._ends[0]
        late = not self._ends or world.choose(2) == 1
        if world.recorder:
            came = "nothing came" if not self._ends else "what came is late" if late else "what came was in time"
            world.recorder.decided(self.node, came)
        if late:
            self._put((), *((NOTHING,) if self._ends else ()))

    def rest(self) -> None:
        """Take all that came for in time."""
        del self._ends[:-1]


def _plainest(ways: int) -> int:  # noqa: ARG001 - as a driver
    return 0


class Clock:
    """The time of an execution, in nanoseconds since its start.

    >>> clock = Clock()
    >>> clock.let_pass(1.5)
    1500000000
    >>> clock.pending, clock.seconds()
    (True, 0.0)
    """

    def __init__(self) -> None:
        self.kind: EventKind = "time"
        self.now = self.until = 0
        self.alarms: list[Alarm] = []
        self.used = self.live = False
        """whether anything ever asks for the time, and whether there is anything that time could do now"""

    def wind(self, alarms: list[Alarm]) -> None:
        """Let these be called by it; those that are due at the same time in this order."""
        self.alarms = alarms
        self.used = bool(alarms)

    def start(self) -> None:
        """Begin anew."""
        self.now = self.until = 0
        self.live = bool(self.alarms)
        for alarm in self.alarms:
            alarm.start(0)

    def seconds(self) -> float:
        """Give the time as a program reads it."""
        return self.now / SECOND

    def let_pass(self, seconds: float | timedelta) -> int:
        """Let so much time pass; gives when that has passed."""
        self.until = self.now + nanoseconds(_duration(seconds))
        self.used = self.live = True
        return self.until

    @property
    def pending(self) -> bool:
        """Whether the clock may go on."""
        return self.until > self.now or self._next() is not None

    def rest(self) -> None:
        """Let what is on its way to those who look at the clock arrive."""
        for alarm in self.alarms:
            alarm.rest()

    def _next(self) -> Alarm | None:
        """Give what goes off next, if time may go so far."""
        first: Alarm | None = None
        at = self.until + 1
        for alarm in self.alarms:
            due = None if alarm.off else alarm.due
            if due is not None and due < at:
                first, at = alarm, due
        return first

    # ------------------------------------------------------------ as one of the things that a step may pick

    @property
    def node(self) -> Node | None:
        """The operator whose alarm is next."""
        alarm = self._next()
        return alarm.node if alarm else None

    @property
    def module(self) -> Module | None:
        """The process or member whose alarm is next."""
        alarm = self._next()
        return alarm.runner.module if alarm else None

    @property
    def title(self) -> str:
        """Say what happens next."""
        alarm = self._next()
        if alarm is None:
            return f"{_text(self.until)} have passed"
        due = max(alarm.due or 0, self.now)
        return f"at {_text(due)} `{alarm.node.op.label}` of {alarm.runner.module.name} {alarm.what}"

    def happen(self, world: World) -> None:
        """Go on to the next alarm, or to the end."""
        alarm = self._next()
        if alarm is None:
            self.now = self.until
            self.live = bool(self.alarms)
        else:
            self.now = max(alarm.due or 0, self.now)
            alarm.fire(world)


def _text(time: int) -> str:
    return f"{time / SECOND:.9g} s"


def _duration(seconds: float | timedelta) -> float:
    given = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < inf:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SimulationFailure(f"a clock goes on by a number of seconds from 0 on or a timedelta, not by {seconds!r}.")
    return float(given)


def alarms(clock: Clock, runner: Runner) -> Iterator[Alarm]:
    """Give what of a unit waits for the clock."""
    for part in runner.unit.parts.values():
        match part.node.op:
            case SourceInterval() as op if part.role == "whole":
                yield Beat(runner, part, op)
            case Sampled() as op if part.role == "whole":
                yield Sampler(runner, part, op)
            case Silence() as op if part.role == "whole":
                yield Silent(runner, part, op, clock)
            case _:
                pass


# ------------------------------------------------------------ how the operators are simulated


@dataclass(frozen=True)
class Sampled(AllTicks):
    """What a sample has seen, outside of the place where it was taken."""

    interval: float = 0.0

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return SampleEvery.name


@dataclass(frozen=True)
class Told(Fed):
    """What the clock says of a silence: that it is there, or that it is not."""

    name: ClassVar[str] = "told"

    @property
    def label(self) -> str:
        """Name the method that was called."""
        return Timeout.name


@dataclass(frozen=True)
class Silence(Timeout):
    """A unit from when the clock says that nothing came until something does."""

    stored: ClassVar[bool] = True

    def element(self, emit: Emit, item: Item, port: int) -> None:
        """Break the silence and begin another, or take what the clock says."""
        held = emit.state("", "()")
        if port == 1:
            emit.write(f"{held} = {item.text}")
            emit.changed()
            return
        emit.write(f"{emit.output()}.append(())")
        with emit.block(f"if {held} is not {ABSENT}:"):
            emit.write(f"{held} = {ABSENT}")
            emit.changed()

    def elements(self, emit: Emit, batch: str) -> bool:  # noqa: ARG002 - each makes a version
        """Look at each alone."""
        return False

    def after(self, emit: Emit) -> None:
        """Give what there is."""
        emit.define(emit.state("", "()"))


def sampling(node: Node, op: SampleEvery) -> list[Node]:
    """Give a sample as it is simulated: a look from a tick that the clock runs, and what was seen there."""
    _require_no_hook(node)
    (kind,) = node.input_kinds
    place = Place(f"{node.slot}~sampling", "tick", parent=kind.place, site=node.site, what=SAMPLING)
    inside = kind.but(place=place, bound=Bound.BOUNDED)
    look = Batch(place, op.reason) if kind.shape.is_stream else Snapshot(place, op.reason)
    before = Node(f"{node.slot}~seen", look, node.inputs, (inside,), node.site, node.input_kinds)
    return [before, replace(node, op=Sampled(op.interval), inputs=(Ref(before.slot),), input_kinds=(inside,))]


def silence(node: Node, op: Timeout) -> list[Node]:
    """Give a timeout as it is simulated: with what the clock says beside the elements."""
    _require_no_hook(node)
    told = Kind(Shape.STREAM, node.place)
    before = Node(f"{node.slot}{_TOLD}", Told(node.place, Any), (), (told,), node.site)
    inputs, kinds = (*node.inputs, Ref(before.slot)), (*node.input_kinds, told)
    return [before, replace(node, op=Silence(op.seconds, op.reason), inputs=inputs, input_kinds=kinds)]


def _require_no_hook(node: Node) -> None:
    """Refuse to let a hook script what the clock decides."""
    hook = hook_of(node.op)
    if hook:
        raise SimulationFailure(
            f"{hook.title} is bound to `{node.op.label}`, which nobody scripts: what it gives depends on the clock.\n"
            f"  {node.site}\n"
            "  Leave the hook out, and let time pass in the test: await sim.advance(seconds)"
        )
