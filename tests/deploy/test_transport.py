"""How processes of one machine are connected: by private files, or by TCP with keys. The flow is the same."""

from __future__ import annotations

import threading

import pytest
from handmade import pipeline

from hydro_nb import CLUSTER_SELF_ID, TCP, DeployError, FlowBuilder, nondet
from hydro_nb.deploy import deploy, keys
from hydro_nb.deploy.local import LocalBackend
from hydro_nb.runtime.zmq_channel import Context

SECONDS = 60
GO = TCP.fail_stop()


class Worker: ...


def doors():
    return [each for each in threading.enumerate() if each.name == "hydro-door"]


def test_every_element_arrives_in_order():
    with deploy(pipeline(200_000), transport="tcp") as deployment:
        deployment.settle(SECONDS)
        assert [line.text for line in deployment.logs()] == [f"sum {sum(range(200_000))} ordered True"]
        (door,) = doors()
    door.join(SECONDS)
    assert doors() == []


def test_large_elements_arrive():
    flow = FlowBuilder()
    sizes = flow.process().source_iter([1, 20_000_000]).map(lambda n: b"x" * n).send(flow.process()).map(len)
    sizes.for_each(print)
    with flow.deploy(transport="tcp", max_buffer="1MiB") as deployment:
        deployment.settle(SECONDS)
        assert [line.text for line in deployment.logs()] == ["1", "20000000"]


@pytest.mark.parametrize("colocate", [[], [[Worker]], [[Worker, "process 0"]]])
def test_members_that_are_started_again_are_met_again(colocate):
    flow = FlowBuilder()
    leader, workers = flow.process(), flow.cluster(Worker)
    inlet, numbers = leader.source_external(flow.external(), int)
    told = numbers.broadcast(workers, GO, nondet("whoever is there"))
    signed = told.map(lambda n: (CLUSTER_SELF_ID.raw_id, n)).send(leader, GO).values()
    outlet = signed.assume_ordering(nondet("compared as a set")).send_external(flow.external())
    with flow.deploy(clusters={Worker: 3}, transport="tcp", colocate=colocate) as deployment:
        client, answers = deployment.connect(inlet), deployment.connect(outlet)
        for turn, member in enumerate(["", "Worker/1", "Worker/2", "Worker/1"]):
            if member and not colocate:
                deployment.restart(member)
            client.send(turn)
            assert {answers.receive(SECONDS) for _ in range(3)} == {(n, turn) for n in range(3)}


def test_auto_takes_files_where_there_are_any(monkeypatch):
    with deploy(pipeline(10)) as deployment:
        assert deployment._backend.folder is not None
    monkeypatch.setattr(keys, "has_ipc", lambda: False)
    with deploy(pipeline(10)) as deployment:
        assert deployment._backend.folder is None
        deployment.settle(SECONDS)


@pytest.mark.parametrize(
    ("lacking", "asked", "says"),
    [
        ("has_ipc", "ipc", "which this system does not have; use transport='tcp'"),
        ("has_curve", "tcp", "needs ZeroMQ with CURVE, which this pyzmq lacks: pip install -U pyzmq"),
    ],
)
def test_what_the_system_lacks_is_said(monkeypatch, lacking, asked, says):
    monkeypatch.setattr(keys, lacking, lambda: False)
    with pytest.raises(DeployError, match=says):
        deploy(pipeline(10), transport=asked)


def test_an_unknown_one_is_named_with_those_there_are():
    flow = FlowBuilder()
    flow.process().source_iter([1]).for_each(print)
    with pytest.raises(DeployError, match=r"transport='udp' is not known; there are 'auto', 'ipc', 'tcp'"):
        flow.deploy(transport="udp")


@pytest.mark.parametrize(
    ("locked", "endpoint", "says"),
    [
        (False, "tcp://127.0.0.1:0", "needs keys: without them anybody on this machine could connect"),
        (False, "ipc://@hydro", "is no file but a name, which every user of this machine could connect to"),
        (True, "tcp://*:0", "stands for every address of this machine"),
        (True, "tcp://0.0.0.0:0", "stands for every address of this machine"),
    ],
)
def test_nothing_is_bound_that_strangers_reach(locked, endpoint, says):
    import zmq

    context = Context(keys.KeyRing([[0]], {}) if locked else None)
    with pytest.raises(DeployError, match=says):
        context.bound(zmq.PULL, endpoint, 1)
    with pytest.raises(DeployError, match=says):
        context.connected(zmq.PUSH, endpoint, 0, linger=0)
    context.term()


def test_every_process_has_keys_of_its_own_and_knows_those_it_talks_to():
    flow = FlowBuilder()
    first, second, third = (flow.process() for _ in range(3))
    first.source_iter([1]).send(second).send(third).for_each(print)
    with flow.deploy(transport="tcp") as deployment:
        backend = deployment._backend
        assert isinstance(backend, LocalBackend)
        plan = backend._supervisor.plan
        told = {number: plan.bootstrap(number).keys for number in plan.peers}
        assert len({each.secret for each in told.values()} | {plan.ring.secret}) == 4
        assert {number: set(each.peers) for number, each in told.items()} == {0: {1}, 1: {0, 2}, 2: {1}}
