"""What is echoed is printed by a thread of its own: a stdout that nobody reads holds up nothing else."""

import io
import os
import select
import subprocess
import sys
import threading
from contextlib import contextmanager

from hydro_nb.deploy import aside as module
from hydro_nb.deploy.aside import Aside, Piece

SECONDS = 60
LINES = 10_000
SCRIPT = f"""
import sys
import threading
from hydro_nb import FlowBuilder

class Speaker: pass
class Other: pass

def say(number):
    for _ in range({LINES // 5}):
        print("x" * 80)
    return number

def told(what):
    print(what, file=sys.stderr, flush=True)

flow = FlowBuilder()
port, numbers = flow.process(Speaker).source_external(flow.external(), int)
numbers.map(say).for_each(lambda number: None)
flow.process(Other).source_iter([1]).for_each(lambda number: None)
deployment = flow.deploy()
client = deployment.connect(port)
for number in range(5):
    client.send(number)
deployment.settle()
told(len(deployment.logs()))
killed = threading.Event()
deployment.subscribe(lambda state: [*state.processes.values()][1].state == "killed" and killed.set())
deployment.kill("Other")
killed.wait()
told([row.state for row in deployment.processes])
deployment.stop()
told(deployment.state)
"""


def line_of(stream):
    """Give the next line, if it comes."""
    assert select.select([stream], [], [], SECONDS)[0], "it is waiting for who reads its stdout"
    return stream.readline().decode().strip()


def test_a_stdout_that_nobody_reads_stops_no_supervision():
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    kernel = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    try:
        assert line_of(kernel.stderr) == str(LINES)
        assert line_of(kernel.stderr) == "['running', 'killed']"
        assert line_of(kernel.stderr) == "stopped"
        # who reads later misses nothing, and the script ends when all is read
        assert kernel.stdout.read().decode().splitlines() == [f"[Speaker] {'x' * 80}"] * LINES
        assert (kernel.wait(SECONDS), kernel.stderr.read()) == (0, b"")
    finally:
        kernel.kill()
        kernel.communicate()


class Screen(io.StringIO):
    """A stdout that takes a first text, and the others when somebody reads."""

    def __init__(self):
        super().__init__()
        self.begun, self.read = threading.Event(), threading.Event()

    def flush(self):
        self.begun.set()
        assert self.read.wait(SECONDS)


@contextmanager
def a_screen(monkeypatch):
    """Stand it where stdout is."""
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    try:
        yield screen
    finally:
        screen.read.set()


def piece(*lines, wanted=lambda: True, failed=lambda: None):
    return Piece("stdout", lambda: lines, len(lines), sum(map(len, lines)), wanted, failed)


def test_of_too_much_the_oldest_is_left_out_and_counted(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    with a_screen(monkeypatch) as screen:
        printer = Aside()
        printer.put([piece("one")])
        assert screen.begun.wait(SECONDS)
        printer.put(piece(f"{n}", f"{n}") for n in range(10, 20))
        screen.read.set()
        printer.flush(patient=True)
        left = "... 18 lines are left out here: nobody has read them in time ..."
        assert screen.getvalue().splitlines() == ["one", left, "19", "19"]


def test_who_prints_waits_for_a_reader_but_not_for_nobody(monkeypatch):
    monkeypatch.setattr(module, "CROWDED_BYTES", 2)
    monkeypatch.setattr(module, "STUCK_SECONDS", float("inf"))
    with a_screen(monkeypatch) as screen:
        printer = Aside()
        printer.put([piece("one")])
        assert screen.begun.wait(SECONDS)
        assert printer.crowded
        monkeypatch.setattr(module, "STUCK_SECONDS", 0.0)
        printer.flush()
        assert printer.stuck
        assert not printer.crowded
        screen.read.set()
        printer.flush(patient=True)
        assert not printer.stuck


def test_a_stream_that_raises_costs_only_what_was_for_it(monkeypatch):
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    failed, printer = [], Aside()
    printer.put([piece("one", failed=lambda: failed.append("one")), piece("two", wanted=lambda: not failed)])
    printer.flush(patient=True)
    assert failed == ["one"]
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    printer.put([piece("three", wanted=lambda: not failed), piece("four")])
    printer.flush(patient=True)
    assert sys.stdout.getvalue() == "four\n"
