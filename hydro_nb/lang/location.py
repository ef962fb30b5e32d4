"""Places that a program runs on: processes and clusters, their ticks and atomic sections, and clients outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from typing_extensions import TypeVar

from hydro_nb.ir.node import Place
from hydro_nb.lang.external import External
from hydro_nb.lang.given import checked_place, iterated, period
from hydro_nb.lang.place import Location
from hydro_nb.lang.tick import Atomic, Tick
from hydro_nb.lang.top_level import TopLevel

if TYPE_CHECKING:
    from hydro_nb.lang.flow import FlowBuilder

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


class Process(TopLevel, Generic[M_co]):
    """A single thread that runs a piece of the program, in an operating system process of its own."""

    __slots__ = ()


class Cluster(TopLevel, Generic[M_co]):
    """Processes that all run the same piece of the program; how many there are is said when it is deployed.

    In a function `CLUSTER_SELF_ID` is the `MemberId` of the one that runs it.
    """

    __slots__ = ()


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
