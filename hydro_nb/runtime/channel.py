"""The two ends of a channel as state machines without I/O: frames, sequence, byte credits, acknowledged end.

A channel is a prefix or an error: it lives between one epoch of its sender and one of its receiver, every frame carries
both and a sequence number, and a gap or a repeat ends it with `ChannelBroken`.
"""

from __future__ import annotations

from hydro_nb.runtime.channel_end import (
    MAX_BUFFER,
    MAX_BYTES,
    MAX_FRAME,
    MAX_ITEMS,
    Codec,
    End,
    Fields,
    Frame,
    read_header,
)
from hydro_nb.runtime.receiver import Receiver
from hydro_nb.runtime.sender import Sender

__all__ = [
    "MAX_BUFFER",
    "MAX_BYTES",
    "MAX_FRAME",
    "MAX_ITEMS",
    "Codec",
    "End",
    "Fields",
    "Frame",
    "Receiver",
    "Sender",
    "read_header",
]
