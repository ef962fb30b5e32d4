"""Keyed streams on their way to other processes, and to members of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Never, TypeVar, overload

from typing_extensions import TypeVar as DefaultTypeVar

from hydro_nb.ir.ops.network import Demux
from hydro_nb.lang.collection import Collection
from hydro_nb.lang.guarantees import B_co, K_co, L_co, NoOrder, O_co, R_co, Unbounded, V_co
from hydro_nb.lang.sending import network

if TYPE_CHECKING:
    from hydro_nb.lang.keyed_stream import KeyedStream
    from hydro_nb.lang.location import Cluster, Process
    from hydro_nb.lang.network import Via
    from hydro_nb.lang.stream import Stream
    from hydro_nb.values import MemberId

K = TypeVar("K")
M = TypeVar("M")
"""the marker of who receives"""
S = TypeVar("S")
"""the marker of the cluster that sends"""
OV = DefaultTypeVar("OV", bound=NoOrder, default=Never)
"""what the transport makes of the order: nothing else, unless it loses it"""


class KeyedStreamNetwork(Collection, Generic[K_co, V_co, L_co, B_co, O_co, R_co]):
    """A keyed stream as something that is sent."""

    __slots__ = ()

    @overload
    def send(
        self: KeyedStreamNetwork[K_co, V_co, Process[Any], B_co, O_co, R_co],
        to: Process[M],
        via: Via[OV] | None = None,
    ) -> KeyedStream[K_co, V_co, Process[M], Unbounded, O_co | OV, R_co]: ...
    @overload
    def send(
        self: KeyedStreamNetwork[K_co, V_co, Cluster[S], B_co, O_co, R_co], to: Process[M], via: Via[OV] | None = None
    ) -> KeyedStream[tuple[MemberId[S], K_co], V_co, Process[M], Unbounded, O_co | OV, R_co]: ...
    def send(self, to: Any, via: Any = None) -> Any:
        """Send every entry to a process.

        >>> flow = FlowBuilder()
        >>> pairs = flow.process().source_iter([("a", 1)]).into_keyed()
        >>> pairs.send(flow.process()).entries().preview().rows
        [('a', 1)]

        Order within keys and repeats stay, as far as the transport keeps them; unbounded over there. `via` defaults to
        `TCP.fail_stop()`. What a cluster sends arrives under pairs of the sender's `MemberId` and the key.
        """
        return self._grow(network(self, to, via, "send"))

    @overload
    def send_bincode(
        self: KeyedStreamNetwork[K_co, V_co, Process[Any], B_co, O_co, R_co], to: Process[M]
    ) -> KeyedStream[K_co, V_co, Process[M], Unbounded, O_co, R_co]: ...
    @overload
    def send_bincode(
        self: KeyedStreamNetwork[K_co, V_co, Cluster[S], B_co, O_co, R_co], to: Process[M]
    ) -> KeyedStream[tuple[MemberId[S], K_co], V_co, Process[M], Unbounded, O_co, R_co]: ...
    def send_bincode(self, to: Any) -> Any:
        """Send every entry to a process, as bincode on the wire.

        >>> flow = FlowBuilder()
        >>> pairs = flow.process().source_iter([("a", 1)]).into_keyed()
        >>> pairs.send_bincode(flow.process()).entries().preview().rows
        [('a', 1)]

        Order within keys and repeats stay; unbounded over there.
        """
        return self._grow(network(self, to, None, "send_bincode"))

    @overload
    def demux(
        self: KeyedStreamNetwork[MemberId[M], V_co, Process[Any], B_co, O_co, R_co],
        to: Cluster[M],
        via: Via[OV] | None = None,
    ) -> Stream[V_co, Cluster[M], Unbounded, O_co | OV, R_co]: ...
    @overload
    def demux(
        self: KeyedStreamNetwork[tuple[MemberId[M], K], V_co, Process[Any], B_co, O_co, R_co],
        to: Cluster[M],
        via: Via[OV] | None = None,
    ) -> KeyedStream[K, V_co, Cluster[M], Unbounded, O_co | OV, R_co]: ...
    @overload
    def demux(
        self: KeyedStreamNetwork[MemberId[M], V_co, Cluster[S], B_co, O_co, R_co],
        to: Cluster[M],
        via: Via[OV] | None = None,
    ) -> KeyedStream[MemberId[S], V_co, Cluster[M], Unbounded, O_co | OV, R_co]: ...
    @overload
    def demux(
        self: KeyedStreamNetwork[tuple[MemberId[M], K], V_co, Cluster[S], B_co, O_co, R_co],
        to: Cluster[M],
        via: Via[OV] | None = None,
    ) -> KeyedStream[tuple[MemberId[S], K], V_co, Cluster[M], Unbounded, O_co | OV, R_co]: ...
    def demux(self, to: Any, via: Any = None) -> Any:
        """Send each value to the member of a cluster that its key is, or that its key begins with.

        >>> flow = FlowBuilder()
        >>> jobs = flow.process().source_iter([(MemberId.from_raw_id(1), "a")]).into_keyed()
        >>> jobs.demux(flow.cluster()).preview().rows
        [(MemberId::<_>(1), 'a')]

        Of a key that is a pair, its second half remains the key over there; of a `MemberId` alone, a stream of values.
        Order within keys and repeats stay, as far as the transport keeps them; unbounded over there. What a cluster
        sends arrives under the `MemberId` of the member that sent it.
        """
        return self._grow(network(self, to, via, "demux", op=Demux))

    @overload
    def demux_bincode(
        self: KeyedStreamNetwork[MemberId[M], V_co, Process[Any], B_co, O_co, R_co], to: Cluster[M]
    ) -> Stream[V_co, Cluster[M], Unbounded, O_co, R_co]: ...
    @overload
    def demux_bincode(
        self: KeyedStreamNetwork[tuple[MemberId[M], K], V_co, Process[Any], B_co, O_co, R_co], to: Cluster[M]
    ) -> KeyedStream[K, V_co, Cluster[M], Unbounded, O_co, R_co]: ...
    @overload
    def demux_bincode(
        self: KeyedStreamNetwork[MemberId[M], V_co, Cluster[S], B_co, O_co, R_co], to: Cluster[M]
    ) -> KeyedStream[MemberId[S], V_co, Cluster[M], Unbounded, O_co, R_co]: ...
    @overload
    def demux_bincode(
        self: KeyedStreamNetwork[tuple[MemberId[M], K], V_co, Cluster[S], B_co, O_co, R_co], to: Cluster[M]
    ) -> KeyedStream[tuple[MemberId[S], K], V_co, Cluster[M], Unbounded, O_co, R_co]: ...
    def demux_bincode(self, to: Any) -> Any:
        """Send each value to the member of a cluster that its key is, as bincode on the wire.

        >>> flow = FlowBuilder()
        >>> jobs = flow.process().source_iter([(MemberId.from_raw_id(1), "a")]).into_keyed()
        >>> jobs.demux_bincode(flow.cluster()).preview().rows
        [(MemberId::<_>(1), 'a')]

        The same as `demux` by `TCP.fail_stop().bincode()`.
        """
        return self._grow(network(self, to, None, "demux_bincode", op=Demux))
