"""What a kernel has to bear: lines as fast as processes print them, kernels that end, processes that fail."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from kernels import kernel_pid
from lives import children, wait_gone
from orphans import WAYS, deployed

from hydro_nb import FlowBuilder, ProcessFailed
from hydro_nb.bench.table import Row
from hydro_nb.compile.program import compile_flow
from hydro_nb.deploy import deploy

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
LINES = 1_000_000
TRIALS = 20
FAILURES = 1000
TEXT = "a line as long as most are"


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def _row(case: str, measured: str, target: str, ratio: float) -> Row:
    return Row(case, measured, "", (ratio,), target)


def _cpu(thread: str) -> float:
    """Seconds of a processor that a thread of this process has used."""
    (native,) = (each.native_id for each in threading.enumerate() if each.name == thread)
    words = Path(f"/proc/self/task/{native}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, words[11:13])) / os.sysconf("SC_CLK_TCK")


def test_a_flood_of_lines_and_what_it_costs_the_kernel(show):
    flow = FlowBuilder()
    flow.process().source_iter(range(LINES)).for_each(lambda n: print(n, TEXT))
    with deploy(compile_flow(flow.graph), echo=False) as deployment:
        start, used = time.perf_counter(), _cpu("hydro-io")
        deployment.settle()
        taken, used = time.perf_counter() - start, _cpu("hydro-io") - used
    path = deployment.log_folder / "process 0.log"
    assert path.read_text() == "".join(f"{n} {TEXT}\n" for n in range(LINES))
    by_hand = _by_hand()
    ours, theirs = (f"{LINES / each / 1e3:.0f} k/s" for each in (taken, by_hand))
    show(Row("lines of one process", ours, theirs, (by_hand / taken,), ">= 0.90"))
    show(_row("  the I/O thread's share of that time", f"{used / taken:.0%}", "<= 0.10", used / taken))


def _by_hand() -> float:
    """Seconds that a process takes which prints the same, each line at once, to somebody who reads it."""
    program = f"import sys\nsys.stdout.reconfigure(line_buffering=True)\nfor n in range({LINES}): print(n, {TEXT!r})"
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdout is not None
        while process.stdout.read(1 << 20):
            pass
    return time.perf_counter() - start


@pytest.mark.parametrize("way", WAYS)
def test_kernels_that_end_leave_nothing(show, way, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
    left = sum(len(_left_by(way)) for _ in range(TRIALS))
    show(_row(f"processes left by {TRIALS} kernels: {way}", str(left), "0 after 2 s", float(left)))
    assert left == 0


def _left_by(way: str) -> list[int]:
    kernel = deployed()
    try:
        own = kernel_pid(kernel)
        pids = children(own)
        WAYS[way](kernel)
        assert wait_gone([own], 20) == []
        return wait_gone(pids, 2)
    finally:
        kernel.close()


def test_a_thousand_failures(show, capsys):
    for _ in range(5):
        _fail()
    held, start = _held(), time.perf_counter()
    for _ in range(FAILURES):
        _fail()
    taken = time.perf_counter() - start
    after = _held()
    grown = after[2] - held[2]
    show(_row(f"{FAILURES} failures in a row", f"{taken / FAILURES * 1e3:.0f} ms each", "", 1.0))
    show(_row("  memory grown by", f"{grown / 2**20:.1f} MiB", "< 20 MiB", grown / 2**20 / 20))
    assert after[:2] == held[:2]
    assert grown < 20 * 2**20


def _fail() -> None:
    flow = FlowBuilder()
    flow.process().source_iter([0]).map(lambda n: 1 // n).for_each(print)
    with pytest.raises(ProcessFailed), flow.deploy() as deployment:
        deployment.settle()


def _held() -> tuple[int, int, int]:
    """Descriptors, threads and resident bytes of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return sum(1 for _ in Path("/proc/self/fd").iterdir()), threading.active_count(), pages * os.sysconf("SC_PAGE_SIZE")
