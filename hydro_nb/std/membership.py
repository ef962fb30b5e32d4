"""Who is there: members and clients as a table that changes as they come and go."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypeVar

from hydro_nb.lang.guarantees import MonotonicKeys, TotalOrder, Unbounded
from hydro_nb.lang.keyed_singleton import KeyedSingleton
from hydro_nb.lang.keyed_stream import KeyedStream
from hydro_nb.lang.nondet import proof
from hydro_nb.lang.place import Location
from hydro_nb.values import MembershipEvent

__all__ = ["track_membership"]

K = TypeVar("K", default=Any)
L = TypeVar("L", bound=Location, default=Any)


def track_membership(
    events: KeyedStream[K, MembershipEvent, L, Unbounded, TotalOrder, Any],
) -> KeyedSingleton[K, bool, L, MonotonicKeys]:
    """Tell of each member that was ever there whether it is there now.

    >>> from hydro_nb.std.membership import track_membership
    >>> leader = FlowBuilder().process()
    >>> joined, left = MembershipEvent.Joined, MembershipEvent.Left
    >>> events = leader.source_iter([(1, joined), (2, joined), (1, left)]).weaken_boundedness()
    >>> there = track_membership(events.into_keyed())
    >>> sorted(there.snapshot(leader.tick(), nondet("shown only")).entries().all_ticks().preview().rows)
    [(1, False), (2, True)]

    Events are `MembershipEvent.Joined` and `MembershipEvent.Left`, of `source_cluster_membership_stream` or of the
    clients of a port. Keys are added and never removed, so that whoever has left is known as gone;
    `.filter(lambda there: there)` on a snapshot gives who is there. An event that comes again does no harm.
    """
    present = events.make_totally_ordered().map(lambda event: event is MembershipEvent.Joined)
    return present.reduce(lambda _, now: now, idempotent=proof("the last event decides, however often it comes"))
