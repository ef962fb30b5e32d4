"""The flows that are measured, deployed through the public API."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import Any, Literal

from bench_work import MAKERS, Trips, done, mark, marked

from hydro_nb import FlowBuilder, NoOrder, Stream


class First: ...


class Second: ...


def printed(
    flow: FlowBuilder, colocate: Sequence[Sequence[type]] = (), transport: Literal["auto", "ipc", "tcp"] = "auto"
) -> list[list[str]]:
    """Deploy as real processes, run to the end, and give the words of every line that they printed."""
    silence = contextlib.redirect_stdout(io.StringIO())
    with silence, flow.deploy(colocate=colocate, transport=transport) as deployment:
        deployment.settle(timeout=100)
        return [line.text.split() for line in deployment.logs() if line.stream == "stdout"]


def one_process(count: int) -> FlowBuilder:
    """P1: map, filter, map, fold."""
    flow = FlowBuilder("one process")
    numbers = flow.process(First).source_iter(lambda: marked(range(count)))
    kept = numbers.map(lambda x: x * 3 + 1).filter(lambda x: x % 2 == 0).map(lambda x: x ^ 0x5555)
    kept.fold(0, lambda acc, x: acc + x).into_stream().for_each(done)
    return flow


VALUES = {
    "ints": lambda item: item ^ 0x5555,
    "pairs": lambda item: item[1],
    "records": lambda item: item.value,
}


def two_processes(kind: str, count: int) -> FlowBuilder:
    """P5: a list in memory, over the wire, map, fold."""
    make, element = MAKERS[kind]
    flow = FlowBuilder("two processes")
    items = flow.process(First).source_iter(lambda: marked(make(count))).typed(element)
    arrived = items.send(flow.process(Second))
    arrived.map(VALUES[kind]).fold(0, lambda acc, x: acc + x if x >= 0 else done(acc))
    return flow


def blocks(size: int, count: int) -> FlowBuilder:
    """So many blocks of bytes over the wire, as fast as they are taken."""
    flow = FlowBuilder("blocks")
    items = flow.process(First).source_iter(lambda: marked([bytes([65]) * size] * (count - 1) + [b""]))
    arrived = items.send(flow.process(Second))
    arrived.fold(0, lambda acc, block: acc + len(block) if block else done(acc))
    return flow


def round_trip(warm: int, count: int) -> FlowBuilder:
    """P6: one item that goes to and fro."""
    flow = FlowBuilder("round trip")
    first, second = flow.process(First), flow.process(Second)
    handle, back = first.forward_ref(Stream, of=int, order=NoOrder)
    until, trips = warm + count, Trips(warm, count)
    start = first.source_iter([0]).weaken_boundedness()
    forth = start.merge_unordered(back.map(trips).filter(lambda n: n < until))
    there = forth.send(second).map(lambda n: n)
    handle.complete(there.send(first))
    return flow


def row_of_processes(count: int) -> FlowBuilder:
    """P7: an item that passes through so many processes, and is seen by the last."""
    flow = FlowBuilder("start")
    passed: Any = flow.process().source_iter([1])
    for _ in range(count - 1):
        passed = passed.send(flow.process())
    passed.for_each(lambda _: mark("seen"))
    return flow
