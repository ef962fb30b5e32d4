"""Processes and members that may end and begin, and the edges between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from hydro_nb.ir.node import Node, Place
from hydro_nb.sim.routes import Route, Target
from hydro_nb.values import MembershipEvent

if TYPE_CHECKING:
    from hydro_nb.sim.faults import Faults
    from hydro_nb.sim.strikes import News
    from hydro_nb.sim.units import Module, Observer, Runner

__tracebackhide__ = True
"""pytest shows the frames of the user"""
State = Literal["absent", "starting", "running", "gone"]


class Life:
    """A process, or a member of a cluster, which may end and begin."""

    def __init__(self, faults: Faults, module: Module, place: Place, number: int) -> None:
        self.faults, self.module, self.place, self.number = faults, module, place, number
        self.runners: list[Runner] = []
        self.observers: list[Observer] = []
        self.links: list[Link] = []
        self.outlets: list[Outlet] = []
        self.members: list[tuple[Runner, str, Place]] = []
        """the inputs that hear who is in a cluster"""
        self.state: State = "running"
        self.epoch = 0
        self.doomed = False
        """whether it is bound to crash, as something that it sent is lost"""
        self.news: deque[News] = deque()
        """what it will be told of others"""
        self.known: dict[str, set[int]] = {}
        """who is in each cluster, as far as it was told"""
        self.early: list[tuple[Route, Target, Any]] = []
        """what is sent to it before it begins"""

    @property
    def name(self) -> str:
        """The name of the process or member."""
        return self.module.name

    @property
    def runs(self) -> bool:
        """Whether it is there."""
        return self.state == "running"

    def begin(self, now: int) -> None:
        """Begin with nothing but what is there at the start."""
        self.state, self.doomed = "running", False
        self.news.clear()
        self.known = {place.slot: self.faults.present(place) for place in self.faults.clusters}
        for runner in self.runners:
            runner.restart()
        for runner, name, cluster in self.members:
            there = sorted(self.known[cluster.slot])
            runner.inputs[name][:] = [(self.faults.id(cluster, each), MembershipEvent.JOINED) for each in there]
        for observer in self.observers:
            observer.hook.reset()
        for each in (*self.links, *self.outlets):
            each.begin()
        for alarm in self.faults.model.clock.alarms:
            if alarm.runner.module is self.module:
                alarm.start(now)
                alarm.off = False

    def again(self, now: int) -> None:
        """Begin once more, or later than the others."""
        self.epoch += 1
        self.module.restart()
        self.begin(now)
        for runner in self.runners:
            if runner.is_tick:
                runner.open()
        for route, target, content in self.early:
            route.deliver(target, content)
        self.early.clear()

    def end(self, state: State) -> None:
        """Forget all; nothing of it runs any more."""
        self.state = state
        self.news.clear()
        self.early.clear()
        for runner in self.runners:
            runner.restart()
            runner.due = False
            for items in runner.inputs.values():
                items.clear()
        for observer in self.observers:
            observer.hook.reset()
        for alarm in self.faults.model.clock.alarms:
            if alarm.runner.module is self.module:
                alarm.stop()

    def hear(self, other: Life, event: MembershipEvent) -> None:
        """Take note that a member has joined or left."""
        known = self.known[other.place.slot]
        (known.add if event is MembershipEvent.JOINED else known.discard)(other.number)
        for runner, name, cluster in self.members:
            if cluster == other.place:
                runner.inputs[name].append((self.faults.id(cluster, other.number), event))
                runner.due = True

    def losing(self, count: int, node: Node, what: str) -> int:
        """Choose how much of what it has sent last is lost, as it will crash; `what` says what that means."""
        if not self.faults.may_crash(self):
            return 0
        lost = self.faults.rarely(count + 1)
        if lost:
            self.faults.doom(self)
            self.faults.tell(node, f"{self.name} will crash, and {what}")
        return lost

    def looks_at(self, cluster: Place, event: MembershipEvent) -> bool:
        """Whether it matters to it when it is told that a member of a cluster has joined or left."""
        matters = ("all", "turns") if event is MembershipEvent.JOINED else ("turns",)  # to who is gone all is lost
        return any(place == cluster for _, _, place in self.members) or any(
            link.route.op.to == cluster and link.route.op.route in matters for link in self.links
        )


class Link:
    """A network edge from one process or member to others that may not be there, or from one that may crash."""

    def __init__(self, route: Route, sender: Life, receivers: Sequence[Life]) -> None:
        self.route, self.sender, self.receivers = route, sender, receivers
        self._cut: dict[int, int] = {}
        """receivers that hear no more of the sender, with the life in which that was so"""
        self._met: list[int] = []
        """in which of its lives each receiver was when the sender began"""
        self._turn = 0

    def begin(self) -> None:
        """Begin anew."""
        self._cut.clear()
        self._met = [receiver.epoch for receiver in self.receivers]
        self._turn = 0

    def __call__(self, items: Iterable[Any]) -> None:
        """Deliver elements to those who are there, in their order."""
        sent: dict[int, list[Any]] = {}
        for item in items:
            receivers, content = self._addressed(item)
            for number in receivers:
                sent.setdefault(number, []).append(content)
        for number, contents in sent.items():
            self._send(number, contents)

    def _addressed(self, item: Any) -> tuple[Iterable[int], Any]:
        """Give the numbers of those who get an element, and what of it."""
        op = self.route.op
        known = self.sender.known.get(op.to.slot, {0})
        match op.route:
            case "members":
                (target,), content = self.route.addressed(item)
                return (self._joined(list(self.route.targets).index(target), *item),), content
            case "turns":
                self._turn += 1
                there = sorted(known) or [0]
                return (there[(self._turn - 1) % len(there)],), item
            case "closed":
                first = self.sender.faults.first[op.to.slot]
                return [n for n in range(first) if self.receivers[n].epoch == self._met[n]], item
            case _:
                return sorted(known), item

    def _joined(self, number: int, member: Any, item: Any) -> int:
        """Refuse who has never been there."""
        if self.receivers[number].state == "absent":
            raise self.route.stranger(member, item, len(self.sender.known[self.route.op.to.slot]))
        return number

    def _send(self, number: int, contents: list[Any]) -> None:
        receiver, target = self.receivers[number], self.route.targets[number]
        if receiver.state == "starting":
            receiver.early += [(self.route, target, self.route.carried(content)) for content in contents]
            return
        arrive = self._arriving(number, receiver, len(contents)) if receiver.runs else 0
        for content in contents[:arrive]:
            self.route.deliver(target, content)
        for content in contents[arrive:]:
            self.route.lose(target, content)

    def _arriving(self, number: int, receiver: Life, count: int) -> int:
        """Choose how many arrive of so many elements."""
        if self._cut.get(number, -1) == receiver.epoch:
            return 0
        if receiver is self.sender:
            return count
        lost = self.sender.losing(count, self.route.node, f"{receiver.name} hears no more of it")
        if lost:
            self._cut[number] = receiver.epoch
        return count - lost


class Outlet:
    """What one process or member gives to a test; who crashes may have given less to it than it has sent elsewhere."""

    def __init__(self, node: Node, sender: Life, deliver: Callable[[Sequence[Any]], None]) -> None:
        self.node, self.sender, self._deliver = node, sender, deliver
        self._cut = False

    def begin(self) -> None:
        """Begin anew."""
        self._cut = False

    def __call__(self, items: Iterable[Any]) -> None:
        """Give elements, in their order, as long as it does not crash before."""
        if self._cut:
            return
        given = list(items)
        what = f"nothing more of it comes to {f'`{name}`' if (name := self.node.site.name) else 'the test'}"
        lost = self.sender.losing(len(given), self.node, what)
        self._cut = bool(lost)
        self._deliver(given[: len(given) - lost])
