"""An OS process's life: wait, drain, give each worker a turn; one thread, and no asyncio unless a source needs it."""

from __future__ import annotations

import select
import sys
from collections.abc import Sequence
from operator import attrgetter

from hydro_nb.runtime.clock import Clock
from hydro_nb.runtime.intake import Intake
from hydro_nb.runtime.life import Life
from hydro_nb.runtime.memory import fill_pools, seldom_collect, settle_memory
from hydro_nb.runtime.post import Post
from hydro_nb.runtime.report import Reporter
from hydro_nb.runtime.waiter import ANYTHING, FRAMES, PollWaiter, Waiter
from hydro_nb.runtime.zmq_channel import Carrier
from hydro_nb.wire import Connect, Control, Fault, Go, Hold, PeerGone, PeerJoined, Probe, Severed, Stop, To, Watch

LISTEN_SECONDS = 0.001
TELL_SECONDS = 0.01
BEGIN_SECONDS = 0.05
"""Who rests so soon for the first time looks through its memory then; who goes on working has no time for that."""
_is_restless = attrgetter("restless")


class Loop:
    """Drives the workers of an OS process until the kernel says stop, or all of them have failed.

    Each that may have something to do gets one tick in turn, so that a busy one keeps no other waiting for longer; the
    process waits when none has.
    """

    def __init__(
        self,
        lives: Sequence[Life],
        post: Post,
        carrier: Carrier,
        reporter: Reporter,
        endpoints: dict[int, str],
        clock: Clock,
    ) -> None:
        self._lives = lives
        self._living = [life for life in lives if not life.over]
        self._post = post
        self._carrier = carrier
        self._reporter = reporter
        self._endpoints = endpoints
        self._met: dict[int, int] = {}
        """peer that was started again -> in which epoch it was connected to"""
        self._waiter: Waiter = PollWaiter(carrier.fd, reporter.fd, carrier.door.fd)
        self._now = clock.now
        self._intake = Intake(carrier, post, clock.now)
        self._connected = self._going = self._stopped = False
        self._pumping = False
        self._held = False
        self._talking = False
        """whether it was frames that ended the last wait"""
        self._listened = self._told = 0.0
        self._began: float | None = None
        """when it began to work, until it rests for the first time"""

    def run(self) -> int:
        """Live; gives the exit code."""
        try:
            self._connect()
            if not self._stopped:
                self._work()
            self._finish()
        finally:
            self._close_waiter()
        for life in self._living:
            life.depart()
        return int(any(life.failed for life in self._lives))

    def _finish(self) -> None:
        """Close what the user opened; the kernel hears first that it is not busy with anything else any more."""
        for life in self._living:
            if life.holds:
                life.enter("stopping")
        for life in self._living:
            with life.share:
                life.finish()

    def _connect(self) -> None:
        for life in self._living:
            life.enter("bound", self._carrier.endpoint)
        while self._living and not (self._going or self._stopped):
            self._listen()
            self._intake.read()
            self._greet()
            if not (self._going or self._stopped or self._intake.pending or self._reporter.spoke):
                self._waiter.wait(None)

    def _greet(self) -> None:
        for life in self._living:
            if self._connected and not life.connected and life.worker.greeted:
                life.connected = True
                life.enter("connected")

    def _work(self) -> None:
        seldom_collect()
        for life in self._living:
            with life.share:
                life.start()
        self._pump()
        fill_pools()
        self._began = self._now()
        for life in self._living:
            if not life.failed:
                life.enter("running")
        while self._living and not self._stopped:
            if self._held:
                self._stand_still()
            more = self._turns()
            listened = self._look_up()
            if more or listened:
                self._go_on()
            elif self._living:
                self._rest()

    def _stand_still(self) -> None:
        """Do nothing but listen to the kernel until it lets this process go on or end."""
        line = select.poll()
        line.register(self._reporter.fd, select.POLLIN)
        while self._held and not self._stopped:
            self._listen()
            if self._held and not (self._stopped or self._reporter.spoke):
                line.poll()

    def _turns(self) -> bool:
        """Give everyone who may have something to do a turn; says whether there is more to do at once."""
        more = over = self._post.moved = False
        behind = True
        for life in self._living:
            if life.awake or life.restless:
                more = life.turn() or more
                over = over or life.over
            behind = behind and life.worker.behind
        self._intake.behind = behind
        if over:
            self._living = [life for life in self._living if not life.over]
        return more or self._post.moved

    def _go_on(self) -> None:
        """Take what has come meanwhile."""
        if self._pumping:
            self._waiter.wait(0)
        self._intake.read()

    def _close_waiter(self) -> None:
        if self._pumping:
            self._waiter.wait(0)  # what was cancelled is told so before the loop closes
        self._waiter.close()

    def _rest(self) -> None:
        """Wait; in a conversation what is new is told only once it pauses, so that the next answer is not late."""
        if self._began is not None:
            self._settle(self._began)
        if self._talking and not self._restless:
            self._talking = self._intake.await_next()
        elif self._intake.pending:
            self._intake.read()
        else:
            self._tell()
            self._wait_for(self._patience())

    def _wait_for(self, seconds: float | None) -> None:
        """Wait for all that can come, unless the control line may have something that it will not signal again."""
        came = ANYTHING if self._reporter.spoke else self._waiter.wait(seconds)
        self._listened = self._now()
        self._talking = came == FRAMES
        if self._talking:
            self._intake.read_first()
            return
        if came == ANYTHING:
            self._listen()
        self._intake.read()

    def _settle(self, began: float) -> None:
        """Put what the user's functions have made at the start out of the collector's sight, where that is quick."""
        self._began = None
        if self._now() - began < BEGIN_SECONDS:
            settle_memory()

    @property
    def _restless(self) -> bool:
        return any(map(_is_restless, self._living))

    def _tell(self) -> None:
        """Let be seen what is new: what was printed, and the counts if it is time."""
        self._told = self._now()
        flush_streams()
        for life in self._living:
            life.report_due()

    def _patience(self) -> float | None:
        until = None
        for life in self._living:
            due = life.due
            if due is not None and (until is None or due < until):
                until = due
        return None if until is None else max(0.0, until - self._now())

    def _pump(self) -> None:
        """Let async sources and what is waited for run between the ticks, each on behalf of its worker."""
        feeds = [(life, life.worker.feeds) for life in self._living]
        if not any(each.pumped or each.futures or each.abroad.all for _, each in feeds):
            return
        from hydro_nb.runtime.async_waiter import AsyncWaiter  # noqa: PLC0415 - few processes need asyncio

        waiter = AsyncWaiter(self._carrier.fd, self._reporter.fd, self._carrier.door.fd)
        self._waiter, self._pumping = waiter, True
        for life, each in feeds:
            with life.share:
                for source in each.pumped:
                    source.start(waiter.loop, waiter.loop.stop)
                for future in (*each.futures, *each.abroad.all):
                    future.attach(waiter.loop, waiter.loop.stop)

    # ------------------------------------------------------------ the control line

    def _look_up(self) -> bool:
        """Look at the control line once a millisecond, if something may have come; says whether it listened."""
        now = self._now()
        due = self._reporter.spoke or (now - self._listened > LISTEN_SECONDS and self._hears())
        if due:
            self._listen()
        if now - self._told > TELL_SECONDS:
            self._tell()
        return due

    def _hears(self) -> bool:
        """Say whether the kernel may have said something; asking its sockets costs ten times as much as looking."""
        self._listened = self._now()
        return self._pumping or self._waiter.wait(0) == ANYTHING

    def _listen(self) -> None:
        self._listened = self._now()
        self._reporter.spoke = False
        while (message := self._reporter.heard()) is not None:
            self._obey(message)
        if (refused := self._carrier.door.refused()) and self._living:
            self._living[0].worker.knocked(refused)

    def _obey(self, said: To) -> None:
        self._heed(said.message)
        for life in self._living:
            if life.worker.peer == said.peer:
                life.awake = True
                self._pass_on(said.message, life)

    def _heed(self, message: Control) -> None:
        """Do what concerns the whole process."""
        match message:
            case Connect():
                self._reach(message)
            case Go():
                self._going = True
            case PeerGone():
                self._intake.read_all()
                self._carrier.part(message.peer)
            case Severed():
                self._intake.read_all()
            case PeerJoined():
                self._meet(message)
            case Stop():
                self._stopped = not message.drain
            case Probe():
                self._look()
            case Hold():
                self._held = message.on
            case Fault() | Watch():
                pass

    def _look(self) -> None:
        """Read what lies in the sockets of clients: it is under way."""
        if any(life.worker.feeds.abroad.served for life in self._living):
            self._waiter.wait(0)

    def _pass_on(self, message: Control, life: Life) -> None:
        match message:
            case Probe():
                life.answer(message.round, flush_streams)
            case Connect():
                life.worker.greet()
            case PeerGone():
                life.worker.gone(message.peer, message.reason, returns=message.returns)
            case PeerJoined():
                life.worker.joined(message.peer, message.epoch)
                self._reporter.met(life.worker.peer, message)
            case Fault():
                life.worker.strike(message)
                self._reporter.struck(life.worker.peer, message.number)
            case Severed():
                life.severed(message.peer, message.reason)
            case Watch():
                life.worker.location.watch(message)
            case Stop():
                life.worker.drain()
            case Go() | Hold():
                pass

    def _reach(self, message: Connect) -> None:
        """Connect to the others, whoever here is told to."""
        if not self._connected:
            self._carrier.connect(self._found(message))
        self._connected = True

    def _found(self, message: Connect) -> dict[int, str]:
        """Give where the others are: known since the start, or told now."""
        return {peer: message.endpoints.get(peer, known) for peer, known in self._endpoints.items()}

    def _meet(self, joined: PeerJoined) -> None:
        """Connect to a peer that was started again, once, whoever here is told of it; it may have lived here before."""
        if joined.endpoint and self._met.get(joined.peer) != joined.epoch:
            self._met[joined.peer] = joined.epoch
            self._post.leave(joined.peer)
            self._carrier.meet(joined.peer, joined.endpoint, joined.key)


def flush_streams() -> None:
    """Let what was printed leave; the user's code may have closed the streams, or put anything in their place."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # noqa: BLE001, S112 - see above
            continue
