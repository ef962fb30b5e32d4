"""Hydro in Python, native to Jupyter: build a dataflow in cells, run it as processes over ZeroMQ, watch it live.

Public names are loaded when they are first used, so that a process that runs a piece of a flow loads
only what it needs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hydro_nb import std as std
    from hydro_nb import testing as testing
    from hydro_nb import types as types
    from hydro_nb.deploy import Deployment as Deployment
    from hydro_nb.errors import BoundError as BoundError
    from hydro_nb.errors import CaptureError as CaptureError
    from hydro_nb.errors import ChannelBroken as ChannelBroken
    from hydro_nb.errors import DecodeError as DecodeError
    from hydro_nb.errors import DeployError as DeployError
    from hydro_nb.errors import EncodeError as EncodeError
    from hydro_nb.errors import GraphError as GraphError
    from hydro_nb.errors import HydroError as HydroError
    from hydro_nb.errors import LinkHealedLate as LinkHealedLate
    from hydro_nb.errors import LocationError as LocationError
    from hydro_nb.errors import NondetError as NondetError
    from hydro_nb.errors import OrderError as OrderError
    from hydro_nb.errors import ProcessFailed as ProcessFailed
    from hydro_nb.errors import ProofError as ProofError
    from hydro_nb.errors import RetriesError as RetriesError
    from hydro_nb.errors import SettleTimeout as SettleTimeout
    from hydro_nb.errors import SimulationFailure as SimulationFailure
    from hydro_nb.errors import StaleError as StaleError
    from hydro_nb.lang import TCP as TCP
    from hydro_nb.lang import UDP as UDP
    from hydro_nb.lang import AtLeastOnce as AtLeastOnce
    from hydro_nb.lang import Atomic as Atomic
    from hydro_nb.lang import Bounded as Bounded
    from hydro_nb.lang import BoundedValue as BoundedValue
    from hydro_nb.lang import Cluster as Cluster
    from hydro_nb.lang import EventualConsistency as EventualConsistency
    from hydro_nb.lang import ExactlyOnce as ExactlyOnce
    from hydro_nb.lang import External as External
    from hydro_nb.lang import FlowBuilder as FlowBuilder
    from hydro_nb.lang import InitNone as InitNone
    from hydro_nb.lang import KeyedSingleton as KeyedSingleton
    from hydro_nb.lang import KeyedStream as KeyedStream
    from hydro_nb.lang import Location as Location
    from hydro_nb.lang import Monotonic as Monotonic
    from hydro_nb.lang import MonotonicKeys as MonotonicKeys
    from hydro_nb.lang import MonotonicValue as MonotonicValue
    from hydro_nb.lang import NoConsistency as NoConsistency
    from hydro_nb.lang import NonDet as NonDet
    from hydro_nb.lang import NoOrder as NoOrder
    from hydro_nb.lang import Optional as Optional
    from hydro_nb.lang import Process as Process
    from hydro_nb.lang import Singleton as Singleton
    from hydro_nb.lang import Slice as Slice
    from hydro_nb.lang import Stream as Stream
    from hydro_nb.lang import Tick as Tick
    from hydro_nb.lang import TotalOrder as TotalOrder
    from hydro_nb.lang import Unbounded as Unbounded
    from hydro_nb.lang import inplace as inplace
    from hydro_nb.lang import nondet as nondet
    from hydro_nb.lang import proof as proof
    from hydro_nb.lang import q as q
    from hydro_nb.lang import sliced as sliced
    from hydro_nb.lang.codecs import Auto as Auto
    from hydro_nb.lang.codecs import BytesCodec as BytesCodec
    from hydro_nb.lang.codecs import LengthDelimitedCodec as LengthDelimitedCodec
    from hydro_nb.lang.codecs import LinesCodec as LinesCodec
    from hydro_nb.lang.codecs import NetworkHint as NetworkHint
    from hydro_nb.lang.codecs import TcpPort as TcpPort
    from hydro_nb.lang.outside import Outbox as Outbox
    from hydro_nb.lang.restart import Restart as Restart
    from hydro_nb.lang.sim_consistency import ConsistencyCollector as ConsistencyCollector
    from hydro_nb.lang.sim_hook import SimHook as SimHook
    from hydro_nb.lang.sim_ports import NoMoreMessages as NoMoreMessages
    from hydro_nb.lang.sim_ports import ScriptError as ScriptError
    from hydro_nb.lang.sim_ports import continue_if as continue_if
    from hydro_nb.values import CLUSTER_SELF_ID as CLUSTER_SELF_ID
    from hydro_nb.values import Break as Break
    from hydro_nb.values import Continue as Continue
    from hydro_nb.values import Err as Err
    from hydro_nb.values import MemberId as MemberId
    from hydro_nb.values import MembershipEvent as MembershipEvent
    from hydro_nb.values import Ok as Ok
    from hydro_nb.values import Return as Return
    from hydro_nb.values import Some as Some
    from hydro_nb.values import Yield as Yield

    __version__: str

_HOMES = {
    "hydro_nb.lang": (
        "TCP UDP AtLeastOnce Atomic Bounded BoundedValue Cluster EventualConsistency ExactlyOnce External FlowBuilder "
        "InitNone KeyedSingleton KeyedStream Location Monotonic MonotonicKeys MonotonicValue NoConsistency NoOrder "
        "NonDet Optional Process Singleton Slice Stream Tick TotalOrder Unbounded inplace nondet proof q sliced"
    ),
    "hydro_nb.errors": (
        "BoundError CaptureError ChannelBroken DecodeError DeployError EncodeError GraphError HydroError "
        "LinkHealedLate LocationError NondetError OrderError ProcessFailed ProofError RetriesError SettleTimeout "
        "SimulationFailure StaleError"
    ),
    "hydro_nb.lang.codecs": "Auto BytesCodec LengthDelimitedCodec LinesCodec NetworkHint TcpPort",
    "hydro_nb.lang.outside": "Outbox",
    "hydro_nb.lang.restart": "Restart",
    "hydro_nb.lang.sim_consistency": "ConsistencyCollector",
    "hydro_nb.lang.sim_hook": "SimHook",
    "hydro_nb.lang.sim_ports": "NoMoreMessages ScriptError continue_if",
    "hydro_nb.values": "Break CLUSTER_SELF_ID Continue Err MemberId MembershipEvent Ok Return Some Yield",
    "hydro_nb.deploy": "Deployment",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}
_ROOMS = ("std", "testing", "types")

__all__ = [
    "CLUSTER_SELF_ID",
    "TCP",
    "UDP",
    "AtLeastOnce",
    "Atomic",
    "Auto",
    "BoundError",
    "Bounded",
    "BoundedValue",
    "Break",
    "BytesCodec",
    "CaptureError",
    "ChannelBroken",
    "Cluster",
    "ConsistencyCollector",
    "Continue",
    "DecodeError",
    "DeployError",
    "EncodeError",
    "Err",
    "EventualConsistency",
    "ExactlyOnce",
    "External",
    "FlowBuilder",
    "GraphError",
    "HydroError",
    "InitNone",
    "KeyedSingleton",
    "KeyedStream",
    "LengthDelimitedCodec",
    "LinesCodec",
    "LinkHealedLate",
    "Location",
    "LocationError",
    "MemberId",
    "MembershipEvent",
    "Monotonic",
    "MonotonicKeys",
    "MonotonicValue",
    "NetworkHint",
    "NoConsistency",
    "NoMoreMessages",
    "NoOrder",
    "NonDet",
    "NondetError",
    "Ok",
    "Optional",
    "OrderError",
    "Outbox",
    "Process",
    "ProcessFailed",
    "ProofError",
    "Restart",
    "RetriesError",
    "Return",
    "ScriptError",
    "SettleTimeout",
    "SimHook",
    "SimulationFailure",
    "Singleton",
    "Slice",
    "Some",
    "StaleError",
    "Stream",
    "TcpPort",
    "Tick",
    "TotalOrder",
    "Unbounded",
    "Yield",
    "continue_if",
    "inplace",
    "nondet",
    "proof",
    "q",
    "sliced",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOME:
        value: Any = getattr(import_module(_HOME[name]), name)
    elif name in _ROOMS:
        value = import_module(f"hydro_nb.{name}")
    elif name == "__version__":
        value = _version()
    else:
        raise AttributeError(f"module 'hydro_nb' has no attribute {name!r}")
    globals()[name] = value
    return value


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("hydro_nb")
    except PackageNotFoundError:
        return "0+source"  # a checkout that is imported without being installed


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(ipython: Any) -> None:
    """Register the magics in this IPython session; `%load_ext hydro_nb` calls it."""
    from hydro_nb.notebook import register

    register(ipython)


def _greet_notebook() -> None:
    """Register the magics where this is imported in an IPython session; elsewhere do nothing."""
    ipython = sys.modules.get("IPython")
    session = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    if session is not None:
        load_ipython_extension(session)


_greet_notebook()
