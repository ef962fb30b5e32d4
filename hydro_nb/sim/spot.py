"""A place of choice where a test decides: what it has decided there, and what the world sees of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hydro_nb.errors import SimulationFailure
from hydro_nb.ir.hooked import HookName
from hydro_nb.ir.node import Node
from hydro_nb.lang.sim_execution import Decision
from hydro_nb.lang.sim_ports import ScriptError
from hydro_nb.sim.desk import Desk, MismatchError, Taken, Verb, offered
from hydro_nb.sim.hooks import Choose, Hook, Version
from hydro_nb.sim.orders import order_verb
from hydro_nb.sim.trace import shown
from hydro_nb.sim.units import Observer, Runner
from hydro_nb.sim.verbs import words_of

Target = Runner | Observer


@dataclass(eq=False, slots=True)
class Spot:
    """One place of choice of a process or member whose hook a test holds."""

    name: HookName
    node: Node
    runner: Runner
    target: Target
    """what runs when it has decided"""
    desk: Desk | None = None
    """what is chosen from; nothing where all that comes in one run of a tick is put into order"""
    decision: Decision | None = None
    held: bool = False
    always: bool = False

    def reset(self) -> None:
        """Begin anew."""
        self.decision, self.held, self.always = None, False, False
        if self.desk:
            self.desk.reset()

    @property
    def short(self) -> str:
        """What the user calls the hook."""
        return self.name.name or "hook"

    @property
    def verbs(self) -> dict[str, Verb]:
        """What may be decided here."""
        return words_of(self.desk.core) if self.desk else {}

    @property
    def words(self) -> list[str]:
        """The names of what may be decided here."""
        return list(self.verbs) or [order_verb(self.node)]

    def outcome(self) -> Taken | None:
        """Give what the decision lets through, if all that it names is there."""
        if self.decision is None or self.desk is None:
            return None
        try:
            return self.verbs[self.decision.verb](self.desk, *self.decision.arguments)
        except MismatchError as mismatch:
            raise self.never(str(mismatch)) from None

    def never(self, why: str) -> ScriptError:
        """Say that what was decided cannot be."""
        where = self.decision.site if self.decision else self.node.site
        return ScriptError(
            f"`{self.short}.{self.decision}` cannot be: {why}.\n  {where}\n  {self.described()}\n  {self.node.site}"
        )

    # ------------------------------------------------------------ what a hook does

    def pause(self, *, always: bool = False) -> None:
        """Let it hold what comes."""
        if self.desk is None:
            raise SimulationFailure(
                f"{self.name.title} cannot be paused: `{self.node.op.label}` takes what comes in one run of a tick.\n"
                f"  {self.node.site}"
            )
        self.held, self.always = True, self.always or always

    def resume(self, *, wholly: bool) -> None:
        """Let what it holds count again."""
        self.always = self.always and not wholly
        self.held = self.always

    def waiting(self) -> list[Any]:
        """Give what it holds."""
        return offered(self.desk.core) if self.desk else []

    def described(self) -> str:
        """Say where it is and what it holds."""
        items = self.waiting()
        holds = f"holds {len(items)}: {shown(items)}" if items else "holds nothing"
        return f"{self.name.title} of `{self.node.op.label}` on {self.runner.module.name} {holds}"


class Scripted(Hook):
    """A place of choice where the test chooses."""

    __slots__ = ("core", "spot")
    core: Hook
    spot: Spot

    def __init__(self, core: Hook, spot: Spot) -> None:
        super().__init__(core.node, core.pending)
        self.core, self.spot = core, spot

    def reset(self) -> None:
        """Start anew."""
        self.core.reset()
        self.spot.reset()

    def take(self, items: Any) -> None:
        """Hold what has come."""
        self.core.take(items)

    @property
    def left(self) -> int:
        """How much is held."""
        return self.core.left

    def waiting(self) -> list[Any]:
        """Give what is held, as a reader would see it."""
        return self.core.waiting()

    def movable(self) -> bool:
        """Whether something was decided that can be had, and lets something through."""
        taken = self.spot.outcome()
        return taken is not None and taken.moves

    def possible(self) -> bool:
        """Whether what was decided can be had; where nothing was, whether there is anything to show again."""
        if self.spot.decision:
            return self.spot.outcome() is not None
        return not isinstance(self.core, Version) or self.core.started

    def decide(self, choose: Choose, *, must: bool) -> tuple[list[Any], bool]:  # noqa: ARG002 - the test has chosen
        """Let through what was decided."""
        taken = self.spot.outcome()
        return (taken.take(), taken.moves) if taken else ([], False)

    def phrase(self, released: list[Any]) -> str:
        """Say that the test has chosen."""
        return f"{self.core.phrase(released)} (scripted)"
