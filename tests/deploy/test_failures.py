"""What is said of processes that fail or end: of each by itself, of several at once, and by those that are left."""

from __future__ import annotations

import os
import signal
import sys

import pytest
from leading import SECONDS, Worker, row, said, send, shown, until

from hydro_nb import (
    CLUSTER_SELF_ID,
    TCP,
    DeployError,
    FlowBuilder,
    ProcessFailed,
    Restart,
    nondet,
)

BACKENDS = ["local", "inprocess"]
WHY = nondet("looked at")


class Taker: ...


class Giver: ...


def do(what):
    """Do what a client asks for."""
    match what:
        case "raise":
            raise ValueError("unlucky")
        case "interrupt":
            raise KeyboardInterrupt
        case "exit":
            sys.exit(3)
        case "leave":
            os._exit(4)
        case "SIGKILL" | "SIGSEGV" | "SIGTERM":
            os.kill(os.getpid(), getattr(signal, what))
    return what


class Flow:
    """A process that does what its client asks for, and one that receives from it."""

    def __init__(self) -> None:
        self.flow = FlowBuilder()
        self.port, asked = self.flow.process(Giver).source_external(self.flow.external(), str)
        shown(asked.map(do).send(self.flow.process(Taker)), str)


# ------------------------------------------------------------ one by itself

TABLE = [
    ("raise", "ValueError: unlucky", BACKENDS),
    ("exit", "SystemExit: the user's code called exit(3)", BACKENDS),
    ("interrupt", "KeyboardInterrupt", ["local"]),
    ("leave", "process `Giver` ended with exit code 4", ["local"]),
    ("SIGKILL", "process `Giver` was killed (SIGKILL)", ["local"]),
    ("SIGSEGV", "process `Giver` was killed (SIGSEGV)", ["local"]),
    ("SIGTERM", "process `Giver` was killed (SIGTERM)", ["local"]),
]


@pytest.mark.parametrize(("asked", "error", "backend"), [(*line[:2], backend) for line in TABLE for backend in line[2]])
def test_a_process_that_ends_by_itself_has_failed_with_its_reason(asked, error, backend):
    made = Flow()
    with made.flow.deploy(backend=backend) as deployment:
        send(deployment, made.port, "first")
        deployment.settle(SECONDS)
        send(deployment, made.port, asked)
        with pytest.raises(ProcessFailed, match="process `Giver` failed: ") as caught:
            deployment.settle(SECONDS)
        assert error in str(caught.value)
        giver, taker = (row(deployment.snapshot(), name) for name in ("Giver", "Taker"))
        reason = error.removeprefix("process `Giver` ")
        assert (giver.state, giver.reason, giver.restarts) == ("failed", reason, 0)
        assert giver.ended >= giver.started > 0
        assert (taker.state, taker.reason, taker.ended) == ("running", "", 0.0)
        assert [(each.process, each.error, each.fatal) for each in deployment.problems] == [("Giver", error, True)]
        assert deployment.snapshot().reason == f"process `Giver` has ended: {reason}"
        assert deployment.state == "failed"
        assert said(deployment, "Taker") == ["first"]
    assert [each.state for each in deployment.processes] == ["failed", "stopped"]
    assert [each.reason for each in deployment.processes] == [reason, ""]


def interrupting():
    yield 1
    raise KeyboardInterrupt


class Interrupting:
    def __repr__(self):
        raise KeyboardInterrupt


def test_an_interrupt_that_a_function_raises_is_told_as_any_error_of_it():
    flow = FlowBuilder()
    asked = flow.process(Giver).source_iter(["interrupt"]).map(do)
    shown(asked.send(flow.process(Taker)), str)
    sources = FlowBuilder()
    sources.process(Giver).source_stream(interrupting).for_each(print)
    for made, op, element in ((flow, "map", "'interrupt'"), (sources, "source_stream", "")):
        with made.deploy() as deployment:
            with pytest.raises(ProcessFailed, match="raise KeyboardInterrupt"):
                deployment.settle(SECONDS)
            (problem,) = deployment.problems
            assert (problem.op, problem.element, problem.error) == (op, element, "KeyboardInterrupt")


def test_an_interrupt_that_a_text_raises_costs_the_text():
    flow = FlowBuilder()
    counted = flow.process(Giver).source_iter([1, 2]).map(lambda _: Interrupting())
    counted.for_each(lambda _: None)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        texts = {each.newest.text for each in deployment.snapshot().samples.values()}
        assert "<Interrupting: not shown, KeyboardInterrupt>" in texts
        assert deployment.state == "settled"


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_that_is_killed_on_purpose_has_not_failed(backend):
    made = Flow()
    with made.flow.deploy(backend=backend) as deployment:
        deployment.kill(Giver)
        deployment.settle(SECONDS)
        giver = row(deployment.snapshot(), "Giver")
        assert (giver.state, giver.reason) == ("killed", "was killed on purpose")
        assert [(each.error, each.fatal) for each in deployment.problems] == [
            ("process `Giver` was killed on purpose", False)
        ]
        assert deployment.state == "settled"
    assert [each.state for each in deployment.processes] == ["killed", "stopped"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_that_is_back_is_as_new_but_for_how_often_and_why(backend):
    made = Flow()
    with made.flow.deploy(backend=backend) as deployment:
        send(deployment, made.port, "raise")
        with pytest.raises(ProcessFailed):
            deployment.settle(SECONDS)
        deployment.restart(Giver, nondet("it was unlucky"))
        deployment.restart(Giver, nondet("once more"))
        giver = row(deployment.snapshot(), "Giver")
        assert (giver.state, giver.reason, giver.ended) == ("running", "", 0.0)
        assert (giver.restarts, giver.why) == (2, "once more")
        assert str(giver).endswith("started again 2 times, the last time: once more")
        deployment.settle(SECONDS)
    assert [each.state for each in deployment.processes] == ["stopped", "stopped"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_that_cannot_start_is_why_the_flow_does_not(backend):
    flow = FlowBuilder()
    flow.process(Giver).source_iter(lambda: 1 // 0).for_each(print)
    flow.process(Taker).source_iter([1]).for_each(print)
    with pytest.raises(DeployError) as caught:
        flow.deploy(backend=backend)
    lines = str(caught.value).splitlines()
    assert lines[0] == "process `Giver` could not start: ZeroDivisionError: integer division or modulo by zero"
    assert lines[1] == "  in operator `source_iter`"


@pytest.mark.parametrize("backend", BACKENDS)
def test_those_that_are_left_say_which_channel_has_ended_and_why(backend):
    made = Flow()
    with made.flow.deploy(backend=backend) as deployment:
        send(deployment, made.port, "raise")
        with pytest.raises(ProcessFailed):
            deployment.settle(SECONDS)
        until(deployment, lambda state: len(state.ended_channels) == 1)
        ended = "  Giver -> Taker has ended: `Giver` failed: ValueError: unlucky"
        assert ended in deployment.status().splitlines()
        deployment.restart(Giver, WHY)
        assert "has ended" not in deployment.status()


def test_of_very_many_channels_some_are_named():
    flow = FlowBuilder()
    workers, leader = flow.cluster(Worker), flow.process(Giver)
    _, numbers = leader.source_external(flow.external(), int)
    given = numbers.broadcast(workers, TCP.fail_stop(), nondet("any"))
    shown(given.broadcast(workers, TCP.fail_stop(), nondet("any")).entries(), str)
    with flow.deploy(clusters={workers: 20}, backend="inprocess") as deployment:
        deployment.settle(SECONDS)
        deployment.kill("Worker/7")
        lines = deployment.status().splitlines()
        assert sum("has ended" in line for line in lines) == 12
        assert "  and 27 more channels" in lines
        deployment.restart("Worker/7")
        assert "has ended" not in deployment.status()


# ------------------------------------------------------------ several at once


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("colocate", [False, True])
def test_errors_of_several_are_each_told_once_and_in_order_of_time(backend, colocate, capsys):
    flow = FlowBuilder()
    workers, leader = flow.cluster(Worker), flow.process(Giver)
    port, numbers = leader.source_external(flow.external(), int)

    def fail(n):
        raise ValueError(f"{CLUSTER_SELF_ID.raw_id} had {n}")

    numbers.broadcast(workers, TCP.fail_stop(), nondet("any")).map(fail).for_each(print)
    together = [[workers]] if colocate else []
    with flow.deploy(clusters={workers: 5}, backend=backend, colocate=together) as deployment:
        send(deployment, port, 1)
        with pytest.raises(ProcessFailed) as caught:
            deployment.settle(SECONDS)
        until(deployment, lambda state: sum(each.state == "failed" for each in state.processes.values()) == 5)
        problems = deployment.problems
        times = [each.time for each in problems]
        assert times == sorted(times)
        assert sorted(each.error for each in problems) == [f"ValueError: {n} had 1" for n in range(5)]
        first = problems[0]
        with pytest.raises(ProcessFailed) as again:
            deployment.settle(SECONDS)
        assert str(again.value).startswith(f"process `{first.process}` failed: {first.error}\n")
        assert str(caught.value).partition("\n")[0] in {
            f"process `{each.process}` failed: {each.error}" for each in problems
        }
    text = capsys.readouterr().err
    for n in range(5):
        assert text.count(f"{n} had 1") == 1


# ------------------------------------------------------------ while others start


def fails() -> None:
    raise OSError("not yet")


def leaves() -> None:
    os._exit(1)


@pytest.mark.parametrize(("end", "backend"), [(fails, "local"), (fails, "inprocess"), (leaves, "local")])
@pytest.mark.parametrize("lazy", [True, False], ids=["first tick", "start"])
def test_one_that_fails_while_others_start_comes_back_when_all_run(tmp_path, end, backend, lazy):
    flow, lock = FlowBuilder(), tmp_path / "lock"

    def once():
        if not lock.exists():
            lock.touch()
            end()
        return [1]

    source = (lambda: (once() for _ in [0])) if lazy else (lambda: iter([once()]))
    first = flow.process(Giver).source_stream(source)
    shown(first.send(flow.process(Taker)), str)
    with flow.deploy(restart=Restart("on_failure", WHY), backend=backend) as deployment:
        if backend == "local":
            until(deployment, lambda state: row(state, "Giver").restarts == 1)
        deployment.settle(SECONDS)
        assert row(deployment.snapshot(), "Giver").restarts == 1
        assert said(deployment, "Taker") == ["[1]"]
        assert deployment.state == "settled"
