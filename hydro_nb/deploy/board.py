"""What a deployment shows: its state, its logs, who is told of changes, and what is echoed to a script's user."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

from hydro_nb.deploy.failure import with_text
from hydro_nb.telemetry import state as telemetry
from hydro_nb.telemetry.logs import Logs
from hydro_nb.telemetry.state import DeploymentState
from hydro_nb.wire import Event, LocationProgram, LogLine, Phase, Problem

Subscriber = Callable[[DeploymentState], object]


class Board:
    """Written by the backend, read by anyone; readers see values that do not change under them."""

    def __init__(self, name: str, locations: Iterable[LocationProgram], *, echo: bool, folder: Path | None) -> None:
        self.state = telemetry.begin(name, locations, time.time())
        self.logs = Logs(folder)
        self.logs.open()
        self._echo = echo
        self._echoed = 0
        self._echoing = threading.Lock()
        self._changed = threading.Condition()
        self._subscribers: list[Subscriber] = []

    # ------------------------------------------------------------ written by the backend

    def apply(self, event: Event) -> None:
        """Take an event of a process."""
        self._set(telemetry.apply(self.state, with_text(event) if isinstance(event, Problem) else event))

    def phase(self, phase: Phase, reason: str = "") -> None:
        """Move the deployment to another phase."""
        if self.state.state != phase:
            self._set(telemetry.phase(self.state, phase, time.time(), reason))

    def ended(self, location: int, phase: Phase, reason: str = "") -> None:
        """Note that a process has ended."""
        self._set(telemetry.ended(self.state, location, phase, time.time(), reason))

    def log(self, lines: list[LogLine]) -> None:
        """Keep what a process wrote."""
        self.logs.add(lines)
        if self._echo:
            self.notify()

    def _set(self, state: DeploymentState) -> None:
        if state is self.state:
            return
        self.state = state
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(state)
            except Exception:  # noqa: BLE001 - a listener's mistake must not cost the deployment its events
                traceback.print_exc(file=sys.__stderr__)
        self.notify()

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
        if subscriber in self._subscribers:
            self._subscribers.remove(subscriber)

    def wait(self, done: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait until this holds, echoing what is printed meanwhile; False when the time has passed."""
        until = None if timeout is None else time.monotonic() + timeout
        while not done():
            self.echo()
            with self._changed:
                if not done() and not self._unechoed:
                    left = None if until is None else until - time.monotonic()
                    if left is not None and left <= 0:
                        return False
                    self._changed.wait(left)
            if until is not None and time.monotonic() > until and not done():
                return False
        self.echo()
        return True

    @property
    def _unechoed(self) -> bool:
        return self._echo and self.logs.total > self._echoed

    def echo(self) -> None:
        """Print the lines that are new since the last time, each with its process's tag."""
        if not self._echo:
            return
        with self._echoing:
            self._echoed, lines = self.logs.since(self._echoed)
            for line in lines:
                print(line, file=sys.stdout if line.stream == "stdout" else sys.stderr)
