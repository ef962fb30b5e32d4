"""Ends that a client holds: names of edges into and out of a flow, given to `deployment.connect`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


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
