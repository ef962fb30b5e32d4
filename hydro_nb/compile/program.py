"""Graph to program: one Python source text per location, and the channels between them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from hydro_nb.compile.channels import channels
from hydro_nb.compile.names import Names
from hydro_nb.compile.numeric.imports import imports, reserve
from hydro_nb.compile.order import plan
from hydro_nb.compile.reach import mentioned_types
from hydro_nb.compile.served import port_types, served, sidecars, tokens
from hydro_nb.compile.split import Part, Unit, all_fused, locations, name_parts
from hydro_nb.compile.text import rebound
from hydro_nb.compile.unit import UnitWriter
from hydro_nb.compile.writer import Writer
from hydro_nb.errors import GraphError, Site
from hydro_nb.ir.func import Func
from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Place
from hydro_nb.ir.ops.cycle import require_complete
from hydro_nb.ir.ops.futures import ResolveFutures, Timeout
from hydro_nb.ir.ops.network import SendExternal
from hydro_nb.ir.ops.outside import Outgoing, SidecarBidi
from hydro_nb.ir.ops.sink import DestSink
from hydro_nb.ir.ops.source import SourceInterval, SourceMembers, SourceStream
from hydro_nb.ir.ops.time import SampleEvery
from hydro_nb.values import tag_name
from hydro_nb.wire import (
    SAMPLED,
    ChannelSpec,
    FutureSpec,
    LocationProgram,
    MembersSpec,
    SourceLine,
    SourceSpec,
    TimerSpec,
    Watch,
)

CHUNK = 4096
"""Elements that a bounded source gives in one tick; the runtime lowers a state's `room` while nothing can be sent."""
IMPORTS = {
    "deque": "collections",
    "islice": "itertools",
    "chain": "itertools",
    "add_up": "hydro_nb.runtime.counted",
    "count_each": "hydro_nb.runtime.counted",
    "count_words": "hydro_nb.runtime.counted",
    "pull": "hydro_nb.runtime.pulled",
    "take": "hydro_nb.runtime.pulled",
    "monotonic": "time",
    "ABSENT": "hydro_nb.values",
    "RETURNED_NONE": "hydro_nb.values",
    "Break": "hydro_nb.values",
    "Continue": "hydro_nb.values",
    "Return": "hydro_nb.values",
    "Skips": "hydro_nb.runtime.skipped",
    "Some": "hydro_nb.values",
    "Yield": "hydro_nb.values",
    "copy": "hydro_nb.values",
    "opened": "hydro_nb.runtime.sinks",
    "drained": "hydro_nb.runtime.waiting",
    "wait_all": "hydro_nb.runtime.waiting",
    "wait_for": "hydro_nb.runtime.waiting",
}
"""What generated source may use by name, and where it comes from."""
TIMED = (SourceInterval, SampleEvery, Timeout)
"""Operators that a timer wakes."""
RESERVED = frozenset(
    {*IMPORTS, "CLUSTER_SELF_ID", "State", "inputs", "outputs", "start", "state", "tap", "tapped", "tick"}
)


@dataclass(frozen=True)
class Program:
    """All that a deployment needs of a flow."""

    name: str
    locations: tuple[LocationProgram, ...]
    channels: tuple[ChannelSpec, ...]
    captures: dict[int, bytes] = field(repr=False)
    """location id -> the cloudpickled globals of its source, and the types of elements; of a client these and tokens"""
    graph: Graph

    def source(self, name: str) -> str:
        """Give the generated Python of a location by its display name."""
        return next(location.source for location in self.locations if location.name == name)

    def watching(self, slots: Collection[str]) -> dict[int, Watch]:
        """Give what lets each location tell some of what these operators give, by its number."""
        from hydro_nb.compile.watching import watching  # noqa: PLC0415 - it compiles parts of programs itself

        return watching(self, slots)


@dataclass(frozen=True)
class Written:
    """A location as source text, with its units and its captured values."""

    place: Place
    units: tuple[Unit, ...]
    text: str
    lines: tuple[SourceLine | None, ...]
    captures: dict[str, Any]
    sites: dict[str, Site]
    counted: dict[str, str]
    state: frozenset[str]
    skipping: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def parts(self) -> list[Part]:
        """All that its units are made of."""
        return [part for unit in self.units for part in unit.parts.values()]


def compile_flow(graph: Graph, *, brief: bool = False) -> Program:
    """Compile a whole flow; raises what keeps it from running as one `HydroError`.

    What is to run only `brief`ly compiles no loops over numbers, which takes longer than it may run.
    """
    from hydro_nb.compile.payload import dump  # noqa: PLC0415 - a simulation packs nothing, and cloudpickle is slow to load

    require_runnable(graph)
    units = all_fused(graph)
    written = [
        write_location(graph, place, [units.get(place, Unit("tick", place))], brief=brief) for place in locations(graph)
    ]
    names = {part.key: part.name for one in written for unit in one.units for part in unit.parts.values()}
    specs, types = channels(graph, names)
    types |= port_types([part for one in written for part in one.parts])
    declared = mentioned_types({}, (*types.values(), *_declared(graph)))
    mentioned = {
        kind: None for kinds in (declared, *(mentioned_types(one.captures) for one in written)) for kind in kinds
    }
    known = {**types, "__types__": tuple(mentioned)}
    clients = [p for p in graph.places.values() if p.kind == "external"]
    captures = {one.place.number: dump({**one.captures, **known, **tokens(one.parts)}, one.sites) for one in written}
    asked = tokens([part for one in written for part in one.parts])
    captures |= {client.number: dump({**known, **asked}, {}) for client in clients}
    programs = [_location(graph, one) for one in written]
    outside = [LocationProgram(p.number, p.slot, graph.display_name(p), "external") for p in clients]
    return Program(graph.name, (*programs, *outside), specs, captures, graph.copy())


def _declared(graph: Graph) -> Iterator[Any]:
    """Give all that is known of the types of elements: what may arrive somewhere is known everywhere."""
    for node in graph.nodes.values():
        for kind in node.outputs:
            yield from (kind.key, kind.element)


def require_runnable(graph: Graph) -> None:
    """Refuse a graph that cannot run as it stands."""
    graph.require_fresh()
    if not graph.nodes:
        raise GraphError(
            f"the flow `{graph.name}` is empty, so there is nothing to run.\n"
            "  Start with a source on a process: flow.process().source_iter([1, 2, 3])"
        )
    require_complete(graph)


def write_location(
    graph: Graph,
    place: Place,
    units: Sequence[Unit],
    *,
    seams: bool = False,
    tapped: Collection[str] = (),
    known: Mapping[str, Any] = {},
    brief: bool = False,
) -> Written:
    """Write the source of one location as one function per unit; operators that are `tapped` tell all that they give.

    `known` are objects that the module is given under these names by whoever runs it.
    """
    parts = [part for unit in units for part in unit.parts.values()]
    name_parts(parts)
    names = Names({*RESERVED, *(unit.name for unit in units), *(part.name for part in parts)})
    numeric = reserve(names, parts)
    for name, value in known.items():
        names.know(name, value)
    writers = [UnitWriter(plan(unit), names, seams, graph.debug, tapped, brief) for unit in units]
    for writer in writers:
        writer.run()
    text = _Module(graph, place, writers, numeric=numeric).write()
    merged = {key: value for w in writers for key, value in w.counted.items()}
    sites = {key: value for w in writers for key, value in w.sites.items()}
    kept = frozenset(key for w in writers for key in w.state)
    skipping = {key: value for w in writers for key, value in w.skipping.items()}
    source, lines = "\n".join(text.lines) + "\n", tuple(text.origins)
    return Written(place, tuple(units), source, lines, names.captures, sites, merged, kept, skipping)


class _Module:
    """Puts a location's text together."""

    def __init__(self, graph: Graph, place: Place, writers: Sequence[UnitWriter], *, numeric: bool) -> None:
        self.graph, self.place, self.writers, self.numeric = graph, place, writers, numeric
        self.text = Writer()
        self.state = {name: init for w in writers for name, init in w.state.items()}
        self.counted = [name for w in writers for name in w.counted]
        self.skipping = [name for w in writers for name in w.skipping]

    def write(self) -> Writer:
        """Write the imports, the state, the start, and one function per unit."""
        functions = Writer()
        for writer in self.writers:
            self._makers(functions, writer)
            functions.append(writer.loops)
            self._function(functions, writer)
        start = self._start()
        used = "\n".join(line for line in start.lines + functions.lines if not line.lstrip().startswith("#"))
        title = f"{self.graph.display_name(self.place)}, of the flow `{self.graph.name}`."
        self.text.write('"""' + title.replace("\\", "/").replace('"', "'") + '"""')
        self._imports(used)
        self._state_class()
        self.text.append(start)
        self.text.append(functions)
        return self.text

    def _imports(self, used: str) -> None:
        for name, module in IMPORTS.items():
            if re.search(rf"\b{name}\b", used):
                self.text.write(f"from {module} import {name}")
        for line in imports(used.split("\n")) if self.numeric else ():
            self.text.write(line)

    def _state_class(self) -> None:
        skipped = ("skipped",) if self.skipping else ()
        slots = ", ".join(f'"{name}"' for name in ("room", "counts", "samples", *skipped, *self.state))
        self.text.write(f"\n\nclass State:\n    __slots__ = ({slots})")

    def _start(self) -> Writer:
        start = Writer()
        start.write("\n")
        with start.block("def start():"):
            start.write("state = State()")
            start.write(f"state.room = {CHUNK}")
            start.write("state.counts = {" + ", ".join(f'"{name}": 0' for name in self.counted) + "}")
            kept = ", ".join(f'"{name}": deque(maxlen={SAMPLED})' for name in self.counted)
            start.write(f"state.samples = {{{kept}}}")
            if self.skipping:
                start.write("state.skipped = {" + ", ".join(f'"{name}": Skips()' for name in self.skipping) + "}")
            origins = {name: origin for w in self.writers for name, origin in _origins(w).items()}
            for name, init in self.state.items():
                start.write(f"state.{name} = {init}", origins.get(name))
            start.write("return state")
        return start

    def _makers(self, functions: Writer, writer: UnitWriter) -> None:
        for part in writer.unit.parts.values():
            for name, function in _made(part):
                functions.write("\n")
                with functions.block(f"def {name}():"):
                    functions.write(f"return {writer.emit(part).make(function)}", _origin(part))
            if isinstance(part.node.op, SidecarBidi):
                functions.write("\n")
                with functions.block(f"def {part.name}():"):
                    made = writer.emit(part).capture("sidecar", part.node.op.function.fn)
                    functions.write(f"return {made}", _origin(part))

    def _function(self, functions: Writer, writer: UnitWriter) -> None:
        ended = " and ".join(writer.ended)
        result = f"not ({ended})" if " " in ended else f"not {ended}" if ended else "False"
        self._body(functions, writer, writer.unit.name, writer.body, result)
        if writer.opening.lines:
            self._body(functions, writer, f"{writer.unit.name}_opening", writer.opening)

    def _body(self, functions: Writer, writer: UnitWriter, name: str, body: Writer, result: str = "") -> None:
        """Write one function: the state into variables, what is done with them, and back."""
        functions.write("\n")
        with functions.block(f"def {name}(state, inputs, outputs):"):
            for kept in writer.state:
                functions.write(f"{kept} = state.{kept}")
            for variable, init in writer.fresh.items():
                functions.write(f"{variable} = {init}")
            self._counted(functions, writer, body)
            changed = writer.fresh.keys() | rebound(body.lines)
            for kept in writer.state:
                if kept in changed:
                    functions.write(f"state.{kept} = {kept}")
            if result:
                functions.write(f"return {result}")

    @staticmethod
    def _counted(functions: Writer, writer: UnitWriter, body: Writer) -> None:
        """Write what is done, and count what sinks have handled, also where it fails in between."""
        if not writer.counting or body is writer.opening:
            functions.append(body)
            return
        with functions.block("try:"):
            functions.append(body)
        with functions.block("finally:"):
            for name, variable in writer.counting.items():
                functions.write(f'state.counts["{name}"] += {variable}')


def _made(part: Part) -> Iterator[tuple[str, Func]]:
    """Give the functions that a part has called before the first tick, each with its name in the source."""
    if isinstance(part.node.op, SourceStream):
        yield part.name, part.node.op.function
    elif isinstance(part.node.op, SourceInterval):
        yield from ((made, getattr(part.node.op, name)) for name, made in _durations(part))


def _origin(part: Part) -> SourceLine:
    return SourceLine(part.node.slot, part.node.op.label, part.node.site)


def _origins(writer: UnitWriter) -> dict[str, SourceLine]:
    return {part.name: _origin(part) for part in writer.unit.parts.values()}


def _location(graph: Graph, written: Written) -> LocationProgram:
    parts = written.parts
    return LocationProgram(
        id=written.place.number,
        slot=written.place.slot,
        name=graph.display_name(written.place),
        kind="cluster" if written.place.kind == "cluster" else "process",
        tag=tag_name(written.place.tag) if written.place.kind == "cluster" else "",
        source=written.text,
        lines=written.lines,
        sources=tuple(_source(part) for part in parts if isinstance(part.node.op, SourceStream)),
        timers=tuple(_timer(part) for part in parts if isinstance(part.node.op, TIMED)),
        futures=tuple(_futures(part, parts) for part in parts if _begins_futures(part)),
        sinks=tuple(part.name for part in parts if isinstance(part.node.op, DestSink)),
        outputs=tuple(p.name for p in parts if p.role == "send" or isinstance(p.node.op, SendExternal | Outgoing)),
        watch={part.node.slot: part.name for part in parts if _is_watched(part, written)},
        names=written.counted,
        skipping=written.skipping,
        members=tuple(_members(part) for part in parts if isinstance(part.node.op, SourceMembers)),
        served=served(parts),
        sidecars=sidecars(parts),
    )


def _source(part: Part) -> SourceSpec:
    return SourceSpec(part.name, part.name, part.node.slot, part.node.site)


def _members(part: Part) -> MembersSpec:
    cluster = cast("SourceMembers", part.node.op).cluster
    return MembersSpec(part.name, cluster.number, tag_name(cluster.tag))


def _timer(part: Part) -> TimerSpec:
    op = cast("SourceInterval | SampleEvery | Timeout", part.node.op)
    if not isinstance(op, SourceInterval):
        return TimerSpec(part.name, op.interval, op.interval)
    made = dict(_durations(part))
    numbers = {name: 0.0 if isinstance(value := getattr(op, name), Func) else value for name in ("interval", "delay")}
    return TimerSpec(part.name, **numbers, interval_from=made.get("interval", ""), delay_from=made.get("delay", ""))


def _durations(part: Part) -> Iterator[tuple[str, str]]:
    """Give the settings of a timer that are known only where it runs, with the functions that tell them."""
    for name in ("interval", "delay"):
        if isinstance(getattr(part.node.op, name), Func):
            yield name, f"{part.name}_{name}"


def _begins_futures(part: Part) -> bool:
    return isinstance(part.node.op, ResolveFutures) and part.role == "send"


def _futures(part: Part, parts: Sequence[Part]) -> FutureSpec:
    op, slot = cast("ResolveFutures", part.node.op), part.node.slot
    back = next(each.name for each in parts if each.key == slot)
    return FutureSpec(part.name, back, op.name, slot, op.ordered, part.node.site, op.skips)


def _is_watched(part: Part, written: Written) -> bool:
    live = part.role == "whole" and part.node.outputs and not part.node.outputs[0].shape.is_stream
    return bool(live) and part.name in written.state
