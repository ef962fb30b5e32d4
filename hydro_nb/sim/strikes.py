"""What may happen to processes and members: they crash, come, and hear of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hydro_nb.ir.node import Node
from hydro_nb.values import MembershipEvent

if TYPE_CHECKING:
    from hydro_nb.sim.lives import Life
    from hydro_nb.sim.model import Port
    from hydro_nb.sim.units import EventKind, Module
    from hydro_nb.sim.world import World


@dataclass(frozen=True, eq=False)
class Sent:
    """An element that the test has sent to a process or member as it was then, and that is not taken in yet."""

    life: Life
    port: Port
    item: Any
    epoch: int | None
    """in which of its lives it was; none where it was not there"""

    @property
    def is_heard(self) -> bool:
        """Whether it is there still, and has not begun anew meanwhile."""
        return self.life.runs and self.life.epoch == self.epoch

    def take_in(self, world: World, later: Sequence[News]) -> None:
        """Have it read in the next run, before somebody hears what there is to hear later."""
        inputs, runner = world.model.senders[self.port]
        if world.recorder:
            world.recorder.fed(self.port, [self.item], runner, heard=self.is_heard)
            if later:
                world.recorder.went_before(later)
        if self.is_heard:
            inputs.append(self.item)
            runner.due = True


class Fault:
    """Something that happens to a process or member, in its lane."""

    life: Life
    kind: EventKind = "fault"
    node: Node | None = None

    @property
    def module(self) -> Module:
        """Whose lane it is in."""
        return self.life.module


@dataclass(frozen=True, eq=False)
class Crash(Fault):
    """A process or member ends."""

    life: Life

    @property
    def title(self) -> str:
        """Say who crashes."""
        return f"{self.life.name} crashes"

    def happen(self, world: World) -> None:  # noqa: ARG002 - as all that may happen
        """Lose what it has, and let the others hear of it."""
        life = self.life
        life.faults.doom(life)
        life.end("gone")
        life.faults.announce(life, MembershipEvent.LEFT)


@dataclass(frozen=True, eq=False)
class Arrival(Fault):
    """A member comes later, or again."""

    life: Life

    @property
    def title(self) -> str:
        """Say who comes."""
        return f"{self.life.name} {'joins' if self.life.state == 'absent' else 'starts again'}"

    def happen(self, world: World) -> None:  # noqa: ARG002 - as all that may happen
        """Let the others hear of it; it begins when they have."""
        life = self.life
        life.faults.spend(life)
        life.state = "starting"
        life.faults.announce(life, MembershipEvent.JOINED)


@dataclass(frozen=True, eq=False)
class News(Fault):
    """Somebody hears that a member has joined or left."""

    listener: Life
    life: Life
    event: MembershipEvent

    @property
    def module(self) -> Module:
        """Whose lane it is in."""
        return self.listener.module

    @property
    def title(self) -> str:
        """Say who hears what."""
        return f"{self.listener.name} hears that {self.life.name} has {self.event.value}"

    def happen(self, world: World) -> None:  # noqa: ARG002 - as all that may happen
        """Tell it; the last of those who have to know lets a member begin."""
        self.listener.news.popleft()
        self.listener.hear(self.life, self.event)
        self.life.faults.begin_if_known()
