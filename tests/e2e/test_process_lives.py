"""How processes of a flow begin, go on without each other, and end: kernels and scripts that are killed, and settle."""

from __future__ import annotations

import collections
import os
import re
import signal
import sysconfig
import threading
import time
from pathlib import Path

import pytest
from kernels import BEATS, LANGUAGE, child_pids, kernel_pid, left_in, run_script
from lives import alive, children, wait_gone
from real_kernel import Kernel

from hydro_nb import FlowBuilder, ProcessFailed, nondet
from hydro_nb.testing import collect

SKIPPED = {"site-packages", "test", "tests", "idle_test", "lib2to3"}
TEN_OUT_OF_TEN = range(10)
PATIENCE = 60
"""Seconds until something has to be so that is soon; how soon is measured by a bench."""


@pytest.fixture
def kernel(own_folders):
    """A kernel of its own, which the test may kill."""
    started = Kernel()
    started.run("from hydro_nb import *", cell="import")
    yield started
    started.close()


# ------------------------------------------------------------ the program of the README


def test_the_program_of_the_readme_runs_from_a_script_without_a_main_guard(tmp_path, own_folders):
    ran = run_script(
        tmp_path,
        f"""{LANGUAGE}
import os
with flow.deploy() as deployment:
    pids = [row.pid for row in deployment.processes]
    assert len({{*pids, os.getpid()}}) == 3
    deployment.settle()
print(*pids)
""",
    )
    *lines, last = ran.stdout.splitlines()
    assert (ran.returncode, ran.stderr) == (0, "")
    assert lines == ["[process 1] 10", "[process 1] 20", "[process 1] 30", "[process 1] 40"]
    assert not any(alive(int(pid)) for pid in last.split())
    assert left_in(own_folders) == []


def test_the_program_of_the_readme_runs_in_a_kernel(kernel, own_folders):
    kernel.run(LANGUAGE, "build")
    ran = kernel.run("deployment = flow.deploy()\ndeployment.settle()\n%hydro logs", "deploy")
    assert ran.stdout.splitlines() == [f"[process 1] {n}0" for n in (1, 2, 3, 4)]
    pids = child_pids(kernel)
    assert len({*pids.values(), kernel_pid(kernel)}) == 3
    # the third is the template that they are forked from
    assert len(set(children(kernel_pid(kernel))) - set(pids.values())) == 1
    kernel.run("deployment.stop()", "stop")
    assert not any(map(alive, pids.values()))
    assert left_in(own_folders) == []


# ------------------------------------------------------------ kill -9

ENDLESS = (
    BEATS
    + """
deployment = flow.deploy()
def reached(name, more):
    import threading
    enough, start = threading.Event(), []
    def look(state):
        (slot,) = state.counted[next(r.location for r in state.processes.values() if r.name == name)]
        start.append(state.totals.get(slot, 0))
        if start[-1] >= start[0] + more:
            enough.set()
    deployment.subscribe(look)
    try:
        assert enough.wait(60), start
    finally:
        deployment.unsubscribe(look)
def became(name, what):
    import threading
    there = threading.Event()
    def look(state):
        if any((r.name, r.state) == (name, what) for r in state.processes.values()):
            there.set()
    deployment.subscribe(look)
    look(deployment.snapshot())
    try:
        assert there.wait(60), deployment
    finally:
        deployment.unsubscribe(look)
"""
)


@pytest.mark.parametrize("trial", TEN_OUT_OF_TEN)
def test_no_child_outlives_a_killed_kernel(trial, own_folders):
    kernel = Kernel()
    try:
        kernel.run("from hydro_nb import *", cell="import")
        kernel.run(ENDLESS, "deploy")
        pids = [*child_pids(kernel).values()]
        assert len(pids) == 3
        pids += set(children(kernel_pid(kernel))).difference(pids)
        os.kill(kernel_pid(kernel), signal.SIGKILL)
        assert wait_gone(pids, PATIENCE) == []
    finally:
        kernel.close()


def test_a_killed_child_is_shown_and_the_others_go_on(kernel):
    kernel.run(ENDLESS, "deploy")
    kernel.run("reached('First', 20); reached('Second', 20)", "before")
    pids = child_pids(kernel)
    os.kill(pids["First"], signal.SIGKILL)
    kernel.run("became('First', 'failed'); reached('Second', 100)", "after")
    states = eval(kernel.value("{row.name: row.state for row in deployment.processes}"))
    assert states == {"Clock": "running", "First": "failed", "Second": "running"}
    status = kernel.run("%hydro status", "status").stdout
    assert re.search(r"First .*failed.*killed by signal 9|First .*failed.*SIGKILL", status), status
    assert alive(pids["Clock"])
    assert alive(pids["Second"])


# ------------------------------------------------------------ interrupting


INTERRUPTED = """
import os, signal, threading
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
busy.settle()
"""


def test_an_interrupted_settle_leaves_the_deployment_as_it_was(kernel):
    kernel.run(ENDLESS, "deploy")
    pids = child_pids(kernel)
    kernel.run("endless = FlowBuilder()\nendless.process().source_stream(lambda: iter(int, 1)).for_each(id)", "build")
    kernel.run("busy = endless.deploy()", "busy")
    assert kernel.attempt(INTERRUPTED, "settle").ename == "KeyboardInterrupt"
    kernel.run("reached('Second', 50)", "after")
    assert child_pids(kernel) == pids
    pids |= child_pids(kernel, "busy")
    assert all(map(alive, pids.values()))
    kernel.run("busy.stop(); deployment.stop()", "stop")
    assert not any(map(alive, pids.values()))


# ------------------------------------------------------------ nothing is lost


def lines_of_the_library() -> list[Path]:
    folder = Path(sysconfig.get_paths()["stdlib"])
    return sorted(path for path in folder.rglob("*.py") if not SKIPPED & {*path.relative_to(folder).parts})


def words_of(path: Path) -> list[str]:
    return re.findall(r"\w+", path.read_text(encoding="utf-8", errors="replace"))


@pytest.fixture(scope="module")
def expected():
    return collections.Counter(word for path in lines_of_the_library() for word in words_of(path))


@pytest.mark.parametrize("trial", TEN_OUT_OF_TEN)
def test_words_of_the_library_are_counted_as_a_counter_counts_them(trial, expected, own_folders):
    flow = FlowBuilder()
    reader, splitter, counter = flow.process(), flow.process(), flow.process()
    paths = reader.source_iter(lambda: map(str, lines_of_the_library()))
    words = paths.send_bincode(splitter).flat_map_ordered(lambda path: words_of(Path(path)))
    counts = words.send_bincode(counter).map(lambda word: (word, 1)).into_keyed().value_counts()
    reports = counts.into_singleton().sample_every(0.5, nondet("the last report is the final one"))
    port = reports.send_external(flow.external())
    with flow.deploy() as deployment:
        arriving = deployment.connect(port)
        deployment.settle(60)
        deployment.stop()
        *_, counted = arriving
    assert counted == expected


@pytest.mark.parametrize("size", ["4KiB", "1MiB"])
def test_a_slow_receiver_of_a_sender_that_has_ended_loses_nothing(size, own_folders):
    count = 2_000
    flow = FlowBuilder()
    numbers = flow.process().source_iter(range(count)).map(lambda n: (n, "x" * 500))
    arrived = numbers.send_bincode(flow.process()).map(lambda pair: (sum(range(10_000)), pair[0])[1])
    arrived.for_each(print)
    with flow.deploy(max_buffer=size) as deployment:
        deployment.settle(60)
        assert [int(line.text) for line in deployment.logs()] == list(range(count))


def test_what_was_sent_before_a_drained_stop_arrives_at_a_slow_receiver(own_folders):
    count = 3_000
    flow = FlowBuilder()
    port, numbers = flow.process().source_external(flow.external(), int)
    numbers.send_bincode(flow.process()).map(lambda n: (sum(range(10_000)), n)[1]).for_each(print)
    with flow.deploy() as deployment:
        client = deployment.connect(port)
        for n in range(count):
            client.send(n)
        deployment.stop(drain=True)
        assert [int(line.text) for line in deployment.logs()] == list(range(count))


def test_a_process_that_fails_has_delivered_what_it_sent_before(own_folders):
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    numbers = first.source_iter(range(1000)).map(lambda n: n if n < 900 else 1 // 0)
    numbers.send_bincode(second).for_each(lambda n: print(n) if n == 899 else None)
    with flow.deploy() as deployment:
        with pytest.raises(ProcessFailed, match="ZeroDivisionError"):
            deployment.settle(60)
        _wait_until_printed(deployment, "899")


def _wait_until_printed(deployment, text: str) -> None:
    end = time.monotonic() + PATIENCE
    while not any(line.text == text for line in deployment.logs()):
        assert time.monotonic() < end, deployment.logs()[-3:]
        threading.Event().wait(0.01)


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_more_than_a_channel_has_room_for_may_be_collected(backend, own_folders):
    flow = FlowBuilder()
    blocks = flow.process().source_iter(lambda: (bytes(100_000) for _ in range(800)))
    assert len(collect(blocks.send(flow.process()), backend=backend)) == 800
