"""Streams on their way to other processes, and to members of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Never, TypeVar, overload

from typing_extensions import TypeVar as DefaultTypeVar

from hydro_nb.ir.ops.network import Broadcast, BroadcastClosed, Demux, RoundRobin
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import (
    B_co,
    ExactlyOnce,
    L_co,
    NoOrder,
    O_co,
    R_co,
    T_co,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.nondet import asks_for
from hydro_nb.lang.sending import network

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.location import Cluster, Process
    from hydro_nb.lang.network import Via
    from hydro_nb.lang.nondet import NonDet
    from hydro_nb.lang.stream import Stream
    from hydro_nb.values import MemberId

M = TypeVar("M")
"""the marker of who receives"""
S = TypeVar("S")
"""the marker of the cluster that sends"""
T = TypeVar("T")
OV = DefaultTypeVar("OV", bound=NoOrder, default=Never)
"""what the transport makes of the order: nothing else, unless it loses it"""


class StreamNetwork(Collection, Generic[T_co, L_co, B_co, O_co, R_co]):
    """A stream as something that is sent."""

    __slots__ = ()

    # ------------------------------------------------------------ to a process

    @overload
    def send(
        self: StreamNetwork[T_co, Process[Any], B_co, O_co, R_co], to: Process[M], via: Via[OV] | None = None
    ) -> Stream[T_co, Process[M], Unbounded, O_co | OV, R_co]: ...
    @overload
    def send(
        self: StreamNetwork[T_co, Cluster[S], B_co, O_co, R_co], to: Process[M], via: Via[OV] | None = None
    ) -> KeyedStream[MemberId[S], T_co, Process[M], Unbounded, O_co | OV, R_co]: ...
    def send(self, to: Any, via: Any = None) -> Any:
        """Send every element to a process.

        >>> flow = FlowBuilder()
        >>> flow.process().source_iter([1, 2]).send(flow.process()).preview().rows
        [1, 2]

        Order and repeats stay, as far as the transport keeps them; unbounded over there. `via` defaults to
        `TCP.fail_stop()`. What a cluster sends arrives under the `MemberId` of the member that sent it.

        Elements arrive equal and of their own types. A numpy array arrives read-only, as a large one is not copied out
        of what was received: `.copy()` gives one to write to.
        """
        return self._grow(network(self, to, via, "send"))

    @overload
    def send_bincode(
        self: StreamNetwork[T_co, Process[Any], B_co, O_co, R_co], to: Process[M]
    ) -> Stream[T_co, Process[M], Unbounded, O_co, R_co]: ...
    @overload
    def send_bincode(
        self: StreamNetwork[T_co, Cluster[S], B_co, O_co, R_co], to: Process[M]
    ) -> KeyedStream[MemberId[S], T_co, Process[M], Unbounded, O_co, R_co]: ...
    def send_bincode(self, to: Any) -> Any:
        """Send every element to a process, as bincode on the wire.

        >>> flow = FlowBuilder()
        >>> flow.process().source_iter([1, 2]).send_bincode(flow.process()).preview().rows
        [1, 2]

        Order and repeats stay; unbounded over there. The same as `send` by `TCP.fail_stop().bincode()`.
        """
        return self._grow(network(self, to, None, "send_bincode"))

    # ------------------------------------------------------------ to a cluster

    @overload
    def demux(
        self: StreamNetwork[tuple[MemberId[M], T], Process[Any], B_co, O_co, R_co],
        to: Cluster[M],
        via: Via[OV] | None = None,
    ) -> Stream[T, Cluster[M], Unbounded, O_co | OV, R_co]: ...
    @overload
    def demux(
        self: StreamNetwork[tuple[MemberId[M], T], Cluster[S], B_co, O_co, R_co],
        to: Cluster[M],
        via: Via[OV] | None = None,
    ) -> KeyedStream[MemberId[S], T, Cluster[M], Unbounded, O_co | OV, R_co]: ...
    def demux(self, to: Any, via: Any = None) -> Any:
        """Send each element, a pair of a `MemberId` and what that member gets, to that member of a cluster.

        >>> flow = FlowBuilder()
        >>> jobs = flow.process().source_iter([1, 2, 3]).map(lambda n: (MemberId.from_raw_id(n % 2), n))
        >>> sorted(jobs.demux(flow.cluster()).preview().rows)
        [(MemberId::<_>(0), 2), (MemberId::<_>(1), 1), (MemberId::<_>(1), 3)]

        Order and repeats stay, as far as the transport keeps them; unbounded over there. `via` defaults to
        `TCP.fail_stop()`. What a cluster sends arrives under the `MemberId` of the member that sent it. A member that
        the cluster does not have ends the process with an error; what is for one that has gone is dropped and counted.
        """
        return self._grow(network(self, to, via, "demux", op=Demux))

    @overload
    def demux_bincode(
        self: StreamNetwork[tuple[MemberId[M], T], Process[Any], B_co, O_co, R_co], to: Cluster[M]
    ) -> Stream[T, Cluster[M], Unbounded, O_co, R_co]: ...
    @overload
    def demux_bincode(
        self: StreamNetwork[tuple[MemberId[M], T], Cluster[S], B_co, O_co, R_co], to: Cluster[M]
    ) -> KeyedStream[MemberId[S], T, Cluster[M], Unbounded, O_co, R_co]: ...
    def demux_bincode(self, to: Any) -> Any:
        """Send each element to the member that it names, as bincode on the wire.

        >>> flow = FlowBuilder()
        >>> jobs = flow.process().source_iter([1, 2, 3]).map(lambda n: (MemberId.from_raw_id(n % 2), n))
        >>> sorted(jobs.demux_bincode(flow.cluster()).preview().rows)
        [(MemberId::<_>(0), 2), (MemberId::<_>(1), 1), (MemberId::<_>(1), 3)]

        Order and repeats stay; unbounded over there. The same as `demux` by `TCP.fail_stop().bincode()`.
        """
        return self._grow(network(self, to, None, "demux_bincode", op=Demux))

    @overload
    def broadcast(
        self: StreamNetwork[T_co, Process[Any], B_co, O_co, R_co], to: Cluster[M], via: Via[OV] | None, nondet: NonDet
    ) -> Stream[T_co, Cluster[M], Unbounded, O_co | OV, R_co]: ...
    @overload
    def broadcast(
        self: StreamNetwork[T_co, Cluster[S], B_co, O_co, R_co], to: Cluster[M], via: Via[OV] | None, nondet: NonDet
    ) -> KeyedStream[MemberId[S], T_co, Cluster[M], Unbounded, O_co | OV, R_co]: ...
    @asks_for("via")
    def broadcast(self, to: Any, via: Any, nondet: NonDet) -> Any:
        """Send each element to all members of a cluster that are known to be there when it is sent.

        >>> flow = FlowBuilder()
        >>> leader, workers = flow.process(), flow.cluster()
        >>> sent = leader.source_iter([7]).broadcast(workers, TCP.fail_stop(), nondet("nobody joins later"))
        >>> sorted(sent.preview().rows)
        [(MemberId::<_>(0), 7), (MemberId::<_>(1), 7)]

        Order and repeats stay, as far as the transport keeps them; unbounded over there. Without a transport
        (`None`) it is `TCP.fail_stop()`. What a cluster sends arrives under the `MemberId` of the member that sent it.
        """
        return self._grow(network(self, to, via, "broadcast", nondet, Broadcast))

    @overload
    def broadcast_bincode(
        self: StreamNetwork[T_co, Process[Any], B_co, O_co, R_co], to: Cluster[M], nondet: NonDet
    ) -> Stream[T_co, Cluster[M], Unbounded, O_co, R_co]: ...
    @overload
    def broadcast_bincode(
        self: StreamNetwork[T_co, Cluster[S], B_co, O_co, R_co], to: Cluster[M], nondet: NonDet
    ) -> KeyedStream[MemberId[S], T_co, Cluster[M], Unbounded, O_co, R_co]: ...
    @asks_for("nondet")
    def broadcast_bincode(self, to: Any, nondet: NonDet) -> Any:
        """Send each element to all members of a cluster that are there, as bincode on the wire.

        >>> flow = FlowBuilder()
        >>> sent = flow.process().source_iter([7]).broadcast_bincode(flow.cluster(), nondet("nobody joins later"))
        >>> sorted(sent.preview().rows)
        [(MemberId::<_>(0), 7), (MemberId::<_>(1), 7)]

        Order and repeats stay; unbounded over there. The same as `broadcast` by `TCP.fail_stop().bincode()`.
        """
        return self._grow(network(self, to, None, "broadcast_bincode", nondet, Broadcast))

    @overload
    def broadcast_closed(
        self: StreamNetwork[T_co, Process[Any], B_co, O_co, R_co], to: Cluster[M], via: Via[OV] | None = None
    ) -> Stream[T_co, Cluster[M], Unbounded, O_co | OV, R_co]: ...
    @overload
    def broadcast_closed(
        self: StreamNetwork[T_co, Cluster[S], B_co, O_co, R_co], to: Cluster[M], via: Via[OV] | None = None
    ) -> KeyedStream[MemberId[S], T_co, Cluster[M], Unbounded, O_co | OV, R_co]: ...
    def broadcast_closed(self, to: Any, via: Any = None) -> Any:
        """Send each element to all members that a cluster begins with.

        >>> flow = FlowBuilder()
        >>> sent = flow.process().source_iter([7]).broadcast_closed(flow.cluster())
        >>> sorted(sent.preview().rows)
        [(MemberId::<_>(0), 7), (MemberId::<_>(1), 7)]

        Order and repeats stay, as far as the transport keeps them; unbounded over there, where all members come to hold
        the same unless the transport is lossy. Who joins later gets nothing.
        """
        return self._grow(network(self, to, via, "broadcast_closed", op=BroadcastClosed))

    @overload
    def round_robin(
        self: StreamNetwork[T_co, Process[Any], B_co, TotalOrder, ExactlyOnce],
        to: Cluster[M],
        via: Via[OV] | None,
        nondet: NonDet,
    ) -> Stream[T_co, Cluster[M], Unbounded, TotalOrder | OV, ExactlyOnce]: ...
    @overload
    def round_robin(
        self: StreamNetwork[T_co, Cluster[S], B_co, TotalOrder, ExactlyOnce],
        to: Cluster[M],
        via: Via[OV] | None,
        nondet: NonDet,
    ) -> KeyedStream[MemberId[S], T_co, Cluster[M], Unbounded, TotalOrder | OV, ExactlyOnce]: ...
    @asks_for("via")
    def round_robin(self, to: Any, via: Any, nondet: NonDet) -> Any:
        """Send each element to the next member of a cluster in turn.

        >>> flow = FlowBuilder()
        >>> leader, workers = flow.process(), flow.cluster()
        >>> jobs = leader.source_iter([1, 2, 3]).round_robin(workers, TCP.fail_stop(), nondet("any can do it"))
        >>> sorted(jobs.preview().rows)
        [(MemberId::<_>(0), 1), (MemberId::<_>(0), 3), (MemberId::<_>(1), 2)]

        Needs a total order and no repeats; ordered and exactly once for each member as far as the transport keeps it,
        unbounded over there. While no member is there, elements are dropped.
        """
        return self._grow(network(self, to, via, "round_robin", nondet, RoundRobin))

    @overload
    def round_robin_bincode(
        self: StreamNetwork[T_co, Process[Any], B_co, TotalOrder, ExactlyOnce], to: Cluster[M], nondet: NonDet
    ) -> Stream[T_co, Cluster[M], Unbounded, TotalOrder, ExactlyOnce]: ...
    @overload
    def round_robin_bincode(
        self: StreamNetwork[T_co, Cluster[S], B_co, TotalOrder, ExactlyOnce], to: Cluster[M], nondet: NonDet
    ) -> KeyedStream[MemberId[S], T_co, Cluster[M], Unbounded, TotalOrder, ExactlyOnce]: ...
    @asks_for("nondet")
    def round_robin_bincode(self, to: Any, nondet: NonDet) -> Any:
        """Send each element to the next member of a cluster in turn, as bincode on the wire.

        >>> flow = FlowBuilder()
        >>> leader, workers = flow.process(), flow.cluster()
        >>> jobs = leader.source_iter([1, 2, 3]).round_robin_bincode(workers, nondet("any can do it"))
        >>> sorted(jobs.preview().rows)
        [(MemberId::<_>(0), 1), (MemberId::<_>(0), 3), (MemberId::<_>(1), 2)]

        Needs a total order and no repeats. The same as `round_robin` by `TCP.fail_stop().bincode()`.
        """
        return self._grow(network(self, to, None, "round_robin_bincode", nondet, RoundRobin))
