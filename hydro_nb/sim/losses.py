"""An edge that may lose messages where a test decides which: they wait at the receiver, one decision for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hydro_nb.ir.node import Node, Order
from hydro_nb.sim.hooks import Hook
from hydro_nb.sim.routes import Route, Target
from hydro_nb.sim.trace import shown
from hydro_nb.values import MemberId


@dataclass(frozen=True, slots=True)
class Letter:
    """A message under way."""

    route: Held
    target: Target
    item: Any

    @property
    def sender(self) -> MemberId[Any] | None:
        """Which member of a cluster has sent it."""
        return self.route.module.member

    @property
    def content(self) -> Any:
        """What arrives: from members of a cluster under their id."""
        return self.item if self.sender is None else (self.sender, self.item)


class Loss(Hook):
    """What is under way to one receiver."""

    __slots__ = ("lost", "ordered")
    ordered: bool
    lost: list[Any]
    """the message that was lost last"""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self.ordered, self.lost = node.outputs[0].order is Order.TOTAL, []

    def waiting(self) -> list[Any]:
        """Give what would arrive."""
        return [letter.content for letter in self.pending]

    def end(self, index: int, *, arrives: bool) -> list[Any]:
        """Let a message arrive, or be lost."""
        letter: Letter = self.pending.pop(index)
        letter.route.tell(letter.target, letter.item, arrives=arrives)
        self.lost = [] if arrives else [letter.content]
        return [letter.content] if arrives else []

    def phrase(self, released: list[Any]) -> str:
        """Say what became of the message."""
        return f"delivering: {shown(released[0])}" if released else f"losing: {shown(self.lost[0])}"


@dataclass(eq=False, slots=True)
class Held(Route):
    """A network edge whose messages wait for what the test decides of them."""

    waits: Sequence[Hook] = field(default_factory=list[Hook])
    """by the number of the receiving member"""

    def tell(self, target: Target, item: Any, *, arrives: bool) -> None:
        """Tell whoever wants to know what became of a message."""
        for told in self.told:
            told(self, target, item, arrives=arrives)

    def _put(self, target: Target, item: Any) -> None:
        self.waits[list(self.targets).index(target)].take([Letter(self, target, self.carried(item))])
