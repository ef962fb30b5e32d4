"""Links that are cut on purpose: a stall when healed in time, else a prefix, and losses where they may be."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from faulty import BACKENDS, LONG, SHORT, Aside, Pair, Source, Target, busy, got, sends
from leading import SECONDS, Flow, Leader, Worker, row, said, send, shown, until, until_said

from hydro_nb import TCP, UDP, DeployError, FlowBuilder, LinkHealedLate, Restart, nondet
from hydro_nb.deploy import faults, local

pytestmark = pytest.mark.usefixtures("heard")

WHY = nondet("what comes is enough")
REASON = "the link between `Source` and `Target` was cut for more than 0.2 seconds"


@pytest.fixture
def patient(monkeypatch):
    """Cuts that last as long as it takes."""
    monkeypatch.setattr(faults, "CUT_SECONDS", LONG)


@pytest.fixture
def hasty(monkeypatch):
    """Cuts that are too long soon."""
    monkeypatch.setattr(faults, "CUT_SECONDS", SHORT)


@pytest.mark.usefixtures("patient")
def test_a_fault_is_in_force_when_the_call_returns_and_who_is_busy_is_not_waited_for(tmp_path, monkeypatch):
    begun, end, pair = tmp_path / "begun", tmp_path / "end", Pair()
    for each in (begun, end):
        os.mkfifo(each)
    pair.there.filter(lambda n: n == 2).for_each(lambda _: (begun.write_text("now"), end.read_text()))
    with pair.flow.deploy() as deployment:
        struck = deployment._backend._supervisor.struck
        monkeypatch.setattr(local, "HEARD_SECONDS", SECONDS)
        for strike in (deployment.cut, deployment.heal):
            strike(Source, Target)
            assert struck.all_heard()
        send(deployment, pair.port, 2)
        begun.read_text()
        monkeypatch.setattr(local, "HEARD_SECONDS", 0.0)
        deployment.cut(Source, Target)
        assert not struck.all_heard()
        deployment.pause(Target)
        monkeypatch.setattr(local, "HEARD_SECONDS", SECONDS)
        deployment.heal(Source, Target)
        assert struck.all_heard()
        deployment.resume(Target)
        assert not struck.all_heard()
        end.write_text("now")
        deployment.settle(SECONDS)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_healed_in_time_was_a_stall(backend):
    pair = Pair(back=True)
    with pair.flow.deploy(backend=backend) as deployment:
        sends(deployment, pair, 1)
        deployment.cut(pair.target, pair.source)
        send(deployment, pair.port, 2, 3)
        busy(deployment, "`Source`: frames that a fault on purpose holds back")
        assert got(deployment) == [1]
        deployment.heal(pair.source, pair.target)
        deployment.settle(SECONDS)
        assert got(deployment) == [1, 2, 3]
        assert said(deployment, "Source") == ["back 1", "back 2", "back 3"]
        assert deployment.snapshot().discarded == {}
        assert deployment.problems == []


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("backend", BACKENDS)
def test_ends_acknowledgements_and_credit_are_held_too(backend, tmp_path, monkeypatch):
    # the receiver is busy, and does not hear of it yet
    monkeypatch.setattr(local, "HEARD_SECONDS", SHORT)
    go = tmp_path / "go"
    flow = FlowBuilder()
    there = flow.process(Source).source_iter(range(5000)).send(flow.process(Target), TCP.fail_stop())
    there.map(lambda number: waited(go, number)).for_each(print)
    if backend == "inprocess":
        go.touch()
    with flow.deploy(backend=backend, max_buffer=4096) as deployment:
        deployment.cut(Source, Target)
        go.touch()
        busy(deployment)
        deployment.heal(Source, Target)
        deployment.settle(SECONDS)
        assert got(deployment) == [*range(5000)]
        channel = deployment.program.channels[0].id
        until(deployment, lambda state: channel in state.ended_channels)
        assert deployment.snapshot().ended_channels[channel].reason == ""


def waited(go, number):
    """Give an element once a file is there, so that nobody is through before the cut."""
    while not go.exists():
        pass
    return number


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_not_healed_in_time_ends_with_a_prefix_and_is_accounted_for(backend):
    pair = Pair(back=True)
    with pair.flow.deploy(backend=backend) as deployment:
        sends(deployment, pair, 1, 2)
        deployment.cut(pair.source, pair.target)
        sends(deployment, pair, 3, 4, 5)
        sends(deployment, pair, 6)
        assert got(deployment) == [1, 2]
        state = deployment.snapshot()
        assert state.discarded == {pair.edge: 4}
        assert [each.reason for each in state.ended_channels.values()] == [REASON, REASON]
        (fault,) = deployment.faults
        assert fault.ended == ("Source -> Target", "Target -> Source")
        assert str(fault) == (
            "`Source` and `Target` are cut from each other; ended: `Source -> Target`, `Target -> Source`"
        )
        texts = {problem.process: problem.error for problem in deployment.problems}
        assert texts == {
            "Target": f"channel `Source -> Target` from `Source` has ended: {REASON}; what had come before is a prefix",
            "Source": f"channel `Target -> Source` from `Target` has ended: {REASON}; what had come before is a prefix",
        }
        assert not any(problem.fatal for problem in deployment.problems)
        why = "Target has gone, or a fault on purpose took them"
        assert f"  Source -> Target: 4 discarded: {why}" in deployment.status()


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("backend", BACKENDS)
def test_to_heal_too_late_says_so_once_and_names_what_has_ended(backend):
    pair = Pair()
    with pair.flow.deploy(backend=backend) as deployment:
        deployment.cut(pair.source, pair.target)
        sends(deployment, pair, 1)
        with pytest.raises(LinkHealedLate) as late:
            deployment.heal(pair.source, pair.target)
        assert str(late.value) == (
            "`Source` and `Target` were cut from each other for more than 0.2 seconds, so that these channels have "
            "ended for good: `Source -> Target`. The link is whole again for what may lose elements and for members "
            "that are started again; else deploy the flow again"
        )
        assert deployment.faults == []
        deployment.heal(pair.source, pair.target)
        sends(deployment, pair, 2)
        assert got(deployment) == []
        assert deployment.snapshot().discarded == {pair.edge: 2}


def test_three_seconds_are_waited_for():
    assert faults.CUT_SECONDS == 3.0
    pair = Pair()
    with pair.flow.deploy() as deployment:
        deployment.cut(pair.source, pair.target)
        send(deployment, pair.port, 1)
        deployment.settle(SECONDS)
        assert "cut for more than 3 seconds" in deployment.problems[0].error


LOSSY = {"TCP.lossy": TCP.lossy(WHY), "UDP": UDP.lossy(WHY), "delayed": TCP.lossy_delayed_forever()}


@pytest.mark.parametrize("wait", ["patient", "hasty"])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("via", LOSSY.values(), ids=LOSSY)
def test_what_may_be_lost_is_lost_while_it_is_cut_and_goes_on_after_it(via, backend, wait, request):
    request.getfixturevalue(wait)
    flow = FlowBuilder()
    source, target = flow.process(Source), flow.process(Target)
    port, numbers = source.source_external(flow.external(), int)
    there = numbers.send(target, via)
    shown(there, str)
    with flow.deploy(backend=backend) as deployment:
        send(deployment, port, 1)
        deployment.settle(SECONDS)
        deployment.cut(source, target)
        for number in range(2, 40):
            send(deployment, port, number)
        deployment.settle(SECONDS)
        assert got(deployment) == [1]
        assert deployment.snapshot().discarded == {there.ref.slot: 38}
        assert deployment.problems == []
        deployment.heal(source, target)
        send(deployment, port, 40)
        deployment.settle(SECONDS)
        assert got(deployment) == [1, 40]
        assert "38 discarded: Target had no room, or has gone, or a fault on purpose took them" in deployment.status()


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_long_loss_costs_no_room(backend):
    flow = FlowBuilder()
    source, target = flow.process(Source), flow.process(Target)
    port, numbers = source.source_external(flow.external(), str)
    there = numbers.send(target, TCP.lossy(WHY))
    shown(there.map(len), str)
    with flow.deploy(backend=backend, max_buffer=2000) as deployment:
        deployment.cut(source, target)
        for _ in range(20):
            send(deployment, port, "x" * 1000)
            deployment.settle(SECONDS)
        deployment.heal(source, target)
        for size in (1, 2, 3):
            send(deployment, port, "x" * size)
            deployment.settle(SECONDS)
        assert got(deployment) == [1, 2, 3]
        assert deployment.snapshot().discarded == {there.ref.slot: 20}


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_cluster_stands_for_its_members(backend):
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy(backend) as deployment:
        deployment.cut(Leader, (made.workers, 1))
        deployment.cut(made.leader, made.workers)
        deployment.cut(made.workers, made.leader)
        assert [fault.processes for fault in deployment.faults] == [
            ("Leader", "Worker/1"),
            ("Leader", "Worker/0"),
            ("Leader", "Worker/2"),
        ]
        deployment.heal(made.workers, made.leader)
        assert deployment.faults == []
        deployment.cut("Leader", "Worker/1")
        send(deployment, made.port, 1)
        until_said(deployment, **{"Worker/0": ["1"], "Worker/1": [], "Worker/2": ["1"]})
        busy(deployment)
        assert said(deployment, "Worker/1") == []
        deployment.heal(made.leader, made.workers)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/1") == ["1"]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_member_that_is_started_again_has_whole_links(backend):
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy(backend, members=2) as deployment:
        deployment.settle(SECONDS)
        deployment.cut(made.leader, Worker)
        send(deployment, made.port, 1)
        deployment.settle(SECONDS)
        assert [len(fault.ended) for fault in deployment.faults] == [1, 1]
        deployment.restart("Worker/1")
        assert [fault.processes for fault in deployment.faults] == [("Leader", "Worker/0")]
        send(deployment, made.port, 2)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0") == []
        assert said(deployment, "Worker/1") == ["2"]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_second_life_may_be_cut_off_as_well(backend):
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy(backend, members=1) as deployment:
        for number in (1, 2):
            deployment.cut(made.leader, "Worker/0")
            send(deployment, made.port, number)
            deployment.settle(SECONDS)
            with pytest.raises(DeployError, match="ended for good"):
                deployment.heal(made.leader, "Worker/0")
            deployment.restart("Worker/0")
        send(deployment, made.port, 3)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0") == ["3"]


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_fault_ends_with_the_process_that_it_concerns(backend):
    pair = Pair()
    with pair.flow.deploy(backend=backend) as deployment:
        deployment.cut(pair.source, pair.target)
        send(deployment, pair.port, 1)
        busy(deployment)
        deployment.kill(pair.target)
        deployment.settle(SECONDS)
        assert deployment.faults == []
        with pytest.raises(DeployError, match="no running process is called `Target`"):
            deployment.heal(pair.source, pair.target)


@pytest.mark.parametrize("backend", BACKENDS)
def test_who_has_no_link_is_refused_with_what_there_is(backend):
    pair = Pair()
    with pair.flow.deploy(backend=backend) as deployment:
        for act in (deployment.cut, deployment.heal):
            with pytest.raises(DeployError) as refused:
                act(Source, Aside)
            assert str(refused.value) == (
                "there is no channel between `Source` and `Aside`, and so nothing to hold up; "
                "channels are between `Source` and `Target`"
            )
            with pytest.raises(DeployError, match="`Target` was given twice; between a process and itself"):
                act(Target, "Target")
            with pytest.raises(DeployError, match="no process is called `Nobody`"):
                act(Source, "Nobody")
        assert deployment.faults == []
    with pytest.raises(DeployError, match="stopped"):
        deployment.cut(Source, Target)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("backend", BACKENDS)
def test_no_fault_outlives_the_deployment(backend):
    with Pair().flow.deploy(backend=backend) as deployment:
        deployment.cut(Source, Target)
        deployment.delay(Source, Target, LONG)
        deployment.pause(Target)
    assert deployment.faults == []
    assert "fault" not in deployment.status()


@pytest.mark.usefixtures("patient")
def test_those_that_share_an_os_process_are_cut_as_well():
    pair = Pair(back=True)
    with pair.flow.deploy(colocate=[[Source, Target]]) as deployment:
        deployment.cut(pair.source, pair.target)
        send(deployment, pair.port, 1, 2)
        busy(deployment, "`Source`: frames")
        deployment.heal(pair.source, pair.target)
        deployment.settle(SECONDS)
        assert got(deployment) == [1, 2]
        assert said(deployment, "Source") == ["back 1", "back 2"]


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("backend", BACKENDS)
def test_draining_heals_first(backend):
    pair = Pair()
    deployment = pair.flow.deploy(backend=backend)
    deployment.cut(pair.source, pair.target)
    send(deployment, pair.port, *range(50))
    deployment.stop(drain=True)
    assert got(deployment) == [*range(50)]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("backend", BACKENDS)
def test_timers_go_on_beside_a_cut_and_the_flow_settles_when_it_is_over(backend):
    flow = FlowBuilder()
    source, target = flow.process(Source), flow.process(Target)
    beats = source.source_interval(0.01).map(lambda _: 1).send(target, TCP.fail_stop())
    counted = beats.count()
    with flow.deploy(backend=backend) as deployment:
        deployment.settle(SECONDS)
        deployment.cut(source, target)
        while not (deployment.snapshot().ended_channels and deployment.snapshot().discarded.get(beats.ref.slot)):
            deployment.wait(SHORT)
        deployment.settle(SECONDS)
        assert int(deployment.snapshot().values[counted.ref.slot].text) > 0


def test_one_that_is_on_its_way_back_is_not_there_yet(tmp_path):
    made, gate = Flow(), tmp_path / "gate"
    path = str(gate)
    made.workers.source_iter(lambda: passed(path)).for_each(print)
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy(members=1) as deployment:
        deployment.settle(SECONDS)
        os.mkfifo(gate)
        restart = threading.Thread(target=deployment.restart, args=("Worker/0",))
        restart.start()
        until(deployment, lambda state: row(state, "Worker/0").state == "connected")
        for act in (lambda: deployment.cut(made.leader, made.workers), lambda: deployment.pause("Worker/0")):
            with pytest.raises(DeployError, match="no running process is called `Worker"):
                act()
        gate.write_text("")
        restart.join()
        deployment.cut(made.leader, made.workers)
        deployment.heal(made.leader, made.workers)


def passed(path):
    """Wait at a gate, if there is one."""
    if os.path.exists(path):  # noqa: PTH110 - runs where this module is not
        with open(path) as gate:  # noqa: PTH123 - as above
            gate.read()
    return [0]


@pytest.mark.usefixtures("patient")
def test_links_between_machines_sockets_are_cut_and_late_as_well():
    pair = Pair(back=True)
    with pair.flow.deploy(transport="tcp") as deployment:
        deployment.cut(pair.source, pair.target)
        send(deployment, pair.port, 1)
        busy(deployment, "`Source`: frames")
        deployment.heal(pair.source, pair.target)
        deployment.delay(pair.target, pair.source, 0.05)
        sends(deployment, pair, 2)
        assert got(deployment) == [1, 2]
        assert said(deployment, "Source") == ["back 1", "back 2"]


@pytest.mark.usefixtures("patient")
def test_a_process_that_starts_again_by_itself_does_so_without_the_faults_of_its_earlier_life():
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    again = Restart("on_failure", nondet("it knows nothing anyway"))
    with made.flow.deploy(clusters={made.workers: 2}, restart={made.workers: again}) as deployment:
        deployment.cut(made.leader, "Worker/0")
        deployment.delay(made.leader, made.workers, 0.01)
        deployment.pause("Worker/0")
        pid = row(deployment.snapshot(), "Worker/0").pid
        os.kill(pid, signal.SIGKILL)
        until(deployment, lambda state: row(state, "Worker/0").state == "running" and row(state, "Worker/0").pid != pid)
        assert [fault.processes for fault in deployment.faults] == [("Leader", "Worker/1")]
        send(deployment, made.port, 1)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0") == said(deployment, "Worker/1") == ["1"]


def test_unordered_channels_are_held_as_well(monkeypatch):
    monkeypatch.setattr(faults, "CUT_SECONDS", LONG)
    flow = FlowBuilder()
    workers, target = flow.cluster(Worker), flow.process(Target)
    port, numbers = target.source_external(flow.external(), int)
    there = numbers.broadcast(workers, TCP.fail_stop(), nondet("any"))
    shown(there.send(target, TCP.fail_stop()).values(), str)
    with flow.deploy(clusters={workers: 2}) as deployment:
        deployment.settle(SECONDS)
        deployment.cut(workers, target)
        send(deployment, port, 1)
        busy(deployment)
        deployment.heal(target, workers)
        deployment.settle(SECONDS)
        assert got(deployment) == [1, 1]
