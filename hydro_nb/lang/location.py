"""Places that a program runs on: processes and clusters, their ticks and atomic sections, and clients outside."""

# pyright: reportInvalidTypeVarUse=false
# (a guarantee that is left out takes its type variable's declared default, which this rule overlooks)
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, overload

from typing_extensions import TypeVar

from hydro_nb.ir.node import Place
from hydro_nb.ir.ops.simulated import SimInput
from hydro_nb.lang.external import External
from hydro_nb.lang.given import checked_place, iterated, period
from hydro_nb.lang.guarantees import (
    O2,
    R2,
    AtLeastOnce,
    ExactlyOnce,
    NoOrder,
    TotalOrder,
    Unbounded,
    order_of,
    retries_of,
)
from hydro_nb.lang.outside import Outside
from hydro_nb.lang.place import Location
from hydro_nb.lang.sim_cluster_ports import SimClusterSender
from hydro_nb.lang.sim_ports import SimSender
from hydro_nb.lang.site import here
from hydro_nb.lang.tick import Atomic, Tick
from hydro_nb.lang.top_level import TopLevel

if TYPE_CHECKING:
    from hydro_nb.lang.flow import FlowBuilder
    from hydro_nb.lang.stream import Stream

__all__ = [
    "Atomic",
    "Cluster",
    "External",
    "Location",
    "Process",
    "Tick",
    "TopLevel",
    "checked_place",
    "iterated",
    "located",
    "period",
]

M_co = TypeVar("M_co", covariant=True, default=None)
T = TypeVar("T", default=Any)


class Process(Outside, Generic[M_co]):
    """A single thread that runs a piece of the program, in an operating system process of its own."""

    __slots__ = ()

    @overload
    def sim_input(
        self, element: type[T], order: type[O2] = ..., retries: type[R2] = ...
    ) -> tuple[SimSender[T], Stream[T, Self, Unbounded, O2, R2]]: ...
    @overload
    def sim_input(
        self, element: object = ..., order: type[O2] = ..., retries: type[R2] = ...
    ) -> tuple[SimSender[Any], Stream[Any, Self, Unbounded, O2, R2]]: ...
    def sim_input(
        self, element: object = Any, order: type[NoOrder] = TotalOrder, retries: type[AtLeastOnce] = ExactlyOnce
    ) -> Any:
        """Bring in what a simulated test sends: gives the port and the stream.

        >>> port, numbers = FlowBuilder().process().sim_input(int, order=NoOrder)
        >>> numbers
        Stream[int, Process[None], Unbounded, NoOrder, ExactlyOnce]
          sim_input

        With the guarantees that are asked for; unbounded.
        """
        stream = self._made(SimInput(self.place, element, order_of(order), retries_of(retries)), 1)
        return SimSender(stream.ref.slot, here(0).name, flow=self.flow.graph), stream


class Cluster(TopLevel, Generic[M_co]):
    """Processes that all run the same piece of the program; how many there are is said when it is deployed.

    In a function `CLUSTER_SELF_ID` is the `MemberId` of the one that runs it.
    """

    __slots__ = ()

    @overload
    def sim_input(
        self, element: type[T], order: type[O2] = ..., retries: type[R2] = ...
    ) -> tuple[SimClusterSender[T], Stream[T, Self, Unbounded, O2, R2]]: ...
    @overload
    def sim_input(
        self, element: object = ..., order: type[O2] = ..., retries: type[R2] = ...
    ) -> tuple[SimClusterSender[Any], Stream[Any, Self, Unbounded, O2, R2]]: ...
    def sim_input(
        self, element: object = Any, order: type[NoOrder] = TotalOrder, retries: type[AtLeastOnce] = ExactlyOnce
    ) -> Any:
        """Bring in what a simulated test sends to one member or another: gives the port and the stream.

        >>> port, numbers = FlowBuilder().cluster().sim_input(int, order=NoOrder)
        >>> numbers
        Stream[int, Cluster[None], Unbounded, NoOrder, ExactlyOnce]
          sim_input

        With the guarantees that are asked for; unbounded.
        """
        stream = self._made(SimInput(self.place, element, order_of(order), retries_of(retries)), 1)
        return SimClusterSender(stream.ref.slot, here(0).name, flow=self.flow.graph), stream

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            """Say what there is instead of what opens one process to the world outside."""
            text = f"{type(self).__name__!r} object has no attribute {name!r}"
            opens = not name.startswith("_") and hasattr(Outside, name)
            raise AttributeError(f"{text}. {_IN_FRONT}" if opens else text, name=name, obj=self)


_IN_FRONT = (
    "It is for one process, and a cluster has members. Use a process in front of it, and send on from there: "
    '.demux(cluster), .broadcast(cluster, via, nondet("...")), .round_robin(cluster, via, nondet("...")).'
)


def located(flow: FlowBuilder, place: Place) -> Location:
    """Give the handle of a place."""
    classes: dict[str, type[Location]] = {
        "process": Process,
        "cluster": Cluster,
        "external": External,
        "tick": Tick,
        "atomic": Atomic,
    }
    return classes[place.kind](flow, place)
