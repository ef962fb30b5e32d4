"""Where the elements of an output go: which of a channel's ends, and how many of them."""

from __future__ import annotations

from typing import Any

from hydro_nb.errors import GraphError
from hydro_nb.runtime.channel import Sender
from hydro_nb.values import MemberId
from hydro_nb.wire import ChannelSpec, member_of


class Outlet:
    """The elements of one output list, on their way to the members of one location."""

    def __init__(self, edge: ChannelSpec) -> None:
        self.edge = edge
        self.output = edge.output
        self.senders: dict[int, Sender] = {}
        """by member; of a process there is one"""

    def joined(self, sender: Sender) -> None:
        """Take in the way to a member that is there, or there again."""
        self.senders[member_of(sender.spec.receiver)] = sender

    def left(self, member: int) -> None:
        """Note that a member has gone; what is for it from now on is discarded by its sender, and counted."""

    def put(self, items: list[Any], *, timer: bool) -> None:
        """Hand over the elements of a tick; the list is given away."""
        for sender in self.senders.values():
            sender.put(items, timer=timer)


class Present(Outlet):
    """Of a cluster, to those members that are there."""

    def __init__(self, edge: ChannelSpec) -> None:
        super().__init__(edge)
        self.present: list[Sender] = []
        """in the order of their numbers"""

    def joined(self, sender: Sender) -> None:
        """Take in a member, in its place."""
        super().joined(sender)
        self.left(member_of(sender.spec.receiver))
        self.present.append(sender)
        self.present.sort(key=lambda each: each.spec.receiver)

    def left(self, member: int) -> None:
        """Leave a member out from now on."""
        self.present = [each for each in self.present if member_of(each.spec.receiver) != member]


class ToAll(Present):
    """Each element to every member that is there; where there is none it is dropped."""

    def put(self, items: list[Any], *, timer: bool) -> None:
        """Give each a list of its own."""
        for sender in self.present:
            sender.put(list(items), timer=timer)


class ToFirst(Outlet):
    """Each element to every member that was there at the start, whatever became of it."""

    def joined(self, sender: Sender) -> None:
        """Take in a member once: who comes again is another, and gets nothing."""
        if member_of(sender.spec.receiver) not in self.senders:
            super().joined(sender)

    def put(self, items: list[Any], *, timer: bool) -> None:
        """Give each a list of its own."""
        for sender in self.senders.values():
            sender.put(list(items), timer=timer)


class InTurn(Present):
    """Each element to the next of the members that are there."""

    def __init__(self, edge: ChannelSpec) -> None:
        super().__init__(edge)
        self._next = 0

    def put(self, items: list[Any], *, timer: bool) -> None:
        """Deal them out; where nobody is there one of those that have gone is told, which counts them as lost."""
        if not self.present:
            next(iter(self.senders.values())).put(items, timer=timer)
        count = len(self.present)
        for offset, sender in enumerate(self.present):
            mine = items[(offset - self._next) % count :: count]
            if mine:
                sender.put(mine, timer=timer)
        self._next += len(items)


class ToNamed(Outlet):
    """Each element to the member that it comes in a pair with."""

    def __init__(self, edge: ChannelSpec) -> None:
        super().__init__(edge)
        self._tags = ("_", edge.receiver_tag)
        """of ids that say nothing of their cluster, and of its own"""

    def put(self, items: list[Any], *, timer: bool) -> None:
        """Sort them by member."""
        lists: dict[int, list[Any]] = {number: [] for number in self.senders}
        for member, item in items:
            try:
                if member.tag not in self._tags:
                    raise self._strange(member, item)
                lists[member.raw_id].append(item)
            except (KeyError, AttributeError):
                raise self._misdirected(member, item) from None
        for number, mine in lists.items():
            if mine:
                self.senders[number].put(mine, timer=timer)

    def _strange(self, member: Any, item: Any) -> GraphError:
        mine = "a cluster without a marker" if self._tags[1] == "_" else f"members of {self._tags[1]}"
        return GraphError(
            f"`demux` was given {item!r:.200} for {member!r}, a member of another cluster, but sends to {mine}; "
            f"if its number is meant, give MemberId.from_raw_id({member.raw_id})"
        )

    def _misdirected(self, member: Any, item: Any) -> GraphError:
        what = f"`demux` was given {item!r:.200} for "
        if not isinstance(getattr(member, "raw_id", None), int):
            return GraphError(f"{what}{member!r:.200}, which is no member; {_remedy(member)}")
        numbers = sorted(self.senders)
        count = f"{len(numbers)} member{'' if len(numbers) == 1 else 's'}, {numbers[0]} to {numbers[-1]}"
        return GraphError(f"{what}{member!r}, but the cluster has {count}")


def _remedy(member: Any) -> str:
    if isinstance(member, tuple) and member and isinstance(member[0], MemberId):
        return (
            "where the key goes on after the member, that has to be known when the flow is built: "
            "before .into_keyed() say .typed(tuple[tuple[MemberId[Worker], str], int]), with your types"
        )
    return "give a MemberId.from_raw_id(number)"


_KINDS: dict[str, type[Outlet]] = {
    "one": Outlet,
    "members": ToNamed,
    "all": ToAll,
    "closed": ToFirst,
    "turns": InTurn,
}


def outlet(edge: ChannelSpec) -> Outlet:
    """Make the outlet of an edge; who receives is told it by `joined`."""
    return _KINDS[edge.route](edge)
