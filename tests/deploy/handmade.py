"""Programs written by hand, as the compiler would write them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field, replace
from typing import Any

import cloudpickle

from hydro_nb.errors import Site
from hydro_nb.wire import ChannelSpec, CodecSpec, LocationProgram, SourceLine, SourceSpec, TimerSpec

STATE = """
class State:
    def __init__(self, **slots):
        self.counts = {}
        self.samples = {}
        self.__dict__.update(slots)
"""


@dataclass(frozen=True)
class Flow:
    name: str
    locations: tuple[LocationProgram, ...]
    channels: tuple[ChannelSpec, ...]
    captures: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Port:
    slot: str


def place(number: int, name: str, body: str, *, outputs=(), elements=None, **more: Any) -> LocationProgram:
    source = STATE + textwrap.dedent(body)
    lines = []
    for text in source.splitlines():
        mark = text.partition("#:")[2].split()
        lines.append(
            SourceLine(mark[0], mark[1], Site("In[3]", 7, text.strip().partition("  #:")[0]), mark[2]) if mark else None
        )
    return LocationProgram(
        number, f"loc:{number}", name, "process", source, tuple(lines), outputs=tuple(outputs), **more
    )


def external(number: int) -> LocationProgram:
    return LocationProgram(number, f"loc:{number}", f"external {number}", "external")


def channel(number: int, sender: int, receiver: int, codec: str = "msgpack", **more: Any) -> ChannelSpec:
    return ChannelSpec(
        id=number,
        name=f"c{number}",
        edge=f"edge:{number}",
        sender=sender,
        receiver=receiver,
        output=f"out{number}",
        input=f"in{number}",
        codec=CodecSpec(codec, "T"),
        site=Site("In[2]", 1, "numbers.send(b)"),
        **more,
    )


def flow(*locations: LocationProgram, channels=(), element: Any = int, captures=None) -> Flow:
    payload = {
        place.id: cloudpickle.dumps({"T": element, **((captures or {}).get(place.id, {}))}) for place in locations
    }
    return Flow("test flow", tuple(locations), tuple(channels), payload)


COUNT_TO = """
def start():
    return State(iterator=iter(range({n})))
def tick(state, inputs, outputs):
    from itertools import islice
    chunk = list(islice(state.iterator, 1024))
    outputs["out1"].extend(chunk)
    return len(chunk) == 1024
"""

SUM = """
def start():
    return State(total=0, next=0, ordered=True)
def tick(state, inputs, outputs):
    for n in inputs["in1"]:
        state.ordered = state.ordered and n == state.next
        state.next = n + 1
        state.total += n
    state.counts["sink"] = state.counts.get("sink", 0) + len(inputs["in1"])
    if inputs["in1"]:
        state.samples["sink"] = inputs["in1"][-8:]
        if state.next == {n}:
            print("sum", state.total, "ordered", state.ordered)
    return False
"""

PRINT = """
def start():
    return State()
def tick(state, inputs, outputs):
    for n in inputs["in1"]:
        print(n)
    return False
"""

ECHO = """
def start():
    return State()
def tick(state, inputs, outputs):
    outputs["out2"].extend(inputs["in1"])
    return False
"""


def pipeline(n: int = 100_000, receiver: str = SUM) -> Flow:
    return flow(
        place(0, "A", COUNT_TO.format(n=n), outputs=["out1"]),
        place(1, "B", receiver.replace("{n}", str(n))),
        channels=[channel(1, 0, 1)],
    )


def with_channel(program: Flow, **changes: Any) -> Flow:
    return replace(program, channels=tuple(_changed(c, changes) for c in program.channels))


def _changed(spec: ChannelSpec, changes: dict[str, Any]) -> ChannelSpec:
    from msgspec.structs import replace as with_fields

    return with_fields(spec, **changes)


__all__ = [
    "COUNT_TO",
    "ECHO",
    "PRINT",
    "SUM",
    "Flow",
    "Port",
    "SourceSpec",
    "TimerSpec",
    "channel",
    "external",
    "flow",
    "pipeline",
    "place",
    "with_channel",
]
