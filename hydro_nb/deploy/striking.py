"""How faults on purpose reach the processes of this machine: by signals and by what their supervisor says to them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Collection
from typing import Protocol

from msgspec.structs import replace

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.io import IO
from hydro_nb.deploy.member import Member
from hydro_nb.wire import Control, Fault, Hold, Struck, Watch

SIGNALS = sys.platform == "linux"
"""Whether a process that was stopped by a signal ends with the kernel; elsewhere it is asked to stand still."""


class Host(Protocol):
    """Who holds the processes."""

    members: dict[int, Member]

    @property
    def paused(self) -> Collection[int]:
        """Those that are paused, and so hear nothing."""
        ...

    def go_on(self) -> None:
        """Note that what kept the processes back may be over."""
        ...

    def say(self, member: Member, message: Control) -> None:
        """Tell a process something."""
        ...


class Signalled:
    """The processes of a supervisor, as faults act on them; in the I/O thread."""

    def __init__(self, host: Host, board: Board, io: IO) -> None:
        self._host = host
        self._board = board
        self._io = io
        self.told = 0
        """how many faults were told, which number them"""
        self._unheard: dict[int, Member] = {}
        """number of a fault that was told -> whom"""

    def living(self) -> dict[int, str]:
        """Give the names of those that run: what still starts cannot be told, and what was killed has ended."""
        members = self._host.members.values()
        return {each.id: each.name for each in members if each.ran and not (each.over or each.on_purpose)}

    def tell(self, peer: int, message: Control) -> None:
        """Tell one of them."""
        if isinstance(message, Fault):
            self._unheard = {number: each for number, each in self._unheard.items() if not each.over}
            self.told += 1
            message = replace(message, number=self.told)
            self._unheard[self.told] = self._host.members[peer]
        self._host.say(self._host.members[peer], message)

    def order(self, peer: int, message: Watch) -> None:
        """Tell one of them what to tell of itself, if it is still there."""
        if (member := self._host.members.get(peer)) is not None:
            member.watched = frozenset(message.slots)
            self._host.say(member, message)

    def heard(self, struck: Struck) -> None:
        """Take note that a process does as it was told."""
        self._unheard.pop(struck.number, None)
        self._board.notify()

    def all_heard(self, since: int = 0) -> bool:
        """Whether all do as they were told later than that, but who is paused or has ended; from any thread."""
        late = [each for number, each in tuple(self._unheard.items()) if number > since]
        return all(each.over or each.id in self._host.paused for each in late)

    def sharing(self, peer: int) -> Collection[int]:
        """Give all that live in the same OS process."""
        pid = self._host.members[peer].child.pid
        return [each.id for each in self._host.members.values() if each.child.pid == pid and not each.over]

    def hold(self, peer: int, *, on: bool) -> None:
        """Stop its OS process, and all that it has started, where they stand, or let them go on."""
        if SIGNALS:
            self._host.members[peer].child.signal(signal.SIGSTOP if on else signal.SIGCONT)
        else:
            self.tell(peer, Hold(on))

    def changed(self) -> None:
        """Ask anew whether all is done."""
        if self._board.state.state == "settled":
            self._board.phase("running")
        self._host.go_on()

    def remind(self, seconds: float, look: Callable[[], object]) -> None:
        """Call this in so many seconds."""
        self._io.later(seconds, look)
