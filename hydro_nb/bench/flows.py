"""The flows that are measured, deployed through the public API."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

from hydro_nb import Cluster, FlowBuilder, NoOrder, Stream, proof
from hydro_nb.bench.work import MAKERS, Trips, done, events, left, lines, mark, marked, right

Ints: TypeAlias = Stream[int, Any, Any, Any, Any]
ADDS = proof("addition and exclusive or commute")


class First:
    """The process that sends."""


class Second:
    """The process that receives."""


def printed(
    flow: FlowBuilder, colocate: Sequence[Sequence[type]] = (), transport: Literal["auto", "ipc", "tcp"] = "auto"
) -> list[list[str]]:
    """Deploy as real processes, run to the end, and give the words of every line that they printed."""
    silence = contextlib.redirect_stdout(io.StringIO())
    with silence, flow.deploy(colocate=colocate, transport=transport) as deployment:
        deployment.settle(timeout=300)
        return [line.text.split() for line in deployment.logs() if line.stream == "stdout"]


def one_process(count: int) -> FlowBuilder:
    """P1: map, filter, map, fold."""
    flow = FlowBuilder("one process")
    numbers = flow.process(First).source_iter(lambda: marked(range(count)))
    kept = numbers.map(lambda x: x * 3 + 1).filter(lambda x: x % 2 == 0).map(lambda x: x ^ 0x5555)
    kept.fold(0, lambda acc, x: acc + x).into_stream().for_each(done)
    return flow


def word_count(count: int) -> FlowBuilder:
    """P2: so many words, counted."""
    flow = FlowBuilder("word count")
    text = flow.process(First).source_iter(lambda: marked(lines(count)))
    words = text.flat_map_ordered(lambda line: line.split())
    counts = words.map(lambda word: (word, ())).into_keyed().value_counts()
    letters = counts.entries().fold(0, lambda acc, pair: acc + len(pair[0]) * pair[1], commutative=ADDS)
    letters.into_stream().for_each(done)
    return flow


def running_fold(count: int, keys: int = 1000) -> FlowBuilder:
    """P3: a sum under each key, and every state of it seen."""
    flow = FlowBuilder("running fold")
    numbers = flow.process(First).source_iter(lambda: marked(events(count, keys)))
    sums = numbers.into_keyed().scan(0, lambda total, n: (total := total + n, total))
    sums.values().fold(0, lambda acc, total: acc ^ total, commutative=ADDS).into_stream().for_each(done)
    return flow


def join(count: int) -> FlowBuilder:
    """P4: two streams that may come in any order, matched by their keys."""
    flow = FlowBuilder("join")
    process = flow.process(First)
    few = process.source_iter(lambda: right(count)).weaken_boundedness()
    many = process.source_iter(lambda: marked(left(count))).weaken_boundedness()
    values = many.join(few).map(lambda match: match[1])
    values.fold(0, lambda acc, pair: acc + (pair[0] ^ pair[1]) if pair[0] >= 0 else done(acc), commutative=ADDS)
    return flow


VALUES: dict[str, Callable[[Any], int]] = {
    "ints": lambda item: item ^ 0x5555,
    "pairs": lambda item: item[1],
    "records": lambda item: item.value,
}


def two_processes(kind: str, count: int) -> FlowBuilder:
    """P5: a list in memory, over the wire, map, fold."""
    make, element = MAKERS[kind]
    flow = FlowBuilder("two processes")
    items: Stream[Any, Any, Any, Any, Any] = flow.process(First).source_iter(lambda: marked(make(count))).typed(element)
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
    passed: Ints = flow.process().source_iter([1])
    for _ in range(count - 1):
        passed = passed.send(flow.process())
    passed.for_each(lambda _: mark("seen"))
    return flow


def members() -> tuple[FlowBuilder, Cluster[Second]]:
    """P7: an item that every member of a cluster sees."""
    flow = FlowBuilder("members")
    many = flow.cluster(Second)
    items: Ints = flow.process(First).source_iter([1])
    items.broadcast_closed(many).for_each(lambda _: mark("seen"))
    return flow, many


def operators(count: int) -> FlowBuilder:
    """P11: so many operators, a hundred at most to a process, a network edge from each to the next."""
    flow = FlowBuilder("operators")
    made = 1
    passed: Ints = flow.process().source_iter([1])
    while made < count:
        group = min(count - made, 100)
        for _ in range(group // 2):
            passed = passed.map(lambda n: n + 1).filter(lambda n: n > 0)
        made += 2 * (group // 2) + 1
        passed = passed.send(flow.process())
    passed.for_each(lambda _: None)
    return flow


def slow_chain(count: int, pause: int) -> FlowBuilder:
    """Three processes in a row, the last of which works longer on each item than the others."""
    flow = FlowBuilder("slow consumer")
    numbers = flow.process(First).source_iter(lambda: range(count)).map(lambda n: n + (1 << 40))
    relayed = numbers.send(flow.process(Second)).map(lambda n: n + 1)
    relayed.send(flow.process()).map(lambda n: n + sum(range(pause))).fold(0, lambda acc, n: acc + n)
    return flow
