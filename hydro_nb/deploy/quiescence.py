"""Whether nothing is left to do: counts of messages on every channel, compared twice (Mattern's method).

Between two rounds with equal counts nobody changed; if then everything sent was received and everybody was idle,
nothing is under way. What timers alone cause never ends, so it is left out of that count; it only has to have passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hydro_nb.wire import ProbeReply

Round = Mapping[int, ProbeReply]
"""Location id -> its answer; every answer of a round was asked for after every answer of the round before."""


class Proof:
    """Is shown one round after the other until they prove quiescence."""

    def __init__(self) -> None:
        self._last: Round | None = None
        self._streak = 0

    @property
    def begun(self) -> bool:
        """Whether it was shown a round."""
        return self._last is not None

    def shown(self, current: Round) -> bool:
        """Take the next round; True once nothing is left to do."""
        last = self._last
        if last is None or not _still(last, current):
            self._last, self._streak = current, 0
            return False
        if not _timers_passed(last, current):
            # what timers had caused by then is still on its way, and nothing else has changed since
            return False
        self._last, self._streak = current, self._streak + 1
        return self._streak >= _needed(current)

    def busy(self, names: Mapping[int, str]) -> str:
        """Say what is not done yet, for people."""
        replies = self._last or {}
        waiting = [f"`{names.get(r.location, '?')}`: {r.waiting_on or 'busy'}" for r in replies.values() if not r.idle]
        if not waiting:
            waiting = [f"`{names.get(r.location, '?')}`: a timer" for r in replies.values() if not r.timers_fired]
        return "; ".join(waiting) or "messages are under way"


def _needed(current: Round) -> int:
    # what a timer sets off needs one round for each process that it may pass through
    timers = any(reply.last_fire for reply in current.values())
    return len(current) if timers else 1


def _still(last: Round, current: Round) -> bool:
    return (
        last.keys() == current.keys()
        and all(reply.idle for reply in (*last.values(), *current.values()))
        and all(last[place].changes == reply.changes for place, reply in current.items())
        and _sums(last.values(), "sent") == _sums(current.values(), "sent")
        and _delivered(current)
        and _timers_fired(current)
    )


def _sums(replies: Iterable[ProbeReply], which: str) -> dict[int, int]:
    return {channel: count for reply in replies for channel, count in getattr(reply, which).items()}


def _delivered(current: Round) -> bool:
    sent, received = _sums(current.values(), "sent"), _sums(current.values(), "received")
    return all(received[channel] == count for channel, count in sent.items() if channel in received)


def _timers_passed(last: Round, current: Round) -> bool:
    before, after = _sums(last.values(), "timer_sent"), _sums(current.values(), "timer_received")
    return all(after[channel] >= count for channel, count in before.items() if channel in after)


def _timers_fired(current: Round) -> bool:
    newest = max((reply.last_change for reply in current.values()), default=0.0)
    with_timers = (reply for reply in current.values() if reply.last_fire or not reply.timers_fired)
    return all(reply.last_fire > newest for reply in with_timers)
