"""Any process that is started again, on purpose or by its policy: what it begins with, and what its peers get."""

from __future__ import annotations

import socket

import pytest
from leading import SECONDS, Worker, row, said, send, shown, until
from tcp_peers import echo

from hydro_nb import (
    CLUSTER_SELF_ID,
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
            '  Say why that is right: deployment.restart("First", nondet("..."))'
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
        until(deployment, lambda state: row(state, "First").restarts == 1)
        deployment.settle(SECONDS)
        send(deployment, made.port, 1)
        deployment.settle(SECONDS)
        assert said(deployment, "Last") == ["(0, 2)", "(0, 12)"]
        (problem,) = deployment.problems
        assert (problem.process, problem.op, problem.fatal) == ("First", "map", False)
        assert problem.error.startswith("ZeroDivisionError")
        assert problem.sequel == "it is started again (1 of at most 3 within 60 seconds)"
        assert "failed" not in states
        assert row(deployment.snapshot(), "First").why == problem.error
