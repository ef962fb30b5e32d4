"""Processes that are paused on purpose: nothing settles and nothing is lost, and no end of the deployment hangs."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest
from faulty import BACKENDS, Aside, Pair, Source, Target, busy, got, sends
from leading import SECONDS, Flow, row, said, send, shown, until

from hydro_nb import TCP, DeployError, FlowBuilder, nondet
from hydro_nb.deploy import striking


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_paused_neither_works_nor_settles_and_loses_nothing(backend):
    pair = Pair()
    with pair.flow.deploy(backend=backend) as deployment:
        sends(deployment, pair, 1)
        deployment.pause(pair.target)
        assert deployment.state == "running"
        send(deployment, pair.port, 2, 3)
        busy(deployment, "`Target`: paused")
        assert row(deployment.snapshot(), "Target").state == "paused"
        assert got(deployment) == [1]
        deployment.resume(pair.target)
        deployment.settle(SECONDS)
        assert got(deployment) == [1, 2, 3]
        assert row(deployment.snapshot(), "Target").state == "running"
        assert deployment.state == "settled"


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_fault_is_shown_while_it_is_in_force(backend):
    with Pair().flow.deploy(backend=backend) as deployment:
        assert deployment.faults == []
        deployment.pause(Target)
        (fault,) = deployment.faults
        assert (fault.kind, fault.processes) == ("pause", ("Target",))
        assert repr(fault) == "<Fault `Target` is paused>"
        assert deployment.snapshot().faults == (fault,)
        status = deployment.status()
        assert "\n  fault: `Target` is paused" in status
        assert re.search(r"Target +paused ", status)
        deployment.resume("Target")
        assert deployment.faults == []
        assert "fault" not in deployment.status()


@pytest.mark.parametrize("backend", BACKENDS)
def test_pausing_twice_is_as_once_and_who_is_not_paused_may_be_resumed(backend):
    pair = Pair()
    with pair.flow.deploy(backend=backend) as deployment:
        deployment.resume(pair.source)
        deployment.pause(pair.source)
        deployment.pause(pair.source)
        assert len(deployment.faults) == 1
        deployment.resume(pair.source)
        sends(deployment, pair, 1)
        assert got(deployment) == [1]


@pytest.mark.parametrize("backend", BACKENDS)
def test_who_is_meant_is_checked_as_for_kill(backend):
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy(backend) as deployment:
        with pytest.raises(DeployError, match="`Worker` is a cluster; say which of its members is meant"):
            deployment.pause(made.workers)
        with pytest.raises(DeployError, match="no process is called `Nobody`"):
            deployment.pause("Nobody")
        deployment.kill("Worker/1")
        until(deployment, lambda state: row(state, "Worker/1").state == "killed")
        for act in (deployment.pause, deployment.resume):
            with pytest.raises(DeployError, match=r"no running process is called `Worker/1`; running: .*`Worker/2`"):
                act("Worker/1")


@pytest.mark.parametrize("backend", BACKENDS)
def test_who_waits_for_no_time_is_told_that_the_wait_would_have_no_end(backend):
    pair = Pair()
    with pair.flow.deploy(backend=backend) as deployment:
        deployment.pause(pair.target)
        send(deployment, pair.port, 1)
        if backend == "inprocess":
            with pytest.raises(Exception, match="cannot come while this call runs: `Target`: paused"):
                deployment.settle()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("drain", [False, True])
def test_stop_ends_also_what_is_paused_and_lets_it_go_on_to_drain(backend, drain):
    pair = Pair()
    deployment = pair.flow.deploy(backend=backend)
    pids = {row.pid for row in deployment.processes} - {os.getpid()}
    deployment.pause(pair.target)
    send(deployment, pair.port, *range(100))
    deployment.stop(drain=drain)
    assert deployment.state == "stopped"
    assert [row.state for row in deployment.processes] == ["stopped"] * 3
    assert deployment.faults == []
    assert {state(pid) for pid in pids} <= {"", "Z"}
    if drain:
        assert got(deployment) == [*range(100)]
    with pytest.raises(DeployError, match="stopped"):
        deployment.pause(pair.target)


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_paused_may_be_killed_and_started_again(backend):
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy(backend) as deployment:
        deployment.settle(SECONDS)
        deployment.pause("Worker/0")
        deployment.kill("Worker/0")
        until(deployment, lambda state: row(state, "Worker/0").state == "killed")
        assert deployment.faults == []
        deployment.pause("Worker/1")
        deployment.restart("Worker/1")
        assert deployment.faults == []
        assert row(deployment.snapshot(), "Worker/1").state == "running"
        send(deployment, made.port, 7)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/1") == said(deployment, "Worker/2") == ["7"]


def test_nobody_is_started_again_while_one_is_paused_that_has_to_meet_it():
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy() as deployment:
        deployment.pause(made.leader)
        with pytest.raises(DeployError, match="`Worker/0` cannot be started again while `Leader` is paused"):
            deployment.restart("Worker/0")
        assert row(deployment.snapshot(), "Worker/0").state == "running"
        deployment.resume(made.leader)
        deployment.restart("Worker/0")


@pytest.mark.parametrize("drain", [False, True])
def test_where_signals_would_leave_it_behind_it_stands_still_by_itself(monkeypatch, drain):
    monkeypatch.setattr(striking, "SIGNALS", False)
    pair = Pair(back=True)
    with pair.flow.deploy(colocate=[[Target, Aside]]) as deployment:
        sends(deployment, pair, 1)
        deployment.pause(Target)
        send(deployment, pair.port, 2)
        busy(deployment, "`Target`: paused")
        assert state(row(deployment.snapshot(), "Target").pid) != "T"
        assert got(deployment) == [1]
        deployment.resume(Target)
        deployment.settle(SECONDS)
        assert got(deployment) == [1, 2]
        deployment.pause(Target)
        send(deployment, pair.port, 3)
        deployment.stop(drain=drain)
        assert deployment.state == "stopped"
        assert got(deployment) == [1, 2, 3][: 3 if drain else len(got(deployment))]


def test_the_operating_system_stops_the_process_with_all_that_it_has_started():
    flow = FlowBuilder()
    port, numbers = flow.process(Source).source_external(flow.external(), int)

    def start(_):
        import subprocess

        return subprocess.Popen(["/bin/sleep", "600"]).pid

    numbers.map(start).for_each(print)
    with flow.deploy() as deployment:
        send(deployment, port, 1)
        deployment.settle(SECONDS)
        pids = [deployment.processes[0].pid, *map(int, said(deployment, "Source"))]
        deployment.pause(Source)
        assert reached(lambda: [state(pid) for pid in pids] == ["T", "T"])
        deployment.resume(Source)
        assert reached(lambda: "T" not in [state(pid) for pid in pids])


def reached(holds) -> bool:
    """Look until something is so that a signal sets off; False if it is not in time."""
    deadline = time.monotonic() + SECONDS
    while not holds() and time.monotonic() < deadline:
        os.sched_yield()
    return holds()


def state(pid) -> str:
    """What the operating system says of a process: T is stopped, Z has ended; empty where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_all_that_share_an_os_process_are_paused_together():
    pair = Pair()
    with pair.flow.deploy(colocate=[[Target, Aside]]) as deployment:
        deployment.pause(Aside)
        assert {fault.processes for fault in deployment.faults} == {("Target",), ("Aside",)}
        assert row(deployment.snapshot(), "Target").state == "paused"
        send(deployment, pair.port, 1)
        busy(deployment, "`Target`: paused", "`Aside`: paused")
        deployment.resume(Target)
        assert deployment.faults == []
        deployment.settle(SECONDS)
        assert got(deployment) == [1]


def test_what_is_stopped_from_outside_ends_with_the_deployment_as_well():
    deployment = Pair().flow.deploy()
    (pid,) = {row.pid for row in deployment.processes if row.name == "Target"}
    os.kill(pid, signal.SIGSTOP)
    deployment.stop()
    assert state(pid) in ("", "Z")
    assert deployment.state == "stopped"
