"""What async functions of a flow wait for: an event loop of each process and member, over the virtual clock.

An `asyncio.sleep` in an async function ends when the test has let so much time pass; `asyncio.timeout`, `gather`,
locks, queues and tasks work as ever. Where a tick waits in its middle, as the blocking operators do, time is not the
clock's: what it sleeps for is over at once. Threads, sockets and processes do not exist in a simulation.
"""

from __future__ import annotations

import asyncio
from asyncio import _set_running_loop  # pyright: ignore[reportPrivateUsage] - meant for those who write event loops
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context, copy_context
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from hydro_nb.errors import SimulationFailure
from hydro_nb.runtime.skipped import Skips
from hydro_nb.runtime.waiting import Outcome, collected, outcome, without_failed
from hydro_nb.sim.time import SECOND, Alarm, nanoseconds
from hydro_nb.values import act_as

if TYPE_CHECKING:
    from hydro_nb.compile.split import Part
    from hydro_nb.sim.units import Module, Runner
    from hydro_nb.sim.world import World

__tracebackhide__ = True
"""pytest shows the frames of the user"""
T = TypeVar("T")
MOST_TURNS = 100_000
"""Turns of a loop in which no time passes, before it is said that a function polls."""


class Call:
    """A callback that a loop will make, unless it is cancelled before."""

    __slots__ = ("_callback", "_context", "_when")

    def __init__(self, callback: Callable[[], Any], context: Context | None, when: float) -> None:
        self._callback: Callable[[], Any] | None = callback
        self._context, self._when = context or copy_context(), when

    def cancel(self) -> None:
        """Leave it out."""
        self._callback = None

    def cancelled(self) -> bool:
        """Whether it is left out."""
        return self._callback is None

    def when(self) -> float:
        """Give the time at which it is made."""
        return self._when

    def make(self) -> None:
        """Make it."""
        if self._callback is not None:
            self._context.run(self._callback)


class Loop:
    """An event loop as far as tasks, sleeps and what is made of them need one.

    >>> loop = Loop(lambda: 0)
    >>> task = loop.create_task(asyncio.sleep(0, "done"))
    >>> loop.run()
    >>> task.result()
    'done'
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._ready: deque[Call] = deque()
        self._later: list[tuple[int, int, Call]] = []
        self._number = 0
        self._tasks: dict[asyncio.Task[Any], None] = {}

    # ------------------------------------------------------------ what tasks ask of it

    def time(self) -> float:
        """Give the time in seconds."""
        return self._now() / SECOND

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> Call:
        """Make a call after those that are waiting."""
        call = Call(lambda: callback(*args), context, self.time())
        self._ready.append(call)
        return call

    call_soon_threadsafe = call_soon

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> Call:
        """Make a call after so many seconds."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> Call:
        """Make a call at a time."""
        call = Call(lambda: callback(*args), context, when)
        self._number += 1
        heappush(self._later, (nanoseconds(when), self._number, call))
        return call

    def create_future(self) -> asyncio.Future[Any]:
        """Make a future."""
        loop: Any = self
        return asyncio.Future[Any](loop=loop)

    def create_task(
        self, coroutine: Coroutine[Any, Any, T], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[T]:
        """Begin a task."""
        loop: Any = self  # a task asks no more of it than what is here
        task: asyncio.Task[T] = asyncio.Task(coroutine, loop=loop, name=name, context=context)
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)
        return task

    def get_debug(self) -> bool:
        """Say that it does not look closely."""
        return False

    def is_running(self) -> bool:
        """Say that it runs: nobody else asks."""
        return True

    def is_closed(self) -> bool:
        """Say that it is open."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Take no note of what nobody waits for: who does is told."""

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        if name.startswith("_"):
            raise AttributeError(name)

        def refused(*_args: Any, **_named: Any) -> NoReturn:
            raise SimulationFailure(
                f"an async function of the flow waits for the world outside (`{name}` of its event loop), which does "
                "not exist in a simulation.\n"
                "  It may wait for time, `await asyncio.sleep(seconds)`, and for what the flow itself does. Give it "
                "another function in the test, or bring the result in through a port: process.sim_input(T)"
            )

        return refused

    # ------------------------------------------------------------ what the simulator does

    def run(self) -> None:
        """Make all calls that are due."""
        with self._running():
            for _ in range(MOST_TURNS):
                if not self._ready:
                    return
                self._turn()
        raise self._polls()

    def _turn(self) -> None:
        """Make the calls that are due now; what they make due is for the next turn."""
        for _ in range(len(self._ready)):
            self._ready.popleft().make()

    def _polls(self) -> SimulationFailure:
        """Say that time stands still while a function waits for something to change."""
        names = dict.fromkeys(name for task in self._tasks if (name := _name(task)))
        return SimulationFailure(
            f"{', '.join(names) or 'an async function of the flow'} goes on and on without letting time pass. In a "
            "simulation nothing else happens meanwhile, so that what it waits for does not come.\n"
            "  It may wait for something, `await event.wait()`, or look again after a time: `await asyncio.sleep(0.01)`"
        )

    @contextmanager
    def _running(self) -> Generator[None]:
        """Be the loop that runs, also inside of another, such as that of a notebook."""
        outer = asyncio._get_running_loop()  # pyright: ignore[reportPrivateUsage] - as above
        _set_running_loop(self)  # pyright: ignore[reportArgumentType]
        try:
            yield
        finally:
            _set_running_loop(outer)

    @property
    def due(self) -> int | None:
        """When the next call is due that waits for its time."""
        while self._later and self._later[0][2].cancelled():
            heappop(self._later)
        return self._later[0][0] if self._later else None

    def wake(self, now: int) -> None:
        """Take the calls whose time has come."""
        while (due := self.due) is not None and due <= now:
            self._ready.append(heappop(self._later)[2])

    def close(self) -> None:
        """Cancel all tasks, and forget what waits."""
        for task in list(self._tasks):
            task.cancel()
        self.run()
        self._tasks.clear()
        self._later.clear()


def _name(task: asyncio.Task[Any]) -> str:
    """Give the name of the function that a task waits for."""
    waited: Any = getattr(task.get_coro(), "cr_await", None)
    name: str = getattr(waited, "__qualname__", "")
    return f"`{name}`" if name else ""


class Waiting(Alarm):
    """What one operator at one process or member waits for."""

    what = "has waited long enough"

    def __init__(self, runner: Runner, part: Part, loop: Loop, source: list[Any], *, ordered: bool) -> None:
        super().__init__(runner, part)
        self._source = source
        self.loop, self._ordered = loop, ordered
        self._given: deque[asyncio.Task[Outcome]] = deque()
        """in the order in which they came"""
        self._ended: deque[asyncio.Task[Outcome]] = deque()
        self._of: dict[asyncio.Task[Outcome], Any] = {}
        """task -> what it waits for"""
        self.skips = Skips()

    def give(self, awaitables: Iterable[Any]) -> None:
        """Begin to wait for these."""
        act_as(self.runner.module.member)
        for each in awaitables:
            task = self.loop.create_task(outcome(each))
            task.add_done_callback(self._ended.append)
            self._given.append(task)
            self._of[task] = each
        act_as(None)

    def go_on(self) -> bool:
        """Run what can run; says whether that gave anything."""
        self.runner.module.enter()
        self.loop.run()
        came = list(self._taken())
        if came:
            self._put(*came)
        return bool(came)

    def _taken(self) -> Iterator[Any]:
        waiting = self._given if self._ordered else self._ended
        while waiting and waiting[0].done():
            task = waiting.popleft()
            awaitable, (result, error) = self._of.pop(task), task.result()
            if isinstance(error, Exception) and getattr(self.node.op, "skips", False):
                self.skips.add(awaitable, error)
            elif error is not None:
                raise error
            else:
                yield result

    def start(self, now: int) -> None:  # noqa: ARG002 - nothing is waited for yet
        """Cancel what was waited for, and what was about to be."""
        for each in filter(asyncio.iscoroutine, self._source):
            each.close()
        self._source.clear()
        self.loop.close()
        self._given.clear()
        self._ended.clear()
        self._of.clear()
        self.skips = Skips()

    def stop(self) -> None:
        """Cancel what is waited for, and stop."""
        super().stop()
        self.start(0)

    @property
    def due(self) -> int | None:
        """When something that was waited for is over."""
        return self.loop.due

    def fire(self, world: World) -> None:
        """Let what has waited long enough go on."""
        self.loop.wake(world.model.clock.now)


class Inside:
    """Waiting in the middle of a tick: what it sleeps for is over at once."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._passed = 0
        self._loop = Loop(lambda: self._now() + self._passed)

    def put_into(self, module: Module) -> None:
        """Let a module wait in this way."""
        module.namespace |= {"wait_for": self.wait_for, "wait_all": self.wait_all, "drained": self.drained}

    def wait_for(self, awaitable: Any) -> Any:
        """Wait for one awaitable and give its result."""
        return self.wait_all([awaitable])[0]

    def wait_all(self, awaitables: Sequence[Any], skips: Skips | None = None) -> list[Any]:
        """Wait for many at once and give their results; the first failure ends them all, unless it is to be skipped."""
        tasks = [self._loop.create_task(outcome(each)) for each in awaitables]
        try:
            while True:
                self._loop.run()
                for task in tasks:
                    if skips is None and task.done() and task.result().error is not None:
                        raise task.result().error  # pyright: ignore[reportGeneralTypeIssues] - it is there
                if all(task.done() for task in tasks):
                    outcomes = [task.result() for task in tasks]
                    return (
                        list(without_failed(awaitables, outcomes, skips))
                        if skips is not None
                        else [each.result for each in outcomes]
                    )
                self._pass_time()
        finally:
            self._loop.close()
            self._passed = 0

    def drained(self, stream: Any) -> list[Any]:
        """Wait for all that an async iterator gives."""
        return self.wait_for(collected(stream))

    def _pass_time(self) -> None:
        due = self._loop.due
        if due is None:
            raise SimulationFailure(
                "a tick waits for an async function that waits for something which does not come: nothing of it is "
                "left to run, and it sleeps for no time."
            )
        self._passed = due - self._now()
        self._loop.wake(due)
