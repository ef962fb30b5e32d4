"""How often the page is told something: by how soon it says that it has painted what it was told."""

from __future__ import annotations

import math

FAST, SLOW, SLOWEST = 0.125, 0.5, 1.0
"""Seconds between messages while answers are fresh, late, and very late."""

LATE, VERY_LATE, GONE = 1.5, 5.0, 30.0
"""Seconds without an answer after which it is slower, slowest, and nobody is told until someone says hello."""


class Pace:
    """Counts messages and answers of one dashboard; times are seconds of any one clock.

    >>> pace = Pace()
    >>> pace.due(0.0), pace.hello(), pace.due(0.0)
    (False, None, True)
    """

    def __init__(self) -> None:
        self.seq = 0
        self.listening = False
        self._least = FAST
        self._sent_at = -math.inf
        self._waiting_since: float | None = None

    def hello(self, least: object = None) -> None:
        """Someone looks, and is owed everything from the start; between two messages are so many seconds at least."""
        self.listening = True
        self._least = least if isinstance(least, float | int) and FAST <= least <= SLOWEST else FAST
        self._waiting_since = None
        self._sent_at = -math.inf

    def ack(self, seq: int) -> None:
        """Someone has painted message `seq`."""
        if seq <= self.seq:
            self._waiting_since = None

    def sent(self, now: float) -> int:
        """Give the number of the message that is sent now."""
        self.seq += 1
        self._sent_at = now
        self._waiting_since = now if self._waiting_since is None else self._waiting_since
        return self.seq

    def due(self, now: float) -> bool:
        """Whether it is time for another message; stops listening when nobody has answered for long."""
        late = 0.0 if self._waiting_since is None else now - self._waiting_since
        self.listening = self.listening and late <= GONE
        return self.listening and now - self._sent_at >= self._interval(late) * 0.9

    def idle(self, now: float) -> bool:
        """Whether a message is owed although there is nothing new, so that silence means a lost kernel."""
        return now - self._sent_at >= SLOWEST

    def summary(self, now: float) -> bool:
        """Whether answers are so late that only numbers are sent."""
        return self._waiting_since is not None and now - self._waiting_since > VERY_LATE

    def _interval(self, late: float) -> float:
        if late <= LATE:
            return self._least
        return max(self._least, SLOW) if late <= VERY_LATE else SLOWEST
