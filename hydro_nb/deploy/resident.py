"""A location that lives in the kernel: its worker, the frames that wait for it, what became of it."""

from __future__ import annotations

from collections import deque

from hydro_nb.deploy.capture import Capture
from hydro_nb.runtime.channel import read_header
from hydro_nb.runtime.worker import Worker
from hydro_nb.wire import DATA, TIMER_DERIVED, Problem


class Resident:
    """One location in the kernel."""

    def __init__(self, worker: Worker, capture: Capture) -> None:
        self.worker = worker
        self.capture = capture
        self.inbox: deque[bytes] = deque()
        self.over = False
        self.paused = False
        self.reason = ""
        """how it ended"""
        self.problem: Problem | None = None

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to do here until a timer or a source has something."""
        left = self.paused or self.inbox or any(receiver.queue for receiver in self.worker.ins)
        faults = self.worker.faults
        return self.over or (not left and self.worker.idle and not (faults is not None and faults.holding))

    @property
    def calm(self) -> bool:
        """Whether there is nothing to do here but what timers cause, which need not ever come to an end."""
        return self.over or (not self.paused and all(map(_is_from_timer, self.inbox)) and self.worker.idle)

    def deliver(self) -> bool:
        """Let it have the frames that wait for it; says whether there were any."""
        moved = bool(self.inbox)
        while self.inbox:
            self.worker.receive(self.inbox.popleft())
        return moved


def _is_from_timer(frame: bytes) -> bool:
    fields = read_header(frame)
    return fields[1] == DATA and bool(fields[2] & TIMER_DERIVED)
