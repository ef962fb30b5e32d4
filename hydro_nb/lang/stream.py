"""Streams: growing sequences of elements."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, overload

from hydro_nb.errors import LocationError
from hydro_nb.ir.node import Shape
from hydro_nb.ir.ops.join import Chain, MergeUnordered
from hydro_nb.ir.ops.network import SendExternal
from hydro_nb.ir.ops.order import AssumeOrdering, AssumeRetries, Weaken
from hydro_nb.ir.ops.simulated import SimOutput
from hydro_nb.ir.ops.time import AllTicks, Batch, SampleEvery
from hydro_nb.lang.collection import grow
from hydro_nb.lang.external import OutPort
from hydro_nb.lang.guarantees import (
    B2,
    L2,
    O2,
    R2,
    AtLeastOnce,
    B_co,
    Bounded,
    ExactlyOnce,
    L_co,
    NoOrder,
    O_co,
    R_co,
    T_co,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.location import Cluster, External, Location, Process, Tick, TopLevel, checked_place, period
from hydro_nb.lang.nondet import NonDet, asks_for, checked
from hydro_nb.lang.sending import tick_of
from hydro_nb.lang.sim_cluster_ports import SimClusterReceiver
from hydro_nb.lang.sim_ports import SimReceiver
from hydro_nb.lang.site import here
from hydro_nb.lang.stream_async import StreamAsync
from hydro_nb.lang.stream_elements import StreamElements
from hydro_nb.lang.stream_folds import StreamFolds
from hydro_nb.lang.stream_joins import StreamJoins
from hydro_nb.lang.stream_network import StreamNetwork
from hydro_nb.lang.stream_older import StreamOlder
from hydro_nb.lang.stream_state import StreamState
from hydro_nb.lang.stream_time import StreamTime

if TYPE_CHECKING:
    from hydro_nb.values import MemberId

U = TypeVar("U")
S = TypeVar("S")
P = TypeVar("P", bound=TopLevel)


class Stream(
    StreamElements[T_co, L_co, B_co, O_co, R_co],
    StreamFolds[T_co, L_co, B_co, O_co, R_co],
    StreamState[T_co, L_co, B_co, O_co, R_co],
    StreamJoins[T_co, L_co, B_co, O_co, R_co],
    StreamTime[T_co, L_co, B_co, O_co, R_co],
    StreamAsync[T_co, L_co, B_co, O_co, R_co],
    StreamOlder[T_co, L_co, B_co, O_co, R_co],
    StreamNetwork[T_co, L_co, B_co, O_co, R_co],
    shape=Shape.STREAM,
):
    """A growing sequence of elements on one location.

    Type parameters: element, location, boundedness, order, retries.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def location(self) -> L_co:
            """The process, tick or section that it lives on."""
            ...

    # ------------------------------------------------------------ two streams

    def merge_unordered(
        self: Stream[T_co, L_co, Unbounded, O_co, R_co], other: Stream[U, L_co, Unbounded, O2, R2]
    ) -> Stream[T_co | U, L_co, Unbounded, NoOrder, R_co | R2]:
        """Give the elements of both unbounded streams, as they come.

        >>> leader = FlowBuilder().process()
        >>> one, two = (leader.source_stream(lambda: iter("ab")) for _ in range(2))
        >>> sorted(one.merge_unordered(two).preview().rows)
        ['a', 'a', 'b', 'b']

        Order is lost; repeats as in the weaker of the two; unbounded.
        """
        return self._grow(MergeUnordered(), other)

    def chain(
        self: Stream[T_co, L_co, Bounded, O_co, R_co], other: Stream[U, L_co, B2, O2, R2]
    ) -> Stream[T_co | U, L_co, B2, O_co | O2, R_co | R2]:
        """Give all elements of this bounded stream, then those of the other.

        >>> numbers = FlowBuilder().process().source_iter([1, 2])
        >>> numbers.chain(numbers.map(lambda n: -n)).preview().rows
        [1, 2, -1, -2]

        Order and repeats as in the weaker of the two; bounded where the other is.
        """
        return self._grow(Chain(), other)

    # ------------------------------------------------------------ ticks and time

    @asks_for("nondet")
    def batch(
        self: Stream[T_co, P, B_co, O_co, R_co], tick: Tick[P], nondet: NonDet
    ) -> Stream[T_co, Tick[P], Bounded, O_co, R_co]:
        """Give what has come since the tick last ran; where one batch ends and the next begins is arbitrary.

        >>> leader = FlowBuilder().process()
        >>> batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("the sum is the same"))
        >>> batch.count().all_ticks().preview().rows
        [2]

        Bounded inside the tick; order and repeats stay.
        """
        return self._grow(Batch(tick_of(self, tick, "batch"), checked(nondet, "batch", here())))

    def all_ticks(self: Stream[T_co, Tick[P], Bounded, O_co, R_co]) -> Stream[T_co, P, Unbounded, O_co, R_co]:
        """Give what a tick makes, one tick after the other, outside of it.

        >>> leader = FlowBuilder().process()
        >>> batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("taken apart again"))
        >>> batch.all_ticks().preview().rows
        [1, 2]

        Unbounded; order and repeats stay.
        """
        return self._grow(AllTicks())

    @asks_for("nondet")
    def sample_every(
        self: Stream[T_co, L2, Unbounded, O_co, R_co], seconds: float | timedelta, nondet: NonDet
    ) -> Stream[T_co, L2, Unbounded, O_co, AtLeastOnce]:
        """Give, each time a timer fires, the elements that have come since it last did.

        >>> letters = FlowBuilder().process().source_stream(lambda: iter("ab"))
        >>> letters.sample_every(0.1, nondet("only shown")).preview().rows
        ['a', 'b']

        Elements may repeat; order stays; unbounded.
        """
        site = here()
        return self._grow(SampleEvery(period(seconds, "sample_every", site), checked(nondet, "sample_every", site)))

    # ------------------------------------------------------------ guarantees

    @asks_for("nondet")
    def assume_ordering(self, nondet: NonDet) -> Stream[T_co, L_co, B_co, TotalOrder, R_co]:
        """Take the order in which elements come for the order that is meant.

        >>> words = FlowBuilder().process().source_iter(["b", "a"]).weaken_ordering()
        >>> words.assume_ordering(nondet("each word is handled alone")).enumerate().preview().rows
        [(0, 'b'), (1, 'a')]

        Totally ordered; the rest stays. Any two may come in either order, also two of one sender: where elements of a
        keyed stream stay in the order of their key, take `entries_partially_ordered` in place of `entries`.
        """
        return self._grow(AssumeOrdering(checked(nondet, "assume_ordering", here())))

    @asks_for("nondet")
    def assume_retries(self, nondet: NonDet) -> Stream[T_co, L_co, B_co, O_co, ExactlyOnce]:
        """Take each element for a new one.

        >>> words = FlowBuilder().process().source_iter(["a"]).weaken_retries()
        >>> words.assume_retries(nondet("an estimate is enough")).count().preview().rows
        [1]

        Exactly once; the rest stays.
        """
        return self._grow(AssumeRetries(checked(nondet, "assume_retries", here())))

    def weaken_ordering(self) -> Stream[T_co, L_co, B_co, NoOrder, R_co]:
        """Give the order up.

        >>> FlowBuilder().process().source_iter([1]).weaken_ordering().kind.order
        <Order.NONE: 'NoOrder'>

        No order; the rest stays.
        """
        return self._grow(Weaken(guarantee="ordering"))

    def weaken_retries(self) -> Stream[T_co, L_co, B_co, O_co, AtLeastOnce]:
        """Give up that each element comes once.

        >>> FlowBuilder().process().source_iter([1]).weaken_retries().kind.retries
        <Retries.AT_LEAST_ONCE: 'AtLeastOnce'>

        At least once; the rest stays.
        """
        return self._grow(Weaken(guarantee="retries"))

    def weaken_boundedness(self) -> Stream[T_co, L_co, Unbounded, O_co, R_co]:
        """Give up that all there is to come is here.

        >>> FlowBuilder().process().source_iter([1]).weaken_boundedness().kind.bound
        <Bound.UNBOUNDED: 'Unbounded'>

        Unbounded; the rest stays.
        """
        return self._grow(Weaken(guarantee="boundedness"))

    # ------------------------------------------------------------ to other places

    @overload
    def send_external(self: Stream[T_co, Process[Any], B_co, O_co, R_co], client: External[Any]) -> OutPort[T_co]: ...
    @overload
    def send_external(
        self: Stream[T_co, Cluster[S], B_co, O_co, R_co], client: External[Any]
    ) -> OutPort[tuple[MemberId[S], T_co]]: ...
    def send_external(self, client: Any) -> Any:
        """Send every element to whoever is connected to a port; gives the port for `deployment.connect`.

        >>> flow = FlowBuilder()
        >>> results = flow.process().source_iter([1]).send_external(flow.external())
        >>> results.name
        'results'

        What a cluster sends comes in a pair with the `MemberId` of the member that sent it.
        """
        return self._out(client, "send_external", "auto")

    @overload
    def send_bincode_external(
        self: Stream[T_co, Process[Any], B_co, O_co, R_co], client: External[Any]
    ) -> OutPort[T_co]: ...
    @overload
    def send_bincode_external(
        self: Stream[T_co, Cluster[S], B_co, O_co, R_co], client: External[Any]
    ) -> OutPort[tuple[MemberId[S], T_co]]: ...
    def send_bincode_external(self, client: Any) -> Any:
        """Send every element to whoever is connected to a port, as bincode on the wire.

        >>> flow = FlowBuilder()
        >>> port = flow.process().source_iter([1]).send_bincode_external(flow.external())
        >>> port.name
        'port'
        """
        return self._out(client, "send_bincode_external", "bincode")

    @overload
    def sim_output(self: Stream[T_co, Process[Any], B_co, O_co, R_co]) -> SimReceiver[T_co]: ...
    @overload
    def sim_output(self: Stream[T_co, Cluster[Any], B_co, O_co, R_co]) -> SimClusterReceiver[T_co]: ...
    def sim_output(self) -> Any:
        """Give every element to a simulated test; gives the port, whose methods on a cluster ask for a member first.

        >>> out = FlowBuilder().process().source_iter([1]).sim_output()
        >>> out.name
        'out'
        """
        node = grow(SimOutput(), self)
        port: Any = SimClusterReceiver if self.kind.place.root.kind == "cluster" else SimReceiver
        return port(node.slot, node.site.name, flow=self.flow.graph)

    def sim_cluster_output(self: Stream[T_co, Cluster[Any], B_co, O_co, R_co]) -> SimClusterReceiver[T_co]:
        """Give every element of a stream on a cluster to a simulated test: the same as `sim_output`.

        >>> out = FlowBuilder().cluster().source_iter([1]).sim_cluster_output()
        >>> out.name
        'out'
        """
        if self.kind.place.root.kind != "cluster":
            raise LocationError(
                f"`sim_cluster_output` needs a stream on a cluster, but this one is on {self.kind.place.title}.\n"
                f"  {here()}\n  Use .sim_output()"
            )
        return self.sim_output()

    def _out(self, client: Any, method: str, codec: str) -> OutPort[Any]:
        needs = f"`{method}` needs a client made by flow.external(Marker)"
        within = "Between places of the flow: .send(process), .demux(cluster), .broadcast(cluster, via, nondet(...))"
        place = checked_place(
            client, External, needs, self.flow, here(), within if isinstance(client, Location) else ""
        )
        node = grow(SendExternal(place, codec, method), self)
        return OutPort(node.slot, node.site.name)
