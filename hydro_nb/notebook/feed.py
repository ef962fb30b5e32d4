"""What the page is told: a state of telemetry as traits that survive, and as messages of what changed.

Pure data in, plain data out; js/src/types.js describes the same shapes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hydro_nb.ir.picture import edges
from hydro_nb.notebook.meta import site
from hydro_nb.telemetry.state import foremost, shown

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph
    from hydro_nb.telemetry.state import DeploymentState, FaultRow, ProcessRow
    from hydro_nb.wire import LogLine, Problem, Sample, SkippedElement

LOG_BYTES = 128 * 1024
LOG_LINES = 2000
"""Log text in one message at most: a person reads no more; older lines are counted as not sent."""

SAMPLE_TEXT = 400
SAMPLE_BYTES = 96 * 1024
PROBLEMS_SHOWN = 50
FAULTS_SHOWN = 200
SKIPPED_SHOWN = 20

Message = tuple[dict[str, Any], list[bytes]]


class Feed:
    """Remembers what the page was told, to tell it only what is new."""

    def __init__(self, graph: Graph | None) -> None:
        self._arriving = _arriving(graph) if graph else {}
        places = graph.places.values() if graph else ()
        self._clusters = {place.slot for place in places if place.kind == "cluster"}
        self._totals: Mapping[str, int] = {}
        self._estimates: Mapping[str, int] = {}
        self._samples: dict[str, Sample] = {}
        self._values: Mapping[str, Sample] = {}
        self._before: tuple[float, DeploymentState] | None = None
        self._use: dict[int, tuple[float, float]] = {}

    # ------------------------------------------------------------ messages

    def snapshot(self, state: DeploymentState, lines: Sequence[LogLine], now: float) -> Message:
        """Tell everything, for a page that has just been opened or has missed something."""
        self._totals, self._estimates, self._samples, self._values = {}, {}, {}, {}
        content, buffers = self._told(state, lines, now)
        return {"kind": "snapshot", **content}, buffers

    def tick(self, state: DeploymentState, lines: Sequence[LogLine], now: float, *, brief: bool = False) -> Message:
        """Tell what is new; `brief` tells numbers alone."""
        if brief:
            return {"kind": "tick", "time": now, **self._numbers(state)}, []
        content, buffers = self._told(state, lines, now)
        return {"kind": "tick", **content}, buffers

    def _told(self, state: DeploymentState, lines: Sequence[LogLine], now: float) -> Message:
        content: dict[str, Any] = {"time": now, **self._numbers(state)}
        content["samples"] = self._new_samples(state)
        changed = {slot: value for slot, value in state.values.items() if self._values.get(slot) != value}
        content["values"] = {slot: sample(value) for slot, value in changed.items()}
        self._values = state.values
        if not lines:
            return content, []
        content["logs"], text = pack(lines)
        return content, [text]

    def _numbers(self, state: DeploymentState) -> dict[str, dict[str, int]]:
        """Give the totals that are new, and the estimates."""
        totals, self._totals = _grown(self._totals, state.totals), state.totals
        estimates, self._estimates = _grown(self._estimates, state.estimates), state.estimates
        return {"totals": totals, "estimates": estimates}

    def _new_samples(self, state: DeploymentState) -> dict[str, list[dict[str, Any]]]:
        """Give the samples of slots that have new ones; what does not fit in a message comes with the next."""
        told: dict[str, list[dict[str, Any]]] = {}
        room = SAMPLE_BYTES
        for slot, ring in {**state.samples, **state.tapped}.items():
            if not ring.samples or self._samples.get(slot) is ring.newest:
                continue
            told[slot] = [sample(each) for each in ring.samples]
            self._samples[slot] = ring.newest
            room -= sum(len(each["text"]) + 60 for each in told[slot])
            if room <= 0:
                break
        return told

    # ------------------------------------------------------------ traits

    def traits(self, state: DeploymentState, now: float) -> dict[str, Any]:
        """Give what must survive a reload of the page."""
        return {
            "status": status(state, now),
            "processes": self._rows(state, now),
            "problems": [problem(each, state) for each in foremost(state.problems, PROBLEMS_SHOWN)],
            "totals": dict(state.totals),
            "discarded": dict(state.discarded),
            "skipped": skipped(state),
            "faults": [fault(row) for row in state.faults[:FAULTS_SHOWN]],
        }

    def _rows(self, state: DeploymentState, now: float) -> list[dict[str, Any]]:
        before = self._before
        if before is None or now - before[0] >= 0.4:
            self._use = {row.location: self._used(row, state, now) for row in state.processes.values()}
            self._before = (now, state)
        return [
            _row(row, *self._use.get(row.location, (0.0, 0.0)), in_cluster=row.slot in self._clusters)
            for row in state.processes.values()
        ]

    def _used(self, row: ProcessRow, state: DeploymentState, now: float) -> tuple[float, float]:
        """Give the CPU use of a process and the rate of the fastest stream through it since the last time."""
        if self._before is None or now <= self._before[0]:
            return 0.0, 0.0
        then, old = self._before
        was = old.processes.get(row.location)
        cpu = max(0.0, row.cpu - was.cpu) if was else 0.0
        now_counted, then_counted = state.counted.get(row.location, {}), old.counted.get(row.location, {})
        grown = [total - then_counted.get(slot, 0) for slot, total in now_counted.items()]
        alone = sum(each.slot == row.slot for each in state.processes.values()) == 1
        arriving = self._arriving.get(row.slot, ()) if alone else ()  # of a cluster it is not known who got what
        grown += [state.totals.get(slot, 0) - old.totals.get(slot, 0) for slot in arriving]
        return cpu / (now - then), max([0, *grown]) / (now - then)


def _grown(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    return {slot: number for slot, number in now.items() if before.get(slot) != number}


def _arriving(graph: Graph) -> dict[str, list[str]]:
    """Give the network edges that end in each location."""
    arriving: dict[str, list[str]] = {}
    for edge in edges(graph):
        if edge.network:
            arriving.setdefault(graph.nodes[edge.target].place.root.slot, []).append(edge.target)
    return arriving


def status(state: DeploymentState, now: float) -> dict[str, Any]:
    """Give the state of the deployment as a whole, as it is shown at this moment."""
    return {
        "phase": shown(state, now),
        "reason": state.reason,
        "ready": state.started_count,
        "total": len(state.processes),
        "started": state.started,
        "ended": state.ended,
        "faults": len(state.faults),
        "struck": sorted(state.struck),
        "inside": any(row.pid == os.getpid() for row in state.processes.values()),
    }


def fault(row: FaultRow) -> dict[str, Any]:
    """Give a fault that is in force as plain data, with its words."""
    return {
        "kind": row.kind,
        "processes": list(row.processes),
        "since": row.since,
        "seconds": row.seconds,
        "rate": row.rate,
        "text": str(row),
    }


def skipped(state: DeploymentState) -> dict[str, dict[str, Any]]:
    """Give what operators went on without: how many on all processes, and the newest of each."""
    told: dict[str, dict[str, Any]] = {}
    for peer, found in sorted(state.skipped.items()):
        for slot, each in found.items():
            one = told.setdefault(slot, {"count": 0, "newest": []})
            one["count"] += each.count
            name = state.processes[peer].name
            one["newest"] += [_left_out(name, element) for element in each.newest]
    for one in told.values():
        one["newest"] = one["newest"][-SKIPPED_SHOWN:]
    return told


def _left_out(process: str, one: SkippedElement) -> dict[str, str]:
    error = one.error.partition("\n")[0]
    return {"process": process, "element": one.element[:SAMPLE_TEXT], "error": error[:SAMPLE_TEXT]}


def _row(row: ProcessRow, cpu: float, rate: float, *, in_cluster: bool) -> dict[str, Any]:
    return {
        "name": row.name,
        "place": row.name.rpartition("/")[0] if in_cluster else row.name,
        "cluster": in_cluster,
        "restarts": row.restarts,
        "returns": row.returns,
        "pid": row.pid,
        "phase": row.state,
        "cpu": round(cpu, 3),
        "memory": row.memory,
        "rate": round(rate, 1),
        "queued": row.queued,
        "started": row.started,
        "ended": row.ended,
        "reason": row.story,
    }


def problem(what: Problem, state: DeploymentState) -> dict[str, Any]:
    """Give a problem as plain data, with the name of its process."""
    row = state.processes.get(what.location)
    return {
        "process": row.name if row else what.process,
        "time": what.time,
        "error": f"{what.error}\n{what.sequel}" if what.sequel else what.error,
        "slot": what.slot,
        "op": what.op,
        "site": site(what.site),
        "element": what.element,
        "frames": [site(frame) for frame in what.frames],
        "fatal": what.fatal,
        "skipped": what.skipped,
    }


def sample(one: Sample) -> dict[str, Any]:
    """Give a sample as plain data, cut to what a line shows."""
    text = one.text if len(one.text) <= SAMPLE_TEXT else one.text[: SAMPLE_TEXT - 3] + "..."
    return {"time": one.time, "text": text, "type": one.type}


def pack(lines: Sequence[LogLine]) -> tuple[dict[str, Any], bytes]:
    """Write log lines as one UTF-8 text, newest kept: `process TAB stream TAB level TAB time TAB text`."""
    names: dict[str, int] = {}
    packed: list[bytes] = []
    room = LOG_BYTES
    for line in reversed(lines):
        text = _packed(line, names)
        room -= len(text) + 1
        if room < 0:
            break
        packed.append(text)
    return {"names": list(names), "dropped": len(lines) - len(packed)}, b"\n".join(reversed(packed))


def _packed(line: LogLine, names: dict[str, int]) -> bytes:
    number = names.setdefault(line.name, len(names))
    stream = "e" if line.stream == "stderr" else "o"
    text = line.text.replace("\n", "\u2424").replace("\r", "\u240d")
    return f"{number}\t{stream}\t{line.level}\t{line.time:.3f}\t{text}".encode(errors="replace")
