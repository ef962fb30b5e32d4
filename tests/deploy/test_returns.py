"""A restart that does not come to its end: the deployment drains meanwhile, or the process cannot be started."""

from __future__ import annotations

import itertools
import threading

import pytest
from leading import SECONDS, Flow, row, said, send, shown, until

from hydro_nb import TCP, DeployError, nondet


class Restart(threading.Thread):
    """Starts a member again; `error` is what came of it."""

    def __init__(self, deployment, name) -> None:
        super().__init__()
        self._deployment, self._name = deployment, name
        self.error = ""

    def run(self) -> None:
        try:
            self._deployment.restart(self._name)
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
        restart = Restart(deployment, "Worker/1")
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
