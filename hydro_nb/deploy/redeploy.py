"""What deploying a flow again did to the processes of its deployment, in words, and when it has to begin all anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from hydro_nb.deploy.change import ENDED, Change, Laid
from hydro_nb.deploy.order import Order
from hydro_nb.deploy.plan import Program
from hydro_nb.deploy.policy import Policy
from hydro_nb.telemetry.state import DeploymentState
from hydro_nb.wire import location_of, member_of


class Recipe(Protocol):
    """A flow that was deployed, as it is now."""

    @property
    def graph(self) -> Any:
        """Its nodes."""
        ...

    def __call__(self, flow: Any, clusters: Mapping[Any, int] | None) -> tuple[Program, Mapping[int, int]]:
        """Give its program, or that of another flow, with the sizes of its clusters."""
        ...

    def keep(self) -> None:
        """Take what was asked for last for what is deployed."""
        ...


@dataclass(frozen=True)
class Redeployed:
    """What became of each process when a flow that runs was deployed again."""

    replaced: Mapping[str, str]
    """who was started anew, and what of it had changed"""
    kept: tuple[str, ...] = ()
    """who went on with all of its state"""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    whole: str = ""
    """why all processes were started anew, if they were"""

    def __str__(self) -> str:
        if self.whole:
            return f"all processes are new: {self.whole}"
        parts = [_started(names, why) for why, names in _by_reason(self.replaced)]
        parts += [f"{_brief(self.added)} added"] if self.added else []
        parts += [f"{_brief(self.removed)} removed"] if self.removed else []
        kept = f"{_brief(self.kept)} kept {'their' if len(self.kept) > 1 else 'its'} state" if self.kept else ""
        return "; ".join(filter(None, [*parts, kept] if parts else ["nothing changed", kept]))

    def __repr__(self) -> str:
        return f"<Redeployed {self}>"


class Wish(NamedTuple):
    """What a backend is to do with its processes."""

    change: Change
    policies: Mapping[int, Policy]
    timeout: float
    taken: Callable[[], object]
    """is called when the program has been taken over, and those that change have ended"""


def whole(found: Change, old: Laid, order: Order, state: DeploymentState) -> str:
    """Say why it is not possible to start some processes anew and keep the others; empty where it is."""
    if state.over:
        return "the deployment was over"
    moved = {*found.replaced, *found.removed, *found.added}
    if moved and order.backend == "inprocess":
        return "they all live in the kernel, as backend='inprocess' has it"
    groups = (*order.groups(old.program, old.peers), *order.groups(found.program, found.peers))
    shared = next((group for group in groups if len(group) > 1 and moved & {*group}), ())
    if not shared:
        return ""
    peers = {**old.peers, **found.peers}
    names = _brief([peers[peer].title(member_of(peer)) for peer in shared])
    return f"{names} share a process of the operating system, and not all of them are as they were"


def told(found: Change, old: Laid, why: str) -> Redeployed:
    """Give what was done by name."""

    def names(peers: Iterable[int], of: Mapping[int, Any]) -> tuple[str, ...]:
        return tuple(of[peer].title(member_of(peer)) for peer in peers)

    replaced = dict(zip(names(found.replaced, found.peers), found.replaced.values(), strict=True))
    added, removed = names(found.added, found.peers), names(found.removed, old.peers)
    return Redeployed(replaced, names(found.kept, found.peers), added, removed, why)


def places_of(peers: Iterable[int]) -> set[int]:
    """Give the numbers of the locations of some processes."""
    return {location_of(peer) for peer in peers}


def _started(names: str, why: str) -> str:
    return f"{names} {why}: started again" if why == ENDED else f"{names} changed ({why}): replaced"


def _by_reason(replaced: Mapping[str, str]) -> list[tuple[str, str]]:
    reasons = dict.fromkeys(replaced.values())
    return [(why, _brief([name for name, each in replaced.items() if each == why])) for why in reasons]


def _brief(names: Collection[str]) -> str:
    """Name processes, the members of a cluster together.

    >>> _brief(["Leader", "Worker/0", "Worker/1", "Worker/2"])
    'Leader, Worker/0 to Worker/2'
    """
    said: list[str] = []
    for _, each in groupby(names, lambda name: name.rpartition("/")[0] or name):
        some = [*each]
        said.append(f"{some[0]} to {some[-1]}" if len(some) > 2 else ", ".join(some))
    return ", ".join(said)
