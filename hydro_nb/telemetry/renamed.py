"""What is known of a deployment, and what its processes say, once a changed flow calls their nodes by other names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace

from hydro_nb.telemetry.state import EARLIER, DeploymentState, ProcessRow, total
from hydro_nb.wire import Counts, Listening, LocationProgram, Problem, Report, edge_of, location_of, member_of

V = TypeVar("V")
Slots = Mapping[str, str]
"""What a slot was called -> what it is called now."""


def renamed(event: Report, slots: Slots) -> Report:
    """Give what a process says with the present names.

    >>> renamed(Listening(0, "a.bind.0", "127.0.0.1", 80), {"a.bind.0": "a.bind.1"}).slot
    'a.bind.1'
    """
    match event:
        case Counts():
            fields = ("totals", "samples", "values", "discarded", "skipped", "estimates")
            changes: dict[str, Any] = {field: _keyed(getattr(event, field), slots) for field in fields}
            return replace(event, **changes)
        case Problem() | Listening():
            return replace(event, slot=slots.get(event.slot, event.slot))
        case _:
            return event


class Becoming(NamedTuple):
    """Who makes up a deployment from now on, and what of the deployment before goes on."""

    peers: Mapping[int, LocationProgram]
    kept: Collection[int]
    """the processes that go on"""
    edges: Collection[int]
    """the channels that go on"""
    slots: Mapping[int, Slots]
    """the names, by location that goes on"""


def become(state: DeploymentState, new: Becoming) -> DeploymentState:
    """Give the state once other processes make up the deployment: only of those that go on it knows what they did."""
    if state.state == "failed" and not any(_failed(state, peer) for peer in new.peers):
        state = replace(state, state="running", reason="", ended=0.0)
    names = {old: now for each in new.slots.values() for old, now in each.items()}
    moved = partial(_moved, new=new, names=names)
    counted, lost, estimated = moved(state.counted), moved(state.lost), moved(state.estimated)
    return replace(
        state,
        version=state.version + 1,
        processes={peer: _row(state, peer, place) for peer, place in new.peers.items()},
        counted=counted,
        lost=lost,
        totals=total(counted),
        estimated=estimated,
        estimates=total(estimated),
        discarded=total(lost),
        skipped=moved(state.skipped),
        skipped_before=moved(state.skipped_before),
        refused={peer: count for peer, count in state.refused.items() if _goes_on(peer, new)},
        samples=_known(state.samples, names),
        tapped={},
        values=_known(state.values, names),
        addresses=_known(state.addresses, names),
        struck=frozenset(names[slot] for slot in state.struck if slot in names),
        problems=tuple(replace(each, slot=names.get(each.slot, "")) for each in state.problems),
        ended_channels={link: event for link, event in state.ended_channels.items() if edge_of(link) in new.edges},
        timed=any(place.timers for place in new.peers.values()),
    )


def _failed(state: DeploymentState, peer: int) -> bool:
    return peer in state.processes and state.processes[peer].state == "failed"


def _row(state: DeploymentState, peer: int, place: LocationProgram) -> ProcessRow:
    name = place.title(member_of(peer))
    known = state.processes.get(peer)
    return replace(known, slot=place.slot, name=name) if known else ProcessRow(peer, place.slot, name)


def _goes_on(peer: int, new: Becoming) -> bool:
    """Whether what counts here is a process that goes on, or is no process: the kernel and its clients."""
    return peer in new.kept or (peer < 0 and peer != EARLIER)


def _moved(told: Mapping[int, Mapping[str, V]], new: Becoming, names: Slots) -> dict[int, dict[str, V]]:
    """Give what was told of those that go on, by the present names."""
    return {
        peer: _keyed(each, new.slots.get(location_of(peer), {}) if peer >= 0 else names)
        for peer, each in told.items()
        if _goes_on(peer, new)
    }


def _keyed(told: Mapping[str, V], slots: Slots) -> dict[str, V]:
    return {slots.get(slot, slot): each for slot, each in told.items()}


def _known(told: Mapping[str, V], names: Slots) -> dict[str, V]:
    return {names[slot]: each for slot, each in told.items() if slot in names}
