"""What is asked of the processes of a deployment to know whether they are done, and who is to answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.faults import Faults
from hydro_nb.deploy.hub import Hub
from hydro_nb.deploy.member import Member
from hydro_nb.deploy.returns import Returns
from hydro_nb.wire import Control, Probe, ProbeReply


class Host(Protocol):
    """Who holds the processes."""

    members: dict[int, Member]
    faults: Faults
    returns: Returns

    def tell_all(self, message: Control) -> None:
        """Tell every process something."""
        ...


class Census:
    """Asks every process in turn; those that are to come again answer when they are there."""

    def __init__(self, host: Host, hub: Hub, board: Board) -> None:
        self._host = host
        self._hub = hub
        self._board = board

    def ask(self, number: int) -> list[ProbeReply]:
        """Send a probe to every process; gives the clients' answer."""
        self.count_clients()
        replies = self._hub.probed(number)
        self._host.tell_all(Probe(number))
        return replies

    def living(self) -> dict[int, str]:
        """Give the names of the processes that have not ended, or are to come again, by location."""
        members, returns = self._host.members.values(), self._host.returns
        return {m.id: m.name for m in members if not m.over or returns.awaits(m.id)}

    def away(self) -> list[str]:
        """Give the names of those that have ended and are to come again."""
        members, returns = self._host.members.values(), self._host.returns
        return [m.name for m in members if m.over and returns.awaits(m.id)]

    @property
    def paused(self) -> Collection[int]:
        """Those that are paused."""
        return self._host.faults.paused

    def read_output(self) -> None:
        """Read what is in the processes' pipes now."""
        for member in self._host.members.values():
            self._board.log(member.drained())

    def count_clients(self) -> None:
        """Note what the clients have sent."""
        counts = self._hub.counts()
        if counts is not None:
            self._board.apply(counts)
