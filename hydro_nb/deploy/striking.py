"""How faults on purpose reach the processes of this machine: by signals and by what their supervisor says to them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Collection
from typing import Protocol

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.io import IO
from hydro_nb.deploy.member import Member
from hydro_nb.wire import Control, Hold

SIGNALS = sys.platform == "linux"
"""Whether a process that was stopped by a signal ends with the kernel; elsewhere it is asked to stand still."""


class Host(Protocol):
    """Who holds the processes."""

    members: dict[int, Member]

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

    def living(self) -> dict[int, str]:
        """Give the names of those that run: what still starts cannot be told, and what was killed has ended."""
        members = self._host.members.values()
        return {each.id: each.name for each in members if each.ran and not (each.over or each.on_purpose)}

    def tell(self, peer: int, message: Control) -> None:
        """Tell one of them."""
        self._host.say(self._host.members[peer], message)

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
