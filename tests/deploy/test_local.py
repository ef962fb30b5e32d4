"""Deployments as real processes."""

from __future__ import annotations

import asyncio
import io
import os
import select
import signal
import subprocess
import sys
import threading
import traceback
from pathlib import Path

import pytest
from faulty import busy
from handmade import (
    ECHO,
    PRINT,
    STATE,
    Port,
    SourceSpec,
    TimerSpec,
    channel,
    external,
    flow,
    pipeline,
    place,
)
from leading import until
from lives import alive, wait_gone

from hydro_nb.deploy import deploy
from hydro_nb.deploy.io import hydro_io
from hydro_nb.errors import DeployError, ProcessFailed

IDLE = """
def start():
    return State()
def tick(state, inputs, outputs):
    return False
"""


def texts(deployment, name=None):
    return [line.text for line in deployment.logs(name)]


def test_a_pipeline_keeps_every_element_in_order():
    with deploy(pipeline(100_000), echo=False) as deployment:
        deployment.settle(60)
        assert texts(deployment, "B") == ["sum 4999950000 ordered True"]
        assert deployment.totals == {"edge:1": 100_000, "sink": 100_000}
        assert deployment.state == "settled"
        assert deployment.snapshot().samples["sink"].newest.text == "99999"
        pids = [row.pid for row in deployment.processes]
        assert len({*pids, os.getpid()}) == 3
        assert deployment.source("A").startswith(STATE)
        assert "running" in deployment.status()
    assert deployment.state == "stopped"
    assert not any(map(alive, pids))
    deployment.stop()


def test_a_script_sees_tagged_lines(capsys):
    with deploy(pipeline(3, PRINT), echo=True) as deployment:
        deployment.settle(60)
        assert capsys.readouterr().out.splitlines() == ["[B] 0", "[B] 1", "[B] 2"]


class _Screen(io.StringIO):
    """A stdout that tells when a text was written, by whom and in which pieces."""

    def __init__(self, wanted):
        super().__init__()
        self.wanted, self.seen, self.pieces, self.threads = wanted, threading.Event(), [], set()

    def write(self, text):
        self.pieces.append(text)
        self.threads.add(threading.current_thread().name)
        return super().write(text)

    def flush(self):
        if self.wanted in self.getvalue():
            self.seen.set()


def test_a_script_sees_lines_as_they_come(monkeypatch):
    screen = _Screen("[B] 2\n")
    monkeypatch.setattr(sys, "stdout", screen)
    with deploy(pipeline(3, PRINT), echo=True):
        assert screen.seen.wait(60)
        assert screen.pieces == ["[B] 0\n", "[B] 1\n", "[B] 2\n"]
        assert screen.threads == {"hydro-echo"}


def test_a_closed_stdout_costs_only_the_echo(monkeypatch):
    screen = _Screen("")
    screen.close()
    monkeypatch.setattr(sys, "stdout", screen)
    with deploy(pipeline(3, PRINT), echo=True) as deployment:
        deployment.settle(60)
        assert texts(deployment) == ["0", "1", "2"]


def test_a_script_that_ends_prints_what_came_and_nothing_later():
    script = """
import sys
from handmade import PRINT, pipeline
from hydro_nb.deploy import deploy
deployment = deploy(pipeline(2000, PRINT), echo=True)
deployment.settle(60)
print("mine")
"""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [*(f"[B] {n}" for n in range(2000)), "mine"]


def test_whole_logs_are_kept_in_files():
    with deploy(pipeline(20_000, PRINT), echo=False) as deployment:
        deployment.settle(60)
        assert deployment.log_folder is not None
        assert (deployment.log_folder / "B.log").read_text().split() == [str(n) for n in range(20_000)]


def test_a_small_buffer_slows_the_source_and_loses_nothing():
    slow = """
    def start():
        return State(total=0, n=0)
    def tick(state, inputs, outputs):
        for n in inputs["in1"]:
            sum(range(200))
            state.total += n
            state.n += 1
        if state.n == 50000:
            state.n = 0
            print(state.total)
        return False
    """
    with deploy(pipeline(50_000, slow), max_buffer=4096, echo=False) as deployment:
        deployment.settle(60)
        assert texts(deployment) == [str(sum(range(50_000)))]
        # the source has ended, and so does its channel
        until(deployment, lambda state: [each.reason for each in state.ended_channels.values()] == [""])


def test_a_killed_receiver_is_shown_and_the_rest_keeps_running():
    ticker = """
    def start():
        return State(n=0)
    def tick(state, inputs, outputs):
        for _ in inputs["time"]:
            state.n += 1
            outputs["out1"].append(state.n)
            state.counts["n"] = state.n
        return False
    """
    program = flow(
        place(0, "A", ticker, outputs=["out1"], timers=(TimerSpec("time", 0.01),)),
        place(1, "B", PRINT),
        place(2, "C", IDLE),
        channels=[channel(1, 0, 1)],
    )
    with deploy(program, echo=False) as deployment:
        row = next(row for row in deployment.processes if row.name == "B")
        os.kill(row.pid, signal.SIGKILL)
        until(deployment, lambda state: state.state == "failed")
        rows = {row.name: row for row in deployment.processes}
        assert rows["B"].state == "failed"
        assert "SIGKILL" in rows["B"].reason
        assert rows["A"].state == rows["C"].state == "running"
        with pytest.raises(ProcessFailed, match=r"`B` failed.*SIGKILL"):
            deployment.settle(60)
        seen = deployment.totals.get("n", 0)
        until(
            deployment,
            lambda state: state.totals.get("n", 0) > seen + 10 and state.discarded.get("edge:1", 0) > 1,
        )
        assert " discarded: B has gone" in deployment.status()


def test_a_process_killed_on_purpose_does_not_fail_what_is_left():
    with deploy(pipeline(10), echo=False) as deployment:
        deployment.settle(60)
        deployment.kill("A")
        until(deployment, lambda state: any(row.state == "killed" for row in state.processes.values()))
        deployment.settle(60)
        assert deployment.state == "settled"
        with pytest.raises(DeployError, match="no running process is called `A`; running: `B`"):
            deployment.kill("A")


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_a_process_to_kill_is_given_by_name_by_itself_or_by_its_marker(backend):
    class B: ...

    with deploy(pipeline(10), echo=False, backend=backend) as deployment:
        deployment.settle(60)
        with pytest.raises(DeployError, match=r"7 is no process; give one, .*: there are `A`, `B`"):
            deployment.kill(7)
        deployment.kill(B)
        a = next(row for row in deployment.processes if row.name == "A")
        deployment.kill(a)
        until(deployment, lambda state: state.state == "failed")
        assert deployment.snapshot().reason == "no process is left"
        with pytest.raises(DeployError, match="no process is called `C`; there are `A`, `B`"):
            deployment.kill("C")


def test_a_failure_shows_no_frames_of_the_thread_that_told_it():
    with deploy(pipeline(10, RAISES), echo=False) as deployment:
        for _ in range(2):
            with pytest.raises(ProcessFailed) as caught:
                deployment.settle(60)
            said = "".join(traceback.format_exception(caught.value))
            assert "concurrent" not in said
            assert said.count("in outcome") == 1
            assert (caught.value.__cause__, caught.value.__context__) == (None, None)


RAISES = """
def start():
    return State()
def tick(state, inputs, outputs):
    for n in inputs["in1"]:
        x = 10 // (n - 5)  #: slot:7 map n
        print(x)
    return False
"""


def test_an_exception_names_operator_element_and_line():
    with deploy(pipeline(10, RAISES), echo=False) as deployment:
        with pytest.raises(ProcessFailed) as caught:
            deployment.settle(60)
        message = str(caught.value)
        assert "process `B` failed: ZeroDivisionError: integer division or modulo by zero" in message
        assert "in operator `map`, on element 5" in message
        assert "In[3], line 7:     x = 10 // (n - 5)" in message
        (problem,) = deployment.problems
        assert (problem.slot, problem.op, problem.element, problem.fatal) == ("slot:7", "map", "5", True)
        assert texts(deployment, "B") == ["-2", "-3", "-4", "-5", "-10"]


def test_what_was_made_before_a_failure_still_arrives():
    fails = """
    def start():
        return State()
    def tick(state, inputs, outputs):
        outputs["out1"].extend(range(500))
        raise RuntimeError("enough")
    """
    reads = PRINT.replace("print(n)", "print(n); state.counts['n'] = state.counts.get('n', 0) + 1")
    program = flow(place(0, "A", fails, outputs=["out1"]), place(1, "B", reads), channels=[channel(1, 0, 1)])
    with deploy(program, echo=False) as deployment:
        with pytest.raises(ProcessFailed, match="RuntimeError: enough"):
            deployment.settle(60)
        until(deployment, lambda state: 1 in state.ended_channels and state.totals.get("n") == 500)
        assert "`A` failed: RuntimeError: enough" in deployment.snapshot().ended_channels[1].reason
        deployment.stop(drain=True)
        assert len(texts(deployment, "B")) == 500


def test_a_module_that_a_process_lacks_is_named():
    body = IDLE.replace("return State()", "import no_such_module_here")
    with pytest.raises(DeployError, match=r"`A` could not start: ModuleNotFoundError: No module named 'no_such_mod"):
        deploy(flow(place(0, "A", body)), echo=False)


def test_captured_values_that_cannot_be_rebuilt_are_an_error_of_deploy(tmp_path, monkeypatch):
    (tmp_path / "hidden_module.py").write_text("class Thing: pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import hidden_module

    program = flow(place(0, "A", PRINT.replace("in1", "x")), captures={0: {"thing": hidden_module.Thing()}})
    (tmp_path / "hidden_module.py").unlink()
    with pytest.raises(DeployError, match=r"`A` could not start.*uses module `hidden_module`.*cannot import"):
        deploy(program, echo=False)


def test_stop_during_start():
    body = "def start():\n    import time\n    time.sleep(60)\ndef tick(state, inputs, outputs):\n    return False"
    caught = []

    def run():
        try:
            deploy(flow(place(0, "A", body), place(1, "B", body)), echo=False)
        except DeployError as error:
            caught.append(str(error))

    from hydro_nb.deploy.local import living

    thread = threading.Thread(target=run)
    thread.start()
    while not any(b._board.state.name == "test flow" and b._board.state.state == "starting" for b in living()):
        os.sched_yield()
    for backend in living():
        backend.stop(drain=False)
    thread.join()
    assert caught == ["the deployment was stopped while it was starting"]


def test_a_start_that_takes_too_long_names_who_is_late():
    body = "def start():\n    import time\n    time.sleep(60)\ndef tick(state, inputs, outputs):\n    return False"
    for seconds in (1.5, 10.0, 50.0):
        with pytest.raises(DeployError, match=rf"within {seconds} seconds: `A` \([a-z]+\)$") as late:
            deploy(flow(place(0, "A", body)), echo=False, timeout=seconds)
        if "connected" in str(late.value):
            return
    pytest.fail(str(late.value))


def test_settle_waits_for_a_timer_after_the_last_change():
    sampled = """
    def start():
        return State(total=0)
    def tick(state, inputs, outputs):
        state.total += sum(inputs["in1"])
        for _ in inputs["time"]:
            print(state.total)
        return False
    """
    program = flow(
        place(0, "A", IDLE.replace("return False", "outputs['out1'].append(7)"), outputs=["out1"]),
        place(1, "B", sampled, timers=(TimerSpec("time", 0.2),)),
        channels=[channel(1, 0, 1)],
    )
    with deploy(program, echo=False) as deployment:
        deployment.settle(60)
        assert texts(deployment)[-1] == "7"


def test_what_a_fast_timer_sets_off_has_arrived_when_settled():
    ticker = """
    def start():
        return State(n=0)
    def tick(state, inputs, outputs):
        for _ in inputs["time"]:
            state.n += 1
            outputs["out1"].append(state.n)
        return False
    """
    program = flow(
        place(0, "A", ticker, outputs=["out1"], timers=(TimerSpec("time", 0.0005),)),
        place(1, "B", ECHO, outputs=["out2"]),
        place(2, "C", PRINT.replace("in1", "in2")),
        channels=[channel(1, 0, 1), channel(2, 1, 2)],
    )
    with deploy(program, echo=False) as deployment:
        deployment.settle(60)
        assert texts(deployment, "C")[:1] == ["1"]


def test_an_endless_source_is_named():
    body = """
    def numbers():
        n = 0
        while True:
            yield n
            n += 1
    def start():
        return State()
    def tick(state, inputs, outputs):
        return False
    """
    program = flow(place(0, "A", body, sources=(SourceSpec("xs", "numbers", "src:1"),)))
    with deploy(program, echo=False) as deployment:
        busy(deployment, "`A`: source_stream `src:1`, which has not")


def test_a_call_that_does_not_return_is_named_and_stopped():
    body = IDLE.replace("    return False", "    import threading; threading.Event().wait()")
    with deploy(flow(place(0, "A", body)), echo=False) as deployment:
        busy(deployment, "`A`: one call that has not returned")
    assert deployment.state == "stopped"


def test_waiting_in_the_io_thread_is_refused_and_stopping_there_is_not():
    seen = []

    def subscriber(state):
        if state.state == "settled" and not seen:
            seen.append(state)
            for wait in (deployment.settle, deployment.wait):
                with pytest.raises(DeployError, match="this is the I/O thread"):
                    wait()
            deployment.stop()
            seen.append(state)

    with deploy(pipeline(10), echo=False) as deployment:
        deployment.subscribe(subscriber)
        # it may have settled before, and then nothing more happens
        hydro_io().submit(lambda: subscriber(deployment.snapshot()))
        assert deployment.wait(60)
    assert len(seen) == 2


@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_a_mistake_of_a_subscriber_is_told_once_and_costs_nothing(backend, capsys):
    calls, states = [], []

    def mistaken(state):
        calls.append(state)
        raise ValueError("unlucky")

    program = flow(place(0, "A", PRINT), external(1), channels=[channel(1, 1, 0)])
    with deploy(program, backend=backend, echo=True) as deployment:
        deployment.subscribe(mistaken)
        deployment.subscribe(states.append)
        for n in range(2):
            deployment.connect(Port("edge:1")).send(n)
            deployment.settle(60)
        assert len(calls) > 1
        assert [len(state.problems) for state in states] == sorted(len(state.problems) for state in states)
        assert states[-1] is deployment.snapshot()
        (problem,) = deployment.problems
    text = "a function given to `subscribe` failed, and is called again all the same: ValueError: unlucky"
    assert (problem.process, problem.error, problem.fatal) == ("the kernel", text, False)
    assert [frame.text for frame in problem.frames] == ['raise ValueError("unlucky")']
    told, line = capsys.readouterr().err.splitlines()
    assert told.endswith(text)
    assert line.endswith('raise ValueError("unlucky")')


def test_what_a_process_started_ends_with_it():
    body = IDLE.replace("    return False", "    import subprocess; print(subprocess.Popen(['sleep', '600']).pid)")
    with deploy(flow(place(0, "A", body)), echo=False) as deployment:
        deployment.settle(60)
        started = os.pidfd_open(int(texts(deployment)[0]))
    assert select.select([started], [], [], 60)[0]
    os.close(started)


def test_a_fork_of_the_kernel_leaves_its_deployments_alone():
    with deploy(pipeline(10), echo=False) as deployment:
        child = os.fork()
        if not child:
            signal.alarm(60)
            code = 1
            try:
                deployment.stop()
                with pytest.raises(DeployError, match="is a fork of process"):
                    deployment.settle()
                code = 0
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        deployment.settle(60)
        assert texts(deployment, "B") == ["sum 45 ordered True"]


ASYNC = """
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


def test_an_async_source_runs_in_its_process():
    program = flow(place(0, "A", ASYNC, sources=(SourceSpec("xs", "numbers", "src:1"),)))
    with deploy(program, echo=False) as deployment:
        deployment.settle(60)
        assert texts(deployment) == ["0", "1", "2"]


@pytest.mark.parametrize("error", ["ValueError('boom')", "asyncio.CancelledError"])
@pytest.mark.parametrize("backend", ["local", "inprocess"])
def test_an_async_source_that_raises_fails_its_process(backend, error):
    body = ASYNC.replace("        yield n", f"        yield n\n        raise {error}")
    program = flow(place(0, "A", body, sources=(SourceSpec("xs", "numbers", "src:1"),)))
    with (
        deploy(program, echo=False, backend=backend) as deployment,
        pytest.raises(ProcessFailed, match=r"(ValueError: boom|CancelledError)\s+in operator `source_stream`"),
    ):
        asyncio.run(settled(deployment))


async def settled(deployment):
    await deployment.settled(60)


@pytest.mark.parametrize("line", ["sys.stdout = None", "sys.stdout.close()", "os.close(1)"])
def test_streams_that_the_users_code_took_away_cost_only_what_it_prints(line):
    body = IDLE.replace("    return False", f"    import os, sys\n    {line}\n    return False")
    with deploy(flow(place(0, "A", body)), echo=False) as deployment:
        deployment.settle(60)
        assert deployment.problems == []


def test_external_ports_send_and_receive():
    program = flow(
        place(0, "A", ECHO, outputs=["out2"]),
        external(1),
        channels=[channel(1, 1, 0), channel(2, 0, 1)],
    )
    with deploy(program, echo=False) as deployment:
        inward, outward = deployment.connect(Port("edge:1")), deployment[Port("edge:2")]
        for n in range(1000):
            inward.send(n)
        assert [outward.receive(60) for _ in range(1000)] == list(range(1000))
        deployment.settle(60)
        with pytest.raises(TimeoutError):
            outward.receive(0.01)
        with pytest.raises(DeployError, match="brings elements out"):
            outward.send(1)
        inward.send(5)
        inward.close()
        assert list(outward) == [5]
    with pytest.raises(DeployError, match="has stopped"):
        deployment.connect(Port("edge:1"))


def test_sending_on_a_stopped_deployment_is_an_error():
    program = flow(place(0, "A", PRINT), external(1), channels=[channel(1, 1, 0)])
    deployment = deploy(program, echo=False)
    port = deployment.connect(Port("edge:1"))
    port.send(1)
    deployment.stop(drain=True)
    assert texts(deployment) == ["1"]
    with pytest.raises(DeployError, match="port `c1` cannot send: the deployment has stopped"):
        port.send(2)


def test_the_awaitable_twins():
    program = flow(place(0, "A", ECHO, outputs=["out2"]), external(1), channels=[channel(1, 1, 0), channel(2, 0, 1)])

    async def main():
        async with deploy(program, echo=False) as deployment:
            deployment.connect(Port("edge:1")).send(4)
            await deployment.settled(60)
            async for n in deployment.connect(Port("edge:2")):
                assert n == 4
                break
        return deployment

    assert asyncio.run(main()).state == "stopped"


def test_a_cycle_goes_round():
    body = """
    def start():
        return State(first=True)
    def tick(state, inputs, outputs):
        if state.first:
            outputs["out1"].append(0)
            state.first = False
        outputs["out1"].extend(n + 1 for n in inputs["in2"] if n < 1000)
        for n in inputs["in2"]:
            if n == 1000:
                print("done")
        return False
    """
    program = flow(
        place(0, "A", body, outputs=["out1"]),
        place(1, "B", ECHO, outputs=["out2"]),
        channels=[channel(1, 0, 1, cyclic=True), channel(2, 1, 0, cyclic=True)],
    )
    with deploy(program, echo=False) as deployment:
        deployment.settle(60)
        assert texts(deployment) == ["done"]


def test_a_process_that_sends_to_itself():
    body = """
    def start():
        return State(first=True)
    def tick(state, inputs, outputs):
        if state.first:
            outputs["out1"].append(0)
            state.first = False
        outputs["out1"].extend(n + 1 for n in inputs["in1"] if n < 10)
        state.counts["sink"] = state.counts.get("sink", 0) + len(inputs["in1"])
        return False
    """
    program = flow(place(0, "A", body, outputs=["out1"]), channels=[channel(1, 0, 0, cyclic=True)])
    with deploy(program, echo=False) as deployment:
        deployment.settle(60)
        assert deployment.totals["sink"] == 11


def test_input_is_refused():
    body = "def start():\n    input('name? ')\ndef tick(state, inputs, outputs):\n    return False"
    with pytest.raises(DeployError, match=r"`input\(\)` was called on a process of a flow, which has no keyboard"):
        deploy(flow(place(0, "A", body)), echo=False)


def test_a_flow_without_processes_is_refused():
    with pytest.raises(DeployError, match="no process to run"):
        deploy(flow(external(0)), echo=False)


def test_nothing_secret_is_in_arguments_or_environment():
    with deploy(pipeline(3), echo=False) as deployment:
        token = deployment._backend._supervisor.plan.token
        folder = str(deployment._backend.folder).encode()
        for row in deployment.processes:
            seen = Path(f"/proc/{row.pid}/cmdline").read_bytes() + Path(f"/proc/{row.pid}/environ").read_bytes()
            assert token not in seen
            assert folder not in seen


def test_children_have_a_session_and_a_stdin_of_their_own():
    body = """
    def start():
        import os, sys
        print(os.getsid(0) == os.getpid(), os.read(0, 10), sys.argv)
        return State()
    def tick(state, inputs, outputs):
        return False
    """
    with deploy(flow(place(0, "A", body)), echo=False) as deployment:
        deployment.settle(60)
        assert texts(deployment) == ["True b'' ['']"]


KERNEL = """
import sys, time
sys.path.insert(0, {here!r})
from handmade import pipeline
from hydro_nb.deploy import deploy
deployment = deploy(pipeline(1000), echo=False)
print(*[row.pid for row in deployment.processes], flush=True)
time.sleep(60)
"""


def test_children_die_with_a_killed_kernel():
    for _ in range(10):
        script = KERNEL.format(here=str(Path(__file__).parent))
        kernel = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        pids = [int(word) for word in kernel.stdout.readline().split()]
        kernel.kill()
        kernel.communicate()
        assert wait_gone(pids, 60) == []
    with deploy(pipeline(1), echo=False):
        # a new deployment sweeps what the killed kernels left
        pass


def test_one_that_had_failed_before_it_was_killed_has_failed():
    body = """
    class Stuck:
        def close(self):
            import threading
            threading.Event().wait()
    def start():
        return State(sink=Stuck())
    def tick(state, inputs, outputs):
        raise ValueError("by itself")
    """
    with deploy(flow(place(0, "A", body, sinks=("sink",)), place(1, "B", IDLE)), echo=False) as deployment:
        until(deployment, lambda state: bool(state.problems))
        deployment.kill("A")
        with pytest.raises(ProcessFailed, match="`A` failed: ValueError: by itself"):
            deployment.wait(60)
        assert [row.state for row in deployment.processes] == ["failed", "running"]
        deployment.stop()
