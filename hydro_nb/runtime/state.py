"""What a process says of itself: totals, samples, live values, resources, and whether it has anything left to do."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hydro_nb.errors import HydroError, Site
from hydro_nb.runtime.abroad import Abroad
from hydro_nb.runtime.channel import Receiver, Sender
from hydro_nb.runtime.location import Location
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.skip_tally import SkipTally
from hydro_nb.wire import SAMPLED, ChannelSpec, Counts, ProbeReply, Problem, Sample

if TYPE_CHECKING:
    from hydro_nb.runtime.notices import Notices
    from hydro_nb.runtime.worker import Worker


class Tally:
    """Builds `Counts` from a location's state and its channels, only where something is new."""

    def __init__(
        self,
        location: Location,
        senders: list[Sender],
        receivers: list[Receiver],
        abroad: Abroad,
        renderer: Renderer,
        peer: int,
        notices: Notices,
    ) -> None:
        self._notices = notices
        self._refused = 0
        self._location = location
        self._abroad = abroad
        self._peer = peer
        self._senders = senders
        self._receivers = receivers
        self._renderer = renderer
        self._told: dict[str, int] = {}
        self._discarded: dict[str, int] = {}
        self._values: dict[str, Sample] = {}
        self._seen: dict[str, int] = {}
        self._queued = 0
        self._slots = location.program.names
        self.skips = SkipTally(location, renderer, peer)
        self.problems: list[Problem] = []
        """what the last counts have said for the first time, to be told as a problem too"""

    def totals(self) -> dict[str, int]:
        """Give the totals per slot: exact in the generated state, and by its sender for a network edge."""
        counts: dict[str, int] = getattr(self._location.state, "counts", None) or {}
        totals = {self._slots.get(name, name): count for name, count in counts.items()}
        sent: dict[str, int] = {}
        for sender in self._senders:
            sent[sender.spec.edge] = sent.get(sender.spec.edge, 0) + sender.total
        return totals | sent

    @property
    def strange(self) -> bool:
        """Whether anybody was refused since `counts` was last called."""
        return self._strangers != self._refused

    @property
    def _strangers(self) -> int:
        return self._notices.strange + self._abroad.refused

    def changed(self) -> bool:
        """Whether there is something to tell since `counts` was last called."""
        if self.strange or self.totals() != self._told or self._lost() != self._discarded or self.skips.changed():
            return True
        if any(new for _, new in self._tapped()):
            return True
        return bool(self._location.program.watch and self._fresh_values())

    def counts(self, now: float, queued: int) -> Counts:
        """Give everything that is new, and remember that it was told."""
        totals = self.totals()
        samples = {slot: [self._renderer.sample(each, now) for each in new] for slot, new in self._newest(totals)}
        taps = {slot: [self._renderer.sample(each, now) for each in new] for slot, new in self._tapped() if new}
        self._forget()
        self._told, self._discarded = totals, self._lost()
        self._refused = self._strangers
        values = self._fresh_values()
        self._values.update(values)
        skipped, self.problems = self.skips.news(now)
        return Counts(
            location=self._peer,
            time=now,
            totals=totals,
            samples=samples,
            values={slot: Sample(now, sample.text, sample.type) for slot, sample in values.items()},
            cpu=time.process_time(),
            memory=resident(),
            queued=queued,
            discarded=self._discarded,
            skipped=skipped,
            refused=self._refused,
            estimates={slot: n for slot, n in self._location.estimates().items() if slot not in totals},
            taps=taps,
        )

    def _tapped(self) -> Iterator[tuple[str, list[Any]]]:
        """Give what operators that are watched have given since it was last told."""
        for slot, newest in self._location.tapped.items():
            yield slot, list(newest)

    def _forget(self) -> None:
        """Let go of the elements that were told of: they may be large."""
        kept: dict[str, deque[Any]] = getattr(self._location.state, "samples", None) or {}
        tapped = self._location.tapped.values()
        for newest in (*kept.values(), *(sender.newest for sender in self._senders), *tapped):
            newest.clear()

    def _lost(self) -> dict[str, int]:
        return {**discarded((*self._senders, *self._receivers)), **self._abroad.discarded}

    def _newest(self, totals: dict[str, int]) -> Iterator[tuple[str, list[Any]]]:
        """Give the newest elements that nobody has been told of, of every slot that has some."""
        kept: dict[str, Sequence[Any]] = getattr(self._location.state, "samples", None) or {}
        known = {self._slots.get(name, name): newest for name, newest in kept.items()}
        sent: dict[str, list[Any]] = {}
        for sender in self._senders:
            sent.setdefault(sender.spec.edge, []).extend(sender.newest)
        for slot, newest in (sent | known).items():
            if new := totals.get(slot, 0) - self._told.get(slot, 0):
                yield slot, list(newest)[-min(new, SAMPLED) :]

    def _fresh_values(self) -> dict[str, Sample]:
        state = self._location.state
        fresh: dict[str, Sample] = {}
        for slot, attribute in self._location.program.watch.items():
            value = getattr(state, attribute, None)
            sample = self._renderer.sample(value, 0.0)
            if sample != self._values.get(slot):
                fresh[slot] = sample
        return fresh


def discarded(ends: Iterable[Sender | Receiver]) -> dict[str, int]:
    """Give what was dropped per network edge, where anything was."""
    lost: dict[str, int] = {}
    for end in ends:
        if end.discarded:
            lost[end.spec.edge] = lost.get(end.spec.edge, 0) + end.discarded
    return lost


def resident() -> int:
    """Resident bytes of this process; 0 where the system does not say."""
    try:
        fd = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return 0
    try:
        return int(os.read(fd, 256).split()[1]) * os.sysconf("SC_PAGE_SIZE")
    finally:
        os.close(fd)


def refusal(
    location: int, now: float, error: HydroError, spec: ChannelSpec | None = None, *, fatal: bool = False
) -> Problem:
    """Make a problem of what a channel could not carry, or of a frame that belongs to none."""
    slot, op, site = (spec.edge, spec.op, spec.site) if spec else ("", "", Site())
    return Problem(location, now, f"{type(error).__name__}: {error}", slot, op, site, fatal=fatal)


def waiting_on(worker: Worker) -> str:
    """Say what keeps a worker from being idle, for people."""
    for sender in worker.outs:
        if sender.blocked:
            return f"room in channel `{sender.spec.name}`"
    if worker.more and not worker.failed:
        return "a source that has more to give"
    if worker.faults is not None and worker.faults.busy:
        return "frames that a fault on purpose holds back"
    for source in worker.feeds.sources:
        if not source.done:
            where = f" ({source.spec.site})" if source.spec.site.cell else ""
            return f"source_stream `{source.spec.slot}`, which has not ended{where}"
    for each in worker.feeds.futures:
        if not each.done:
            where = f" ({each.spec.site})" if each.spec.site.cell else ""
            return f"{each.spec.op} `{each.spec.slot}`, which waits for {each.real} results{where}"
    return "" if worker.idle else worker.feeds.abroad.waiting_on() or "elements that are being processed"


def probe_reply(worker: Worker, number: int) -> ProbeReply:
    """Answer a probe of `settle`; ended channels are left out."""
    fires = [timer.fired for timer in worker.feeds.timers]
    outs = [sender for sender in worker.outs if not (sender.ended and sender.acknowledged)]
    ins = [receiver for receiver in worker.ins if not receiver.ended or receiver.queue]
    return ProbeReply(
        location=worker.peer,
        round=number,
        idle=worker.idle,
        changes=worker.changes,
        sent={sender.spec.id: sender.sent for sender in outs},
        received={receiver.spec.id: receiver.received for receiver in ins},
        timers_fired=all(fire > worker.last_change for fire in fires),
        waiting_on="" if worker.idle else waiting_on(worker),
        timer_sent={sender.spec.id: sender.timer_sent for sender in outs},
        timer_received={receiver.spec.id: receiver.timer_received for receiver in ins},
        last_change=worker.last_change,
        last_fire=min(fires, default=0.0),
    )
