"""What is seen in a deployment is among what the simulator finds, for flows and inputs drawn at random.

A simulated tick runs only where something is new to it, a deployed one may see nothing at all; so only that is compared
which is the same if ticks that see nothing come in between, as the naive interpreter tells.
"""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, note
from hypothesis import strategies as st
from naive.flows import Build, Choice, Look
from naive.places import OWN, SENDING
from naive.skipping import SKIPPING
from naive.steps import CLAIMS, STEPS, TICKS, Group
from test_reference import (
    items,
    law,
    looks_at,
    meaning,
    numbers,
    outcome,
    placed,
    shown,
    simulation,
    sizes,
    table,
    waiting,
)

from hydro_nb import FlowBuilder
from hydro_nb.ir.node import Bound
from hydro_nb.lang.sim_ports import MORE

MOST = 4000
"""Executions of one search; a flow that needs more is another time's."""
choices = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 999), st.integers(0, 9)), min_size=2, max_size=10)


class TooMany(BaseException):
    """Ends a search that takes too long."""


def built(data: list[int], size: int, steps: list[Choice], *, ticking: str, simulated: bool) -> tuple[Build, Any]:
    """Build the same flow with a port for a client, or with one for a simulated test."""
    flow = FlowBuilder()
    entry, away, group = flow.process(), flow.process(), Group(flow.cluster(), size)
    home = {"here": lambda: entry, "there": flow.process, "members": flow.cluster}[ticking]()
    port, whole = entry.sim_input(list[int]) if simulated else entry.source_external(flow.external(), list[int])
    stream = {"here": lambda: whole, "there": lambda: whole.send(home), "members": lambda: whole.broadcast_closed(home)}
    made = [home.singleton(5), table(home), home.source_iter(data), stream[ticking]().flat_map_ordered(items)]
    sizes = {home: size} if ticking == "members" else {}
    return Build(home, away, group, [STEPS, SKIPPING, CLAIMS, TICKS, OWN, SENDING], made, sizes=sizes).grow(steps), port


def final(build: Build) -> list[Any]:
    """Give the collections whose whole content is seen at the end."""
    return [each for each in build.ends if each.kind.shape.is_stream or each.kind.bound is Bound.BOUNDED]


def settled(build: Build, looks: list[Look], slot: str, sent: list[int]) -> list[bool]:
    """Tell which looks are the same if ticks that see nothing come before, between and after."""
    whole = [[item] for item in sent]
    ways = ([whole], [[], whole], [whole, []], [[], [], whole, [], []])
    rows = [meaning(build, looks, {slot: chunks}, len(chunks)) for chunks in ways]
    return [all(row[number] == rows[0][number] for row in rows) for number in range(len(looks))]


@given(
    data=numbers, sent=st.lists(st.integers(0, 9), min_size=2, max_size=3), ticking=placed, size=sizes, steps=choices
)
@law(60)
def test_the_simulator_finds_what_a_deployment_gives(
    *, data: list[int], sent: list[int], ticking: str, size: int, steps: list[Choice]
):
    found: list[Any] | None = None
    for chunks in ([[[item] for item in sent]], [[[item]] for item in sent]):
        build, port = built(data, size, steps, ticking=ticking, simulated=False)
        looks = looks_at(build, final(build))
        same = settled(build, looks, port.slot, sent)
        found = found or outcomes(data, size, steps, sent, ticking=ticking, same=same)
        assume(found is not None)
        note(build.flow.to_text())
        assert kept(outcome(build, looks, port, chunks), same) in found


def kept(rows: list[Any], same: list[bool]) -> list[Any]:
    return [row for row, is_same in zip(rows, same, strict=True) if is_same]


def outcomes(
    data: list[int], size: int, steps: list[Choice], sent: list[int], *, ticking: str, same: list[bool]
) -> list[Any] | None:
    """Give all that the simulator finds, or nothing where that is too much."""
    build, port = built(data, size, steps, ticking=ticking, simulated=True)
    looks = looks_at(build, final(build))
    outs = [each.stream.sim_output() for each in looks]
    found: list[Any] = []
    left = MOST

    async def body() -> None:
        nonlocal left
        for item in sent:
            port.send([item])
        while await MORE:
            pass
        rows = [shown(build, each, waiting(out)) for each, out in zip(looks, outs, strict=True)]
        if (seen := kept(rows, same)) not in found:
            found.append(seen)
        left -= 1
        if not left:
            raise TooMany

    try:
        simulation(build).exhaustive(body)
    except TooMany:
        return None
    return found
