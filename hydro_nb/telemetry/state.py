"""What is known of a deployment, as a value: `apply(state, event)` gives the next one and changes nothing.

Whoever holds a state may read it from any thread for as long as it likes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from hydro_nb.telemetry.sample import Ring
from hydro_nb.wire import (
    ChannelEnded,
    Counts,
    Entered,
    Event,
    Listening,
    LocationProgram,
    Phase,
    ProbeReply,
    Problem,
    Sample,
    Skipped,
    member_of,
)

PROBLEMS_KEPT = 200
TAPPED_KEPT = 64
"""Operators of which is kept what they gave while somebody watched."""
REST_SECONDS = 2.0
"""How long nothing has moved in what is shown as settled: rates have fallen to nothing by then."""
EARLIER = -2
"""Stands for all earlier lives of processes among those who count."""
KERNEL = -3
"""Stands for the kernel among those who have problems."""
OVER = ("stopped", "failed", "killed")
"""The phases of a process that has ended."""


class ProcessRow(msgspec.Struct, frozen=True):
    """One process: who it is, how it fares, what it uses."""

    location: int
    slot: str
    name: str
    """such as `Leader`, or `Worker/3`"""
    state: Phase = "starting"
    pid: int = 0
    started: float = 0.0
    ended: float = 0.0
    reason: str = ""
    cpu: float = 0.0
    memory: int = 0
    queued: int = 0
    restarts: int = 0
    """how often it was started again"""
    why: str = ""
    """why it was, the last time"""
    listens: tuple[str, ...] = ()
    """slots of the ports that it serves"""
    returns: bool = False
    """whether it has ended and starts again by itself"""

    def __str__(self) -> str:
        memory = f"{self.memory / 2**20:.0f} MB" if self.memory else "-"
        used = f"cpu {self.cpu:.2f} s   memory {memory}   queued {self.queued}"
        line = f"{self.name:<16} {self.state:<9} pid {self.pid or '-':<8} {used}"
        return f"{line}   {self.story}" if self.story else line

    @property
    def story(self) -> str:
        """How it ended, where it has, and how often it was started again."""
        times = "once" if self.restarts == 1 else f"{self.restarts} times"
        why = f", the last time: {self.why}" if self.why else ""
        return "   ".join(filter(None, [self.reason, f"started again {times}{why}" if self.restarts else ""]))

    def __repr__(self) -> str:
        return f"<Process {' '.join(str(self).split())}>"


class FaultRow(msgspec.Struct, frozen=True):
    """One fault that is in force on purpose."""

    kind: Literal["pause", "cut", "delay", "drop"]
    processes: tuple[str, ...]
    """the one that is paused, the two that are cut from each other, or the sender and the receiver"""
    since: float
    seconds: float = 0.0
    """how long a frame is held, of `delay`"""
    rate: float = 0.0
    """the share of the elements that are lost, of `drop`"""
    seed: int | None = None
    """chooses which, of `drop`"""
    ended: tuple[str, ...] = ()
    """the channels that ended because a `cut` was not healed in time"""

    def __str__(self) -> str:
        first, last = f"`{self.processes[0]}`", f"`{self.processes[-1]}`"
        match self.kind:
            case "pause":
                return f"{first} is paused"
            case "cut":
                over = f"; ended: {', '.join(f'`{name}`' for name in self.ended)}" if self.ended else ""
                return f"{first} and {last} are cut from each other{over}"
            case "delay":
                return f"{first} to {last}: every frame is {self.seconds:g} s late"
            case "drop":
                return f"{first} to {last}: {self.rate:.0%} of what may be lost is dropped (seed {self.seed})"

    def __repr__(self) -> str:
        return f"<Fault {self}>"


class DeploymentState(msgspec.Struct, frozen=True):
    """Everything that is known of a deployment at one moment."""

    name: str
    state: Phase = "starting"
    reason: str = ""
    started: float = 0.0
    ended: float = 0.0
    processes: dict[int, ProcessRow] = {}
    counted: dict[int, dict[str, int]] = {}
    """location id -> its totals; `totals` adds them up"""
    totals: dict[str, int] = {}
    lost: dict[int, dict[str, int]] = {}
    """peer -> what it has discarded; `discarded` adds it up"""
    discarded: dict[str, int] = {}
    """network edge -> elements dropped: their receiver has gone, or had no room where they may be lost"""
    refused: dict[int, int] = {}
    """peer -> connections and frames that came to it from nobody of this deployment"""
    skipped: dict[int, dict[str, Skipped]] = {}
    """peer -> slot of an operator with `on_error="skip"` -> what it went on without, in all lives of the process"""
    skipped_before: dict[int, dict[str, int]] = {}
    """peer -> slot -> how much of that was in earlier lives"""
    estimated: dict[int, dict[str, int]] = {}
    """location id -> what operators fused into its loops have given, about; `estimates` adds it up"""
    estimates: dict[str, int] = {}
    samples: dict[str, Ring] = {}
    tapped: dict[str, Ring] = {}
    """slot of an operator that somebody watches -> some of what it has given"""
    values: dict[str, Sample] = {}
    problems: tuple[Problem, ...] = ()
    ended_channels: dict[int, ChannelEnded] = {}
    addresses: dict[str, tuple[str, int]] = {}
    """slot of a port for any client -> where its process listens"""
    timed: bool = False
    """whether timers set something off for as long as it runs"""
    faults: tuple[FaultRow, ...] = ()
    """those that are in force on purpose, oldest first"""
    struck: frozenset[str] = frozenset()
    """network edges on which a fault on purpose may have cost elements"""
    moved: float = 0.0
    """when a total last grew"""
    version: int = 0
    """grows with every change"""

    @property
    def started_count(self) -> int:
        """How many processes run, for "starting 1/2"."""
        return sum(row.state not in ("starting", "bound", "connected") for row in self.processes.values())

    @property
    def over(self) -> bool:
        """Whether nothing can happen any more: it was stopped, or it has failed and no process is left."""
        return self.state == "stopped" or (self.state == "failed" and not self.alive)

    @property
    def alive(self) -> bool:
        """Whether any process has not ended, or starts again by itself."""
        return any(row.state not in OVER or row.returns for row in self.processes.values())


def begin(name: str, peers: Mapping[int, LocationProgram], now: float) -> DeploymentState:
    """Give the state of a deployment that is about to start, of these processes."""
    rows = {peer: ProcessRow(peer, place.slot, place.title(member_of(peer))) for peer, place in peers.items()}
    return DeploymentState(name, started=now, processes=rows, timed=any(place.timers for place in peers.values()))


def shown(state: DeploymentState, now: float) -> Phase:
    """Give the phase that people are shown: settled once it rests, and never beside numbers that move.

    A flow with timers settles between two of their beats, which is what `settle` waits for and not a rest to look at.
    """
    resting = not state.timed and now - state.moved >= REST_SECONDS
    return "running" if state.state == "settled" and not resting else state.state


def phase(state: DeploymentState, new: Phase, now: float, reason: str = "") -> DeploymentState:
    """Move the deployment as a whole to another phase; what has failed can only be stopped."""
    if state.state == "failed" and new not in ("stopping", "stopped"):
        return state
    return _closed(_next(state, state=new, reason=reason or state.reason), now)


def ended(
    state: DeploymentState, location: int, new: Phase, now: float, reason: str = "", *, returns: bool = False
) -> DeploymentState:
    """Note that a process has ended; one that fails makes the deployment a failed one, whatever the others do.

    One that is killed on purpose does not, as long as there are others, nor one that starts again by itself.
    """
    row = state.processes[location]
    after = _with_row(state, replace(row, state=new, ended=now, reason=reason or row.reason, returns=returns))
    why = "" if after.alive else "no process is left"
    if new == "failed" and not returns:
        why = f"process `{row.name}` has ended: {reason}"
    if why and state.state not in ("stopping", "stopped"):
        after = phase(after, "failed", now, why)
    return _closed(after, now)


def struck(state: DeploymentState, faults: tuple[FaultRow, ...], edges: frozenset[str]) -> DeploymentState:
    """Note which faults are in force on purpose, and where they may cost elements; who is paused shows it."""
    paused = {row.processes[0] for row in faults if row.kind == "pause"}
    rows = {peer: _held(row, paused) for peer, row in state.processes.items()}
    return _next(state, faults=faults, struck=edges, processes=rows)


def _held(row: ProcessRow, paused: set[str]) -> ProcessRow:
    """Give a row as it is while some are paused: those that run, or run again, are running."""
    if row.name in paused:
        return replace(row, state="paused") if row.state == "running" else row
    return replace(row, state="running") if row.state == "paused" else row


def again(state: DeploymentState, location: int, why: str = "") -> DeploymentState:
    """Note that a process that had ended is started again; what it counted in its earlier life goes on counting.

    A deployment that had failed with it runs again, unless another one has failed too.
    """
    row = state.processes[location]
    after = replace(
        _with_row(state, ProcessRow(location, row.slot, row.name, restarts=row.restarts + 1, why=why)),
        counted=_put_by(state.counted, location),
        estimated=_put_by(state.estimated, location),
        lost=_put_by(state.lost, location),
        refused=_put_by_count(state.refused, location),
        skipped_before={**state.skipped_before, location: _counts_of(state.skipped.get(location, {}))},
        addresses={slot: where for slot, where in state.addresses.items() if slot not in row.listens},
    )
    failed = any(each.state == "failed" for each in after.processes.values())
    return replace(after, state="running", reason="", ended=0.0) if after.state == "failed" and not failed else after


def _put_by(counted: Mapping[int, dict[str, int]], location: int) -> dict[int, dict[str, int]]:
    """Add what a process counted to what the earlier lives of all counted."""
    earlier = {each: counted.get(each, {}) for each in (EARLIER, location)}
    return {**counted, EARLIER: total(earlier), location: {}}


def _put_by_count(counted: Mapping[int, int], location: int) -> dict[int, int]:
    """Add what came to a process to what came to the earlier lives of all."""
    kept = {peer: count for peer, count in counted.items() if peer != location}
    if location in counted:
        kept[EARLIER] = kept.get(EARLIER, 0) + counted[location]
    return kept


def refused(state: DeploymentState, count: int) -> DeploymentState:
    """Count connections or messages to the kernel of nobody of this deployment."""
    return _next(state, refused={**state.refused, KERNEL: state.refused.get(KERNEL, 0) + count})


def refusals(state: DeploymentState) -> list[str]:
    """Say in a line who had how many connections and frames of strangers; in none where nobody had any."""
    names = {KERNEL: "the kernel", EARLIER: "processes that were started again"}
    names |= {peer: row.name for peer, row in state.processes.items()}
    each = ", ".join(f"{names.get(peer, peer)} {count}" for peer, count in state.refused.items())
    return [f"refused connections, clients and frames of strangers: {each}"] if each else []


def _closed(state: DeploymentState, now: float) -> DeploymentState:
    return replace(state, ended=now) if state.over and not state.ended else state


def apply(state: DeploymentState, event: Event) -> DeploymentState:
    """Give the state after an event."""
    match event:
        case Counts():
            return _counted(state, event)
        case Entered():
            return _entered(state, event)
        case Problem():
            row = state.processes.get(event.location)
            named = replace(event, process=row.name if row else event.process or "a client")
            # what two say may come in any order, and a coarse clock gives both the same time
            problems = sorted((*state.problems, named), key=lambda each: (each.time, each.location))
            return _next(state, problems=tuple(foremost(problems, PROBLEMS_KEPT)))
        case ChannelEnded():
            return _channel_ended(state, event)
        case Listening():
            return _listening(state, event)
        case ProbeReply():
            return state


def foremost(problems: Sequence[Problem], most: int) -> Sequence[Problem]:
    """Leave out the oldest of those that matter least: why a process failed goes last, before it what came first."""
    if len(problems) <= most:
        return problems
    known: set[str | int] = set()
    ranked: list[tuple[int, int]] = []
    for index, each in enumerate(problems):
        source = each.slot or each.location
        ranked.append((2 * (each.fatal or bool(each.sequel)) + (source not in known), index))
        known.add(source)
    return [problems[index] for index in sorted(index for _, index in sorted(ranked)[-most:])]


def _entered(state: DeploymentState, event: Entered) -> DeploymentState:
    row = state.processes[event.location]
    started = event.time if event.phase == "running" else row.started
    return _with_row(state, replace(row, state=event.phase, pid=event.pid or row.pid, started=started))


def _counted(state: DeploymentState, event: Counts) -> DeploymentState:
    counted = {**state.counted, event.location: event.totals}
    samples = {**state.samples, **{slot: _ring(state, slot).added(new) for slot, new in event.samples.items() if new}}
    values = {**state.values, **event.values}
    changes: dict[str, Any] = {"counted": counted, "totals": total(counted), "samples": samples, "values": values}
    changes["lost"] = {**state.lost, event.location: event.discarded}
    changes["discarded"] = total(changes["lost"])
    if event.estimates:
        changes["estimated"] = {**state.estimated, event.location: event.estimates}
        changes["estimates"] = total(changes["estimated"])
    if event.refused:
        changes["refused"] = {**state.refused, event.location: event.refused}
    if event.taps:
        changes["tapped"] = _tapped(state, event)
    if event.skipped:
        changes["skipped"] = {**state.skipped, event.location: _skipped(state, event)}
    if event.totals != state.counted.get(event.location):
        changes["moved"] = max(state.moved, event.time)
    row = state.processes.get(event.location)
    if row is None:
        # clients have counts, and no process
        return _next(state, **changes)
    used = replace(row, cpu=event.cpu, memory=event.memory, queued=event.queued)
    return _with_row(replace(state, **changes), used)


def _tapped(state: DeploymentState, event: Counts) -> dict[str, Ring]:
    """Add what watched operators have given; those that gave nothing for longest are forgotten."""
    new = {slot: state.tapped.get(slot, Ring()).added(each) for slot, each in event.taps.items()}
    rings = {slot: ring for slot, ring in state.tapped.items() if slot not in new} | new
    return {slot: rings[slot] for slot in [*rings][-TAPPED_KEPT:]}


def _skipped(state: DeploymentState, event: Counts) -> dict[str, Skipped]:
    """Add what a process has skipped in this life to what it had before."""
    before = state.skipped_before.get(event.location, {})
    new = {slot: replace(each, count=each.count + before.get(slot, 0)) for slot, each in event.skipped.items()}
    return {**state.skipped.get(event.location, {}), **new}


def _counts_of(skipped: Mapping[str, Skipped]) -> dict[str, int]:
    return {slot: each.count for slot, each in skipped.items()}


def _channel_ended(state: DeploymentState, event: ChannelEnded) -> DeploymentState:
    known = state.ended_channels.get(event.channel)
    if known is not None and known.reason and not event.reason:
        return state
    return _next(state, ended_channels={**state.ended_channels, event.channel: event})


def _listening(state: DeploymentState, event: Listening) -> DeploymentState:
    row = state.processes[event.location]
    served = replace(row, listens=(*row.listens, event.slot))
    return replace(_with_row(state, served), addresses={**state.addresses, event.slot: (event.host, event.port)})


def _ring(state: DeploymentState, slot: str) -> Ring:
    return state.samples.get(slot) or Ring()


def _with_row(state: DeploymentState, row: ProcessRow) -> DeploymentState:
    return _next(state, processes={**state.processes, row.location: row})


def total(counted: Mapping[int, dict[str, int]]) -> dict[str, int]:
    """Add up what each counted, by slot.

    >>> total({0: {"a": 1}, 1: {"a": 2}})
    {'a': 3}
    """
    totals: dict[str, int] = {}
    for part in counted.values():
        for slot, count in part.items():
            totals[slot] = totals.get(slot, 0) + count
    return totals


def _next(state: DeploymentState, /, **changes: Any) -> DeploymentState:
    return replace(state, version=state.version + 1, **changes)
