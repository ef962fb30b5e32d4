"""A flow is deployed again while processes are on their way back, or after some could not be started."""

from __future__ import annotations

import threading

import pytest
from leading import SECONDS, Worker, row, said, shown, until

from hydro_nb import DeployError, FlowBuilder


class Leader: ...


class Audit: ...


def _never():
    threading.Event().wait()
    return [0]


class Members:
    """Members of a cluster that print what a source function of theirs gives."""

    def __init__(self, count) -> None:
        self.flow = FlowBuilder()
        self.workers = self.flow.cluster(Worker)
        self.build([1])
        self.deployment = self.flow.deploy(clusters={self.workers: count})
        self.deployment.settle(SECONDS)

    def build(self, source) -> None:
        with self.flow.cell("worker"):
            shown(self.workers.source_iter(source), str)

    def restarted(self, *names):
        """Begin to start members again; gives the results to come."""
        backend = self.deployment._backend
        return backend._io.call(lambda: [backend._supervisor.restart(name, SECONDS) for name in names])


def test_a_process_that_could_not_be_started_is_started_the_next_time(monkeypatch):
    flow = FlowBuilder()
    shown(flow.process(Leader).source_iter([1]).enumerate(), str)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        with flow.cell("audit"):
            shown(flow.process(Audit).source_iter([2]), str)

        def refuse(*_):
            raise OSError("no more descriptors")

        with monkeypatch.context() as patch:
            patch.setattr(deployment._backend._supervisor._launcher, "start", refuse)
            with pytest.raises(DeployError, match="process `Audit` could not be started: no more descriptors"):
                deployment.redeploy()
        assert row(deployment.snapshot(), "Audit").state == "failed"
        assert str(deployment.redeploy()) == "Audit had ended: started again; Leader kept its state"
        deployment.settle(SECONDS)
        assert (said(deployment, "Audit"), deployment.state) == (["2"], "settled")


def test_one_that_begins_again_makes_room_and_its_successor_lives():
    made = Members(1)
    with made.deployment as deployment:
        made.build(_never)
        before = row(deployment.snapshot(), "Worker/0").pid
        outcome = []

        def redeploy():
            try:
                deployment.redeploy(timeout=SECONDS)
            except DeployError as error:
                outcome.append(str(error))

        stuck = threading.Thread(target=redeploy)
        stuck.start()
        until(deployment, lambda state: (new := row(state, "Worker/0")).state == "connected" and new.pid != before)
        # as `redeploy` in a second cell, after the first was interrupted
        deployment._changing = threading.Lock()
        made.build([2])
        assert str(deployment.redeploy(timeout=5)) == "Worker/0 changed (its code): replaced"
        stuck.join()
        assert outcome == ["process `Worker/0` could not start again: it ended"]
        deployment.settle(SECONDS)
        assert (said(deployment, "Worker/0"), deployment.state) == (["1", "2"], "settled")


def test_one_that_is_to_be_started_again_is_forgotten_with_its_place_in_the_flow(monkeypatch):
    made = Members(3)
    with made.deployment as deployment:
        backend, restarts = deployment._backend, []
        become = backend.become

        def after_restarts(wish):
            restarts.extend(made.restarted("Worker/1", "Worker/2"))
            become(wish)

        monkeypatch.setattr(backend, "become", after_restarts)
        assert deployment.redeploy(clusters={made.workers: 2}).removed == ("Worker/2",)
        assert restarts[0].result(SECONDS) is None
        with pytest.raises(DeployError, match="process `Worker/2` is no longer part of the flow"):
            restarts[1].result(SECONDS)
        made.restarted("Worker/0")[0].result(SECONDS)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0") == ["1", "1"]


def test_one_that_is_being_killed_has_not_kept_its_state():
    flow = FlowBuilder()
    shown(flow.process(Leader).source_iter([1]).enumerate(), str)
    shown(flow.process(Audit).source_iter([2]), str)
    with flow.deploy() as deployment:
        deployment.settle(SECONDS)
        supervisor = deployment._backend._supervisor
        member = next(each for each in supervisor.members.values() if each.name == "Audit")
        # as it is from its kill to its end
        member.on_purpose = True
        assert str(deployment.redeploy()) == "Audit had ended: started again; Leader kept its state"
        deployment.settle(SECONDS)
        assert said(deployment, "Audit") == ["2", "2"]
