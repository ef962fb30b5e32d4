"""What a test decides itself, through its hooks: the choices at their places are not explored.

Decisions come in groups, each for one run of a tick or for one element outside ticks. There is one group at a time; the
next decision waits until it has come about. What a place holds without a decision is an error, unless it is paused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from hydro_nb.errors import Site
from hydro_nb.ir.node import Bound, Node
from hydro_nb.lang.sim_execution import Decision
from hydro_nb.sim import undecided
from hydro_nb.sim.desk import MismatchError, offered
from hydro_nb.sim.hooks import Choose, Hook, Version
from hydro_nb.sim.orders import ORDERS
from hydro_nb.sim.spot import Scripted, Spot, Target
from hydro_nb.sim.trace import shown
from hydro_nb.sim.units import Runner
from hydro_nb.values import MemberId, self_id

if TYPE_CHECKING:
    from hydro_nb.sim.model import Model
    from hydro_nb.sim.observe import Arrangement

__tracebackhide__ = True
"""pytest shows the frames of the user"""
E = TypeVar("E")


@dataclass(slots=True)
class Group:
    """Decisions for one run of a tick, or for one element outside ticks."""

    target: Target
    spots: list[Spot] = field(default_factory=list[Spot])
    sealed: bool = False
    """whether something has run since, so that what is decided now is for the next run"""


class Script:
    """What has been decided in one execution; `strict`: all that may be chosen has to be."""

    def __init__(self, model: Model, *, strict: bool) -> None:
        self._model, self._strict = model, strict
        self._spots = model.spots
        self._group: Group | None = None
        self.told = False
        """whether the test has been told that its script cannot come about"""
        for spot in self._spots.values():
            spot.reset()

    # ------------------------------------------------------------ what hooks ask

    @property
    def outstanding(self) -> bool:
        """Whether something was decided that has not come about."""
        return self._group is not None

    def place(self, slot: str, member: int | None, site: Site) -> Spot:
        """Give the place that a hook is bound to."""
        found = self._spots.get((slot, member or 0))
        of_member = found is not None and found.runner.module.member is not None
        if found is None or of_member != (member is not None):
            here = [spot for (own, _), spot in self._spots.items() if own == slot]
            raise undecided.elsewhere(self._model.graph, here, slot, member, site)
        return found

    def decide(self, slot: str, member: int | None, decision: Decision) -> bool:
        """Take a decision on, or say that its turn has not come."""
        spot = self.place(slot, member, decision.site)
        if decision.verb not in spot.words:
            raise undecided.misplaced(spot, decision)
        group = self._group = self._group or Group(spot.target)
        if group.target is not spot.target or group.sealed or spot in group.spots:
            return False
        group.spots.append(spot)
        spot.decision, spot.held = decision, spot.always
        return True

    def stuck(self) -> str:
        """Say of what was decided, and cannot come about any more, why."""
        self.told = True
        return undecided.stuck(self._group.target, self._group.spots) if self._group else ""

    # ------------------------------------------------------------ what the world asks

    def scan(self) -> None:
        """Raise where something waits for a choice that nobody makes; called before anything may run."""
        if self._group:
            self._group.sealed = True
        for spot in self._spots.values():
            if spot.decision is None and not spot.held and spot.waiting():
                raise undecided.forgotten(spot, spot.described())
        if self._strict:
            for hook, runner in _unscripted(self._model):
                raise undecided.unbound(hook.node, runner, offered(hook))

    def allowed(self, ready: list[E]) -> list[E]:
        """Leave out what runs by the test's word alone, where every choice is scripted."""
        if not self._strict:
            return ready
        target = self._group.target if self._group else None
        return [each for each in ready if each is target or not self._is_scripted(each)][:1]

    def ran(self, target: Target) -> None:
        """Take note that a tick has run, or that an element was taken."""
        if self._group is None or self._group.target is not target:
            return
        for spot in self._group.spots:
            if spot.desk is None and spot.decision:
                raise spot.never("the tick has run, and nothing came there")
            spot.decision = None
        self._group = None

    def arranged(self, arrangement: Arrangement, items: list[Any], choose: Choose) -> list[Any]:
        """Put what comes in one run of a tick into the order that was decided."""
        spot = self._at(arrangement)
        if spot is None:
            return arrangement.arrange(items, self._strictly(arrangement.node, items) if self._strict else choose)
        if spot.decision is None:
            return arrangement.arrange(items, _sole(lambda: undecided.forgotten(spot, undecided.came(spot, items))))
        try:
            ordered = ORDERS[arrangement.arrange](items, list(spot.decision.arguments[0]))
        except MismatchError as mismatch:
            raise spot.never(f"{mismatch}, of {shown(items)}") from None
        spot.decision = None
        return ordered

    def require_sure(self, node: Node, runner: Runner, item: Any) -> None:
        """Raise where a message may be lost and every choice is to be scripted."""
        if self._strict:
            raise undecided.unbound(node, runner, [item])

    # ------------------------------------------------------------ plumbing

    def _at(self, arrangement: Arrangement) -> Spot | None:
        slot, member = self._model.scripted_orders.get(arrangement), self_id()
        return self._spots.get((slot, member.raw_id if type(member) is MemberId else 0)) if slot else None

    def _is_scripted(self, each: object) -> bool:
        return any(spot.target is each for spot in self._spots.values())

    def _strictly(self, node: Node, items: list[Any]) -> Choose:
        runner = next(runner for runner in self._model.runners if node.slot in runner.unit.parts)
        return _sole(lambda: undecided.unbound(node, runner, items))


def _unscripted(model: Model) -> Iterator[tuple[Hook, Runner]]:
    """Find what has come to a place of choice that no hook is bound to."""
    for runner in model.ticks:
        for hook in runner.hooks.values():
            if hook.pending and not isinstance(hook, Scripted) and _is_open(hook):
                yield hook, runner
    for observer in model.observers:
        if observer.hook.pending and not isinstance(observer.hook, Scripted):
            yield observer.hook, observer.runner


def _is_open(hook: Hook) -> bool:
    """Whether more than one thing may be seen there: a value that never changes is seen as it is."""
    constant = isinstance(hook, Version) and hook.node.input_kinds[0].bound is Bound.BOUNDED
    return not constant and bool(getattr(hook.node.op, "reason", ""))


def _sole(error: Callable[[], Exception]) -> Choose:
    """Give what chooses where there is one way alone, and raises elsewhere."""

    def choose(ways: int) -> int:
        if ways > 1:
            raise error()
        return 0

    return choose
