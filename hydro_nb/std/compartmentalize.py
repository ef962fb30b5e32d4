"""Moving parts of a program to places of their own without changing what it means.

Source: Hydro's `hydro_std::compartmentalize`; Chu et al., "Optimizing Distributed Protocols with Query Rewrites",
SIGMOD 2024.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Never, overload

from typing_extensions import TypeVar

from hydro_nb.errors import GraphError, LocationError
from hydro_nb.lang.guarantees import O2, R2, NoOrder, TotalOrder, Unbounded, order_of
from hydro_nb.lang.location import Cluster, Process
from hydro_nb.lang.network import Via
from hydro_nb.lang.nondet import nondet
from hydro_nb.lang.site import here
from hydro_nb.lang.stream import Stream
from hydro_nb.std.parts import part_of
from hydro_nb.values import CLUSTER_SELF_ID, MemberId

__all__ = ["decouple_cluster", "decouple_process", "part_of", "partition", "send_partitioned"]

T = TypeVar("T", default=Any)
U = TypeVar("U", default=Any)
M = TypeVar("M", default=Any)
OV = TypeVar("OV", bound=NoOrder, default=Never)
"""what the transport makes of the order: nothing else, unless it loses it"""


def decouple_process(
    stream: Stream[T, Process[Any], Any, O2, R2], to: Process[M], via: Via[OV] | None = None
) -> Stream[T, Process[M], Unbounded, O2 | OV, R2]:
    """Let everything behind a stream run on a process of its own.

    >>> from hydro_nb.std.compartmentalize import decouple_process
    >>> flow = FlowBuilder()
    >>> decouple_process(flow.process().source_iter([1, 2]), flow.process()).preview().rows
    [1, 2]

    Order and repeats stay, as far as the transport keeps them; unbounded over there.
    """
    return stream.send(to, via)


def decouple_cluster(
    stream: Stream[T, Cluster[Any], Any, O2, R2], to: Cluster[M], via: Via[OV] | None = None
) -> Stream[T, Cluster[M], Unbounded, O2 | OV, R2]:
    """Let everything behind a stream run on a cluster of its own, each member's on the one with the same number.

    >>> from hydro_nb.std.compartmentalize import decouple_cluster
    >>> flow = FlowBuilder()
    >>> readers, writers = flow.cluster(), flow.cluster()
    >>> numbers = readers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id])
    >>> sorted(decouple_cluster(numbers, writers).preview().rows)
    [(MemberId::<_>(0), 0), (MemberId::<_>(1), 1)]

    Order and repeats stay, as far as the transport keeps them; unbounded over there. The second cluster needs as many
    members as the first.
    """
    _require_cluster("decouple_cluster", to)
    if stream.kind.place.kind != "cluster":
        raise LocationError(
            f"`decouple_cluster` needs a stream on a cluster, but was given one on {stream.location!r}.\n  {here()}\n"
            "  Of one process: decouple_process(stream, process)"
        )

    def to_my_own(element: Any) -> tuple[MemberId[Any], Any]:
        return MemberId.from_raw_id(CLUSTER_SELF_ID.raw_id), element

    sent: Any = _addressed(stream.map(to_my_own), stream.kind.element).demux(to, via)
    if sent.kind.order is not order_of(TotalOrder):
        return sent.values()
    # of one sender alone there are no two keys whose entries could come in either order
    return sent.entries_partially_ordered(nondet("each member hears from one")).map(_second)


@overload
def send_partitioned(
    stream: Stream[T, Process[Any], Any, O2, R2],
    to: Cluster[M],
    dist_policy: Callable[[T], tuple[MemberId[Any], U]],
    via: Via[OV] | None = None,
) -> Stream[U, Cluster[M], Unbounded, O2 | OV, R2]: ...
@overload
def send_partitioned(
    stream: Stream[T, Cluster[Any], Any, Any, R2],
    to: Cluster[M],
    dist_policy: Callable[[T], tuple[MemberId[Any], U]],
    via: Via[Any] | None = None,
) -> Stream[U, Cluster[M], Unbounded, NoOrder, R2]: ...
def send_partitioned(stream: Any, to: Any, dist_policy: Any, via: Any = None) -> Any:
    """Send each element to the member of a cluster that a function chooses, with what that member gets.

    >>> from hydro_nb.std.compartmentalize import send_partitioned
    >>> flow = FlowBuilder()
    >>> leader, shards = flow.process(), flow.cluster()
    >>> words = leader.source_iter(["a", "bb", "ccc"])
    >>> sent = send_partitioned(words, shards, lambda word: (MemberId.from_raw_id(len(word) % 2), word))
    >>> sorted(sent.preview().rows)
    [(MemberId::<_>(0), 'bb'), (MemberId::<_>(1), 'a'), (MemberId::<_>(1), 'ccc')]

    From a process order stays, as far as the transport keeps it; what members of a cluster send comes together without
    order. Repeats stay; unbounded over there.
    """
    _require_cluster("send_partitioned", to)
    sent = stream.map(dist_policy).demux(to, via)
    return sent.values() if isinstance(stream.location, Cluster) else sent


@overload
def partition(
    stream: Stream[T, Process[Any], Any, O2, R2],
    to: Cluster[M],
    parts: int,
    by: Callable[[T], Any],
    via: Via[OV] | None = None,
) -> Stream[T, Cluster[M], Unbounded, O2 | OV, R2]: ...
@overload
def partition(
    stream: Stream[T, Cluster[Any], Any, Any, R2],
    to: Cluster[M],
    parts: int,
    by: Callable[[T], Any],
    via: Via[Any] | None = None,
) -> Stream[T, Cluster[M], Unbounded, NoOrder, R2]: ...
def partition(stream: Any, to: Any, parts: int, by: Any, via: Any = None) -> Any:
    """Send all elements with equal keys to one and the same of so many members of a cluster.

    >>> from hydro_nb.std.compartmentalize import partition
    >>> flow = FlowBuilder()
    >>> leader, shards = flow.process(), flow.cluster()
    >>> words = leader.source_iter(["abc", "xyz", "abc"])
    >>> sorted(partition(words, shards, 2, by=lambda word: word).preview().rows)
    [(MemberId::<_>(0), 'abc'), (MemberId::<_>(0), 'abc'), (MemberId::<_>(1), 'xyz')]

    `by` gives an element's key: a number, a text, bytes, or a tuple of these; see `part_of`. From a process order
    stays, as far as the transport keeps it; what members of a cluster send comes together without order. Repeats stay;
    unbounded over there. The cluster needs at least `parts` members.
    """
    _require_cluster("partition", to)
    if type(parts) is not int or parts < 1:
        raise GraphError(f"`partition` needs a number of members from 1 on, but was given {parts!r}.\n  {here()}")

    def to_its_part(element: Any) -> tuple[MemberId[Any], Any]:
        return MemberId.from_raw_id(part_of(by(element), parts)), element

    sent = _addressed(stream.map(to_its_part), stream.kind.element).demux(to, via)
    return sent.values() if isinstance(stream.location, Cluster) else sent


def _require_cluster(method: str, to: Any) -> None:
    if not isinstance(to, Cluster):
        raise LocationError(
            f"`{method}` needs a cluster made by flow.cluster(Marker), but was given {to!r}.\n  {here()}"
        )


def _addressed(pairs: Any, element: Any) -> Any:
    """Say what is sent, where that is known; the codec follows it."""
    return pairs if element is Any else pairs.typed(tuple[MemberId[Any], element])


def _second(pair: tuple[Any, T]) -> T:
    return pair[1]
