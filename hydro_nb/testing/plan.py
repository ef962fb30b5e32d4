"""A random plan of faults on purpose: what is done to whom and when, the same for the same seed and the same flow."""

from __future__ import annotations

import heapq
import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from hydro_nb.deploy.io import hydro_io
from hydro_nb.errors import DeployError
from hydro_nb.wire import ChannelSpec, location_of, member_of

if TYPE_CHECKING:
    from hydro_nb.deploy import Deployment
    from hydro_nb.telemetry.state import ProcessRow

Kind: TypeAlias = Literal["pause", "cut", "delay", "drop", "restart", "kill"]
KINDS: tuple[Kind, ...] = ("pause", "cut", "delay", "drop", "restart", "kill")
HARMLESS: tuple[Kind, ...] = ("pause", "cut", "delay", "drop")
"""Those after which a flow still has to keep its promises to the full."""

LONGEST = 1.0
"""Seconds that a fault lasts at most: a cut is healed long before channels end."""
DELAYS = (0.001, 0.1)
RATES = (0.05, 0.5)

Deed = tuple[float, str]
"""Seconds since the start, and what is done: as is written after `%hydro`, such as `cut Leader Worker/1`."""


class Targets(NamedTuple):
    """Whom a plan may strike."""

    processes: list[str]
    members: list[str]
    """those of them that are members of clusters, and so may be started again"""
    edges: list[tuple[ChannelSpec, list[str], list[str]]]
    """each with the names of those who send and of those who receive"""
    together: dict[str, set[str]]
    """of each process those that share its OS process, itself too, and so end with it"""

    @classmethod
    def of(cls, deployment: Deployment) -> Targets:
        """Give those of a deployment."""
        rows = deployment.snapshot().processes
        places = {place.id: place for place in deployment.program.locations}
        names = {each: _names(rows, each) for each in places}
        edges = [(edge, names[edge.sender], names[edge.receiver]) for edge in deployment.program.channels]
        members = [row.name for peer, row in rows.items() if places[location_of(peer)].kind == "cluster"]
        together = {row.name: {each.name for each in rows.values() if _are_one(row, each)} for row in rows.values()}
        return cls([*together], members, [edge for edge in edges if _links(*edge[1:])], together)

    def lossy(self) -> Targets:
        """Give those where elements may be lost."""
        return self._replace(edges=[edge for edge in self.edges if edge[0].policy != "fail_stop"])


def _are_one(row: ProcessRow, other: ProcessRow) -> bool:
    """Whether one signal ends both; those in the kernel itself are ended one by one."""
    return row is other or (row.pid == other.pid and row.pid != os.getpid())


def _names(rows: dict[int, ProcessRow], location: int) -> list[str]:
    mine = sorted((member_of(peer), row.name) for peer, row in rows.items() if location_of(peer) == location)
    return [name for _, name in mine]


def _links(senders: list[str], receivers: list[str]) -> bool:
    """Whether there are two processes that an edge is between; a client outside has none."""
    return bool(senders and receivers) and (senders != receivers or len(senders) > 1)


class Plan:
    """Gives one deed after the other, each fault with the deed that ends it; killing alone comes to an end."""

    def __init__(self, targets: Targets, seed: int, kinds: Sequence[Kind], mean_seconds: float) -> None:
        self._targets = targets
        self._random = Random(seed)  # noqa: S311 - it has to give the same again
        self._kinds: list[Kind] = [kind for kind in kinds if _possible(kind, targets)]
        self._mean = mean_seconds
        self._ends: list[tuple[float, str]] = []
        self._alive = [*targets.processes]
        if not self._kinds:
            raise DeployError(
                f"no fault of the kinds {', '.join(kinds)} can strike this flow: "
                f"`cut` and `delay` need two processes with a channel between them, `drop` one that may lose elements, "
                f"`restart` a member of a cluster, `kill` two processes"
            )

    def __iter__(self) -> Iterator[Deed]:
        now = 0.0
        while self._kinds != ["kill"] or self._victims():
            now += self._random.expovariate(1 / self._mean)
            while self._ends and self._ends[0][0] <= now:
                yield heapq.heappop(self._ends)
            for what in self._next(now):
                yield now, what

    def _next(self, now: float) -> list[str]:
        kind = self._random.choice(self._kinds)
        lasting = min(self._random.expovariate(1 / self._mean), LONGEST)
        match kind:
            case "pause":
                what, end = self._pause()
            case "cut":
                what, end = self._cut()
            case "delay":
                what, end = self._delay()
            case "drop":
                what, end = self._drop()
            case "restart":
                return self._restart()
            case "kill":
                return self._kill()
        if not any(end == other for _, other in self._ends):
            heapq.heappush(self._ends, (now + lasting, end))
            return [what]
        return []

    def _pause(self) -> tuple[str, str]:
        name = self._random.choice(self._targets.processes)
        return command("pause", name), command("resume", name)

    def _cut(self) -> tuple[str, str]:
        sender, receiver = sorted(self._link(self._targets))
        return command("cut", sender, receiver), command("heal", sender, receiver)

    def _delay(self) -> tuple[str, str]:
        sender, receiver = self._link(self._targets)
        seconds = round(self._random.uniform(*DELAYS), 4)
        return command("delay", sender, receiver, seconds), command("delay", sender, receiver, 0)

    def _drop(self) -> tuple[str, str]:
        sender, receiver = self._link(self._targets.lossy())
        rate, seed = round(self._random.uniform(*RATES), 3), self._random.randrange(1 << 31)
        return command("drop", sender, receiver, rate, "--seed", seed), command("drop", sender, receiver, 0)

    def _restart(self) -> list[str]:
        """Start a member again; first all go on that are paused or cut off, as they have to meet it."""
        waiting = sorted(each for each in self._ends if each[1].startswith(("resume ", "heal ")))
        self._ends = [each for each in self._ends if each not in waiting]
        heapq.heapify(self._ends)
        name = self._random.choice(self._targets.members)
        if name not in self._alive:
            self._alive.append(name)
        return [*(what for _, what in waiting), command("restart", name)]

    def _kill(self) -> list[str]:
        """Kill a process, but not the last one."""
        victims = self._victims()
        if not victims:
            return []
        name = self._random.choice(victims)
        self._alive = [each for each in self._alive if each not in self._targets.together[name]]
        return [command("kill", name)]

    def _victims(self) -> list[str]:
        """Give those whose end leaves somebody."""
        return sorted(name for name in self._alive if set(self._alive) - self._targets.together[name])

    def _link(self, targets: Targets) -> tuple[str, str]:
        _, senders, receivers = self._random.choice(targets.edges)
        while True:
            sender, receiver = self._random.choice(senders), self._random.choice(receivers)
            if sender != receiver:
                return sender, receiver


def _possible(kind: Kind, targets: Targets) -> bool:
    match kind:
        case "pause":
            return True
        case "cut" | "delay":
            return bool(targets.edges)
        case "drop":
            return bool(targets.lossy().edges)
        case "restart":
            return bool(targets.members)
        case "kill":
            return any(set(targets.processes) - together for together in targets.together.values())


def command(*words: object) -> str:
    """Write what is done as a line, names with spaces quoted.

    >>> command("cut", "process 1", "Worker/2")
    "cut 'process 1' Worker/2"
    """
    return shlex.join(map(str, words))


class Act(NamedTuple):
    """What a line says."""

    call: str
    names: tuple[str, ...]
    given: tuple[float, ...] = ()


def act_of(what: object) -> Act:
    """Read a line.

    >>> act_of("drop A 'process 1' 0.1 --seed 7")
    Act(call='drop', names=('A', 'process 1'), given=(0.1, 7))
    """
    with suppress(ValueError):
        match shlex.split(what) if isinstance(what, str) else []:
            case ["pause" | "resume" | "restart" | "kill" as call, name]:
                return Act(call, (name,))
            case ["cut" | "heal" as call, first, last]:
                return Act(call, (first, last))
            case ["delay" | "drop" as call, first, last, number]:
                return Act(call, (first, last), (float(number),))
            case ["drop", first, last, rate, "--seed", seed]:
                return Act("drop", (first, last), (float(rate), int(seed)))
            case _:
                pass
    raise DeployError(f"{what!r} is nothing that chaos does; a line is such as 'pause Leader' or 'delay A B 0.1'")


def carry_out(deployment: Deployment, what: str) -> None:
    """Do what a line says."""
    act = act_of(what)
    call = partial(getattr(deployment, act.call), *act.names, *act.given)
    if act.call in ("cut", "heal", "delay", "drop"):
        # in that thread nobody waits for who is busy, and a cut is healed in time whoever is
        hydro_io().call(call)
    else:
        call()


def checked(replay: Iterable[Deed], known: Sequence[str]) -> list[Deed]:
    """Refuse a log that cannot be done to these processes: what cannot be read, and names of nobody."""
    deeds: list[Deed] = []
    for entry in replay:
        match entry:
            case (int() | float() as seconds, what):
                unknown = [name for name in act_of(what).names if name not in known]
            case _:
                raise DeployError(f"replay takes pairs such as (0.5, 'pause Leader'), as in `log`; not {entry!r}")
        if unknown:
            there = ", ".join(f"`{name}`" for name in known)
            raise DeployError(f"replay: no process is called `{unknown[0]}`, as {what!r} says; there are {there}")
        deeds.append((seconds, what))
    return deeds
