"""What leaves a worker: the elements of a tick into the senders, their frames as far as credit reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hydro_nb.errors import ChannelBroken, EncodeError, HydroError
from hydro_nb.runtime.channel import MAX_ITEMS, Sender
from hydro_nb.runtime.ends import Ends
from hydro_nb.runtime.feeds import FatalError
from hydro_nb.wire import ChannelSpec

FLUSH_SECONDS = 0.0005


class Outflow:
    """The sending half of a worker."""

    def __init__(
        self,
        ends: Ends,
        outputs: dict[str, list[Any]],
        send: Callable[[int, bytes], None],
        now: Callable[[], float],
        blame: Callable[[HydroError, ChannelSpec], FatalError],
    ) -> None:
        self._outs = ends.outs
        self._outlets = ends.outlets
        self._outputs = outputs
        self.send = send
        """takes each frame that leaves"""
        self._now = now
        self._blame = blame
        self._oldest = 0.0
        """when the oldest element that waits to be sent was made"""
        self.finished = False
        """whether nothing more will be put into any channel"""

    def collect(self, *, timer: bool) -> None:
        """Take what a tick has made."""
        outputs = self._outputs
        for each in self._outlets.values():
            items = outputs[each.output]
            if not items:
                continue
            outputs[each.output] = []
            try:
                each.put(items, timer=timer)
            except HydroError as error:
                raise self._blame(error, each.edge) from error
            if not self._oldest:
                self._oldest = self._now()

    @property
    def empty(self) -> bool:
        """Whether nothing that was made waits to be sent."""
        return not self._oldest

    @property
    def due(self) -> bool:
        """Whether something is full, or has waited long enough."""
        return bool(self._oldest) and (
            self._now() - self._oldest > FLUSH_SECONDS or any(len(sender.items) >= MAX_ITEMS for sender in self._outs)
        )

    def flush(self) -> bool:
        """Make frames of everything that was put, and let them go; says whether some wait for credit."""
        self._oldest = 0.0
        for sender in self._outs:
            if sender.items:
                try:
                    sender.pack()
                except (EncodeError, ChannelBroken) as error:
                    raise self._blame(error, sender.spec) from error
        return self.push()

    def push(self) -> bool:
        """Let frames go; says whether some wait for credit."""
        held = False
        for sender in self._outs:
            if sender.ready or sender.waiting:
                for frame in sender.take():
                    self.send(sender.spec.receiver, frame)
                held = held or (bool(sender.ready) and sender.blocked)
        return held

    def finish(self, generation: int, *, dry: bool) -> None:
        """Say on every channel that nothing more comes, unless another process is started than those that are known."""
        self.finished = True
        for sender in self._outs:
            sender.end(until=generation, dry=dry)

    def fail(self, reason: str) -> None:
        """Say on every channel why nothing more comes, after what was made before."""
        for sender in self._outs:
            _end(sender, reason)


def _end(sender: Sender, reason: str) -> None:
    try:
        sender.end(reason)
    except HydroError:
        # what could not be encoded is why it fails, or fails with it
        sender.items = []
        sender.end(reason)
