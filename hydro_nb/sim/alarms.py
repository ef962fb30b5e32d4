"""What goes off at a time: timers, samples, and silences that have lasted."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from hydro_nb.ir.func import Func
from hydro_nb.ir.ops.futures import Timeout
from hydro_nb.ir.ops.source import SourceInterval
from hydro_nb.runtime.sources import timed
from hydro_nb.sim.hooks import Version
from hydro_nb.sim.time import Alarm, Clock, nanoseconds
from hydro_nb.sim.timed import TOLD, Sampled, Silence, Told
from hydro_nb.values import ABSENT, act_as
from hydro_nb.wire import TimerSpec

if TYPE_CHECKING:
    from hydro_nb.compile.split import Part
    from hydro_nb.sim.units import Runner
    from hydro_nb.sim.world import World


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
        self.runner.module.enter()
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
        self.input = runner.inputs[runner.unit.parts[f"{part.key}{TOLD}"].name]
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
            self._put((), *((ABSENT,) if self._ends else ()))

    def rest(self) -> None:
        """Take all that came for in time."""
        del self._ends[:-1]


def _plainest(ways: int) -> int:  # noqa: ARG001 - as a driver
    return 0


def alarms(clock: Clock, runner: Runner) -> Iterator[Alarm]:
    """Give what of a unit waits for the clock."""
    for part in runner.unit.parts.values():
        match part.node.op:
            case SourceInterval() as op if part.role == "whole" and not isinstance(op, Told):
                yield Beat(runner, part, op)
            case Sampled() as op if part.role == "whole":
                yield Sampler(runner, part, op)
            case Silence() as op if part.role == "whole":
                yield Silent(runner, part, op, clock)
            case _:
                pass
