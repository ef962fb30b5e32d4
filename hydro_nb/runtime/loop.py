"""A process's life: wait, drain, run the tick, flush; one thread, and no asyncio unless a source needs it."""

from __future__ import annotations

import gc
import select
import sys
from contextlib import suppress
from typing import Protocol

from hydro_nb.runtime.channel import MAX_ITEMS
from hydro_nb.runtime.feeds import FatalError
from hydro_nb.runtime.report import INTERVAL, Reporter
from hydro_nb.runtime.state import probe_reply
from hydro_nb.runtime.worker import DRAIN_SECONDS, Worker
from hydro_nb.runtime.zmq_channel import Carrier
from hydro_nb.wire import Connect, Control, Go, PeerGone, PeerJoined, Probe, Stop

GOODBYE_SECONDS = 1.0
"""How long a process that fails waits for its peers to acknowledge its end."""
LISTEN_SECONDS = 0.001
TELL_SECONDS = 1.0


class Waiter(Protocol):
    """How a loop waits for its sockets."""

    def wait(self, seconds: float | None) -> bool:
        """Return when a socket has something or the time has passed; says whether to look at the control line."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class PollWaiter:
    """Waits by poll, the cheapest for a handful of descriptors."""

    def __init__(self, data: int, control: int) -> None:
        self._control = control
        self._poll = select.poll()
        self._poll.register(data, select.POLLIN)
        self._poll.register(control, select.POLLIN)

    def wait(self, seconds: float | None) -> bool:
        """Wait; poll counts in milliseconds, so a shorter time is rounded up."""
        ready = self._poll.poll(None if seconds is None else seconds * 1000)
        return any(fd == self._control for fd, _ in ready)

    def close(self) -> None:
        """Nothing to give back."""


class Loop:
    """Drives a worker over ZeroMQ until the kernel says stop or the worker fails."""

    def __init__(self, worker: Worker, carrier: Carrier, reporter: Reporter, endpoints: dict[int, str]) -> None:
        self._worker = worker
        self._carrier = carrier
        self._reporter = reporter
        self._endpoints = endpoints
        self._waiter: Waiter = PollWaiter(carrier.fd, reporter.fd)
        self._now = worker.clock.now
        self._connected = self._going = self._stopped = False
        self._pumping = False
        self._undrained = False
        self._listened = 0.0
        self._reported = 0.0
        self._told = 0.0
        self._stale = True

    def run(self) -> int:
        """Live; gives the exit code."""
        try:
            self._connect()
            if not self._stopped:
                self._work()
        except FatalError as failure:
            self._fail(failure)
            return 1
        finally:
            self._close_waiter()
        self._reporter.entered("stopped")
        return 0

    def _connect(self) -> None:
        self._reporter.entered("bound")
        greeted = False
        while not (self._going or self._stopped):
            self._listen()
            self._drain()
            if self._connected and not greeted and self._worker.greeted:
                greeted = True
                self._reporter.entered("connected")
            if not (self._going or self._stopped or self._undrained or self._reporter.spoke):
                self._waiter.wait(None)

    def _work(self) -> None:
        worker = self._worker
        worker.start()
        self._pump()
        _settle_memory()
        self._reporter.entered("running")
        while not self._stopped:
            self._drain()
            self._listen_due()
            if worker.step():
                self._stale = True
                if not worker.brief:
                    worker.flush_due()
                    self._between_ticks()
                    continue
            worker.flush()
            self._rest()
        worker.flush()
        worker.close()
        self._tell_counts()

    def _close_waiter(self) -> None:
        if self._pumping:
            self._waiter.wait(0)  # what was cancelled is told so before the loop closes
        self._waiter.close()

    def _between_ticks(self) -> None:
        self._report_due()
        if self._pumping:
            self._waiter.wait(0)

    def _rest(self) -> None:
        """Wait, unless something may already be there that its socket will not signal again."""
        flush_streams()
        self._report_due()
        if self._undrained:
            return
        if self._reporter.spoke:
            self._listen()
            return
        if self._waiter.wait(self._patience()):
            self._listen()

    def _patience(self) -> float | None:
        now = self._now()
        until = None if self._worker.paused else self._worker.feeds.next_timer
        if self._stale:
            until = min(until or now + INTERVAL, self._reported + INTERVAL)
        return None if until is None else max(0.0, until - now)

    def _pump(self) -> None:
        pumped, futures = self._worker.feeds.pumped, self._worker.feeds.futures
        if not (pumped or futures):
            return
        from hydro_nb.runtime.async_waiter import AsyncWaiter  # noqa: PLC0415 - few processes need asyncio

        waiter = AsyncWaiter(self._carrier.fd, self._reporter.fd)
        self._waiter, self._pumping = waiter, True
        for source in pumped:
            source.start(waiter.loop, waiter.loop.stop)
        for each in futures:
            each.attach(waiter.loop, waiter.loop.stop)

    # ------------------------------------------------------------ sockets

    def _drain(self) -> None:
        receive, hear = self._carrier.receive, self._worker.receive
        until, count = 0.0, 0
        self._undrained = False
        while (frame := receive()) is not None:
            hear(frame)
            count += 1
            if count % 16 == 0:
                now = self._now()
                until = until or now + DRAIN_SECONDS
                if now > until or count > MAX_ITEMS:
                    self._undrained = True
                    return

    def _drain_all(self) -> None:
        """Read what is there, however long it takes: of a peer that has ended nothing is read later."""
        self._drain()
        while self._undrained:
            self._drain()

    def _listen_due(self) -> None:
        # reading an empty socket costs as much as a small tick, so a busy process looks once a millisecond
        if self._reporter.spoke or self._now() - self._listened > LISTEN_SECONDS:
            self._listen()

    def _listen(self) -> None:
        self._listened = self._now()
        self._reporter.spoke = False
        while (message := self._reporter.heard()) is not None:
            self._obey(message)

    def _obey(self, message: Control) -> None:
        match message:
            case Probe():
                self._answer(message.round)
            case Connect():
                self._carrier.connect(self._endpoints)
                self._worker.greet()
                self._connected = True
            case Go():
                self._going = True
            case PeerGone():
                self._drain_all()
                self._worker.gone(message.peer, message.reason)
                self._carrier.drop(message.peer)
            case PeerJoined():
                self._carrier.connect({message.peer: message.endpoint})
                self._worker.joined(message.peer, message.epoch)
                self._reporter.met(message)
            case Stop():
                self._stopped = not message.drain
                self._worker.drain()

    def _answer(self, number: int) -> None:
        """Answer a probe; what the answer vouches for (output, counts) is made visible before it."""
        reply = probe_reply(self._worker, number)
        if reply.idle:
            flush_streams()
            if self._stale:
                self._tell_counts()
        self._reporter.event(reply)

    # ------------------------------------------------------------ reports

    def _report_due(self) -> None:
        if self._stale and self._now() - self._reported >= INTERVAL:
            self._tell_counts()

    def _tell_counts(self) -> None:
        self._stale = False
        self._reported = self._now()
        # a process that works without counting anything still uses time and memory
        if self._worker.changed or self._reported - self._told > TELL_SECONDS:
            self._told = self._reported
            self._reporter.event(self._worker.counts())

    # ------------------------------------------------------------ failing

    def _fail(self, failure: FatalError) -> None:
        self._reporter.event(failure.problem)
        self._tell_counts_quietly()
        self._worker.fail(f"`{self._worker.title}` failed: {failure.problem.error}")
        self._close_quietly()
        until = self._now() + GOODBYE_SECONDS
        while not (self._worker.delivered or self._stopped) and (left := until - self._now()) > 0:
            self._waiter.wait(left)
            self._drain()
            self._listen()
            self._worker.flush()
        self._reporter.entered("failed")

    def _tell_counts_quietly(self) -> None:
        if self._worker.location.state is not None:
            self._tell_counts()

    def _close_quietly(self) -> None:
        """Close what the user opened; what fails in it is not why the process fails."""
        with suppress(FatalError):
            self._worker.close()


def _settle_memory() -> None:
    """Keep the collector off what lives as long as the process, and make it rarer for what does not."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def flush_streams() -> None:
    """Let what was printed leave; the user's code may have closed the streams, or put anything in their place."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: BLE001, S112 - see above
            continue
