"""The client end of external ports: what the kernel sends into a flow and takes out of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import cloudpickle  # pyright: ignore[reportMissingTypeStubs] - it ships none

from hydro_nb.errors import ChannelBroken, DecodeError, DeployError, HydroError
from hydro_nb.runtime.channel import Fields, Receiver, Sender, read_header
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.state import discarded
from hydro_nb.runtime.wiring import Codecs, Wiring
from hydro_nb.wire import CREDIT, END_ACK, HELLO, TIMER_DERIVED, ChannelSpec, Counts, ProbeReply, Sample

EXTERNAL = -1
"""Stands for all clients together in a round of probes."""


class Link(Protocol):
    """How a port reaches its flow."""

    lock: threading.Condition

    def moved(self) -> None:
        """Something was put or taken: let frames go."""
        ...

    def wait(self, done: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until this holds."""
        ...

    async def wait_async(self, done: Callable[[], bool]) -> None:
        """Wait until this holds without blocking the event loop."""
        ...

    @property
    def over(self) -> str:
        """Why nothing moves any more; empty while the deployment lives."""
        ...


class Port:
    """The client end of an external port: `send` into the flow, or iterate over what it sends out.

    port, requests = server.source_external(client, int)
    deployment.connect(port).send(3)
    """

    def __init__(self, name: str, link: Link, sender: Sender | None, receivers: Sequence[Receiver] = ()) -> None:
        self.name = name
        self._link = link
        self._sender = sender
        self._receivers = receivers
        """one, or one for each member of a cluster that sends"""
        self._items: deque[Any] = deque()
        self._closed = False

    def __repr__(self) -> str:
        return f"<Port {self.name} ({'sends' if self._sender else 'receives'})>"

    def reached(self) -> Port:
        """Give itself; where nothing can be sent any more, say why. What has come through a port may still be read."""
        sender = self._sender
        if sender is not None and sender.ended and sender.reason:
            raise DeployError(f"port `{self.name}` cannot be reached: {sender.reason}")
        return self

    def send(self, value: Any) -> None:
        """Send one element into the flow; waits while the flow has no room for more."""
        sender = self._writable()
        self._link.wait(lambda: not sender.blocked or bool(self._link.over), None)
        self._check_open()
        with self._link.lock:
            if sender.ended:
                raise DeployError(f"port `{self.name}` cannot send: {sender.reason or 'its channel has ended'}")
            sender.put([value])
            try:
                sender.pack()
            except HydroError:
                # what cannot be encoded was not sent
                sender.total -= 1
                raise
        self._link.moved()

    async def sent(self, value: Any) -> None:
        """Send one element as `send` does, without blocking the event loop."""
        sender = self._writable()
        await self._link.wait_async(lambda: not sender.blocked or bool(self._link.over))
        self.send(value)

    def _writable(self) -> Sender:
        self._check_open()
        if self._sender is None:
            raise DeployError(f"port `{self.name}` brings elements out of the flow; iterate over it, it does not send")
        return self._sender

    def _readable(self) -> Sequence[Receiver]:
        if not self._receivers:
            raise DeployError(f"port `{self.name}` takes elements into the flow; send to it, it gives nothing")
        return self._receivers

    def _check_open(self) -> None:
        if self._closed:
            raise DeployError(f"port `{self.name}` was closed")
        if self._link.over:
            raise DeployError(f"port `{self.name}` cannot send: {self._link.over}")

    def receive(self, timeout: float | None = None) -> Any:
        """Give the next element; raises `TimeoutError` when none came in time, `DeployError` when none can come."""
        got: list[Any] = []
        if not self._link.wait(lambda: self._got(got), timeout):
            raise self._late(timeout)
        return self._only(got)

    async def received(self, timeout: float | None = None) -> Any:
        """Give the next element as `receive` does, without blocking the event loop."""
        got: list[Any] = []
        try:
            async with asyncio.timeout(timeout):
                await self._link.wait_async(lambda: self._got(got))
        except TimeoutError:
            raise self._late(timeout) from None
        return self._only(got)

    def _got(self, got: list[Any]) -> bool:
        """Take the next element, unless there is one; True also when none can come. Several may wait for one each."""
        with self._link.lock:
            news = bool(got) or self._has_news()
            if news and not got and self._fill():
                got.append(self._items.popleft())
            return news

    def _late(self, timeout: float | None) -> TimeoutError:
        return TimeoutError(f"port `{self.name}`: nothing came within {timeout} seconds")

    def _only(self, got: list[Any]) -> Any:
        if got:
            return got[0]
        raise DeployError(f"port `{self.name}`: nothing more comes, {self._why()}")

    def _why(self) -> str:
        receivers = self._readable()
        reasons = [receiver.reason for receiver in receivers if receiver.reason]
        dry = any(each.dry for each in receivers)
        ended = "those that it comes from have failed" if dry else "its channel has ended"
        return self._link.over or next(iter(reasons), ended)

    def _has_news(self) -> bool:
        receivers = self._readable()
        there = any(each.queue for each in receivers) or all(each.ended for each in receivers)
        return bool(self._items or there or self._link.over or self._closed)

    def _fill(self) -> bool:
        receivers = self._readable()
        with self._link.lock:
            for receiver in receivers:
                while not self._items and receiver.queue:
                    self._items.extend(_taken(receiver))
        self._link.moved()
        return bool(self._items)

    def __iter__(self) -> Port:
        return self

    def __next__(self) -> Any:
        got: list[Any] = []
        self._link.wait(lambda: self._got(got), None)
        if got:
            return got[0]
        raise StopIteration

    def __aiter__(self) -> Port:
        return self

    async def __anext__(self) -> Any:
        got: list[Any] = []
        await self._link.wait_async(lambda: self._got(got))
        if got:
            return got[0]
        raise StopAsyncIteration

    def close(self) -> None:
        """End the channel: the flow sees its input end, or nothing more is taken from its output."""
        if self._closed:
            return
        self._closed = True
        with self._link.lock:
            if self._sender is not None:
                self._sender.end()
            for receiver in self._receivers:
                receiver.cut("its client closed it", discard=True)
        self._link.moved()


class Clients:
    """The ends of all external channels of a deployment, whatever carries their frames."""

    def __init__(self, wiring: Wiring, outside: set[int], captures: Callable[[int], Mapping[str, Any]]) -> None:
        self.senders: dict[int, Sender] = {}
        self.receivers: dict[int, Receiver] = {}
        self._changes = 0
        self._told: tuple[dict[str, int], dict[str, int]] = {}, {}
        self._render = Renderer(own=False)
        self._last_change = 0.0
        self._wiring = wiring
        self._codecs: dict[int, Codecs] = {}
        self._ports: dict[str, Port] = {}
        self._heard: dict[str, list[Receiver]] = {}
        """by network edge: what its port reads, also what is left of those that have gone"""
        for location in outside:
            codecs = self._codecs[location] = Codecs(captures(location))
            self.senders |= wiring.senders(location, codecs)
            self.receivers |= wiring.receivers(location, codecs)
        for receiver in self.receivers.values():
            self._heard.setdefault(receiver.spec.edge, []).append(receiver)

    def port(self, slot: str, link: Link) -> Port:
        """Give the port of a network edge, the same one as long as the process lives that it leads to."""
        if slot not in self._ports:
            self._ports[slot] = self._port(slot, link)
        return self._ports[slot]

    def _port(self, slot: str, link: Link) -> Port:
        for sender in self.senders.values():
            if sender.spec.edge == slot:
                return Port(sender.spec.name, link, sender)
        receivers = self._heard.get(slot)
        if receivers:
            return Port(receivers[0].spec.name, link, None, receivers)
        raise DeployError(f"this deployment has no external port `{slot}`; was the flow changed after it was deployed?")

    def hear(self, frame: bytes) -> None:
        """Take a frame for one of the clients."""
        fields = read_header(frame)
        kind, channel = fields[1], fields[3]
        if kind in (CREDIT, END_ACK, HELLO) and channel in self.senders:
            if not self.senders[channel].stale(fields):
                self.senders[channel].hear(fields)
        elif channel in self.receivers:
            if not self.receivers[channel].stale(fields):
                self._hear_data(self.receivers[channel], fields, frame)
        else:
            raise DecodeError(f"a frame of kind {kind} for channel {channel}, which no client has, was refused")

    def _hear_data(self, receiver: Receiver, fields: Fields, frame: bytes) -> None:
        try:
            receiver.hear(fields, frame)
        except ChannelBroken as error:
            receiver.cut(str(error))
            raise

    def outgoing(self) -> list[tuple[int, bytes]]:
        """Frames that may leave now, each with the location that it goes to."""
        out = [(s.spec.receiver, frame) for s in self.senders.values() for frame in s.take()]
        out += [(r.spec.sender, frame) for r in self.receivers.values() for frame in r.replies()]
        return out

    def hellos(self) -> list[tuple[int, bytes]]:
        """Give the hello of every channel."""
        out = [(s.spec.receiver, s.hello()) for s in self.senders.values()]
        return out + [(r.spec.sender, r.hello()) for r in self.receivers.values()]

    @property
    def greeted(self) -> bool:
        """Whether the other end of every channel has said hello."""
        return all(end.greeted or end.ended for end in (*self.senders.values(), *self.receivers.values()))

    def release(self) -> None:
        """Take in all that comes, whether or not anyone reads it: the flow drains, so it is not much."""
        for receiver in self.receivers.values():
            receiver.release()

    def gone(self, location: int, reason: str) -> None:
        """End the channels to and from a process that has ended."""
        for sender in self.senders.values():
            if sender.spec.receiver == location:
                sender.cut(reason)
        for receiver in self.receivers.values():
            if receiver.spec.sender == location:
                receiver.cut(reason)

    def joined(self, peer: int, epoch: int) -> list[tuple[int, bytes]]:
        """Make new channels to and from a peer that was started again; gives their hellos."""
        self._wiring = self._wiring.between({peer: epoch})
        for receiver in self.receivers.values():
            receiver.revived(self._wiring.generation)
        return [
            (peer, self._renewed(spec).hello())
            for spec in self._wiring.channels
            if peer in (spec.sender, spec.receiver)
        ]

    def _renewed(self, spec: ChannelSpec) -> Sender | Receiver:
        if spec.id in self.receivers:
            return self._renewed_receiver(spec)
        old = self.senders[spec.id]
        self._close_port(spec, old)
        new = self.senders[spec.id] = self._wiring.sender(spec, self._codecs[spec.sender])
        new.total, new.discarded = old.total, old.discarded
        return new

    def _renewed_receiver(self, spec: ChannelSpec) -> Receiver:
        old, new = self.receivers[spec.id], self._wiring.receiver(spec, self._codecs[spec.receiver])
        self.receivers[spec.id] = new
        if new.member is None:
            self._close_port(spec, old)
            self._heard[spec.edge] = []
        # of a cluster each element comes with its member, so one port goes on for all lives
        self._heard[spec.edge].append(new)
        return new

    def _close_port(self, spec: ChannelSpec, old: Sender | Receiver) -> None:
        """Leave a port to the life of a process that it leads to: whoever goes on is to know that it is another."""
        self._ports.pop(spec.edge, None)
        end = f"{old.reason}; it" if old.reason else "its process"
        old.reason = f"{end} was started again since, so connect to the port again"

    def counts(self) -> Counts | None:
        """Give what the clients have sent, if that is new; what they receive is counted where it is sent."""
        senders = self.senders.values()
        totals, lost = {s.spec.edge: s.total for s in senders}, discarded(senders)
        if (totals, lost) == self._told:
            return None
        now = time.time()
        new = {s: s.total - self._told[0].get(s.spec.edge, 0) for s in senders}
        self._told = totals, lost
        samples = {s.spec.edge: self._rendered(list(s.newest)[-many:], now) for s, many in new.items() if many}
        return Counts(EXTERNAL, now, totals, samples, discarded=lost)

    def _rendered(self, elements: list[Any], now: float) -> list[Sample]:
        return [self._render.sample(each, now) for each in elements]

    def probed(self, number: int) -> ProbeReply:
        """Answer a probe: what lies here unread was received."""
        live = [s for s in self.senders.values() if not s.ended]
        ins = [r for r in self.receivers.values() if not r.ended]
        changes = sum(s.sent for s in live)
        if changes != self._changes:
            self._changes, self._last_change = changes, time.monotonic()
        blocked = next((s.spec.name for s in live if s.busy), "")
        return ProbeReply(
            location=EXTERNAL,
            round=number,
            idle=not blocked,
            changes=changes,
            sent={s.spec.id: s.sent for s in live},
            received={r.spec.id: r.received + _waiting(r, timer=False) for r in ins},
            timer_received={r.spec.id: r.timer_received + _waiting(r, timer=True) for r in ins},
            timers_fired=True,
            waiting_on=f"room in channel `{blocked}`" if blocked else "",
            last_change=self._last_change,
        )


def _taken(receiver: Receiver) -> list[Any]:
    """Take from a channel; one that breaks has ended, and says so to who reads next."""
    try:
        return receiver.signed(receiver.take()[0])
    except ChannelBroken as error:
        receiver.cut(str(error), discard=True)
        raise


def _waiting(receiver: Receiver, *, timer: bool) -> int:
    """Elements received and not taken yet: those that derive from timers alone, or the others."""
    return sum(count for _, count, flags in receiver.queue if bool(flags & TIMER_DERIVED) is timer)


def load_captures(payloads: Mapping[int, bytes]) -> Callable[[int], Mapping[str, Any]]:
    """Give what the locations of a program hold: a client the types of elements alone."""
    return lambda location: _loaded(payloads.get(location, b""))


def _loaded(payload: bytes) -> dict[str, Any]:
    if not payload:
        return {}
    try:
        captures: dict[str, Any] = cloudpickle.loads(payload)
    except Exception as error:
        raise HydroError(f"the captured values could not be rebuilt: {type(error).__name__}: {error}") from error
    return captures
