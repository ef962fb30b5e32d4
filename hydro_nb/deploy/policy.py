"""Which processes start again by themselves, and how often."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from hydro_nb.deploy.named import Named, Roster
from hydro_nb.errors import DeployError
from hydro_nb.wire import LocationProgram


class Policy(NamedTuple):
    """When the processes of a location start again."""

    when: Literal["on_failure", "always"]
    why: str
    """why that is right, in the user's words"""
    at_most: int
    within: float


class Verdict(NamedTuple):
    """Whether a process that has ended starts again, and what is said of that."""

    returns: bool = False
    sequel: str = ""


def policies_of(
    given: Policy | Mapping[Named, Policy] | None,
    peers: Mapping[int, LocationProgram],
    places: Sequence[LocationProgram],
) -> dict[int, Policy]:
    """Give the policy of each peer that has one: the same of all, or of those that are named."""
    if given is None or isinstance(given, Policy):
        return dict.fromkeys(peers, given) if given else {}
    roster = Roster(peers, places)
    try:
        return {peer: policy for named, policy in given.items() for peer in roster.peers(named)}
    except DeployError as error:
        raise DeployError(f"`restart` names who cannot start again: {error}") from None


class Policies:
    """Says of each process that has ended whether it starts again, and remembers how often it did."""

    def __init__(self, given: Mapping[int, Policy], now: Callable[[], float] = time.monotonic) -> None:
        self._given = given
        """by peer"""
        self._now = now
        self._returns: defaultdict[int, deque[float]] = defaultdict(deque)

    def verdict(self, peer: int, *, on_purpose: bool = False) -> Verdict:
        """Say whether a process starts again; if so, it is counted."""
        policy = self._given.get(peer)
        if policy is None or (on_purpose and policy.when != "always"):
            return Verdict()
        times = self._recent(peer, policy)
        span = f"within {policy.within:g} seconds"
        if len(times) >= policy.at_most:
            count = "once" if policy.at_most == 1 else f"{policy.at_most} times"
            return Verdict(sequel=f"it is not started again: it was, {count} {span}, and its policy allows no more")
        times.append(self._now())
        return Verdict(returns=True, sequel=f"it is started again ({len(times)} of at most {policy.at_most} {span})")

    def _recent(self, peer: int, policy: Policy) -> deque[float]:
        times = self._returns[peer]
        while times and self._now() - times[0] > policy.within:
            times.popleft()
        return times
