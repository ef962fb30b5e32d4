"""A process on its way back into a deployment, who holds the others, and what several do that end together."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from typing import NamedTuple, Protocol

from hydro_nb.deploy.io import Timer
from hydro_nb.deploy.keys import Roads
from hydro_nb.deploy.launcher import Launcher
from hydro_nb.deploy.member import Member
from hydro_nb.deploy.settling import Settling
from hydro_nb.errors import HydroError
from hydro_nb.wire import Control


class Host(Protocol):
    """Who holds the processes."""

    members: dict[int, Member]

    stopping: bool
    settling: Settling
    going: bool

    @property
    def paused(self) -> Collection[int]:
        """Those that are paused, and so meet nobody."""
        ...

    def kill_member(self, member: Member) -> None:
        """Kill a process on purpose."""
        ...

    def adopt(self, member: Member) -> None:
        """Watch over a process that was started."""
        ...

    def say(self, member: Member, message: Control) -> None:
        """Tell a process something."""
        ...

    def tell_all(self, message: Control) -> None:
        """Tell every process something."""
        ...

    def let_go(self, member: Member) -> None:
        """Tell a process that is connected to all others to start."""
        ...

    def explain(self, member: Member, what: str) -> str:
        """Say why a process failed."""
        ...


class Exchange(Protocol):
    """Processes that end all together, so that others can begin in their places."""

    @property
    def ending(self) -> Collection[int]:
        """Those that end."""
        ...

    @property
    def coming(self) -> Collection[int]:
        """Those of them that are started again when all have ended."""
        ...

    def begin(self) -> None:
        """End them."""
        ...

    def look(self) -> None:
        """See whether all have ended."""
        ...

    def give_up(self, error: HydroError) -> None:
        """Take note that nobody is started any more."""
        ...


class Starter(NamedTuple):
    """How processes are started, and where their sockets are."""

    launcher: Launcher
    roads: Roads


class Return:
    """One process on its way back."""

    def __init__(self, peer: int, name: str, timeout: float, why: str, *, asked: bool) -> None:
        self.peer = peer
        self.why = why
        self.name = name
        self.timeout = timeout
        self.asked = asked
        """whether somebody waits for it, and so for no longer than that; else its time begins with its turn"""
        self.done: Future[None] = Future()
        self.again = ""
        """what is added to what is said of its start, unless it is its first"""
        self.started = False
        self.greeted = False
        """whether all that live know it, and it them"""
        self.unmet: set[int] = set()
        """who has not made its ends of the channels to it yet"""
        self.timer: Timer | None = None
        self.crew: set[int] = {peer}
        """who begins together with it, of those that are not connected to all yet"""


def in_time(one: Return) -> str:
    """Say what one had to do."""
    return f"running{one.again} within {one.timeout:g} seconds"


def quoted(names: Collection[str]) -> str:
    """Name several."""
    return ", ".join(f"`{name}`" for name in names)
