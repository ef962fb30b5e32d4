"""When the frames of a process are read: at once by who waits for them, now and then by who has enough to do."""

from __future__ import annotations

from collections.abc import Callable

from hydro_nb.runtime.channel import MAX_ITEMS
from hydro_nb.runtime.inflow import DRAIN_SECONDS
from hydro_nb.runtime.post import Post
from hydro_nb.runtime.zmq_channel import Carrier

SELDOM_SECONDS = 0.001
"""How often who has not got through what was read before looks for more."""
ALONE = 16
"""After so many frames that were read one by one it is looked whether several come at a time."""


class Intake:
    """Reads the socket of a process, and hands over what comes."""

    def __init__(self, carrier: Carrier, post: Post, now: Callable[[], float]) -> None:
        self._carrier = carrier
        self._receive, self._await, self._hear = carrier.receive, carrier.await_next, post.hear
        self._now = now
        self._unread = False
        self.behind = False
        """whether nobody has got through what was read before"""
        self._looked = 0.0
        self._alone = 0
        """how many frames were read since several came at a time"""

    @property
    def pending(self) -> bool:
        """Whether something lies in the socket, which will not signal it again."""
        self._unread = self._unread and self._carrier.more
        return self._unread

    def read(self) -> None:
        """Read what has come meanwhile."""
        if not self.behind or self._is_time():
            self._unread = self._carrier.more and self._read()

    def read_first(self) -> None:
        """Read the frame that was signalled: its answer is not to wait until it was asked for a second one."""
        frame = self._receive()
        self._unread = frame is not None
        if frame is not None:
            self._hear(frame)

    def await_next(self) -> bool:
        """Wait for the next frame of a conversation; says whether it came before there was a pause.

        As long as several come at a time, all are read.
        """
        frame = self._await()
        self._unread = frame is not None
        if frame is None:
            return False
        self._hear(frame)
        self._alone += 1
        if self._alone > ALONE:
            self._read_rest()
        return True

    def _read_rest(self) -> None:
        self._unread = self._carrier.more
        if self._unread:
            self._unread = self._read()
        else:
            self._alone = 0

    def read_all(self) -> None:
        """Read what is there, however long it takes: of a peer that has ended nothing is read later."""
        self._unread = self._carrier.more
        while self._unread:
            self._unread = self._read()

    def _is_time(self) -> bool:
        now = self._now()
        due = now - self._looked > SELDOM_SECONDS
        if due:
            self._looked = now
        return due

    def _read(self) -> bool:
        """Read all frames for half a millisecond; says whether there may be more of them."""
        until, count = 0.0, 0
        while (frame := self._receive()) is not None:
            self._hear(frame)
            count += 1
            if count % 16 == 0:
                now = self._now()
                until = until or now + DRAIN_SECONDS
                if now > until or count > MAX_ITEMS:
                    return True
        return False
