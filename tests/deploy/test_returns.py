"""A restart that does not come to its end: the deployment drains meanwhile, or the process cannot be started."""

from __future__ import annotations

import itertools
import os
import signal
import threading

import pytest
from leading import SECONDS, Flow, row, said, send, shown, until

from hydro_nb import TCP, DeployError, FlowBuilder, Restart, nondet


class Restarting(threading.Thread):
    """Starts a member again; `error` is what came of it."""

    def __init__(self, deployment, name, **given) -> None:
        super().__init__()
        self._deployment, self._name, self._given = deployment, name, given
        self.error = ""

    def run(self) -> None:
        try:
            self._deployment.restart(self._name, **self._given)
        except DeployError as error:
            self.error = str(error)


def busy(members=2):
    """Give a deployment whose members have sources without an end."""
    made = Flow()
    numbers = made.workers.source_iter(itertools.count).filter(lambda n: n % 100_000 == 0)
    shown(numbers.send(made.leader, TCP.fail_stop()).entries(), str)
    return made.deploy(members=members)


def drain_when(deployment, holds) -> None:
    """Drain and stop as soon as this is so, before the I/O thread hears of anything more."""
    once = threading.Lock()
    deployment.subscribe(lambda state: holds(state) and once.acquire(blocking=False) and deployment.stop(drain=True))


@pytest.mark.parametrize("phase", ["starting", "bound", "connected", "running"])
def test_draining_ends_while_a_member_is_on_its_way_back(phase):
    with busy() as deployment:
        old = row(deployment.snapshot(), "Worker/1")
        drain_when(deployment, lambda state: (new := row(state, "Worker/1")).state == phase and new.pid != old.pid)
        restart = Restarting(deployment, "Worker/1")
        restart.start()
        assert deployment.wait(SECONDS)
        restart.join()
        assert restart.error == ""
        assert {each.state for each in deployment.processes} == {"stopped"}


def test_draining_ends_while_the_old_process_of_a_member_is_being_killed():
    with busy() as deployment:
        backend = deployment._backend

        def restart_and_drain():
            done = backend._supervisor.restart("Worker/1", SECONDS)
            backend._supervisor.stop(drain=True)
            return done

        done = backend._io.call(restart_and_drain)
        with pytest.raises(DeployError, match="the deployment was stopped"):
            done.result(0)
        assert deployment.wait(SECONDS)


def test_draining_ends_while_another_one_waits_to_be_started_again():
    with busy(3) as deployment:
        pids = {each.name: each.pid for each in deployment.processes}
        drain_when(deployment, lambda state: row(state, "Worker/1").state == "starting")
        backend = deployment._backend
        names = ["Worker/1", "Worker/2"]
        first, second = backend._io.call(lambda: [backend._supervisor.restart(name, SECONDS) for name in names])
        assert deployment.wait(SECONDS)
        first.result(0)
        with pytest.raises(DeployError, match="the deployment was stopped"):
            second.result(0)
        assert [name for name in pids if row(deployment.snapshot(), name).pid != pids[name]] == ["Worker/1"]


def test_a_folder_that_is_not_private_any_more_is_told_and_the_next_one_is_started():
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy() as deployment:
        deployment.settle(SECONDS)
        folder = deployment._backend.folder
        folder.chmod(0o755)
        with pytest.raises(DeployError, match=r"`Worker/1` could not be started again: .* has mode 0755"):
            deployment.restart("Worker/1")
        folder.chmod(0o700)
        deployment.restart("Worker/1")
        send(deployment, made.port, 1)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/1") == ["1"]
        until(deployment, lambda state: row(state, "Worker/1").state == "running")


class First: ...


class Middle: ...


class Last: ...


def test_those_behind_one_that_could_not_be_started_again_wait_for_nothing_more():
    flow = FlowBuilder()
    first, middle, last = (flow.process(each) for each in (First, Middle, Last))
    _, numbers = first.source_external(flow.external(), int)
    passed = numbers.send(middle, TCP.fail_stop()).send(last, TCP.fail_stop())
    passed.for_each(print)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        folder = deployment._backend.folder
        folder.chmod(0o755)
        with pytest.raises(DeployError, match="`First` could not be started again"):
            deployment.restart(First, nondet("it is asked to go on"))
        folder.chmod(0o700)
        until(deployment, lambda state: len(state.ended_channels) == 2)


# ------------------------------------------------------------ others are paused meanwhile


def told(members=3, **how):
    """Give a deployment whose members hear what a client sends to their leader."""
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    return made, made.flow.deploy(clusters={made.workers: members}, **how)


def when(deployment, holds, act) -> None:
    """Do this as soon as that is so, before the I/O thread hears of anything more."""
    once = threading.Lock()
    deployment.subscribe(lambda state: holds(state) and once.acquire(blocking=False) and act())


def returning(deployment, name, phases=("starting", "bound")):
    """Say whether a process is on its way back, in one of these phases."""
    old = row(deployment.snapshot(), name)
    return lambda state: (new := row(state, name)).state in phases and new.restarts > old.restarts


@pytest.mark.parametrize("phase", ["starting", "bound", "connected"])
def test_who_is_paused_while_one_is_on_its_way_back_meets_it_first(phase):
    made, deployment = told()
    with deployment:
        when(deployment, returning(deployment, "Worker/1", [phase]), lambda: deployment.pause(made.leader))
        deployment.restart("Worker/1")
        until(deployment, lambda state: row(state, "Leader").state == "paused")
        assert row(deployment.snapshot(), "Worker/1").state == "running"
        deployment.resume(made.leader)
        send(deployment, made.port, 1)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/1") == ["1"]
        assert [each.error for each in deployment.problems] == ["process `Worker/1` was killed on purpose"]


def test_one_that_starts_again_by_itself_is_met_too():
    made, deployment = told(restart=Restart("always", nondet("it keeps nothing")))
    with deployment:
        when(deployment, returning(deployment, "Worker/1"), lambda: deployment.pause(made.leader))
        deployment.kill("Worker/1")
        until(deployment, lambda state: row(state, "Worker/1").restarts and row(state, "Worker/1").state == "running")
        until(deployment, lambda state: row(state, "Leader").state == "paused")


def test_who_pauses_waits_until_it_holds():
    made, deployment = told()
    with deployment:
        on_its_way = returning(deployment, "Worker/1")
        restart = Restarting(deployment, "Worker/1")
        restart.start()
        until(deployment, lambda state: on_its_way(state) or row(state, "Worker/1").restarts)
        deployment.pause(made.leader)
        assert row(deployment.snapshot(), "Leader").state == "paused"
        restart.join()
        assert restart.error == ""


def test_what_may_not_be_paused_any_more_is_told_who_waited():
    _, deployment = told()
    with deployment:
        backend = deployment._backend

        def pause_and_kill():
            backend._supervisor.restart("Worker/1", SECONDS)
            pause = backend._supervisor.returns.between(lambda: deployment.pause("Worker/2"))
            backend.kill("Worker/2")
            return pause

        with pytest.raises(DeployError, match="no running process is called `Worker/2`"):
            backend._io.call(pause_and_kill).result(SECONDS)


def test_who_waits_for_its_turn_waits_no_longer_than_it_said():
    made, deployment = told()
    with deployment:
        backend = deployment._backend
        pids = {each.name: each.pid for each in deployment.processes}

        def restart_two():
            first = backend._supervisor.restart("Worker/1", SECONDS)
            deployment.pause(made.leader)
            return first, backend._supervisor.restart("Worker/2", 0.5)

        first, second = backend._io.call(restart_two)
        with pytest.raises(DeployError) as late:
            second.result(SECONDS)
        first.result(SECONDS)
        assert str(late.value) in {
            f"process `Worker/2` was not running again within 0.5 seconds: it waits for {what}"
            for what in ("`Leader`, which is paused", "`Worker/1`, which is on its way back")
        }
        still = row(deployment.snapshot(), "Worker/2")
        assert (still.state, still.pid) == ("running", pids["Worker/2"])
        until(deployment, lambda state: row(state, "Leader").state == "paused")
        deployment.resume(made.leader)
        deployment.restart("Worker/2")


def test_one_that_somebody_does_not_answer_ends_with_that_reason_said_once():
    # how long one needs until it waits for nothing but an answer is the machine's
    assert any(map(_is_not_answered, (2, 10, 40)))


def _is_not_answered(seconds):
    _, deployment = told()
    with deployment:
        leader = row(deployment.snapshot(), "Leader").pid
        os.kill(leader, signal.SIGSTOP)
        with pytest.raises(DeployError) as late:
            deployment.restart("Worker/1", timeout=seconds)
        until(deployment, lambda state: row(state, "Worker/1").state == "killed")
        os.kill(leader, signal.SIGCONT)
        text = str(late.value)
        assert text.startswith(f"process `Worker/1` was not running again within {seconds} seconds: ")
        assert row(deployment.snapshot(), "Worker/1").reason == text
        said_of_it = [each.error for each in deployment.problems]
        assert said_of_it == ["process `Worker/1` was killed on purpose", text]
        assert deployment.state != "failed"
        deployment.restart("Worker/1")
    return text.endswith("seconds: `Leader` has not answered")
