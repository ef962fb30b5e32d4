"""How the processes of a deployment are brought to their end: told first, then made to, and what that has cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hydro_nb.deploy.board import Board
from hydro_nb.deploy.launcher import KILL, TERMINATE
from hydro_nb.deploy.member import Member
from hydro_nb.errors import Site
from hydro_nb.wire import LocationProgram, Problem, Stop

STOP_SECONDS = 1.0
"""How long a process may take to end, which is deaf while a function of the user's runs."""
TERMINATE_SECONDS = 0.5
CLOSE_SECONDS = 10.0
"""How long one may take that has something to close: what it has not written would be lost."""

Say = Callable[[Member, Stop], None]


class Partings:
    """Ends those that are left of the processes that were told to end."""

    def __init__(self, members: Mapping[int, Member], board: Board) -> None:
        self._members = members
        self._board = board

    def begin(self, say: Say, later: Callable[[float, Callable[[], None]], None]) -> None:
        """Tell all to end, and end those that do not."""
        for member in self._members.values():
            if member.identity:
                say(member, Stop(drain=False))
            else:
                # it cannot hear yet, and has nothing to lose
                member.child.signal(KILL)
        later(STOP_SECONDS, lambda: self._end(TERMINATE))
        later(STOP_SECONDS + TERMINATE_SECONDS, lambda: self._end(KILL))
        later(CLOSE_SECONDS, self.end_slow)

    def _end(self, number: int) -> None:
        """End those that hold nothing, nor share their process with one that does."""
        holding = {member.child.process for member in self._members.values() if _holds(member)}
        for member in self._members.values():
            if not member.left and member.child.process not in holding:
                member.child.signal(number)

    def end_slow(self) -> None:
        """End all that are left."""
        for member in self._members.values():
            if not member.left:
                self._lose(member)
                member.child.signal(KILL)

    def _lose(self, member: Member) -> None:
        """Say what is lost with a process that is killed before it has closed what it holds."""
        if not _holds(member) or member.problem is not None:
            return
        late = "was closing its sinks" if member.closing else "was busy"
        sinks = sinks_of(member.place)
        text = (
            f"it was killed, as it {late} {CLOSE_SECONDS:g} seconds after it was told to end: "
            f"what {_named(sinks)} had not written is lost"
        )
        slot, op, site = sinks[0]
        member.problem = Problem(member.id, self._board.now(), text, slot=slot, op=op, site=site)
        self._board.apply(member.problem)


def _holds(member: Member) -> bool:
    return member.begun and not member.over and bool(member.place.sinks)


def _named(sinks: Sequence[tuple[str, str, Site]]) -> str:
    """Name some sinks; the line of a single one is told beside it."""
    if len(sinks) == 1:
        return f"`{sinks[0][1]}`"
    return " and ".join(f"`{op}` ({site.short})" for _, op, site in sinks)


def sinks_of(place: LocationProgram) -> list[tuple[str, str, Site]]:
    """Give slot, name and line of all that a location closes at its end."""
    slots = (place.names.get(name, "") for name in place.sinks)
    return [(slot, *place.operator(slot)) for slot in slots]
