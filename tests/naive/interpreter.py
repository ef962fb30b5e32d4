"""What a flow means, said as plainly as possible: an interpreter that every backend is compared with.

Every operator is a function on complete values (`naive.operators`). Time is added here, in one place, the same for all:
a collection's timeline has one entry per tick, for a stream the elements that are new in that tick, else the value at
its end. All locations tick together; what is sent arrives in the same tick.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hydro_nb.ir.graph import Graph
from hydro_nb.ir.node import Node, Ref
from hydro_nb.values import ABSENT
from naive.operators import OPERATORS, empty, made

Line = list[Any]
"""A timeline: one entry per tick."""


def run(graph: Graph, chunks: dict[str, list[list[Any]]] | None = None, ticks: int = 1) -> dict[Ref, Line]:
    """Give the timeline of every collection, when `chunks` says what each port brings in from outside in each tick.

    Everything is worked out again and again until nothing changes, so that a cycle, which starts out empty, fills up
    with what it brings back to itself.
    """
    lines: dict[Ref, Line] = {}
    before = None
    while lines != before:
        before = dict(lines)
        for node in graph.nodes.values():
            known = [
                lines.get(ref) or [empty(kind)] * ticks for ref, kind in zip(node.inputs, node.input_kinds, strict=True)
            ]
            outputs = [chunks[node.slot]] if chunks and node.slot in chunks else _over_time(node, known, ticks, lines)
            lines |= {Ref(node.slot, port): line for port, line in enumerate(outputs)}
    return lines


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
        result = OPERATORS[node.op.name](node, *deepcopy(seen))
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
