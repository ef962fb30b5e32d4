"""Steps from place to place: everything that is sent, members of clusters that differ, and what goes round."""

from __future__ import annotations

from typing import Any

from hydro_nb import CLUSTER_SELF_ID, EventualConsistency, MemberId, NoOrder, Stream, proof
from hydro_nb.ir.node import Shape
from naive.steps import ANY, Step, Steps, num, numbers


def _around(s: Any, to: Any) -> Any:
    """Send what is small around until it is not; from a cluster to a process, to a member and so on."""
    first = numbers(s).unique().weaken_boundedness()
    handle, back = s.location.forward_ref(Stream, of=int, order=NoOrder)
    merged = first.merge_unordered(back)
    there = merged.filter(lambda n: n < 6).map(lambda n: n * 2 + 1).send(to)
    on_cluster = there.kind.shape is Shape.KEYED_STREAM
    handle.complete(there.demux(s.location) if on_cluster else there.send(s.location))
    return merged


def _around_members(s: Any, group: Any) -> Any:
    """Send what is small from member to member until it is not."""
    size = group.size
    first = numbers(_demux(s, group).values() if s.kind.place.root.kind == "cluster" else _demux(s, group)).unique()
    handle, back = group.cluster.forward_ref(Stream, of=int, order=NoOrder)
    merged = first.merge_unordered(back)
    onward = merged.filter(lambda n: n < 9).map(
        lambda n: (MemberId.from_raw_id((CLUSTER_SELF_ID.raw_id + 1) % size), n * 2 + 1)
    )
    handle.complete(onward.demux(group.cluster).values())
    return merged


def _channel(s: Any, to: Any) -> Any:
    """Send two streams into a channel before it is there."""
    mine = numbers(s).unique().weaken_boundedness()
    sender, received = s.location.channel(Stream, of=int, order=NoOrder)
    sender.send(mine)
    sender.send(mine.map(lambda n: n + 100))
    return received.map(lambda n: n - 1)


def _demux(s: Any, group: Any) -> Any:
    """Send each element to a member by what it is."""
    size = group.size
    return s.map(lambda x: (MemberId.from_raw_id(num(x) % size), x)).demux(group.cluster)


def _demux_under_keys(s: Any, group: Any) -> Any:
    """Send each value, under its key, to a member by both."""
    size = group.size

    def addressed(entry: Any) -> tuple[tuple[MemberId[Any], int], int]:
        key, x = num(entry[0]), num(entry[1])
        return (MemberId.from_raw_id((key + x) % size), key), x

    return s.entries().map(addressed).into_keyed().demux(group.cluster)


def _demux_by_key(s: Any, group: Any) -> Any:
    """Send each value to the member that its key says."""
    size = group.size
    jobs = s.entries().map(lambda entry: (MemberId.from_raw_id(num(entry[0]) % size), entry[1]))
    return jobs.into_keyed().demux(group.cluster)


SENDING: Steps = {
    Shape.STREAM: {
        "send": lambda s, to: s.send(to),
        "demux": _demux,
        "broadcast": lambda s, group: s.broadcast(group.cluster, None, ANY),
        "broadcast_closed": lambda s, group: s.broadcast_closed(group.cluster),
        "round_robin": lambda s, group: s.round_robin(group.cluster, None, ANY),
        "members": lambda s, group: s.location.source_cluster_membership_stream(group.cluster, ANY),
    },
    Shape.KEYED_STREAM: {
        "send": lambda s, to: s.send(to),
        "demux": _demux_under_keys,
        "demux by key": _demux_by_key,
    },
}


def mine(x: Any) -> int:
    """Make a number of anything, that differs from member to member."""
    return num(x) * 3 + CLUSTER_SELF_ID.raw_id


_OWN: dict[str, Step] = {
    "own id": lambda c: c.map(lambda x: (CLUSTER_SELF_ID, x)),
    "own number": lambda c: c.map(lambda x: (num(x) + CLUSTER_SELF_ID.raw_id) % 7),
    "own number, by a helper": lambda c: c.map(lambda x: mine(x) if CLUSTER_SELF_ID.raw_id else num(x)),
    "what is mine": lambda c: c.filter(lambda x: num(x) % 2 == CLUSTER_SELF_ID.raw_id % 2),
    "claimed to agree": lambda c: c.assert_has_consistency_of(EventualConsistency, proof("a claim changes nothing")),
    "not claimed any more": lambda c: c.weaken_consistency(),
}
OWN: Steps = dict.fromkeys(Shape, _OWN)
"""What differs from member to member of a cluster."""
CYCLES: Steps = {Shape.STREAM: {"around": _around, "around members": _around_members, "channel": _channel}}
