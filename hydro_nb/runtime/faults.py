"""Faults on purpose: what a worker sends to some peers is held, late or lost; it stands before whatever carries it.

Made when the first fault is told and taken away with the last, so that a worker without faults sends as if there was no
such thing. What is held was sent as far as its channel knows: credit bounds it as it does what lies in a socket.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from hydro_nb.runtime.ends import Ends
from hydro_nb.runtime.lossy import LossySender
from hydro_nb.wire import CREDIT, DATA, END_ACK, HEADER, TIMER_DERIVED, Fault

REPLIES = (CREDIT, END_ACK)
Send = Callable[[int, bytes], None]


class Way:
    """What is on its way to one peer."""

    def __init__(self, peer: int) -> None:
        self.told = Fault(peer)
        self.severed = False
        """whether the channels that lose nothing have ended"""
        self.held: deque[tuple[float, bytes]] = deque()
        """when each frame may leave; they leave in order"""

    @property
    def free(self) -> bool:
        """Whether nothing stands in the way any more."""
        return self.open and not self.told.drop

    @property
    def open(self) -> bool:
        """Whether what is sent leaves at once."""
        return not (self.told.cut or self.told.delay or self.held)

    @property
    def due(self) -> float | None:
        """When the next frame leaves by itself."""
        return self.held[0][0] if self.held and not self.told.cut else None


class Faults:
    """The faults on the ways from one worker to others."""

    def __init__(self, carry: Send, now: Callable[[], float], ends: Ends) -> None:
        self._carry = carry
        self._now = now
        self._ends = ends
        self._ways: dict[int, Way] = {}

    def __bool__(self) -> bool:
        return bool(self._ways)

    # ------------------------------------------------------------ what is told

    def tell(self, told: Fault) -> None:
        """Let this be what becomes of all that goes to a peer; what is held longer than that leaves sooner."""
        way = self._ways.setdefault(told.peer, Way(told.peer))
        latest = self._now() + told.delay
        way.told = told
        way.held = deque((min(due, latest), frame) for due, frame in way.held)
        for sender in self._senders(told.peer):
            sender.drop(told.drop, told.seed)
        if told.cut:
            self._lose_held(way)
        self.release()

    def sever(self, peer: int) -> None:
        """Give up what is held of channels that lose nothing: they have ended."""
        way = self._ways.get(peer)
        if way is None:
            return
        way.severed = True
        held, way.held = way.held, deque()
        for due, frame in held:
            if self._lossy(frame):
                way.held.append((due, frame))
            else:
                self._count(frame)

    def forget(self, peer: int) -> None:
        """Give up what is held for a peer that has ended."""
        self._ways.pop(peer, None)

    # ------------------------------------------------------------ what is sent

    def send(self, peer: int, frame: bytes) -> None:
        """Send to a peer, or hold the frame, or lose it."""
        way = self._ways.get(peer)
        if way is None or way.open:
            self._carry(peer, frame)
        elif way.severed and not self._lossy(frame):
            return  # its channel has ended at both ends
        elif not (way.told.cut and self._lost(frame)):
            way.held.append((self._now() + way.told.delay, frame))

    def release(self) -> None:
        """Let go what was held long enough."""
        now = self._now()
        for peer, way in tuple(self._ways.items()):
            while (due := way.due) is not None and due <= now:
                self._carry(peer, way.held.popleft()[1])
            if way.free:
                del self._ways[peer]

    @property
    def due(self) -> float | None:
        """When something held may leave; None if nothing leaves by itself."""
        return min((way.due for way in self._ways.values() if way.due is not None), default=None)

    # ------------------------------------------------------------ what is held

    @property
    def busy(self) -> bool:
        """Whether anything is held that will arrive, and that not only timers have caused."""
        return any(any(self._real(way)) for way in self._ways.values())

    @property
    def holding(self) -> bool:
        """Whether anything is held that will arrive."""
        return any(any(self._coming(way)) for way in self._ways.values())

    def _real(self, way: Way) -> Iterator[bytes]:
        for frame in self._coming(way):
            fields = HEADER.unpack_from(frame)
            if fields[1] != DATA or not fields[2] & TIMER_DERIVED:
                yield frame

    def _coming(self, way: Way) -> Iterator[bytes]:
        return (frame for _, frame in way.held if not (way.told.cut and self._lossy(frame)))

    def _senders(self, peer: int) -> list[LossySender]:
        outs = self._ends.senders.values()
        return [each for each in outs if isinstance(each, LossySender) and each.spec.receiver == peer]

    def _lossy(self, frame: bytes) -> bool:
        channel = HEADER.unpack_from(frame)[3]
        end = self._ends.senders.get(channel) or self._ends.receivers.get(channel)
        return end is not None and end.spec.policy != "fail_stop"

    def _lose_held(self, way: Way) -> None:
        way.held = deque((due, frame) for due, frame in way.held if not self._lost(frame))

    def _lost(self, frame: bytes) -> bool:
        """Lose a frame of elements where that may be, and count it; says whether it is lost."""
        fields = HEADER.unpack_from(frame)
        sender = self._ends.senders.get(fields[3])
        if fields[1] != DATA or not isinstance(sender, LossySender):
            return False
        sender.lost(fields, len(frame))
        return True

    def _count(self, frame: bytes) -> None:
        """Count the elements of a frame that will not arrive."""
        fields = HEADER.unpack_from(frame)
        sender = self._ends.senders.get(fields[3])
        if fields[1] == DATA and sender is not None:
            sender.discarded += fields[7]
