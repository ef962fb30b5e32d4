"""The kernel stays usable whatever its children do: floods, full disks, huge elements, bad manners, many failures."""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from dataclasses import dataclass
from typing import ClassVar

import pytest
from held import descriptors
from leading import row, until
from lives import children

from hydro_nb import FlowBuilder, ProcessFailed
from hydro_nb.errors import EncodeError
from hydro_nb.telemetry.logs import TAIL

SECONDS = 60
FLOOD = 60_000


# ------------------------------------------------------------ floods and full disks


def _say_twice(n):
    print("out", n)
    print("error", n, "of some length" * (n % 7), file=sys.stderr)


def test_floods_of_several_processes_are_whole_in_their_files(capsys):
    flow = FlowBuilder()
    for _ in range(3):
        flow.process().source_iter(range(FLOOD)).for_each(_say_twice)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        assert deployment.logs_since(0)[0] == 3 * 2 * FLOOD
        assert len(deployment.logs()) == TAIL
        for name in ("process 0", "process 1", "process 2"):
            lines = (deployment.log_folder / f"{name}.log").read_text().splitlines()
            for kind in ("out", "error"):
                assert [int(line.split()[1]) for line in lines if line.startswith(kind)] == list(range(FLOOD))


LIMITED = """
import resource
from hydro_nb import FlowBuilder
resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, resource.RLIM_INFINITY))
flow = FlowBuilder()
sent = flow.process().source_iter(range(30_000)).map(lambda n: (print(n), n)[1]).send(flow.process())
sent.for_each(lambda n: print(n) if n == 29_999 else None)
with flow.deploy() as deployment:
    deployment.settle(60)
    (problem,) = deployment.problems
    print("told", problem)
    print("fatal", problem.fatal, deployment.state)
    print("last", *(line.text for line in deployment.logs("process 1")), deployment.logs("process 0")[-1].text)
    for path in sorted(deployment.log_folder.glob("*.log")):
        print("file", path.name, path.stat().st_size, oct(path.stat().st_mode & 0o777))
"""


def test_a_full_disk_cuts_the_log_files_and_nothing_else(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(LIMITED)
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    said = [line for line in ran.stdout.splitlines() if not line.startswith("[process")]
    assert (ran.returncode, ran.stderr) == (0, "")
    assert said[0].startswith("told the kernel: OSError: [Errno 27] File too large: the log files in ")
    assert said[1] == "fatal False settled"
    assert said[2] == "last 29999 29999"
    assert said[3] == "file process 0.log 65536 0o600"
    assert len(ran.stdout.splitlines()) == len(said) + 30_001


# ------------------------------------------------------------ huge elements

HUGE = 50_000_000


def test_elements_of_50_mb_arrive_and_are_sampled_as_short_texts():
    flow = FlowBuilder()
    first, second, outside = flow.process(), flow.process(), flow.external()
    port, blocks = first.source_external(outside, bytes)
    arrived = blocks.map(lambda block: block + b"1").send(second)
    back = arrived.map(lambda block: block + b"2").send_external(outside)
    with flow.deploy() as deployment:
        sender, receiver = deployment.connect(port), deployment.connect(back)
        sender.send(bytes(HUGE))
        block = receiver.receive(SECONDS)
        assert (len(block), block[-2:]) == (HUGE + 2, b"12")
        deployment.settle(SECONDS)
        rings = deployment.snapshot().samples.values()
        assert len(rings) >= 3
        assert all(len(each.text) < 4000 for ring in rings for each in ring.samples)


def _more_than_fits(n):
    return bytes(70_000_000) if n == 3 else b"small"


def test_an_element_over_the_limit_is_the_senders_error_and_the_receiver_lives():
    flow = FlowBuilder()
    sizes = flow.process().source_iter([1, 2, 3]).map(_more_than_fits)
    sizes.send(flow.process()).for_each(lambda block: print(len(block)))
    with flow.deploy() as deployment:
        with pytest.raises(ProcessFailed, match=r"takes 700\d\d\d\d\d bytes, more than the 67108864 \(64 MiB\) of one"):
            deployment.settle(SECONDS)
        assert {each.name: each.state for each in deployment.processes}["process 1"] == "running"


def test_an_element_over_the_limit_is_the_clients_error_and_its_port_goes_on():
    flow = FlowBuilder()
    port, blocks = flow.process().source_external(flow.external(), bytes)
    blocks.map(len).for_each(print)
    with flow.deploy() as deployment:
        sender = deployment.connect(port)
        with pytest.raises(EncodeError, match=r"more than the 67108864 \(64 MiB\) of one element: b'"):
            sender.send(bytes(70_000_000))
        sender.send(b"small")
        deployment.settle(SECONDS)
        assert [line.text for line in deployment.logs()] == ["5"]


class Large:
    """Something whose end can be seen."""

    living: ClassVar = weakref.WeakSet()
    made = 0

    def __init__(self):
        Large.living.add(self)
        Large.made += 1


def test_elements_that_were_shown_are_let_go():
    flow = FlowBuilder()
    flow.process().source_iter(range(1000)).map(lambda _: Large()).for_each(lambda _: None)
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(SECONDS)
        assert any("Large" in ring.newest.text for ring in deployment.snapshot().samples.values())
        assert Large.made == 1000
        gc.collect()
        assert len(Large.living) == 0


# ------------------------------------------------------------ texts of values


class Raises:
    def __repr__(self):
        raise RuntimeError("no text")


class Hangs:
    def __repr__(self):
        while True:
            pass


class Sleeps:
    def __repr__(self):
        time.sleep(3600)
        return ""


class Gigantic:
    def __repr__(self):
        return "x" * 100_000_000


@dataclass(repr=False)
class Odd:
    number: int

    def __repr__(self):
        while True:
            pass


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Raises, "<Raises: not shown, RuntimeError>"),
        (Hangs, "<Hangs>"),
        (Sleeps, "<Sleeps>"),
        (Gigantic, "<Gigantic>"),
    ],
)
def test_a_text_that_cannot_be_had_costs_the_flow_nothing(kind, text):
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    made = first.source_iter(range(2000)).map(lambda _: kind())
    made.map(lambda _: 1).send(second).for_each(lambda _: None)
    made.for_each(lambda _: None)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        texts = {each.text for ring in deployment.snapshot().samples.values() for each in ring.samples}
        assert any(each.startswith(text[:-1]) for each in texts)
        assert 2000 in deployment.totals.values()


def test_what_a_client_sends_is_not_asked_for_its_text_in_the_kernel():
    flow = FlowBuilder()
    port, sent = flow.process().source_external(flow.external(), Odd)
    sent.map(lambda odd: odd.number).for_each(print)
    with flow.deploy() as deployment:
        deployment.connect(port).send(Odd(5))
        deployment.settle(SECONDS)
        assert [line.text for line in deployment.logs()] == ["5"]
        texts = {each.text for ring in deployment.snapshot().samples.values() for each in ring.samples}
        assert "<Odd>" in texts


# ------------------------------------------------------------ bad manners


def _ignores_everything():
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def _busy_whatever_comes(tell):
    _ignores_everything()
    tell()
    while True:
        pass


def _blocks_in_c(tell):
    _ignores_everything()
    tell()
    ctypes.PyDLL(None).sleep(3600)


def _stops_itself(tell):
    tell()
    os.kill(os.getpid(), signal.SIGSTOP)


def _leaves_grandchildren(tell):
    for _ in range(3):
        subprocess.Popen(["sleep", "3600"])
    if os.fork() == 0:
        time.sleep(3600)
    tell()


def _closes_its_streams(tell):
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.close()
    for number in (0, 1, 2):
        os.close(number)
    tell()


def _ignores_its_children(tell):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    subprocess.run(["true"], check=False)
    tell()


def _starts_threads(tell):
    threading.Thread(target=time.sleep, args=(3600,)).start()
    tell()


BAD = (
    _busy_whatever_comes,
    _blocks_in_c,
    _stops_itself,
    _leaves_grandchildren,
    _closes_its_streams,
    _ignores_its_children,
    _starts_threads,
)


def _watched(pids):
    """Give what becomes readable with the end of each."""
    return {os.pidfd_open(pid): pid for pid in pids}


def _left(watched, seconds=SECONDS):
    """Give those that have not ended within a time."""
    until_then = time.monotonic() + seconds
    while watched and (ended := select.select(list(watched), [], [], max(0, until_then - time.monotonic()))[0]):
        for fd in ended:
            os.close(fd)
            del watched[fd]
    return list(watched.values())


@pytest.mark.parametrize("manners", BAD)
def test_no_manners_outlive_a_stop(manners, tmp_path):
    done = tmp_path / "done"
    os.mkfifo(done)
    flow = FlowBuilder()
    good, bad = flow.process(), flow.process()
    bad.source_iter([done]).for_each(lambda path: manners(lambda: path.write_text("now")))
    good.source_interval(0.01).for_each(lambda _: None)
    with flow.deploy() as deployment:
        assert done.read_text() == "now"
        pids = [each.pid for each in deployment.processes]
        pids += [each for pid in pids for each in children(pid)]
        watched = _watched(pids)
        assert {each.name: each.state for each in deployment.processes}["process 0"] == "running"
    assert _left(watched) == []
    assert deployment.state == "stopped"


@pytest.mark.parametrize(
    ("leave", "why"),
    [
        (lambda: os._exit(0), "ended with exit code 0"),
        (lambda: os._exit(7), "ended with exit code 7"),
        (lambda: sys.exit("bye"), "SystemExit: the user's code called exit"),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), "was killed (SIGTERM)"),
        (lambda: ctypes.string_at(0), "was killed (SIGSEGV)"),
        (lambda: os.closerange(0, 200), "was killed (SIGABRT)"),
    ],
)
def test_who_leaves_without_a_word_is_a_failed_process_and_the_others_go_on(leave, why):
    flow = FlowBuilder()
    first, second = flow.process(), flow.process()
    port, numbers = first.source_external(flow.external(), int)
    numbers.map(lambda _: leave()).send(second).for_each(print)
    with flow.deploy() as deployment:
        deployment.connect(port).send(1)
        with pytest.raises(ProcessFailed):
            deployment.settle(SECONDS)
        until(deployment, lambda state: row(state, "process 0").state == "failed")
        states = {each.name: (each.state, each.reason) for each in deployment.processes}
        assert why in states["process 0"][1]
        assert states["process 1"][0] == "running"


# ------------------------------------------------------------ many failures


def _failing():
    flow = FlowBuilder()
    flow.process().source_iter([0]).map(lambda n: 1 // n).for_each(print)
    return flow


def _fail() -> None:
    with pytest.raises(ProcessFailed, match="ZeroDivisionError"), _failing().deploy() as deployment:
        deployment.settle(SECONDS)


def _held() -> tuple[int, int]:
    gc.collect()
    return len(descriptors()), threading.active_count()


def test_200_failures_in_a_row_leave_nothing(capsys):
    for _ in range(3):
        _fail()
    before, objects = _held(), len(gc.get_objects())
    for _ in range(200):
        _fail()
    # what runs beside the tests may have ended meanwhile
    assert [now <= was for now, was in zip(_held(), before, strict=True)] == [True, True]
    # what is kept of each would be hundreds
    assert len(gc.get_objects()) - objects < 200 * 20


def test_100_failures_at_once_are_a_row_and_a_problem_each(capsys):
    flow = FlowBuilder()
    members = flow.cluster()
    members.source_iter([0]).map(lambda n: 1 // n).for_each(print)
    with flow.deploy(clusters={members: 100}, timeout=SECONDS) as deployment:
        until(deployment, lambda state: all(each.state == "failed" for each in state.processes.values()))
        with pytest.raises(ProcessFailed, match="ZeroDivisionError"):
            deployment.settle(SECONDS)
        names = [each.name for each in deployment.processes]
        assert len(names) == 100
        assert sorted(each.process for each in deployment.problems) == sorted(names)
        assert all(each.error.startswith("ZeroDivisionError") for each in deployment.problems)


def test_what_is_printed_in_the_kernel_is_in_files_too(capsys):
    flow = FlowBuilder()
    flow.process().source_iter(range(20_000)).for_each(print)
    flow.process().source_iter(range(40_000)).for_each(lambda _: print(".", end=""))
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(SECONDS)
    lines = (deployment.log_folder / "process 0.log").read_text().split()
    assert lines == [str(n) for n in range(20_000)]
    dots = (deployment.log_folder / "process 1.log").read_text().split()
    assert sum(map(len, dots)) == 40_000
    assert max(map(len, dots)) <= 16 * 1024
