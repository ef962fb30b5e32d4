"""What a user sees when processes fail, are killed and are started again: a replicated store whose parts die."""

from __future__ import annotations

import os
import signal

import pytest
from telling import wait_for

from hydro_nb import CLUSTER_SELF_ID, TCP, FlowBuilder, ProcessFailed, Restart, nondet

SECONDS = 60


class Client: ...


class Leader: ...


class Replica: ...


class Store:
    """A client's numbers go to a leader, which numbers them, to all replicas, which add them up and say so."""

    def __init__(self, add=lambda total, pair: total + pair[1]) -> None:
        self.flow = FlowBuilder()
        self.leader, self.replicas = self.flow.process(Leader), self.flow.cluster(Replica)
        outside = self.flow.external()
        self.port, numbers = self.leader.source_external(outside, int)
        sent = numbers.enumerate().broadcast(self.replicas, TCP.fail_stop(), nondet("all that are there"))
        totals = sent.scan(0, lambda total, pair: (add(total, pair),) * 2)
        back = totals.map(lambda total: (CLUSTER_SELF_ID.raw_id, total)).send(self.leader, TCP.fail_stop()).values()
        back.assume_ordering(nondet("shown")).for_each(print)
        seen = self.leader.source_cluster_membership_stream(self.replicas, nondet("shown")).entries()
        seen.assume_ordering(nondet("shown")).for_each(lambda pair: print(pair[0].raw_id, pair[1]))

    def deploy(self, **options):
        return self.flow.deploy(clusters={self.replicas: 3}, **options)


def said(deployment) -> list[str]:
    return [line.text for line in deployment.logs("Leader")]


def row(deployment, name):
    return next(each for each in deployment.processes if each.name == name)


def send(deployment, made, *numbers):
    client = deployment.connect(made.port)
    for number in numbers:
        client.send(number)
    deployment.settle(SECONDS)


def fussy(total, pair):
    if pair[1] == 13 and CLUSTER_SELF_ID.raw_id == 1:
        raise ValueError("unlucky")
    return total + pair[1]


CHANNELS = ("from `Leader` to `Replica/1`", "from `Replica/1` to `Leader`")


def test_a_function_raises_and_its_element_line_and_channels_are_shown(own_folders):
    made = Store(fussy)
    with made.deploy() as deployment:
        send(deployment, made, 1)
        with pytest.raises(ProcessFailed, match="process `Replica/1` failed: ValueError: unlucky"):
            send(deployment, made, 13)
        wait_for(deployment, lambda: all(f"{ends} has ended" in deployment.status() for ends in CHANNELS))
        (problem,) = deployment.problems
        assert (problem.op, problem.element) == ("scan", "(1, 13)")
        assert any('raise ValueError("unlucky")' in frame.text for frame in problem.frames)
        # the others go on
        before = len(said(deployment))
        deployment.connect(made.port).send(2)
        wait_for(deployment, lambda: said(deployment)[before:].count("(0, 16)") == 1)
        wait_for(deployment, lambda: said(deployment)[before:].count("(2, 16)") == 1)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_is_killed_and_members_leave(number, own_folders):
    made = Store()
    with made.deploy() as deployment:
        send(deployment, made, 1)
        os.kill(row(deployment, "Replica/2").pid, number)
        wait_for(deployment, lambda: "2 Left" in said(deployment))
        found = row(deployment, "Replica/2")
        assert (found.state, found.reason) == ("failed", f"was killed ({signal.Signals(number).name})")
        assert deployment.state == "failed"
        assert row(deployment, "Leader").state == "running"
        with pytest.raises(ProcessFailed, match="process `Replica/2` was killed"):
            deployment.settle(SECONDS)


def test_a_process_is_started_again_on_purpose_with_nothing(own_folders):
    made = Store()
    with made.deploy() as deployment:
        send(deployment, made, 1, 2)
        deployment.kill((made.replicas, 0))
        deployment.settle(SECONDS)
        deployment.restart((made.replicas, 0))
        send(deployment, made, 4)
        lines = said(deployment)
        assert lines[lines.index("0 Left") :].count("0 Joined") == 1
        # it has missed what came before; the others have not
        assert sorted(lines[-3:]) == ["(0, 4)", "(1, 7)", "(2, 7)"]
        deployment.restart(made.leader, nondet("replicas add up what any leader sends"))
        send(deployment, made, 8)
        assert {"(0, 12)", "(1, 15)", "(2, 15)"} <= set(said(deployment))
        assert deployment.state == "settled"


def test_processes_come_back_by_their_policy_whatever_kills_them(own_folders):
    made = Store()
    policy = Restart("on_failure", nondet("totals may start anew"), at_most=10, within=3600)
    with made.deploy(restart=policy) as deployment:
        send(deployment, made, 1)
        for number, name in ((signal.SIGKILL, "Replica/0"), (signal.SIGSEGV, "Leader"), (signal.SIGTERM, "Replica/0")):
            times = row(deployment, name).restarts
            os.kill(row(deployment, name).pid, number)
            wait_for(deployment, lambda name=name, more=times + 1: row(deployment, name).restarts == more)
            deployment.settle(SECONDS)
        send(deployment, made, 5)
        assert sorted(said(deployment)[-3:]) == ["(0, 5)", "(1, 6)", "(2, 6)"]
        assert sorted(each.restarts for each in deployment.processes) == [0, 0, 1, 2]
        assert all(not each.fatal for each in deployment.problems)
        assert deployment.state == "settled"
