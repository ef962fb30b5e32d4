"""One location at work, without I/O: frames in, ticks, frames out.

The process's loop and the in-process scheduler drive the same class; they differ in how frames travel and how one waits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from hydro_nb.errors import ChannelBroken, DecodeError, EncodeError, HydroError
from hydro_nb.runtime.channel import MAX_BUFFER, MAX_ITEMS, Codec, Fields, Receiver, Sender, read_header
from hydro_nb.runtime.clock import Clock
from hydro_nb.runtime.codec import make_codec
from hydro_nb.runtime.location import Location, element_types
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.sources import Iterated, Source, Timer, make_source
from hydro_nb.runtime.state import Tally
from hydro_nb.wire import (
    CREDIT,
    END_ACK,
    HELLO,
    ChannelEnded,
    ChannelSpec,
    Counts,
    Event,
    LocationProgram,
    ProbeReply,
    Problem,
)

if TYPE_CHECKING:
    from hydro_nb.runtime.pumped import Pumped

DRAIN_ITEMS = 16 * MAX_ITEMS
DRAIN_SECONDS = 0.0005
FLUSH_SECONDS = 0.0005


class Failure(Exception):
    """A location cannot go on; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.error)
        self.problem = problem


class Worker:
    """Runs a location's program between the ends of its channels."""

    def __init__(
        self,
        program: LocationProgram,
        captures: dict[str, Any],
        channels: tuple[ChannelSpec, ...],
        *,
        clock: Clock,
        send: Callable[[int, bytes], None],
        report: Callable[[Event], None],
        epochs: Mapping[int, int],
        max_buffer: int = MAX_BUFFER,
        renderer: Renderer | None = None,
    ) -> None:
        self.program = program
        self.clock = clock
        self._now = clock.now
        self._send = send
        self._report = report
        self.renderer = renderer or Renderer()
        self.location = Location(program, captures, channels, self.renderer)
        ends = _Ends(program, captures, channels, epochs, max_buffer)
        self.senders, self.receivers = ends.senders, ends.receivers
        self._by_output: dict[str, list[Sender]] = defaultdict(list)
        for sender in self.senders.values():
            self._by_output[sender.spec.output].append(sender)
        self._out = list(self.senders.values())
        self._in = list(self.receivers.values())
        self.timers: list[Timer] = []
        self.sources: list[Source] = []
        self.tally = Tally(self.location, self._out, self.renderer)
        self.changes = 0
        self.last_change = clock.now()
        self.failed = False
        self.draining = False
        self._more = True
        self._touched: list[str] = []
        self._finished = False
        self._oldest = 0.0

    # ------------------------------------------------------------ life

    def start(self) -> None:
        """Load the program, make its state, start its timers and sources; the user's failures are `Failure`."""
        try:
            self.location.load()
            self.location.start()
            self._start_sources()
        except (Exception, SystemExit) as error:
            raise self.failure(error) from error
        now = self._now()
        self.timers = [Timer(spec, now) for spec in self.program.timers]

    def _start_sources(self) -> None:
        for spec in self.program.sources:
            self.sources.append(make_source(spec, self.location.scope[spec.function]()))

    @property
    def pumped(self) -> list[Pumped]:
        """Sources that need an asyncio loop."""
        return [cast("Pumped", source) for source in self.sources if not isinstance(source, Iterated)]

    def greet(self) -> None:
        """Say hello on every channel."""
        for end in (*self._out, *self._in):
            self._send(_peer(end), end.hello())

    @property
    def greeted(self) -> bool:
        """Whether the other end of every channel has said hello, or is gone."""
        return all(end.greeted or end.ended for end in (*self._out, *self._in))

    def failure(self, error: BaseException) -> Failure:
        """Make the user's problem of an exception."""
        return Failure(self.location.problem(error, self.clock.time()))

    def fail(self, reason: str) -> None:
        """End every channel after what was made before; the peers see their channel end with this reason."""
        self.failed = True
        for sender in self._out:
            self._finish(sender, reason)
        for receiver in self._in:
            receiver.cut(reason, discard=True)
        self._push()

    def _finish(self, sender: Sender, reason: str) -> None:
        try:
            sender.end(reason)
        except HydroError:
            # what could not be encoded is why it fails, or fails with it
            sender.items = []
            sender.end(reason)

    @property
    def delivered(self) -> bool:
        """Whether every channel's end was acknowledged."""
        return all(sender.acknowledged for sender in self._out)

    # ------------------------------------------------------------ frames in

    def receive(self, frame: bytes) -> None:
        """Take a frame that arrived for this location; a bad one is reported and ends at most its channel."""
        try:
            fields = read_header(frame)
            self._dispatch(fields, frame)
        except HydroError as error:
            self._reject(error)

    def _dispatch(self, fields: Fields, frame: bytes) -> None:
        kind, channel = fields[1], fields[3]
        to_receiver = self.receivers.get(channel) if kind not in (CREDIT, END_ACK) else None
        to_sender = self.senders.get(channel) if kind in (CREDIT, END_ACK, HELLO) else None
        if to_receiver is None and to_sender is None:
            raise DecodeError(f"a frame of kind {kind} for channel {channel}, which does not end here, was refused")
        if to_sender is not None:
            to_sender.hear(fields)
        if to_receiver is not None:
            try:
                to_receiver.hear(fields, frame)
            except ChannelBroken as error:
                self._broken(to_receiver, error)

    def _broken(self, receiver: Receiver, error: HydroError) -> None:
        if not receiver.ended:
            receiver.cut(str(error))
        self._tell_end(receiver)
        self._reject(error, receiver.spec)

    def _reject(self, error: HydroError, spec: ChannelSpec | None = None) -> None:
        self._report(
            Problem(
                location=self.program.id,
                time=self.clock.time(),
                error=f"{type(error).__name__}: {error}",
                slot=spec.edge if spec else "",
                op="send" if spec else "",
                fatal=False,
                **({"site": spec.site} if spec else {}),
            )
        )

    def _tell_end(self, end: Sender | Receiver) -> None:
        self._report(ChannelEnded(self.program.id, end.spec.id, self.clock.time(), end.reason))

    def gone(self, location: int, reason: str) -> None:
        """A peer's process has ended: so do the channels to and from it."""
        for sender in self._out:
            if sender.spec.receiver == location and not (sender.ended and sender.acknowledged):
                sender.cut(reason)
                self._tell_end(sender)
        for receiver in self._in:
            if receiver.spec.sender == location and not receiver.ended:
                receiver.cut(reason)
                self._tell_end(receiver)

    # ------------------------------------------------------------ a tick

    @property
    def held(self) -> bool:
        """Whether some output has no credit, so that nothing more should be made."""
        for sender in self._out:
            if sender.credit <= 0 and sender.blocked:
                return True
        return False

    def step(self) -> bool:
        """Gather what is there and run a tick on it; False if there was nothing to do."""
        held = self.held
        real = self._more and not held and not self.draining
        real = self._gather(held=held) or real
        fired = False
        if not held:
            real = self._pull() or real
            fired = self._fire()
        if not (real or fired or self._touched):
            return False
        self._run(timer=not real)
        return True

    def _gather(self, *, held: bool) -> bool:
        real, until, items = False, 0.0, 0
        for receiver in self._in:
            if held and not receiver.spec.cyclic:
                continue
            while receiver.queue and items < DRAIN_ITEMS:
                count, derived = self._take(receiver)
                items += count
                real = real or not derived
                now = self._now()
                until = until or now + DRAIN_SECONDS
                if now > until:
                    return real
        return real

    def _take(self, receiver: Receiver) -> tuple[int, bool]:
        try:
            items, derived = receiver.take()
        except ChannelBroken as error:
            receiver.cut(str(error), discard=True)
            self._broken(receiver, error)
            return 0, True
        name, inputs = receiver.spec.input, self.location.inputs
        if inputs[name]:
            inputs[name].extend(items)
        else:
            inputs[name] = items
            self._touched.append(name)
        return len(items), derived

    def _pull(self) -> bool:
        if self.draining:
            return False
        came = False
        for source in self.sources:
            if not source.done:
                came = self._poll(source) or came
        return came

    def _poll(self, source: Source) -> bool:
        name = source.spec.input
        try:
            came = source.poll(self._now, self.location.inputs[name])
        except (Exception, SystemExit) as error:
            raise self._source_failure(source, error) from error
        if came:
            self._touched.append(name)
        return came

    def _source_failure(self, source: Source, error: BaseException) -> Failure:
        problem = self.location.problem(error, self.clock.time())
        spec = source.spec
        return Failure(
            Problem(
                problem.location, problem.time, problem.error, spec.slot, "source_stream", spec.site, "", problem.frames
            )
        )

    def _fire(self) -> bool:
        if not self.timers:
            return False
        now, fired = self._now(), False
        for timer in self.timers:
            if timer.poll(now, self.location.inputs[timer.spec.input]):
                self._touched.append(timer.spec.input)
                fired = True
        return fired

    def _run(self, *, timer: bool) -> None:
        try:
            self._more = self.location.step()
        except (Exception, SystemExit) as error:
            self._clear_inputs()
            self._collect(timer=timer)
            raise self.failure(error) from error
        self._clear_inputs()
        self._collect(timer=timer)
        self._reply()
        if not timer:
            self.changes += 1
            self.last_change = self._now()

    def _clear_inputs(self) -> None:
        for name in self._touched:
            self.location.inputs[name] = []
        self._touched.clear()

    def _collect(self, *, timer: bool) -> None:
        outputs = self.location.outputs
        for name, senders in self._by_output.items():
            items = outputs[name]
            if not items:
                continue
            outputs[name] = []
            for sender in senders[1:]:
                sender.put(list(items), timer=timer)
            senders[0].put(items, timer=timer)
            if not self._oldest:
                self._oldest = self._now()

    def _reply(self) -> None:
        for receiver in self._in:
            ended = receiver.unacknowledged
            for frame in receiver.replies():
                self._send(receiver.spec.sender, frame)
            if ended:
                self._tell_end(receiver)

    # ------------------------------------------------------------ frames out

    def flush_due(self) -> None:
        """Send what is full or has waited long enough, while there is more to do."""
        if self._oldest and (
            self._now() - self._oldest > FLUSH_SECONDS or any(len(sender.items) >= MAX_ITEMS for sender in self._out)
        ):
            self.flush()

    def flush(self) -> None:
        """Send everything that credit allows."""
        self._oldest = 0.0
        for sender in self._out:
            if sender.items:
                self._pack(sender)
        self._push()
        self._reply()
        if not self._finished and self.exhausted:
            self._end_outputs()

    def _pack(self, sender: Sender) -> None:
        try:
            sender.pack()
        except (EncodeError, ChannelBroken) as error:
            spec = sender.spec
            text = f"{type(error).__name__}: {error}"
            raise Failure(Problem(self.program.id, self.clock.time(), text, spec.edge, "send", spec.site)) from error

    def _push(self) -> None:
        for sender in self._out:
            receiver = sender.spec.receiver
            for frame in sender.take():
                self._send(receiver, frame)

    # ------------------------------------------------------------ quiescence

    @property
    def exhausted(self) -> bool:
        """Whether nothing can happen here any more, so that the outputs may end."""
        return (
            not self._more
            and not self.timers
            and all(source.done for source in self.sources)
            and all(receiver.ended and not receiver.queue for receiver in self._in)
        )

    def _end_outputs(self) -> None:
        self._finished = True
        for sender in self._out:
            sender.end()
        self._push()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do until a frame or a timer comes."""
        if self.failed:
            return True
        if any(receiver.queue for receiver in self._in) or any(sender.busy for sender in self._out):
            return False
        return self.draining or not self._working

    @property
    def _working(self) -> bool:
        return self._more or not all(source.done for source in self.sources)

    @property
    def waiting_on(self) -> str:
        """What keeps it from being idle, for people."""
        for sender in self._out:
            if sender.blocked:
                return f"room in channel `{sender.spec.name}`"
        if self._more and not self.failed:
            return "a source that has more to give"
        for source in self.sources:
            if not source.done:
                where = f" ({source.spec.site})" if source.spec.site.cell else ""
                return f"source_stream `{source.spec.slot}`, which has not ended{where}"
        return "" if self.idle else "elements that are being processed"

    def probed(self, number: int) -> ProbeReply:
        """Answer a probe of `settle`."""
        fires = [timer.fired for timer in self.timers]
        live_out = [s for s in self._out if not s.ended or not s.acknowledged]
        live_in = [r for r in self._in if not r.ended or r.queue]
        return ProbeReply(
            location=self.program.id,
            round=number,
            idle=self.idle,
            changes=self.changes,
            sent={s.spec.id: s.sent for s in live_out},
            received={r.spec.id: r.received for r in live_in},
            timers_fired=all(fire > self.last_change for fire in fires),
            waiting_on="" if self.idle else self.waiting_on,
            timer_sent={s.spec.id: s.timer_sent for s in live_out},
            timer_received={r.spec.id: r.timer_received for r in live_in},
            last_change=self.last_change,
            last_fire=min(fires, default=0.0),
        )

    @property
    def queued(self) -> int:
        """Elements received and not yet processed, or made and not yet sent."""
        return sum(r.queued for r in self._in) + sum(len(s.items) + s.unsent for s in self._out)

    def counts(self) -> Counts:
        """Give what is new in the totals, samples and values."""
        return self.tally.counts(self.clock.time(), self.queued)

    @property
    def next_timer(self) -> float | None:
        """When the next timer is due."""
        return min((timer.due for timer in self.timers), default=None)


class _Ends:
    """Makes the ends of a location's channels, each with the codec of its element type."""

    def __init__(
        self,
        program: LocationProgram,
        captures: dict[str, Any],
        channels: tuple[ChannelSpec, ...],
        epochs: Mapping[int, int],
        max_buffer: int,
    ) -> None:
        self.senders: dict[int, Sender] = {}
        self.receivers: dict[int, Receiver] = {}
        for spec in channels:
            pair = (epochs.get(spec.sender, 1), epochs.get(spec.receiver, 1))
            if spec.sender == program.id:
                self.senders[spec.id] = Sender(spec, codec_for(spec, captures), pair, max_buffer)
            if spec.receiver == program.id:
                self.receivers[spec.id] = Receiver(spec, codec_for(spec, captures), pair, max_buffer)


def codec_for(spec: ChannelSpec, captures: Mapping[str, Any]) -> Codec:
    """Make the codec of one end of a channel from the types among the captured values."""
    name = spec.codec.type_name
    element = captures[name] if name else None
    return make_codec(spec.codec, element, types=element_types(dict(captures)), where=f"channel `{spec.name}`")


def _peer(end: Sender | Receiver) -> int:
    return end.spec.receiver if isinstance(end, Sender) else end.spec.sender
