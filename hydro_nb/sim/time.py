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
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar

from hydro_nb.errors import SimulationFailure
from hydro_nb.ir.node import Node

if TYPE_CHECKING:
    from hydro_nb.compile.split import Part
    from hydro_nb.sim.units import EventKind, Module, Runner
    from hydro_nb.sim.world import World

__tracebackhide__ = True
"""pytest shows the frames of the user"""
SECOND = 1_000_000_000
"""The clock counts in nanoseconds, so that ten tenths of a second are one."""


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
        self.input = runner.inputs.get(part.name, [])

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

    def ahead(self) -> str:
        """Say what comes next if time passes; nothing if nothing does."""
        dues = [(alarm.due, alarm) for alarm in self.alarms if not alarm.off]
        coming = [(due, alarm) for due, alarm in dues if due is not None and due > self.now]
        if not coming:
            return ""
        due, alarm = min(coming, key=lambda each: each[0])
        what = f"`{alarm.node.op.label}` of {alarm.runner.module.name} {alarm.what} at {_text(due)}"
        return f"{what}, when the test lets time pass: await sim.advance({(due - self.now) / SECOND:.9g})"

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
