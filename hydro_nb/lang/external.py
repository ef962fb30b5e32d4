"""Clients outside, and the ends that they hold: names of edges into and out of a flow, for `deployment.connect`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from typing_extensions import TypeVar as DefaultTypeVar

from hydro_nb.lang.place import Location

T = TypeVar("T")
M_co = DefaultTypeVar("M_co", covariant=True, default=None)


@dataclass(frozen=True)
class Port(Generic[T]):
    """One edge between a flow and a client; `slot` names it in the flow's graph."""

    slot: str
    name: str = ""


@dataclass(frozen=True)
class InPort(Port[T]):
    """An edge into the flow: the client sends."""


@dataclass(frozen=True)
class OutPort(Port[T]):
    """An edge out of the flow: the client receives."""


@dataclass(frozen=True)
class SocketPort(Port[T]):
    """A TCP port that a process serves: any client may connect to `deployment.address(port)`."""

    many: bool = False
    """whether each `deployment.connect` is a client of its own"""


class External(Location, Generic[M_co]):
    """Clients outside of the flow, who connect to its ports."""

    __slots__ = ()
