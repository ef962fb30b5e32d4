"""The same programs inside the kernel."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from handmade import ECHO, PRINT, STATE, Port, SourceSpec, TimerSpec, channel, external, flow, pipeline, place

from hydro_nb.deploy import deploy
from hydro_nb.errors import DeployError, ProcessFailed, SettleTimeout


def start(program, **options):
    return deploy(program, backend="inprocess", echo=False, **options)


def texts(deployment, name=None):
    return [line.text for line in deployment.logs(name)]


def test_a_pipeline_keeps_every_element_in_order():
    with start(pipeline(20_000)) as deployment:
        deployment.settle(60)
        assert texts(deployment, "B") == ["sum 199990000 ordered True"]
        assert deployment.totals == {"edge:1": 20_000, "sink": 20_000}
        assert deployment.state == "settled"
        assert {row.pid for row in deployment.processes} == {os.getpid()}
    assert deployment.state == "stopped"
    assert {row.state for row in deployment.processes} == {"stopped"}


def test_a_small_buffer_slows_the_source_and_loses_nothing():
    with start(pipeline(20_000), max_buffer=1000) as deployment:
        deployment.settle(60)
        assert texts(deployment, "B") == ["sum 199990000 ordered True"]


def test_neither_zmq_nor_a_thread_nor_a_process(tmp_path):
    script = f"""
import sys, threading
sys.path.insert(0, {str(Path(__file__).parent)!r})
from handmade import pipeline
from hydro_nb.deploy import deploy
with deploy(pipeline(10), backend="inprocess") as deployment:
    deployment.settle()
assert "zmq" not in sys.modules
assert threading.active_count() == 1
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.stdout, done.stderr) == ("[B] sum 45 ordered True\n", "")


def test_an_exception_names_operator_element_and_line_and_the_rest_goes_on():
    raises = """
    def start():
        return State()
    def tick(state, inputs, outputs):
        for n in inputs["in1"]:
            x = 10 // (n - 5)  #: slot:7 map n
            print(x)
        return False
    """
    program = flow(
        *pipeline(10, raises).locations,
        place(2, "C", PRINT.replace('inputs["in1"]', "range(2)")),
        channels=pipeline().channels,
    )
    with start(program) as deployment:
        with pytest.raises(ProcessFailed, match="in operator `map`, on element 5"):
            deployment.settle(60)
        assert texts(deployment, "B") == ["-2", "-3", "-4", "-5", "-10"]
        assert texts(deployment, "C") == ["0", "1"]
        assert {row.name: row.state for row in deployment.processes} == {"A": "running", "B": "failed", "C": "running"}


def test_a_failure_with_nothing_else_to_do_is_not_waited_for():
    program = flow(place(0, "A", PRINT.replace('inputs["in1"]', "[1 // 0]")))
    with start(program) as deployment, pytest.raises(ProcessFailed, match="ZeroDivisionError"):
        deployment.settle(None)


def test_a_factory_that_raises_is_an_error_of_deploy():
    body = "def start():\n    raise RuntimeError('no')\ndef tick(state, inputs, outputs):\n    return False"
    with pytest.raises(DeployError, match="`A` could not start: RuntimeError: no"):
        start(flow(place(0, "A", body)))


def test_ports_step_the_flow():
    program = flow(place(0, "A", ECHO, outputs=["out2"]), external(1), channels=[channel(1, 1, 0), channel(2, 0, 1)])
    with start(program) as deployment:
        inward, outward = deployment.connect(Port("edge:1")), deployment.connect(Port("edge:2"))
        for n in range(100):
            inward.send(n)
        assert [outward.receive(60) for _ in range(100)] == list(range(100))
        with pytest.raises(TimeoutError):
            outward.receive(0.001)
        with pytest.raises(DeployError, match="nothing would ever come"):
            next(outward)
        inward.send(7)
        inward.close()
        assert list(outward) == [7]
    with pytest.raises(DeployError, match="was closed"):
        inward.send(1)


def test_an_async_source_needs_the_awaitable_twin():
    body = """
    async def numbers():
        import asyncio
        for n in range(3):
            await asyncio.sleep(0.001)
            yield n
    def start():
        return State()
    def tick(state, inputs, outputs):
        for x in inputs["xs"]:
            print(x)
        return False
    """
    program = flow(place(0, "A", body, sources=(SourceSpec("xs", "numbers", "src:1"),)))

    async def main():
        async with start(program) as deployment:
            await deployment.settled(60)
            return texts(deployment)

    assert asyncio.run(main()) == ["0", "1", "2"]
    with start(program) as deployment, pytest.raises(DeployError, match=r"await deployment.settled\(\)"):
        deployment.settle(1)


def test_an_endless_source_is_named():
    body = """
    def numbers():
        while True:
            yield 1
    def start():
        return State()
    def tick(state, inputs, outputs):
        return False
    """
    program = flow(place(0, "A", body, sources=(SourceSpec("xs", "numbers", "src:1"),)))
    with start(program) as deployment, pytest.raises(SettleTimeout, match="source_stream `src:1`, which has not ended"):
        deployment.settle(0.05)


def test_settle_waits_for_a_timer_after_the_last_change():
    body = """
    def start():
        return State(n=0)
    def tick(state, inputs, outputs):
        state.n += 1
        for _ in inputs["time"]:
            print(state.n > 1)
        return False
    """
    with start(flow(place(0, "A", body, timers=(TimerSpec("time", 0.02),)))) as deployment:
        deployment.settle(60)
        assert texts(deployment)[-1] == "True"


def test_every_settle_fires_the_timers_that_are_due():
    body = """
    def start():
        return State()
    def tick(state, inputs, outputs):
        state.counts["ticks"] = state.counts.get("ticks", 0) + len(inputs["t"])
        return False
    """
    program = flow(place(0, "A", body, timers=(TimerSpec("t", 1e-9),)))
    with deploy(program, echo=False, backend="inprocess") as deployment:
        totals: list[int] = []
        for _ in range(10):
            deployment.settle()
            totals.append(deployment.totals["ticks"])
        assert all(a < b for a, b in pairwise(totals))


def test_a_killed_location_ends_its_channels():
    with start(pipeline(10)) as deployment:
        deployment.settle()
        deployment.kill("A")
        assert {row.name: row.state for row in deployment.processes} == {"A": "killed", "B": "running"}
        deployment.settle()
        with pytest.raises(DeployError, match="no running process is called `A`"):
            deployment.kill("A")


def test_what_is_sent_to_a_location_that_has_gone_is_shown():
    program = flow(
        place(0, "A", ECHO, outputs=["out2"]),
        place(1, "B", PRINT),
        external(2),
        channels=[channel(1, 2, 0), channel(2, 0, 1)],
    )
    with start(program) as deployment:
        deployment.kill("B")
        port = deployment.connect(Port("edge:1"))
        for n in range(3):
            port.send(n)
        deployment.settle()
        assert deployment.snapshot().discarded == {"edge:2": 3}
        assert deployment.status().splitlines()[-1] == "  c2: 3 discarded: B has gone"


def test_wait_ends_when_nothing_can_happen_any_more():
    with start(pipeline(10)) as deployment:
        assert deployment.wait()
        assert texts(deployment) == ["sum 45 ordered True"]


FAILS = (
    STATE
    + """
def start():
    return State()
def tick(state, inputs, outputs):
    raise ValueError("no")
"""
)


def test_waiting_raises_a_failure_at_once_though_nothing_else_can_come():
    program = flow(place(0, "A", FAILS))
    with deploy(program, backend="inprocess", echo=False) as deployment, pytest.raises(ProcessFailed, match="no"):
        deployment.wait()
