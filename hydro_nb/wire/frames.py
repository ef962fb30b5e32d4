"""The frames between two processes: a header, and elements of a channel behind it."""

from __future__ import annotations

import struct

import msgspec

VERSION = 1

HEADER = struct.Struct("<BBBxQQQQI")
"""version, kind, flags, channel, sender epoch, receiver epoch, sequence, count; the body follows at once.

`channel` is that of two peers: its edge in the lower 32 bits, then the sender's and the receiver's member.

`sequence` counts the DATA and END frames of a channel from 1; in CREDIT it is the bytes granted by this frame.

The body of an END is empty, or how many starts of processes its sender knew of, all together: it holds until another
process is started.
"""

HELLO, DATA, CREDIT, END, END_ACK = range(1, 6)
TIMER_DERIVED = 1
"""Flag of a DATA frame whose elements come from a timer alone, so that `settle` does not wait for the next one."""
BROKEN = 2
"""Flag of an END frame whose sender failed; the body says how, and what was received is a prefix."""
DRY = 4
"""Flag of an END frame whose sender has nothing more to do because what it received from has failed."""
GENERATION = struct.Struct("<Q")
"""The body of an END that another start of a process takes back."""


class Header(msgspec.Struct, frozen=True):
    """The fields of `HEADER`, in its order."""

    version: int
    kind: int
    flags: int
    channel: int
    sender_epoch: int
    receiver_epoch: int
    sequence: int
    count: int
