"""All that feeds a location from inside, put into its inputs between two ticks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from msgspec.structs import replace

from hydro_nb.runtime.abroad import Abroad, AbroadError
from hydro_nb.runtime.clock import Clock
from hydro_nb.runtime.interrupts import from_the_keyboard
from hydro_nb.runtime.location import Location
from hydro_nb.runtime.sources import Iterated, Source, Timer, make_source, timed
from hydro_nb.wire import FutureSpec, Problem, ServedSpec, SidecarSpec, SourceSpec

if TYPE_CHECKING:
    from hydro_nb.runtime.futures import Futures
    from hydro_nb.runtime.pumped import Pumped


P = ParamSpec("P")
T = TypeVar("T")


class FatalError(Exception):
    """A location cannot go on; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.error)
        self.problem = problem


def make_futures(specs: tuple[FutureSpec, ...]) -> list[Futures]:
    """Give what waits for each operator's awaitables."""
    if not specs:
        return []
    from hydro_nb.runtime.futures import Futures  # noqa: PLC0415 - asyncio takes longer to load than all else

    return [Futures(spec) for spec in specs]


class Feeds:
    """The timers, iterators and futures of a location; `touched` takes the names of the inputs that got something."""

    def __init__(self, location: Location, touched: list[str], clock: Clock) -> None:
        self.timers: list[Timer] = []
        self.sources: list[Source] = []
        self.futures: list[Futures] = []
        self.abroad = Abroad(location, touched)
        self.none = True
        """whether there is not one of them"""
        self._location = location
        self._touched = touched
        self._clock = clock

    def start(self) -> None:
        """Call the user's source functions and start the timers."""
        program, scope = self._location.program, self._location.scope
        self.sources = [make_source(spec, scope[spec.function]()) for spec in program.sources]
        self.futures = make_futures(program.futures)
        self._of_outside(self.abroad.start)
        now = self._clock.now()
        self.timers = [Timer(timed(spec, scope), now) for spec in program.timers]
        self.none = not (self.timers or self.sources or self.futures or self.abroad.all)

    @property
    def pumped(self) -> list[Pumped]:
        """Sources that need an asyncio loop."""
        return [cast("Pumped", source) for source in self.sources if not isinstance(source, Iterated)]

    @property
    def exhausted(self) -> bool:
        """Whether every iterator has ended, and nothing is waited for."""
        return self.none or (all(each.done for each in (*self.sources, *self.futures)) and self.abroad.idle)

    @property
    def endless(self) -> bool:
        """Whether something may come as long as the location lives."""
        return bool(self.timers or self.abroad.all)

    @property
    def crowded(self) -> bool:
        """Whether so much is waited for that nothing more should be taken in."""
        return bool(self.futures or self.abroad.all) and (
            any(each.crowded for each in self.futures) or self.abroad.crowded
        )

    @property
    def ready(self) -> bool:
        """Whether something that was waited for is there."""
        return any(each.ready for each in self.futures) or self.abroad.owing

    @property
    def next_timer(self) -> float | None:
        """When the next timer is due."""
        return min(timer.due for timer in self.timers) if self.timers else None

    def pull(self, limit: int) -> int:
        """Take what the iterators and the world outside give, of each at most so much; gives how many elements came."""
        came = sum(self._poll(source, limit) for source in self.sources if not source.done)
        return came + self._of_outside(self.abroad.heard, limit)

    def resolved(self, limit: int) -> tuple[int, bool]:
        """Take the results that are there, of each operator at most so many; says whether only timers caused them."""
        before = sum(each.real for each in self.futures)
        came = sum(self._poll(each, limit) for each in self.futures)
        made = self._of_outside(self.abroad.resolved, limit)
        return came + made, not made and before == sum(each.real for each in self.futures)

    def give(self, *, timer: bool) -> bool:
        """Begin to wait for what the last tick made; says whether that was anything."""
        outputs, given = self._location.outputs, False
        for each in self.futures:
            if outputs[each.spec.output]:
                each.give(outputs[each.spec.output], derived=timer)
                outputs[each.spec.output], given = [], True
        return self._of_outside(self.abroad.give) or given

    def _of_outside(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Deal with the world outside; a failure there is told as that of its operator."""
        try:
            return work(*args, **named)
        except AbroadError as error:
            raise self._failure(error.spec, error.__cause__ or error) from error

    def _poll(self, source: Source | Futures, limit: int) -> int:
        name = source.spec.input
        try:
            came = source.poll(self._clock.now, self._location.inputs[name], limit)
        except BaseException as error:
            if from_the_keyboard(error):
                raise
            raise self._failure(source.spec, error) from error
        if came:
            self._touched.append(name)
        return came

    def _failure(self, spec: SourceSpec | FutureSpec | ServedSpec | SidecarSpec, error: BaseException) -> FatalError:
        problem, op = self._location.problem(error, self._clock.time()), getattr(spec, "op", "source_stream")
        return FatalError(replace(problem, slot=spec.slot, op=op, site=spec.site))

    def fire(self) -> bool:
        """Fire the timers that are due; says whether any was."""
        if not self.timers:
            return False
        now, fired = self._clock.now(), False
        for timer in self.timers:
            if timer.poll(now, self._location.inputs[timer.spec.input]):
                self._touched.append(timer.spec.input)
                fired = True
        return fired
