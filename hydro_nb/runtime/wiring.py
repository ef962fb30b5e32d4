"""Which channels end at a location, and the ends themselves, each with the codec of its element type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hydro_nb.runtime.channel import MAX_BUFFER, Codec, Receiver, Sender
from hydro_nb.runtime.codec import make_codec
from hydro_nb.runtime.handover import Gauge, HandingSender, gauge_for
from hydro_nb.runtime.lossy import LossyReceiver, LossySender
from hydro_nb.wire import ChannelSpec, edge_of, location_of, member_of


class Wiring(NamedTuple):
    """The channels around some peers, and the lives that they connect."""

    channels: tuple[ChannelSpec, ...]
    epochs: Mapping[int, int] = {}
    """peer -> how often it has been started; of all that there are"""
    max_buffer: int = MAX_BUFFER
    gone: Mapping[int, str] = {}
    """peer that is not there at the start -> why"""
    near: frozenset[int] = frozenset()
    """peers that live in the same OS process, and so can be handed what nothing can change"""
    returning: frozenset[int] = frozenset()
    """those of `gone` that are being started again"""

    @property
    def generation(self) -> int:
        """How many starts of processes are known, all together."""
        return sum(self.epochs.values())

    def senders(self, peer: int, codecs: Codecs) -> dict[int, Sender]:
        """Make the sending ends at a peer."""
        return {spec.id: self.sender(spec, codecs) for spec in self.channels if spec.sender == peer}

    def receivers(self, peer: int, codecs: Codecs) -> dict[int, Receiver]:
        """Make the receiving ends at a peer."""
        return {spec.id: self.receiver(spec, codecs) for spec in self.channels if spec.receiver == peer}

    def sender(self, spec: ChannelSpec, codecs: Codecs) -> Sender:
        """Make the sending end of a channel."""
        codec, pair = codecs.codec(spec), self._pair(spec)
        if spec.policy != "fail_stop":
            return LossySender(spec, codec, pair, self.max_buffer)
        gauge = codecs.gauge(spec) if spec.receiver in self.near else None
        if gauge is not None:
            return HandingSender(spec, codec, gauge, pair, self.max_buffer)
        return Sender(spec, codec, pair, self.max_buffer)

    def receiver(self, spec: ChannelSpec, codecs: Codecs) -> Receiver:
        """Make the receiving end of a channel."""
        kind = Receiver if spec.policy == "fail_stop" else LossyReceiver
        made = kind(spec, codecs.codec(spec), self._pair(spec), self.max_buffer)
        made.revived(self.generation)
        return made

    def between(self, epochs: Mapping[int, int]) -> Wiring:
        """Give the same channels between other lives, which live elsewhere."""
        return self._replace(epochs={**self.epochs, **epochs}, near=self.near - epochs.keys())

    def members(self, cluster: int) -> list[int]:
        """Give the numbers of the members of a cluster, whether they are there or not."""
        return sorted(member_of(peer) for peer in self.epochs if location_of(peer) == cluster)

    def _pair(self, spec: ChannelSpec) -> tuple[int, int]:
        return self.epochs.get(spec.sender, 1), self.epochs.get(spec.receiver, 1)


class Codecs:
    """The codecs of a location's channels, made of its captured types: one for all channels of an edge.

    One that learns its schema from what it sees is made anew for each end.
    """

    def __init__(self, captures: Mapping[str, Any]) -> None:
        self._captures = captures
        self._known: dict[int, Codec] = {}
        self._gauges: dict[int, Gauge | None] = {}

    def codec(self, spec: ChannelSpec) -> Codec:
        """Give the codec of one end of a channel."""
        if spec.codec.codec == "bincode" and not spec.codec.type_name:
            return self._made(spec)
        edge = edge_of(spec.id)
        if edge not in self._known:
            self._known[edge] = self._made(spec)
        return self._known[edge]

    def gauge(self, spec: ChannelSpec) -> Gauge | None:
        """Give the gauge of what is handed over; None where all of it is encoded."""
        edge = edge_of(spec.id)
        if edge not in self._gauges:
            self._gauges[edge] = gauge_for(spec, self._captures)
        return self._gauges[edge]

    def _made(self, spec: ChannelSpec) -> Codec:
        name = spec.codec.type_name
        element = self._captures[name] if name else None
        types: tuple[type, ...] = self._captures.get("__types__", ())
        return make_codec(spec.codec, element, types=types, where=f"channel `{spec.name}`")
