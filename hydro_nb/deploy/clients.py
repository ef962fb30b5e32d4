"""The clients of a deployment in the kernel: the ends of all channels that lead out of it, whatever carries them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import cloudpickle  # pyright: ignore[reportMissingTypeStubs] - it ships none

from hydro_nb.deploy.external import Link, Port
from hydro_nb.errors import ChannelBroken, DecodeError, DeployError, HydroError
from hydro_nb.runtime.channel import Fields, Frame, Receiver, Sender, read_header
from hydro_nb.runtime.render import Renderer
from hydro_nb.runtime.state import discarded
from hydro_nb.runtime.wiring import Codecs, Wiring
from hydro_nb.wire import CREDIT, END_ACK, HELLO, TIMER_DERIVED, ChannelSpec, Counts, ProbeReply, Sample

EXTERNAL = -1
"""Stands for all clients together in a round of probes."""


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
        self._retired: set[int] = set()
        """channels of an earlier program: what may still come on them is for nobody"""
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

    def hear(self, frame: Frame) -> None:
        """Take a frame for one of the clients."""
        fields = read_header(frame)
        kind, channel = fields[1], fields[3]
        if kind in (CREDIT, END_ACK, HELLO) and channel in self.senders:
            if not self.senders[channel].stale(fields):
                self.senders[channel].hear(fields)
        elif channel in self.receivers:
            if not self.receivers[channel].stale(fields):
                self._hear_data(self.receivers[channel], fields, frame)
        elif channel not in self._retired:
            raise DecodeError(f"a frame of kind {kind} for channel {channel}, which no client has, was refused")

    def _hear_data(self, receiver: Receiver, fields: Fields, frame: Frame) -> None:
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
        if spec.receiver in self._codecs:
            return self._renewed_receiver(spec)
        old, new = self.senders.get(spec.id), self._wiring.sender(spec, self._codecs[spec.sender])
        self.senders[spec.id] = new
        self._close_port(spec, old)
        if old is not None:
            new.total, new.discarded = old.total, old.discarded
        return new

    def _renewed_receiver(self, spec: ChannelSpec) -> Receiver:
        old, new = self.receivers.get(spec.id), self._wiring.receiver(spec, self._codecs[spec.receiver])
        self.receivers[spec.id] = new
        if new.member is None:
            self._close_port(spec, old)
            self._heard[spec.edge] = []
        # of a cluster each element comes with its member, so one port goes on for all lives
        self._heard.setdefault(spec.edge, []).append(new)
        return new

    def _close_port(self, spec: ChannelSpec, old: Sender | Receiver | None) -> None:
        """Leave a port to the life of a process that it leads to: whoever goes on is to know that it is another."""
        self._ports.pop(spec.edge, None)
        if old is None:
            return
        end = f"{old.reason}; it" if old.reason else "its process"
        old.reason = f"{end} was started again since, so connect to the port again"

    def become(self, wiring: Wiring, outside: set[int], captures: Callable[[int], Mapping[str, Any]]) -> None:
        """Take the channels of another program: those that it has too go on, new ones are made as processes join."""
        specs = {spec.id: spec for spec in wiring.channels}
        for ends in (self.senders, self.receivers):
            for number in [number for number in ends if number not in specs]:
                self._retire(ends.pop(number))
        kept = [*self.senders.values(), *self.receivers.values()]
        edges = {end.spec.edge: specs[end.spec.id].edge for end in kept}
        for end in kept:
            end.spec = specs[end.spec.id]
        self._ports = {edges[edge]: port for edge, port in self._ports.items() if edge in edges}
        self._heard = {edges[edge]: ends for edge, ends in self._heard.items() if edge in edges}
        self._wiring, self._told = wiring, ({}, {})
        self._codecs = {location: Codecs(captures(location)) for location in outside}

    def _retire(self, end: Sender | Receiver) -> None:
        """Close the port of a channel that there is no more."""
        self._retired.add(end.spec.id)
        end.cut("the flow was changed")
        end.reason = f"{end.reason}; connect to the ports of the flow as it is now"

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
