"""Which channels end at a location, and the ends themselves, each with the codec of its element type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hydro_nb.runtime.channel import MAX_BUFFER, Codec, Receiver, Sender
from hydro_nb.runtime.codec import make_codec
from hydro_nb.wire import ChannelSpec


class Wiring(NamedTuple):
    """The channels around some locations, and the lives that they connect."""

    channels: tuple[ChannelSpec, ...]
    epochs: Mapping[int, int] = {}
    max_buffer: int = MAX_BUFFER

    def senders(self, location: int, captures: Mapping[str, Any]) -> dict[int, Sender]:
        """Make the sending ends at a location."""
        return {
            spec.id: Sender(spec, codec_for(spec, captures), self._pair(spec), self.max_buffer)
            for spec in self.channels
            if spec.sender == location
        }

    def receivers(self, location: int, captures: Mapping[str, Any]) -> dict[int, Receiver]:
        """Make the receiving ends at a location."""
        return {
            spec.id: Receiver(spec, codec_for(spec, captures), self._pair(spec), self.max_buffer)
            for spec in self.channels
            if spec.receiver == location
        }

    def _pair(self, spec: ChannelSpec) -> tuple[int, int]:
        return self.epochs.get(spec.sender, 1), self.epochs.get(spec.receiver, 1)


def codec_for(spec: ChannelSpec, captures: Mapping[str, Any]) -> Codec:
    """Make the codec of one end of a channel from the types among the captured values."""
    name = spec.codec.type_name
    element = captures[name] if name else None
    types: tuple[type, ...] = captures.get("__types__", ())
    return make_codec(spec.codec, element, types=types, where=f"channel `{spec.name}`")
