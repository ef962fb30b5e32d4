"""Where the elements of a network edge go: to which members, under whose id, and whether they arrive at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from hydro_nb.errors import GraphError
from hydro_nb.ir.node import Node
from hydro_nb.ir.ops.network import Network
from hydro_nb.sim.copies import carried, received
from hydro_nb.sim.trace import shown
from hydro_nb.sim.units import Module, Runner
from hydro_nb.values import tag_name

__tracebackhide__ = True
"""pytest shows the frames of the user"""


@dataclass(eq=False, slots=True)
class Target:
    """The end of an edge at one process, or at one member of a cluster."""

    runner: Runner
    items: list[Any]
    listens: ClassVar[bool] = True

    def take(self, item: Any) -> None:
        """Have it read in the next run."""
        self.items.append(item)
        self.runner.due = True


class Deaf(Target):
    """A member that does not listen to a channel."""

    __slots__ = ()
    listens: ClassVar[bool] = False

    def take(self, item: Any) -> None:
        """Hear nothing."""


class Told(Protocol):
    """Hears of a message, and whether it arrives."""

    def __call__(self, route: Route, target: Target, item: Any, *, arrives: bool) -> None:
        """Hear of one message."""
        ...


@dataclass(eq=False, slots=True)
class Route:
    """A network edge from one process, or from one member of a cluster, to all that it may reach."""

    node: Node
    op: Network
    module: Module
    """who sends; what a member of a cluster sends arrives under its id"""
    targets: Sequence[Target]
    """by the number of the member"""
    turn: int = 0
    arrives: list[Callable[[Route, Target, Any], bool]] = field(
        default_factory=list[Callable[["Route", Target, Any], bool]]
    )
    """what says of a message on an edge that may lose whether it arrives"""
    told: list[Told] = field(default_factory=list["Told"])
    """who wants to know of each message"""

    def restart(self) -> None:
        """Begin anew with the first member."""
        self.turn = 0

    def __call__(self, items: Iterable[Any]) -> None:
        """Deliver elements, in their order."""
        for item in items:
            receivers, content = self._addressed(item)
            for target in receivers:
                self._put(target, content)

    def _addressed(self, item: Any) -> tuple[Sequence[Target], Any]:
        """Give who gets an element, and what of it."""
        match self.op.route:
            case "members":
                return self._named(*item), item[1]
            case "turns":
                self.turn += 1
                return (self.targets[(self.turn - 1) % len(self.targets)],), item
            case _:
                return self.targets, item

    def addressed(self, item: Any) -> tuple[Sequence[Target], Any]:
        """Give who gets an element, and what of it."""
        return self._addressed(item)

    def carried(self, item: Any) -> Any:
        """Give what arrives of an element: what is pickled can be written to there, as in a deployment."""
        return carried(item) if self.op.codec == "pickle" else received(item)

    def deliver(self, target: Target, item: Any) -> None:
        """Send to one of the targets."""
        self._put(target, item)

    def lose(self, target: Target, item: Any) -> None:
        """Take note that a message does not arrive, as one of the two ends is not there any more."""
        for tell in self.told:
            tell(self, target, item, arrives=False)

    def _named(self, member: Any, item: Any) -> Sequence[Target]:
        number = getattr(member, "raw_id", None)
        if isinstance(number, int) and 0 <= number < len(self.targets):
            self._require_own(member, item)
            return (self.targets[number],)
        raise self.stranger(member, item, len(self.targets))

    def stranger(self, member: Any, item: Any, count: int) -> GraphError:
        """Say that a member is not there."""
        there = f"the cluster has {count} members, numbered from 0"
        return GraphError(f"`demux` was given {shown(item)} for {shown(member)}, but {there}.\n  {self.node.site}")

    def _require_own(self, member: Any, item: Any) -> None:
        """Refuse an id that is known to be one of another cluster."""
        if member.tag not in ("_", tag_name(self.op.to.tag)):
            there = f"a member of another cluster, but sends to {self.op.to.title}"
            raise GraphError(f"`demux` was given {shown(item)} for {shown(member)}, {there}.\n  {self.node.site}")

    def _put(self, target: Target, item: Any) -> None:
        arrives = not self.arrives or self.arrives[0](self, target, item)
        for tell in self.told:
            tell(self, target, item, arrives=arrives)
        if arrives:
            sender, own = self.module.member, self.carried(item)
            target.take(own if sender is None else (sender, own))
