"""One worker's life among those of its operating system process: its turns, its reports, its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING

from hydro_nb.runtime.feeds import FatalError
from hydro_nb.runtime.report import INTERVAL
from hydro_nb.runtime.state import probe_reply
from hydro_nb.wire import Phase

if TYPE_CHECKING:
    from hydro_nb.runtime.report import Reporter
    from hydro_nb.runtime.share import Share
    from hydro_nb.runtime.worker import Worker

GOODBYE_SECONDS = 1.0
"""How long a worker that fails waits for its peers to acknowledge its end."""
TELL_SECONDS = 1.0
RARITY = 50
"""How many times as long as a report has taken the next one waits: telling takes 2 % of the time at most."""
LONGEST_GAP = 5.0
ANSWER_SECONDS = 0.05
"""How long the kernel waits to hear from who is at work; that nothing is left, it hears at once."""


class Life:
    """A worker from its start to its end; one among several has a share of their process."""

    def __init__(self, worker: Worker, reporter: Reporter, share: Share | None = None) -> None:
        self.worker = worker
        self.share: AbstractContextManager[None] = share or nullcontext()
        """entered while the worker does anything"""
        self._share = share
        self.awake = True
        """whether it may have something to do without a timer or a source of its own"""
        self.connected = False
        self.failed = False
        self.over = False
        """whether it has failed and has said so to everybody, or could not even be made"""
        self._started = False
        self._reporter = reporter
        self._now = worker.clock.now
        self._until = 0.0
        self._reported = 0.0
        self._told = 0.0
        self._gap = INTERVAL
        self._stale = True
        self._asked: tuple[int, Callable[[], None]] | None = None
        """a probe that was not answered yet"""
        self._asked_at = 0.0

    @property
    def restless(self) -> bool:
        """Whether it may have something to do though nothing has come for it."""
        return self.failed or self.worker.faults is not None or not self.worker.feeds.none

    def enter(self, phase: Phase, endpoint: str = "") -> None:
        """Tell the kernel of a phase of this life."""
        self._reporter.entered(self.worker.peer, phase, endpoint)

    # ------------------------------------------------------------ working

    def start(self) -> None:
        """Run the user's factories and source functions."""
        self._started = True
        try:
            self.worker.start()
        except FatalError as failure:
            self._fail(failure)

    def turn(self) -> bool:
        """Do what there is to do, once, with its share; says whether there is more to do at once."""
        if self._share is None:
            more = self._turn()
        else:
            with self._share:
                more = self._turn()
        if self._asked is not None and not (more and self._now() - self._asked_at < ANSWER_SECONDS):
            self._reply(*self._asked)
        return more

    def _turn(self) -> bool:
        if self.failed:
            self._take_leave()
            return False
        worker = self.worker
        self.awake = False
        try:
            if worker.step():
                self.awake, self._stale = not worker.brief, True
            if self.awake:
                worker.flush_due()
                self.report_due()
            else:
                worker.flush()
        except FatalError as failure:
            self._fail(failure)
        return self.awake

    @property
    def due(self) -> float | None:
        """When it has something to do though nothing comes."""
        if self.failed:
            return self._until
        until = None if self.worker.paused else self.worker.feeds.next_timer
        if self.worker.faults is not None:
            times = [time for time in (until, self.worker.faults.due) if time is not None]
            until = min(times, default=None)
        if self._is_stale():
            until = min(until or self._now() + self._gap, self._reported + self._gap)
        return until

    def severed(self, peer: int, reason: str) -> None:
        """End channels as the link to a peer was cut, and tell what that has cost."""
        self.worker.severed(peer, reason)
        self._stale = True

    # ------------------------------------------------------------ telling

    def answer(self, number: int, before: Callable[[], None]) -> None:
        """Answer a probe; who has more to do at once does that first, as it is all there would be to say.

        An answer takes a tenth of a millisecond, and wakes threads that then take turns with this one.
        """
        worker = self.worker
        busy = worker.behind or (worker.more and not worker.rests)
        if busy and not self.failed:
            self._asked, self._asked_at = (number, before), self._now()
        else:
            self._reply(number, before)

    def _reply(self, number: int, before: Callable[[], None]) -> None:
        """Answer a probe; what the answer vouches for (output, counts) is made visible before it."""
        self._asked = None
        reply = probe_reply(self.worker, number)
        if reply.idle:
            before()
            if self._is_stale():
                self._tell_counts()
        self._reporter.event(reply)

    def _is_stale(self) -> bool:
        """Say whether something may be new since the counts were told."""
        worker = self.worker
        if not self._stale:
            abroad = worker.feeds.abroad
            lost = bool(abroad.all) and abroad.dropped()
            self._stale = lost or worker.tally.strange or worker.faults is not None
        return self._stale

    def report_due(self) -> None:
        """Tell the counts if something is new, and it is time again."""
        if self._is_stale() and self._now() - self._reported >= self._gap:
            self._tell_counts()

    def _tell_counts(self) -> None:
        self._stale = False
        self._reported, started = self._now(), time.thread_time()
        # a process that works without counting anything still uses time and memory
        if self.worker.changed or self._reported - self._told > TELL_SECONDS:
            self._told = self._reported
            counts = self.worker.counts()
            self._reporter.event(self._share.of(counts) if self._share else counts)
        # what takes long to tell, such as values whose texts do, is told less often
        self._gap = min(max(INTERVAL, RARITY * (time.thread_time() - started)), LONGEST_GAP)

    # ------------------------------------------------------------ ending

    @property
    def holds(self) -> bool:
        """Whether there is something to close that the user has opened."""
        return self._started and not self.failed and bool(self.worker.program.sinks)

    def finish(self) -> None:
        """Close what the user opened."""
        if self.failed or not self._started:
            return
        try:
            self.worker.flush()
            self.worker.close()
            self._stale = True
        except FatalError as failure:
            self._fail(failure)

    def depart(self) -> None:
        """Tell the last counts, with what closing has cut off, and say how it ended."""
        if not self.over:
            if self.worker.location.state is not None and self._is_stale():
                self._tell_counts()
            self.over = True
            if self._share:
                self._share.over = True
            self.enter("failed" if self.failed else "stopped")

    def _fail(self, failure: FatalError) -> None:
        worker = self.worker
        holds, self.failed = self.holds, True
        self._reporter.event(failure.problem)
        if worker.location.state is not None:
            self._tell_counts()
        worker.fail(f"`{worker.title}` failed: {failure.problem.error}")
        for source in worker.feeds.pumped:
            source.cancel()
        if holds:
            self.enter("stopping")
        with suppress(FatalError):  # what fails while it closes is not why it failed
            worker.close()
        self._until = self._now() + GOODBYE_SECONDS
        self._take_leave()

    def _take_leave(self) -> None:
        """Wait a while for those who received from it to have heard its end."""
        self.worker.flush()
        self.awake = False
        if self.worker.delivered or self._now() >= self._until:
            self.depart()
