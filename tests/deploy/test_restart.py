"""Any process that is started again, on purpose or by its policy: what it begins with, and what its peers get."""

from __future__ import annotations

import os
import signal
import socket

import pytest
from leading import SECONDS, Worker, row, said, send, shown, until
from tcp_peers import echo

from hydro_nb import (
    CLUSTER_SELF_ID,
    TCP,
    Auto,
    DeployError,
    FlowBuilder,
    NondetError,
    ProcessFailed,
    Restart,
    TcpPort,
    nondet,
)

BACKENDS = ["local", "inprocess"]
WHY = nondet("each of its lives is shown")


class First: ...


class Middle: ...


class Last: ...


class Line:
    """First, Middle, Last in a line: a client sends to the first, the last one prints, and another client listens."""

    def __init__(self, fussy=lambda n: n) -> None:
        self.flow = FlowBuilder()
        self.first, self.middle, self.last = (self.flow.process(each) for each in (First, Middle, Last))
        client = self.flow.external()
        self.port, numbers = self.first.source_external(client, int)
        counted = numbers.map(fussy).enumerate()
        summed = counted.send(self.middle).scan(0, _add)
        arrived = summed.send(self.last)
        shown(arrived, str)
        self.out = arrived.send_external(client)


def _add(total, pair):
    return total + pair[1], (pair[0], total + pair[1])


# ------------------------------------------------------------ on purpose


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("killed", [True, False])
def test_a_process_begins_with_nothing_and_its_peers_go_on(backend, killed):
    made = Line()
    with made.flow.deploy(backend=backend) as deployment:
        send(deployment, made.port, 1, 2)
        deployment.settle(SECONDS)
        before = row(deployment.snapshot(), "First").pid
        if killed:
            deployment.kill(First)
            deployment.settle(SECONDS)
        deployment.restart(First, WHY)
        send(deployment, made.port, 10)
        deployment.settle(SECONDS)
        # it numbers from 0 again, and the sum of the next one goes on
        assert said(deployment, "Last") == ["(0, 1)", "(1, 3)", "(0, 13)"]
        new = row(deployment.snapshot(), "First")
        assert (new.state, new.restarts, new.why, new.reason) == ("running", 1, WHY.text, "")
        assert (new.pid != before) is (backend == "local")
        assert deployment.state == "settled"
        assert "started again once, the last time: each of its lives is shown" in deployment.status()


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_in_the_middle_meets_both_neighbours(backend):
    made = Line()
    with made.flow.deploy(backend=backend) as deployment:
        for number in range(3):
            send(deployment, made.port, 1, 1)
            deployment.settle(SECONDS)
            deployment.restart("Middle", WHY)
            assert row(deployment.snapshot(), "Middle").restarts == number + 1
        assert said(deployment, "Last") == ["(0, 1)", "(1, 2)", "(2, 1)", "(3, 2)", "(4, 1)", "(5, 2)"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_sources_begin_anew_also_where_all_had_ended(backend):
    flow = FlowBuilder()
    first, last = flow.process(First), flow.process(Last)
    shown(first.source_iter([1, 2]).send(flow.process(Middle)).send(last), str)
    with flow.deploy(backend=backend) as deployment:
        deployment.settle(SECONDS)
        deployment.restart(first, WHY)
        deployment.settle(SECONDS)
        assert said(deployment, "Last") == ["1", "2", "1", "2"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_process_that_failed_is_started_again(backend):
    made = Line(lambda n: 10 // n)
    with made.flow.deploy(backend=backend) as deployment:
        send(deployment, made.port, 5, 0, 1)
        with pytest.raises(ProcessFailed, match="process `First` failed: ZeroDivisionError"):
            deployment.settle(SECONDS)
        assert deployment.state == "failed"
        deployment.restart(First, WHY)
        send(deployment, made.port, 10)
        deployment.settle(SECONDS)
        assert said(deployment, "Last") == ["(0, 2)", "(0, 3)"]
        assert deployment.state == "settled"
        assert [each.process for each in deployment.problems] == ["First"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_process_takes_a_reason_and_a_member_may(backend):
    flow = FlowBuilder()
    workers, leader = flow.cluster(Worker), flow.process(First)
    shown(workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id]).send(leader).entries(), str)
    with flow.deploy(clusters={workers: 2}, backend=backend) as deployment:
        with pytest.raises(NondetError) as caught:
            deployment.restart(leader)
        assert str(caught.value) == (
            "`restart` of process `First` makes a nondeterministic choice and needs its reason.\n"
            "  Those that receive from it take what its new life makes for more of the same stream.\n"
            '  Say why that is right: deployment.restart("First", nondet("...")). In a cell: %hydro restart First why'
        )
        with pytest.raises(NondetError, match="needs its reason, but was given 'why'"):
            deployment.restart(leader, "why")
        with pytest.raises(NondetError, match=r"was given 30 as its reason; .* by its name, timeout=30"):
            deployment.restart("Worker/0", 30)
        deployment.restart("Worker/0")
        deployment.restart("Worker/1", nondet("it was slow"))
        assert [each.why for each in deployment.processes] == ["", "it was slow", ""]


# ------------------------------------------------------------ clients


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_port_leads_to_one_life_and_says_so(backend):
    made = Line()
    with made.flow.deploy(backend=backend) as deployment:
        old = deployment.connect(made.port)
        out = deployment.connect(made.out)
        old.send(1)
        assert out.receive(SECONDS) == (0, 1)
        deployment.restart(First, WHY)
        with pytest.raises(DeployError, match="was started again since, so connect to the port again"):
            old.send(2)
        new = deployment.connect(made.port)
        assert new is not old
        assert new is deployment.connect(made.port)
        new.send(3)
        assert out.receive(SECONDS) == (0, 4)
        deployment.restart(Last, WHY)
        with pytest.raises(DeployError, match="was started again since, so connect to the port again"):
            out.receive(SECONDS)
        new.send(4)
        assert deployment.connect(made.out).receive(SECONDS) == (1, 8)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_port_behind_one_that_has_failed_ends_and_goes_on_when_it_is_back(backend):
    made = Line()
    with made.flow.deploy(backend=backend) as deployment:
        out = deployment.connect(made.out)
        send(deployment, made.port, 1, 2)
        deployment.settle(SECONDS)
        deployment.kill(First)
        assert list(out) == [(0, 1), (1, 3)]
        with pytest.raises(DeployError, match="nothing more comes, those that it comes from have failed"):
            out.receive(SECONDS)
        deployment.restart(First, WHY)
        send(deployment, made.port, 3)
        assert out.receive(SECONDS) == (0, 6)
        deployment.kill(First)
        deployment.kill(Middle)
        assert list(out) == []


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("given", [True, False])
def test_a_server_listens_again_and_its_clients_connect_again(backend, given):
    flow = FlowBuilder()
    port = echo(flow, flow.process(First), hint=TcpPort(free_port()) if given else Auto)
    with flow.deploy(backend=backend) as deployment:
        before = deployment.address(port)
        client = deployment.connect(port)
        client.send("one")
        assert client.receive(SECONDS) == "one"
        deployment.restart(First, WHY)
        assert not given or deployment.address(port) == before
        again = deployment.connect(port)
        again.send("two")
        assert again.receive(SECONDS) == "two"
        with pytest.raises(DeployError, match=r"the process has closed the connection|the connection was lost"):
            client.receive(SECONDS)


@pytest.mark.parametrize("backend", BACKENDS)
def test_of_two_servers_with_one_name_none_listens_where_the_other_one_did(backend):
    flow = FlowBuilder()
    first = flow.process(First)
    ports = [echo(flow, first, hint=Auto) for _ in range(2)]
    with flow.deploy(backend=backend) as deployment:
        before = [deployment.address(port) for port in ports]
        deployment.restart(First, WHY)
        after = [deployment.address(port) for port in ports]
    assert after[0] != before[1]
    assert after[1] != before[0]


def test_nor_where_another_program_has_it_in_front_of_the_other_one():
    flow = FlowBuilder()
    first = flow.process(First)
    with flow.cell("servers"):
        port = echo(flow, first, hint=Auto)
    with flow.deploy() as deployment:
        before = deployment.address(port)
        with flow.cell("servers"):
            ports = [echo(flow, first, hint=Auto) for _ in range(2)]
        assert deployment.redeploy().replaced
        assert before not in [deployment.address(port) for port in ports]


# ------------------------------------------------------------ by its policy


def on_failure(**more):
    return Restart("on_failure", nondet("a number more or less does no harm"), **more)


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_that_fails_starts_again_by_itself(backend):
    made = Line(lambda n: 10 // n)
    with made.flow.deploy(backend=backend, restart=on_failure()) as deployment:
        states = []
        deployment.subscribe(lambda state: states.append(state.state))
        send(deployment, made.port, 5)
        deployment.settle(SECONDS)
        send(deployment, made.port, 0)
        deployment.settle(SECONDS)
        assert row(deployment.snapshot(), "First").restarts == 1
        send(deployment, made.port, 1)
        deployment.settle(SECONDS)
        assert said(deployment, "Last") == ["(0, 2)", "(0, 12)"]
        (problem,) = deployment.problems
        assert (problem.process, problem.op, problem.fatal) == ("First", "map", False)
        assert problem.error.startswith("ZeroDivisionError")
        assert problem.sequel == "it is started again (1 of at most 3 within 60 seconds)"
        assert str(problem).endswith("; it is started again (1 of at most 3 within 60 seconds)")
        assert "failed" not in states
        assert row(deployment.snapshot(), "First").why == problem.error


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_that_fails_too_often_stays_failed_and_says_so(backend):
    made = Line(lambda n: 10 // n)
    with made.flow.deploy(backend=backend, restart=on_failure(at_most=2, within=3600)) as deployment:
        for number in (1, 2):
            send(deployment, made.port, 0)
            deployment.settle(SECONDS)
            assert row(deployment.snapshot(), "First").restarts == number
        send(deployment, made.port, 0)
        with pytest.raises(ProcessFailed) as caught:
            deployment.settle(SECONDS)
        said = "it is not started again: it was, 2 times within 3600 seconds, and its policy allows no more"
        assert str(caught.value).splitlines()[0].startswith("process `First` failed: ZeroDivisionError")
        assert str(caught.value).splitlines()[-1] == f"  {said}"
        assert [each.fatal for each in deployment.problems] == [False, False, True]
        assert [each.sequel[:12] for each in deployment.problems] == ["it is starte", "it is starte", "it is not st"]
        assert deployment.state == "failed"
        assert row(deployment.snapshot(), "First").reason.endswith(f"; {said}")
        assert row(deployment.snapshot(), "First").restarts == 2


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_that_cannot_start_any_more_is_given_up(backend, tmp_path):
    flow, lock = FlowBuilder(), tmp_path / "lock"

    def once():
        with lock.open("x"):
            return [1, 0]

    flow.process(First).source_iter(once).map(lambda n: 1 // n).for_each(print)
    with flow.deploy(backend=backend, restart=on_failure(at_most=2)) as deployment:
        with pytest.raises(ProcessFailed, match="process `First` failed: FileExistsError"):
            deployment.settle(SECONDS)
        assert [each.error.partition(":")[0] for each in deployment.problems] == [
            "ZeroDivisionError",
            "FileExistsError",
            "FileExistsError",
        ]
        assert [each.fatal for each in deployment.problems] == [False, False, True]
        assert deployment.state == "failed"


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("when", ["on_failure", "always"])
def test_one_that_is_killed_on_purpose_comes_back_where_that_is_meant(backend, when):
    made = Line()
    with made.flow.deploy(backend=backend, restart=Restart(when, WHY)) as deployment:
        deployment.kill(Middle)
        deployment.settle(SECONDS)
        again = when == "always"
        found = row(deployment.snapshot(), "Middle")
        assert (found.state, found.restarts) == (("running", 1) if again else ("killed", 0))
        assert [each.sequel for each in deployment.problems] == [
            "it is started again (1 of at most 3 within 60 seconds)" if again else ""
        ]
        assert deployment.state == "settled"
        if not again:
            deployment.restart(Middle, WHY)
        send(deployment, made.port, 1)
        deployment.settle(SECONDS)
        assert said(deployment, "Last") == ["(0, 1)"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_only_those_start_again_that_are_named(backend):
    made = Line(lambda n: 10 // n)
    numbers = made.flow.process(Worker).source_external(made.flow.external(), int)
    numbers[1].map(lambda n: 10 // n).for_each(print)
    with made.flow.deploy(backend=backend, restart={First: on_failure()}) as deployment:
        send(deployment, made.port, 0)
        deployment.settle(SECONDS)
        send(deployment, numbers[0], 0)
        with pytest.raises(ProcessFailed, match="process `Worker` failed"):
            deployment.settle(SECONDS)
        assert [row(deployment.snapshot(), name).state for name in ("First", "Worker")] == ["running", "failed"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_member_that_a_signal_ends_leaves_and_joins(number):
    flow = FlowBuilder()
    workers, leader = flow.cluster(Worker), flow.process(First)
    seen = leader.source_cluster_membership_stream(workers, nondet("shown")).entries()
    shown(seen, lambda pair: f"{pair[0].raw_id} {pair[1]}")
    port, numbers = leader.source_external(flow.external(), int)
    shown(numbers.broadcast(workers, TCP.fail_stop(), nondet("any")), str)
    with flow.deploy(clusters={workers: 2}, restart={workers: on_failure()}) as deployment:
        deployment.settle(SECONDS)
        os.kill(row(deployment.snapshot(), "Worker/1").pid, number)
        until(deployment, lambda state: row(state, "Worker/1").restarts == 1)
        deployment.settle(SECONDS)
        send(deployment, port, 7)
        deployment.settle(SECONDS)
        assert said(deployment, "First") == ["0 Joined", "1 Joined", "1 Left", "1 Joined"]
        for each in ("Worker/0", "Worker/1"):
            assert [line.text for line in deployment.logs(each) if line.stream == "stdout"] == ["7"]
        name = signal.Signals(number).name
        assert row(deployment.snapshot(), "Worker/1").why == f"was killed ({name})"
        assert [(each.error, each.fatal) for each in deployment.problems] == [
            (f"process `Worker/1` was killed ({name})", False)
        ]
        assert deployment.state == "settled"


@pytest.mark.parametrize("backend", BACKENDS)
def test_several_that_fail_at_once_all_come_back(backend):
    flow = FlowBuilder()
    workers, leader = flow.cluster(Worker), flow.process(First)
    port, numbers = leader.source_external(flow.external(), int)
    taken = numbers.broadcast(workers, TCP.fail_stop(), nondet("any")).map(lambda n: 10 // n)
    shown(taken.send(leader, TCP.fail_stop()).entries(), lambda pair: f"{pair[0].raw_id} {pair[1]}")
    with flow.deploy(clusters={workers: 3}, backend=backend, restart=on_failure()) as deployment:
        send(deployment, port, 5, 0)
        deployment.settle(SECONDS)
        assert [each.restarts for each in deployment.processes] == [1, 1, 1, 0]
        send(deployment, port, 10)
        deployment.settle(SECONDS)
        assert sorted(said(deployment, "First")) == ["0 1", "0 2", "1 1", "1 2", "2 1", "2 2"]
        times = [each.time for each in deployment.problems]
        assert times == sorted(times)
        assert sorted(each.process for each in deployment.problems) == ["Worker/0", "Worker/1", "Worker/2"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_comes_back_when_the_others_are_not_paused_any_more(backend):
    made = Line()
    with made.flow.deploy(backend=backend, restart=Restart("always", WHY)) as deployment:
        deployment.pause(Middle)
        deployment.kill(First)
        until(deployment, lambda state: row(state, "First").state != "running" or row(state, "First").restarts)
        deployment.resume(Middle)
        deployment.settle(SECONDS)
        assert [(each.state, each.restarts) for each in deployment.processes] == [
            ("running", 1),
            ("running", 0),
            ("running", 0),
        ]
        send(deployment, made.port, 1)
        deployment.settle(SECONDS)
        assert said(deployment, "Last") == ["(0, 1)"]


def test_nobody_comes_back_while_the_deployment_ends():
    made = Line()
    with made.flow.deploy(restart=Restart("always", WHY)) as deployment:
        deployment.kill(First)
        deployment.stop(drain=True)
        assert {each.state for each in deployment.processes} <= {"stopped", "killed"}


# ------------------------------------------------------------ what a policy says


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        (("on_failure",), NondetError, "`Restart` makes a nondeterministic choice and needs its reason."),
        (("on_failure", "why"), NondetError, "needs its reason, but was given 'why'."),
        (("never", WHY), DeployError, '`Restart` is "on_failure" or "always", not \'never\'.'),
        (("always", WHY, {"at_most": 0}), DeployError, "`Restart` takes a number of times from 1 on, not at_most=0."),
        (("always", WHY, {"within": -1}), DeployError, "`Restart` takes a number of seconds above 0, not within=-1."),
    ],
)
def test_a_policy_says_what_it_cannot_be(arguments, kind, text):
    named = arguments[2] if arguments[2:] else {}
    with pytest.raises(kind) as caught:
        Restart(*arguments[:2], **named)
    assert text in str(caught.value)
    assert "test_restart" in str(caught.value)


def test_who_cannot_start_again_is_said():
    made = Line()
    for given, text in [
        ("always", "restart='always' does not say who starts again."),
        ({First: "always"}, "`restart` has 'always' for <class 'test_restart.First'>."),
        ({Worker: on_failure()}, "`restart` names who cannot start again: no process is called `Worker`; there are"),
    ]:
        with pytest.raises(DeployError) as caught:
            made.flow.deploy(backend="inprocess", restart=given)
        assert text in str(caught.value)


def test_a_policy_is_shown_as_it_is_written():
    assert (
        repr(Restart("always", WHY)) == "Restart('always', nondet('each of its lives is shown'), at_most=3, within=60)"
    )


# ------------------------------------------------------------ however they are placed and connected


@pytest.mark.parametrize("signalled", [True, False])
def test_those_that_share_an_os_process_come_back_in_ones_of_their_own(signalled):
    made = Line(lambda n: 10 // n)
    with made.flow.deploy(colocate=[[made.first, made.middle]], restart=on_failure()) as deployment:
        send(deployment, made.port, 10)
        deployment.settle(SECONDS)
        pid = row(deployment.snapshot(), "First").pid
        if signalled:
            os.kill(pid, signal.SIGKILL)
        else:
            send(deployment, made.port, 0)
        back = ["First", "Middle"] if signalled else ["First"]
        until(deployment, lambda state: all(row(state, name).restarts == 1 for name in back))
        deployment.settle(SECONDS)
        send(deployment, made.port, 5)
        deployment.settle(SECONDS)
        assert said(deployment, "Last") == ["(0, 1)", "(0, 2)" if signalled else "(0, 3)"]
        assert [each.restarts for each in deployment.processes] == ([1, 1, 0] if signalled else [1, 0, 0])
        assert len({each.pid for each in deployment.processes}) == 3
        assert row(deployment.snapshot(), "First").pid != pid
        assert all(not each.fatal for each in deployment.problems)


def test_over_tcp_each_life_has_a_key_of_its_own():
    made = Line()
    with made.flow.deploy(transport="tcp", restart=on_failure()) as deployment:
        for number in range(2):
            send(deployment, made.port, 1)
            deployment.settle(SECONDS)
            deployment.restart(Middle, WHY)
            os.kill(row(deployment.snapshot(), "Last").pid, signal.SIGKILL)
            until(deployment, lambda state, more=number + 1: row(state, "Last").restarts == more)
            deployment.settle(SECONDS)
        assert said(deployment, "Last") == ["(0, 1)", "(1, 1)"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_counted_goes_on_over_all_lives(backend):
    flow = FlowBuilder()
    port, numbers = flow.process(First).source_external(flow.external(), int)
    numbers.map(lambda n: 10 // n, on_error="skip").filter(lambda n: n < 10 or 1 // 0).for_each(print)
    with flow.deploy(backend=backend, restart=on_failure()) as deployment:
        send(deployment, port, 0, 5)
        deployment.settle(SECONDS)
        send(deployment, port, 1)
        deployment.settle(SECONDS)
        send(deployment, port, 0, 2)
        deployment.settle(SECONDS)
        assert [each.count for each in deployment.skipped] == [2]
        assert said(deployment, "First") == ["2", "5"]
        assert row(deployment.snapshot(), "First").restarts == 1
