"""What users type: flows, locations, and live collections as handles on a graph."""

from __future__ import annotations

from hydro_nb.lang.flow import FlowBuilder
from hydro_nb.lang.guarantees import (
    AtLeastOnce,
    Bounded,
    BoundedValue,
    EventualConsistency,
    ExactlyOnce,
    InitNone,
    Monotonic,
    MonotonicKeys,
    MonotonicValue,
    NoConsistency,
    NoOrder,
    TotalOrder,
    Unbounded,
)
from hydro_nb.lang.keyed_singleton import KeyedSingleton
from hydro_nb.lang.keyed_stream import KeyedStream
from hydro_nb.lang.location import Atomic, Cluster, External, Location, Process, Tick
from hydro_nb.lang.network import TCP, UDP
from hydro_nb.lang.nondet import NonDet, nondet, proof
from hydro_nb.lang.optional import Optional
from hydro_nb.lang.quote import inplace, q
from hydro_nb.lang.singleton import Singleton
from hydro_nb.lang.slices import Slice, sliced
from hydro_nb.lang.stream import Stream

__all__ = [
    "TCP",
    "UDP",
    "AtLeastOnce",
    "Atomic",
    "Bounded",
    "BoundedValue",
    "Cluster",
    "EventualConsistency",
    "ExactlyOnce",
    "External",
    "FlowBuilder",
    "InitNone",
    "KeyedSingleton",
    "KeyedStream",
    "Location",
    "Monotonic",
    "MonotonicKeys",
    "MonotonicValue",
    "NoConsistency",
    "NoOrder",
    "NonDet",
    "Optional",
    "Process",
    "Singleton",
    "Slice",
    "Stream",
    "Tick",
    "TotalOrder",
    "Unbounded",
    "inplace",
    "nondet",
    "proof",
    "q",
    "sliced",
]
