"""Processes and members that crash, come later, or start again, at moments that are chosen.

Before each step, before each element that the test sends is taken in, and where the flow is at rest, a fault may
strike; the plainest choice is that none does. A random search lets one strike rarely, so that it comes as well late as
early. Of a fault others may hear before the next step, and before the next element that the test sends.

Who crashes ends between two runs of what is at it. What is under way to it is lost. What it has sent arrives as
`fail_stop` says: at each receiver, by each edge, so much as it sent before some moment, and nothing after; at each
output that the test reads as well. So whoever may crash may have sent for the last time to one receiver while another
still hears of it; it is then bound to crash.
Others are told at any time after that it has left. Who comes later, or again, begins with nothing once all that live
have heard that it has joined; nobody sends to it before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hydro_nb.errors import SimulationFailure
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Node, Place
from hydro_nb.ir.ops.simulated import SimOutput
from hydro_nb.ir.ops.source import SourceMembers
from hydro_nb.sim.lives import Life, Link, Outlet
from hydro_nb.sim.routes import Route
from hydro_nb.sim.strikes import Arrival, Crash, News, Sent
from hydro_nb.sim.trace import shown
from hydro_nb.values import MemberId, MembershipEvent

if TYPE_CHECKING:
    from hydro_nb.sim.model import Model, Port
    from hydro_nb.sim.units import Happening, Module, Runner
    from hydro_nb.sim.world import World

__tracebackhide__ = True
"""pytest shows the frames of the user"""


@dataclass(frozen=True)
class Budget:
    """How many of a place may crash, join and start again in one execution."""

    crashes: int = 0
    joins: int = 0
    restarts: int = 0


class Faults:
    """What may go wrong with the processes and members of a model."""

    def __init__(self, model: Model, budgets: Mapping[int, Budget]) -> None:
        self.model = model
        self.budgets = {number: budget for number, budget in budgets.items() if budget != Budget()}
        self.world: World | None = None
        places = {place.slot: place for place in model.graph.places.values()}
        self.clusters = [place for place in places.values() if place.kind == "cluster" and place.number in model.sizes]
        self.first = {c.slot: model.sizes[c.number] - budgets.get(c.number, Budget()).joins for c in self.clusters}
        """how many members each cluster begins with"""
        self.lives = [self._life(module, module.written.place) for module in model.modules]
        self._endangered = [life for life in self.lives if life.place.number in self.budgets]
        self._by_module = {id(life.module): life for life in self.lives}
        self._spent: dict[tuple[int, str], int] = {}
        self._offered = False
        self.coming: deque[Sent] = deque()
        """what the test has sent and has not been taken in"""
        for runner in model.runners:
            self._watch(runner)
        for observer in model.observers:
            self.life_of(observer.runner).observers.append(observer)

    def _life(self, module: Module, place: Place) -> Life:
        return Life(self, module, place, module.member.raw_id if module.member else 0)

    def _watch(self, runner: Runner) -> None:
        """Stand between a unit and those it sends to."""
        life = self.life_of(runner)
        life.runners.append(runner)
        for part in runner.unit.parts.values():
            if isinstance(part.node.op, SourceMembers) and part.role == "whole":
                life.members.append((runner, part.name, part.node.op.cluster))
        for wire in runner.wires:
            if isinstance(wire.deliver, Route):
                link = Link(wire.deliver, life, [self.life_of(each.runner) for each in wire.deliver.targets])
                wire.deliver = link
                life.links.append(link)
        if life.place.number in self.budgets:
            self._watch_outputs(runner, life)

    def _watch_outputs(self, runner: Runner, life: Life) -> None:
        """Stand between a unit that may crash and the test."""
        for part in runner.unit.parts.values():
            if isinstance(part.node.op, SimOutput):
                source = runner.outputs[part.name]
                wire = next(wire for wire in runner.wires if wire.source is source)
                wire.deliver = outlet = Outlet(part.node, life, wire.deliver)
                life.outlets.append(outlet)

    def life_of(self, runner: Runner) -> Life:
        """Give whose unit it is."""
        return self._by_module[id(runner.module)]

    def start(self, world: World) -> None:
        """Begin an execution: all are there but those who come later."""
        self.world, self._offered = world, False
        self._spent.clear()
        self.coming.clear()
        for life in self.lives:
            life.epoch = 0
            life.state = "absent" if life.number >= self.first.get(life.place.slot, 1) else "running"
        for life in self.lives:
            if life.runs:
                life.begin(0)
            else:
                life.end("absent")
        for runner in self.model.ticks:
            if self.life_of(runner).runs:
                runner.open()

    # ------------------------------------------------------------ who is there

    def present(self, cluster: Place) -> set[int]:
        """Give the numbers of the members that are there, or about to begin."""
        return {life.number for life in self.lives if life.place == cluster and life.runs}

    def id(self, cluster: Place, number: int) -> MemberId[Any]:
        """Give the id of a member."""
        return self.model.members(cluster)[number]

    # ------------------------------------------------------------ what may happen

    @property
    def news(self) -> list[News]:
        """What somebody may hear next."""
        return [life.news[0] for life in self.lives if life.news]

    def rarely(self, ways: int) -> int:
        """Choose whether something goes wrong; 0 is that it does not."""
        if self.world is None:
            return 0
        chosen = self.world.rarely(ways)
        if self.world.recorder and not chosen:
            self.world.recorder.passed()
        return chosen

    def strike(self, world: World) -> bool:
        """Choose whether a fault strikes now, and which; says whether one does."""
        self._offered = False
        if not self._endangered:
            return False
        possible = self._possible()
        chosen = self.rarely(len(possible) + 1) if possible else 0
        if chosen:
            self._happen(possible[chosen - 1], world)
        return bool(chosen)

    def sent(self, port: Port, items: Iterable[Any]) -> None:
        """Have what the test sends wait until it is taken in, one element after the other."""
        life = self.life_of(self.model.senders[port][1])
        self.coming += [Sent(life, port, item, life.epoch if life.runs else None) for item in items]

    def go_on(self, world: World) -> None:
        """Take in the next of what the test has sent, unless a fault strikes or is heard of before."""
        sent, news = self.coming[0], self.news
        if sent.is_heard:
            if self.strike(world):
                return
            if chosen := world.choose(len(news) + 1) if news else 0:
                self._happen(news[chosen - 1], world, "before the test goes on")
                return
        self.coming.popleft()
        sent.take_in(world, news if sent.is_heard else [])

    def rest(self, world: World) -> bool:
        """Let who is bound to crash do so at the latest when all rests, or a fault strike; says whether one did."""
        doomed = next((life for life in self.lives if life.doomed and life.runs), None)
        if doomed:
            self._happen(Crash(doomed), world)
            return True
        if self._offered:
            return False
        struck = self.strike(world)
        self._offered = not struck
        return struck

    def _happen(self, event: Happening, world: World, chosen: str = "which need not have happened") -> None:
        if world.recorder:
            world.recorder.picked(event, [event], chosen)
        event.happen(world)

    def _possible(self) -> list[Happening]:
        possible: list[Happening] = [Crash(life) for life in self._endangered if life.runs and self.may_crash(life)]
        if any(life.state == "starting" for life in self._endangered):
            return possible
        for number, budget in self.budgets.items():
            if not (budget.joins or budget.restarts):
                continue
            mine = [life for life in self._endangered if life.place.number == number]
            absent = [life for life in mine if life.state == "absent"]
            possible += [Arrival(life) for life in absent[:1]]
            if self._left(number, "restarts", budget.restarts):
                possible += [Arrival(life) for life in mine if life.state == "gone" and not self._awaited(life)]
        return possible

    def _awaited(self, life: Life) -> bool:
        """Whether somebody has not heard yet that a member has left."""
        return any(news.life is life for each in self.lives for news in each.news)

    def may_crash(self, life: Life) -> bool:
        """Whether a process or member may crash, or is bound to."""
        budget = self.budgets.get(life.place.number)
        return life.doomed or (budget is not None and self._left(life.place.number, "crashes", budget.crashes))

    def doom(self, life: Life) -> None:
        """Count a crash, once for each life."""
        if not life.doomed:
            life.doomed = True
            self._spend(life, "crashes")

    def spend(self, life: Life) -> None:
        """Count a member that starts again; one that joins is one less that is absent."""
        if life.state == "gone":
            self._spend(life, "restarts")

    def _spend(self, life: Life, what: str) -> None:
        key = life.place.number, what
        self._spent[key] = self._spent.get(key, 0) + 1

    def _left(self, number: int, what: str, budget: int) -> bool:
        return self._spent.get((number, what), 0) < budget

    def announce(self, life: Life, event: MembershipEvent) -> None:
        """Let all that live hear of it: at any time after where that matters to them."""
        others = [other for other in self.lives if other is not life and other.runs]
        for other in others if life.place.kind == "cluster" else ():
            if other.looks_at(life.place, event):
                other.news.append(News(other, life, event))
            else:
                other.hear(life, event)
        self.begin_if_known()

    def begin_if_known(self) -> None:
        """Let those begin of whom all have heard."""
        for life in self.lives:
            if life.state == "starting" and not self._awaited(life):
                life.again(self.model.clock.now)

    def tell(self, node: Node, phrase: str) -> None:
        """Write down what was chosen."""
        if self.world and self.world.recorder:
            self.world.recorder.decided(node, phrase)


# ------------------------------------------------------------ what the user says


def place_of(graph: Graph, given: Any) -> Place:
    """Give the process or cluster that a user means by its handle, its marker or its name."""
    places = [place for place in graph.places.values() if place.kind in ("process", "cluster")]
    handle = given.place if getattr(getattr(given, "flow", None), "graph", None) is graph else None
    for place in places:
        if place == handle:
            return place
        if given is not None and given in (place.tag, graph.display_name(place)):
            return place
    names = ", ".join(f"`{graph.display_name(place)}`" for place in places)
    raise SimulationFailure(
        f"{shown(given)} was named in a simulation, but is no process or cluster of this flow; there are {names}."
    )


def cluster_of(graph: Graph, given: Any) -> Place:
    """Give the cluster that a user means."""
    place = place_of(graph, given)
    if place.kind != "cluster":
        raise SimulationFailure(f"process `{graph.display_name(place)}` has no members.\n  {place.site}")
    return place


def budget_of(graph: Graph, place: Place, numbers: Mapping[str, int]) -> Budget:
    """Check how much may go wrong with a place."""
    name = graph.display_name(place)
    for what, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise SimulationFailure(f"`with_faults` takes numbers from 0 on, but was given {what}={number!r}.")
    if place.kind == "process" and (numbers["joins"] or numbers["restarts"]):
        raise SimulationFailure(
            f"process `{name}` can crash, but only members of clusters come later or start again.\n  {place.site}"
        )
    if numbers["restarts"] > numbers["crashes"]:
        raise SimulationFailure(
            f"of `{name}` only who has crashed can start again, but there may be {numbers['restarts']} restarts after "
            f"{numbers['crashes']} crashes.\n  Say crashes={numbers['restarts']} or more."
        )
    return Budget(**numbers)
