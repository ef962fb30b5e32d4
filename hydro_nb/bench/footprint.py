"""P10, P11 and memory: what a process takes and what a program does, and what a slow consumer makes others keep."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from hydro_nb import FlowBuilder
from hydro_nb.bench import flows
from hydro_nb.bench.table import Row, Scale, measured
from hydro_nb.compile.program import compile_flow

STREAM = 10_000_000
BUFFER = 8 * 2**20
"""What a channel may hold in the measurement of a slow consumer."""
MORE = 50
"""MB that a process may take beyond that."""
PAUSE = 20
OPERATORS = {10: 5, 2000: 500}
"""how many -> ms that their program may take"""

Reading = Callable[[int], float]


def private(pid: int) -> float:
    """Give the MB that a process shares with no other; Linux says it."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(map(int, re.findall(r"^Private_\w+: +(\d+) kB", text, re.MULTILINE))) / 1024


def peak(pid: int) -> float:
    """Give the most MB that a process has had in memory so far."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def after(flow: FlowBuilder, read: Reading, max_buffer: int = BUFFER) -> list[float]:
    """Run a flow until nothing is left to do, and read something of each of its processes."""
    silence = contextlib.redirect_stdout(io.StringIO())
    with silence, flow.deploy(max_buffer=max_buffer) as deployment:
        deployment.settle(timeout=600)
        return [read(row.pid) for row in deployment.processes]


def child(scale: Scale) -> Iterator[Row]:
    """Measure P10: what a child has for itself, as it is forked from the template of this process."""
    runs = [max(after(flows.two_processes("ints", 1000), private)) for _ in range(scale.rounds + 1)]
    yield measured("P10 private memory of a process", runs[1:], "MB", "<= 12 MB")


def grown(build: Callable[[int], FlowBuilder], count: int) -> float:
    """Give the MB by which the process that grows most exceeds what it needs for a few elements."""
    few, many = (after(build(each), peak) for each in (100, count))
    return max(late - early for early, late in zip(few, many, strict=True))


def slow_consumer(scale: Scale) -> Iterator[Row]:
    """Measure the memory of three processes in a row, the last of which is slow."""
    more = grown(lambda count: flows.slow_chain(count, PAUSE), scale.of(STREAM))
    limit = BUFFER // 2**20 + MORE
    yield measured("memory, slow consumer, 10 M items", [more], "MB", f"<= {limit} MB")


def compiling(scale: Scale) -> Iterator[Row]:
    """Measure P11: from nothing to the program of each process."""
    for count, most in OPERATORS.items():
        made = [1e3 * compiled(count) for _ in range(scale.rounds + 1)][1:]
        twice = 1e3 * compiled(2 * count) / median(made)
        yield measured(f"P11 build, check, compile {count} operators", made, "ms", f"<= {most} ms", twice)


def compiled(count: int) -> float:
    """Give the seconds that a program of so many operators takes."""
    started = perf_counter()
    compile_flow(flows.operators(count).graph)
    return perf_counter() - started
