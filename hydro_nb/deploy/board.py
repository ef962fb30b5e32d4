"""What a deployment shows: its state, its logs, who is told of changes, and what is echoed to a script's user."""

from __future__ import annotations

import atexit
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from hydro_nb.deploy.aside import ECHOING, OVER, Piece, aside, print_lines
from hydro_nb.deploy.failure import explain, mistaken, with_lines, with_text
from hydro_nb.runtime.notices import FIRST
from hydro_nb.telemetry import renamed
from hydro_nb.telemetry import state as telemetry
from hydro_nb.telemetry.blocks import Block
from hydro_nb.telemetry.logs import Logs
from hydro_nb.telemetry.state import KERNEL, DeploymentState, FaultRow
from hydro_nb.wire import Counts, Event, LocationProgram, LogLine, Phase, Problem

Subscriber = Callable[[DeploymentState], object]


class Board:
    """Written by the backend, read by anyone; readers see values that do not change under them."""

    def __init__(self, name: str, peers: Mapping[int, LocationProgram], *, echo: bool, folder: Path | None) -> None:
        self.state = telemetry.begin(name, peers, time.time())
        self.logs = Logs(folder, trouble=self._without_files)
        self.ended_elsewhere: Callable[[], bool] = bool
        """says whether another program ends the deployment, so that none of it comes back"""
        self._echo = echo
        self._aside = False
        """whether another thread prints what is echoed, as the one that writes here must not wait for who reads it"""
        self._echoed: int = 0
        self._skipping: set[str] = set()
        """slots of the operators that have skipped an element, as was told"""
        self._changed = threading.Condition()
        self._subscribers: list[Subscriber] = []
        self._blamed: list[Subscriber] = []
        """those of whom it was told that they fail"""
        self.logs.open()

    # ------------------------------------------------------------ written by the backend

    def apply(self, event: Event) -> None:
        """Take an event of a process; what one fails with is echoed too, whether or not anybody waits for it."""
        if not isinstance(event, Problem):
            event = with_lines(event) if isinstance(event, Counts) else event
            self._set(telemetry.apply(self.state, event))
            return
        if event.skipped and event.slot in self._skipping:
            return  # one of each operator is told of, on whichever process; all are counted
        problem = with_text(event)
        self._set(telemetry.apply(self.state, problem))
        if (problem.fatal or problem.sequel) and problem.location in self.state.processes:
            self._complain(explain(self.state.processes[problem.location].name, "failed", problem))
        elif problem.skipped:
            self._skipping.add(problem.slot)
            name = self.state.processes[problem.location].name
            self._complain(explain(name, "goes on without an element (more of them are only counted)", problem))

    def phase(self, phase: Phase, reason: str = "") -> None:
        """Move the deployment to another phase."""
        if self.state.state != phase:
            self._set(telemetry.phase(self.state, phase, time.time(), reason))

    def knocked(self, count: int) -> None:
        """Count connections to the kernel that were refused."""
        if count:
            self._set(telemetry.refused(self.state, count))

    def refused(self, why: str) -> None:
        """Count what came to the kernel from nobody of the deployment; the first few are problems too."""
        self._set(telemetry.refused(self.state, 1))
        if self.state.refused[KERNEL] <= FIRST:
            self.apply(Problem(KERNEL, self.now(), why, fatal=False, process="the kernel"))

    def ended(self, location: int, phase: Phase, reason: str = "", *, returns: bool = False) -> None:
        """Note that a process has ended, and whether it starts again by itself."""
        self._set(telemetry.ended(self.state, location, phase, time.time(), reason, returns=returns))

    def again(self, location: int, why: str = "") -> None:
        """Note that a process that had ended is started again, and why."""
        self._set(telemetry.again(self.state, location, why))

    def become(self, new: renamed.Becoming) -> None:
        """Note that another program takes over, of which some processes run already."""
        self._set(renamed.become(self.state, new))

    def struck(self, faults: tuple[FaultRow, ...], edges: frozenset[str]) -> None:
        """Note which faults are in force on purpose, and where one has cost elements."""
        if (faults, edges) != (self.state.faults, self.state.struck):
            self._set(telemetry.struck(self.state, faults, edges))

    def log(self, blocks: list[Block]) -> None:
        """Keep what a process wrote, and echo it soon: all of it, though it may be more than is kept."""
        self.logs.take(blocks)
        if self._echo:
            self._echoed = self.logs.total
            aside().put(self._piece(each.author.stream, each.lines, each.count, each.size) for each in blocks)

    def _piece(self, stream: str, lines: Callable[[], Iterable[object]], count: int, size: int) -> Piece:
        return Piece(stream, lines, count, size, lambda: self._echo, self._mute)

    def _mute(self) -> None:
        self._echo = False

    def print_aside(self) -> None:
        """Let another thread print what is echoed."""
        self._aside = True

    @property
    def crowded(self) -> bool:
        """Whether so much is to be echoed that who prints should wait."""
        return self._echo and aside().crowded

    def flush(self) -> None:
        """Wait until what came so far is echoed, unless nobody reads it."""
        if self._echo and self._aside:
            aside().flush()

    def keep(self, lines: list[LogLine]) -> None:
        """Keep what was written where stdout stands for a process's own; it is echoed when it is the user's again."""
        self.logs.add(lines)
        for line in lines:
            self.logs.write(line.name, f"{line.text}\n".encode("utf-8", "backslashreplace"))

    def _without_files(self, why: str) -> None:
        """Note that what processes write is not kept in files, from now on or at all."""
        self.apply(Problem(KERNEL, time.time(), why, fatal=False, process="the kernel"))

    def _set(self, state: DeploymentState) -> None:
        if state is self.state:
            return
        self.state = state
        mistakes = [(each, error) for each in tuple(self._subscribers) if (error := _mistake(each, state))]
        for subscriber, error in mistakes:
            self._blame(subscriber, error)
        self.notify()

    def _blame(self, subscriber: Subscriber, error: Exception) -> None:
        """Tell of the first mistake of a listener, when all others know the state in which it was made."""
        if subscriber not in self._blamed:
            self._blamed.append(subscriber)
            problem = mistaken(error, self.now())
            self._set(telemetry.apply(self.state, problem))
            self._complain("\n".join([problem.error, *(f"  {frame}" for frame in problem.frames)]))

    def notify(self) -> None:
        """Wake who waits for something here."""
        with self._changed:
            self._changed.notify_all()

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def close(self) -> None:
        """Nothing more will be written."""
        self.logs.close()

    # ------------------------------------------------------------ read by anyone

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call this with every new state."""
        self._subscribers.append(subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Do not call this any more."""
        for those in (self._subscribers, self._blamed):
            if subscriber in those:
                those.remove(subscriber)

    def wait(self, done: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait until this holds; False when the time has passed."""
        with self._changed:
            return self._changed.wait_for(done, timeout)

    def echo(self) -> None:
        """Print the lines that are new since the last time, each with its process's tag."""
        if not self._echo or self.logs.total == self._echoed:
            return
        with self._echoing():
            self._echoed, lines = self.logs.since(self._echoed)
            _print_all(lines)

    def _complain(self, text: str) -> None:
        if not self._echo:
            return
        if self._aside:
            aside().put([self._piece("stderr", text.splitlines, text.count("\n") + 1, len(text))])
            return
        self.echo()
        with self._echoing():
            print_lines(sys.stderr, text.splitlines())

    @contextmanager
    def _echoing(self) -> Generator[None]:
        with ECHOING:
            try:
                yield
            except Exception:  # noqa: BLE001 - nobody reads any more, or the stream is the user's own and raises
                self._mute()


def _mistake(subscriber: Subscriber, state: DeploymentState) -> Exception | None:
    """Call a listener; gives what it raises, which must not cost the deployment its events."""
    try:
        subscriber(state)
    except Exception as error:  # noqa: BLE001 - see above
        return error
    return None


def _print_all(lines: Iterable[LogLine]) -> None:
    for stream, same in groupby(lines, lambda line: line.stream):
        print_lines(sys.stdout if stream == "stdout" else sys.stderr, same)


def _hush() -> None:
    """Print what is left, and nothing while the interpreter ends, when another thread may not hold a stream."""
    aside().flush(patient=True)  # as any program that prints waits for who reads it
    # in a fork the lock may be held by a thread that is not there
    held = ECHOING.acquire(timeout=1.0)
    OVER.set()
    if held:
        ECHOING.release()


atexit.register(_hush)
