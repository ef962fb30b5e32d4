"""What a worker says of its channels: one has ended, a frame was refused, an element could not be carried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hydro_nb.errors import HydroError
from hydro_nb.runtime.channel import Receiver, Sender
from hydro_nb.runtime.clock import Clock
from hydro_nb.runtime.feeds import FatalError
from hydro_nb.runtime.state import refusal
from hydro_nb.wire import ChannelEnded, ChannelSpec, Event

FIRST = 5
"""How many refusals are told one by one; further ones are counted, as whoever makes mischief may do so for long."""


NONE = -1
"""Stands for no channel."""


class Notices:
    """Tells of the channels of one peer."""

    def __init__(self, peer: int, clock: Clock, report: Callable[[Event], None]) -> None:
        self._peer = peer
        self._clock = clock
        self._report = report
        self._told: Counter[int] = Counter()
        """channel -> how many of its frames were refused"""

    def ended(self, end: Sender | Receiver) -> None:
        """Tell that a channel has ended, and why."""
        self._report(ChannelEnded(self._peer, end.spec.id, self._clock.time(), end.reason))

    def refused(self, error: HydroError, spec: ChannelSpec | None = None) -> None:
        """Tell of a frame that was refused, and did no other harm."""
        channel = spec.id if spec else NONE
        self._told[channel] += 1
        if self._told[channel] <= FIRST:
            self._report(refusal(self._peer, self._clock.time(), error, spec))

    def knocked(self, count: int) -> None:
        """Count connections that were refused."""
        self._told[NONE] += count

    @property
    def strange(self) -> int:
        """How many frames were of none of its channels, and how many connections of nobody it knows."""
        return self._told[NONE]

    def fatal(self, error: HydroError, spec: ChannelSpec) -> FatalError:
        """Give what the worker fails with."""
        return FatalError(refusal(self._peer, self._clock.time(), error, spec, fatal=True))
