"""Which channels end at a location, and the ends themselves, each with the codec of its element type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hydro_nb.runtime.channel import MAX_BUFFER, Codec, Receiver, Sender
from hydro_nb.runtime.codec import make_codec
from hydro_nb.runtime.handover import HandingSender, gauge_for
from hydro_nb.runtime.lossy import LossyReceiver, LossySender
from hydro_nb.wire import ChannelSpec, location_of, member_of


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

    def senders(self, peer: int, captures: Mapping[str, Any]) -> dict[int, Sender]:
        """Make the sending ends at a peer."""
        return {spec.id: self.sender(spec, captures) for spec in self.channels if spec.sender == peer}

    def receivers(self, peer: int, captures: Mapping[str, Any]) -> dict[int, Receiver]:
        """Make the receiving ends at a peer."""
        return {spec.id: self.receiver(spec, captures) for spec in self.channels if spec.receiver == peer}

    def sender(self, spec: ChannelSpec, captures: Mapping[str, Any]) -> Sender:
        """Make the sending end of a channel."""
        codec, pair = codec_for(spec, captures), self._pair(spec)
        if spec.policy != "fail_stop":
            return LossySender(spec, codec, pair, self.max_buffer)
        gauge = gauge_for(spec, captures) if spec.receiver in self.near else None
        if gauge is not None:
            return HandingSender(spec, codec, gauge, pair, self.max_buffer)
        return Sender(spec, codec, pair, self.max_buffer)

    def receiver(self, spec: ChannelSpec, captures: Mapping[str, Any]) -> Receiver:
        """Make the receiving end of a channel."""
        kind = Receiver if spec.policy == "fail_stop" else LossyReceiver
        return kind(spec, codec_for(spec, captures), self._pair(spec), self.max_buffer)

    def between(self, epochs: Mapping[int, int]) -> Wiring:
        """Give the same channels between other lives, which live elsewhere."""
        return self._replace(epochs={**self.epochs, **epochs}, near=self.near - epochs.keys())

    def members(self, cluster: int) -> list[int]:
        """Give the numbers of the members of a cluster, whether they are there or not."""
        return sorted(member_of(peer) for peer in self.epochs if location_of(peer) == cluster)

    def _pair(self, spec: ChannelSpec) -> tuple[int, int]:
        return self.epochs.get(spec.sender, 1), self.epochs.get(spec.receiver, 1)


def codec_for(spec: ChannelSpec, captures: Mapping[str, Any]) -> Codec:
    """Make the codec of one end of a channel from the types among the captured values."""
    name = spec.codec.type_name
    element = captures[name] if name else None
    types: tuple[type, ...] = captures.get("__types__", ())
    return make_codec(spec.codec, element, types=types, where=f"channel `{spec.name}`")
