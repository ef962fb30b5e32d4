"""What a flow means, said as plainly as possible: an interpreter that every backend is compared with.

Every operator is a function on complete values (`naive.operators`). Time and place are added here, in one place, the
same for all: a collection has a timeline for each process or member of a cluster that has it, with one entry per tick,
for a stream the elements that are new in that tick, else the value at its end. All tick together; what is sent arrives
in the same tick, of several senders in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, get_origin

from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Kind, Node, Place, Ref, Shape
from hydro_nb.ir.ops.network import Network
from hydro_nb.values import ABSENT, MemberId, MembershipEvent, act_as
from naive.operators import OPERATORS, empty, made

Line = list[Any]
"""A timeline: one entry per tick."""
Lines = dict[tuple[Ref, int], Line]
"""Timelines, by collection and member; of a process there is member 0."""


@dataclass(frozen=True)
class Given:
    """What comes from outside: what each port brings in in each tick, how many ticks, how many members."""

    chunks: Mapping[str, list[list[Any]]] = field(default_factory=dict)
    ticks: int = 1
    sizes: Mapping[str, int] = field(default_factory=dict)
    """by the slot of the cluster"""

    def members(self, place: Place) -> range:
        """Give the numbers of those who have what lives at a place."""
        return range(self.sizes[place.root.slot] if place.root.kind == "cluster" else 1)


def run(graph: Graph, given: Given) -> Lines:
    """Give the timeline of every collection.

    Everything is worked out again and again until nothing changes, so that a cycle, which starts out empty, fills up
    with what it brings back to itself.
    """
    lines: Lines = {}
    before = None
    while lines != before:
        before = dict(lines)
        for node in graph.nodes.values():
            if isinstance(node.op, Network):
                lines |= {(Ref(node.slot), member): line for member, line in enumerate(_arriving(node, given, lines))}
                continue
            for member in given.members((node.outputs or node.input_kinds)[0].place):
                with acting(node, member):
                    outputs = _at(node, member, given, lines)
                lines |= {(Ref(node.slot, port), member): line for port, line in enumerate(outputs)}
    return lines


@contextmanager
def acting(node: Node, member: int) -> Iterator[None]:
    """Let `CLUSTER_SELF_ID` be a member, where an operator runs on a cluster."""
    on_cluster = (node.outputs or node.input_kinds)[0].place.root.kind == "cluster"
    act_as(MemberId(member) if on_cluster else None)
    yield
    act_as(None)


def _at(node: Node, member: int, given: Given, lines: Lines) -> list[Line]:
    """Give the timelines that an operator makes for one who runs it."""
    if node.slot in given.chunks:
        return [given.chunks[node.slot]]
    if node.op.name == MEMBERS:
        there = [(MemberId(number), MembershipEvent.JOINED) for number in given.members(node.op.cluster)]
        return [[there, *[[]] * given.ticks][: given.ticks]]
    known = [_line(lines, ref, member, kind, given) for ref, kind in zip(node.inputs, node.input_kinds, strict=True)]
    here = {ref: line for (ref, number), line in lines.items() if number == member} if node.references else {}
    return _over_time(node, known, given.ticks, here)


def _line(lines: Lines, ref: Ref, member: int, kind: Kind, given: Given) -> Line:
    return lines.get((ref, member)) or [empty(kind)] * given.ticks


def _arriving(node: Node, given: Given, lines: Lines) -> list[Line]:
    """Give for each receiver what arrives, under the id of who has sent it where that is a member of a cluster."""
    (kind,), (ref,) = node.input_kinds, node.inputs
    receivers = given.members(node.outputs[0].place)
    arriving: list[Line] = [[[] for _ in range(given.ticks)] for _ in receivers]
    for sender in given.members(kind.place):
        turn = 0
        for now, entry in enumerate(_line(lines, ref, sender, kind, given)):
            for item in deepcopy(entry):
                for receiver, content in ROUTES[node.op.name](item, turn, len(receivers)):
                    arriving[receiver][now].append(_signed(content, sender, node))
                turn += 1
    return arriving


def _signed(content: Any, sender: int, node: Node) -> Any:
    """Put the sender's id before it, or before its key."""
    if node.input_kinds[0].place.root.kind != "cluster":
        return content
    return ((MemberId(sender), content[0]), content[1]) if _is_entry(node) else (MemberId(sender), content)


def _is_entry(node: Node) -> bool:
    """Whether what travels has a key: a keyed stream, unless its key was the receiver and nothing else."""
    kind = node.input_kinds[0]
    only_receiver = node.op.name == "demux" and get_origin(kind.key) is not tuple
    return kind.shape is Shape.KEYED_STREAM and not only_receiver


def _named(item: Any, turn: int, count: int) -> list[tuple[int, Any]]:
    """Give the member that an element names, and what is left of it."""
    first, content = item
    if isinstance(first, tuple):  # a key that begins with the member
        return [(first[0].raw_id, (first[1], content))]
    return [(first.raw_id, content)]


def _to_all(item: Any, turn: int, count: int) -> list[tuple[int, Any]]:
    return [(receiver, item) for receiver in range(count)]


ROUTES: dict[str, Callable[..., list[tuple[int, Any]]]] = {
    "send": lambda item, *_: [(0, item)],
    "demux": _named,
    "broadcast": _to_all,
    "broadcast_closed": _to_all,
    "round_robin": lambda item, turn, count: [(turn % count, item)],
}
"""Who of so many gets an element that comes so late, and what of it."""
MEMBERS = "source_cluster_membership_stream"


def _over_time(node: Node, inputs: list[Line], ticks: int, lines: dict[Ref, Line]) -> list[Line]:
    """Apply an operator in every tick: inside a tick to what there is, elsewhere to all that has come so far.

    What its functions refer to is theirs while it is applied; who comes later in the program sees what they made of it.
    """
    if node.op.name in FROM_TICK_TO_TICK:
        return [FROM_TICK_TO_TICK[node.op.name](node, *inputs, ticks)]
    kinds = node.outputs or node.input_kinds[:1]  # what a sink is given stands under its own slot
    in_tick = (node.input_kinds or node.outputs)[0].place.kind == "tick"
    results: list[tuple[Any, ...]] = []
    for now in range(ticks):
        seen = [
            _so_far(line, now) if kind.shape.is_stream and not in_tick else line[now]
            for line, kind in zip(inputs, node.input_kinds, strict=True)
        ]
        for held in node.references:
            held.box.value = deepcopy(lines[Ref(held.slot)][now])
        result = deepcopy(OPERATORS[node.op.name](node, *deepcopy(seen)))
        for held in node.references:
            lines[Ref(held.slot)][now] = held.box.value
        results.append(result if len(kinds) > 1 else (result,))
    outputs = [list(line) for line in zip(*results, strict=True)]
    return [
        line if in_tick or not kind.shape.is_stream else _news(line) for line, kind in zip(outputs, kinds, strict=True)
    ]


def _so_far(line: Line, now: int) -> list[Any]:
    return [item for entry in line[: now + 1] for item in entry]


def _news(line: Line) -> Line:
    """Of what there is in all, give what each tick has more than the one before."""
    return [_without(all_now, all_before) for all_before, all_now in zip([[], *line], line, strict=False)]


def _without(items: list[Any], others: list[Any]) -> list[Any]:
    """Take each of the others out once."""
    left = list(items)
    for other in others:
        left.remove(other)
    return left


def _before(node: Node, line: Line, ticks: int) -> Line:
    """Give what there was one tick ago."""
    return [empty(node.outputs[0]), *line][:ticks]


def _first(node: Node) -> Any:
    """Give what a state starts from."""
    return empty(node.outputs[0]) if node.op.first is ABSENT else made(node.op.first)


FROM_TICK_TO_TICK: dict[str, Callable[..., Line]] = {
    "defer_tick": _before,
    "cycle": _before,
    "state": lambda node, line, ticks: [_first(node), *line][:ticks],
    "optional_first_tick": lambda node, ticks: [made(node.op.value), *[ABSENT] * ticks][:ticks],
}
"""The operators to which it matters when something is: functions of timelines."""
