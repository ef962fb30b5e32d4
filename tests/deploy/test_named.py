"""Who is meant, how long to wait, and which port: what people give to a deployment, right and wrong."""

from __future__ import annotations

import pytest
from leading import SECONDS, Flow, Leader, Worker, send, shown

from hydro_nb import TCP, DeployError, MemberId, nondet


@pytest.fixture(scope="module")
def made():
    made = Flow()
    shown(made.numbers.round_robin(made.workers, TCP.fail_stop(), nondet("any")), str)
    made.out = made.numbers.send_external(made.flow.external())
    return made


@pytest.fixture(scope="module")
def deployment(made):
    with made.deploy("inprocess", 2) as deployment:
        send(deployment, made.port, 0, 1, 2)
        deployment.settle(SECONDS)
        yield deployment


def test_a_member_is_given_in_any_way(made, deployment):
    for given in ((made.workers, 1), (Worker, 1), ("Worker", 1), "Worker/1", MemberId.from_raw_id(1, Worker)):
        assert [line.text for line in deployment.logs(given)] == ["1"]
        assert "of the flow" in deployment.source(given)
        deployment.restart(given)


def test_a_cluster_stands_for_all_of_its_members(made, deployment):
    for given in (made.workers, Worker, "Worker"):
        assert sorted(line.text for line in deployment.logs(given)) == ["0", "1", "2"]
        assert deployment.source(given) == deployment.source((Worker, 0))
    assert deployment.logs(Leader) == deployment.logs(made.leader) == deployment.logs("Leader") == []


def given(made):
    """Give what names nobody, with what is said of it."""
    has = "cluster `Worker` has 2 members, 0 to 1"
    return [
        ((made.workers, "1"), f"a member is given by its number, as (Worker, 0), not by '1': {has}"),
        ((made.workers, True), f"a member is given by its number, as (Worker, 0), not by True: {has}"),
        ((made.workers, 5), f"{has}, and no member 5"),
        ((Worker, -1), f"{has}, and no member -1"),
        ("Worker/07", f"{has}, and no member 07"),
        (MemberId.from_raw_id(2, Worker), f"{has}, and no member 2"),
        ((Leader, 0), "`Leader` is no cluster and has no members; give it without a number"),
        (3, "3 is no process; give one, its name or its marker class, or a member of a cluster as (cluster, 0): "),
        ((1, 2, 3), "(1, 2, 3) is no process; give one"),
        (made.numbers, "a Stream is no process; give one"),
        ("Nobody", "no process is called `Nobody`; "),
    ]


@pytest.mark.parametrize("call", ["logs", "source", "kill", "restart"])
def test_what_names_nobody_is_told_with_what_there_is(made, deployment, call):
    there = "there are `Worker/0`, `Worker/1`, `Leader`"
    for wrong, text in given(made):
        with pytest.raises(DeployError) as caught:
            getattr(deployment, call)(wrong)
        said = str(caught.value)
        assert said.startswith(text)
        assert "cluster `Worker` has" in said or "Leader" in text or said.endswith(there)


def test_many_members_are_told_in_short():
    made = Flow()
    shown(made.numbers.broadcast_closed(made.workers), str)
    with made.deploy("inprocess", 40) as deployment, pytest.raises(DeployError) as caught:
        deployment.logs("Nobody")
    assert str(caught.value) == "no process is called `Nobody`; there are `Worker/0` to `Worker/39`, `Leader`"


@pytest.mark.parametrize("wrong", ["soon", -1, float("nan"), float("inf"), True])
def test_a_time_that_is_none_is_refused_before_anything_is_waited_for(made, deployment, wrong):
    text = f"waits for a number of seconds, or without limit for None; not for {wrong!r}"
    for call in (deployment.settle, deployment.wait):
        with pytest.raises(DeployError) as caught:
            call(wrong)
        assert str(caught.value) == f"`{call.__name__}` {text}"
    with pytest.raises(DeployError, match="`settled` waits for"):
        deployment.settled(wrong).send(None)
    with pytest.raises(DeployError, match="`restart` waits for a number of seconds; not"):
        deployment.restart("Worker/0", timeout=wrong)
    with pytest.raises(DeployError, match="`deploy` waits for a number of seconds; not"):
        made.flow.deploy(clusters={Worker: 1}, backend="inprocess", timeout=wrong)


def test_what_is_no_port_is_told_where_ports_come_from(made, deployment):
    for wrong, words in ((made.numbers, "a Stream"), ("port", "'port'"), (None, "None"), (made.leader, "Process[")):
        for call in (deployment.connect, deployment.address, deployment.__getitem__):
            with pytest.raises(DeployError, match="takes a port, but was given") as caught:
                call(wrong)
            assert words in str(caught.value)
            assert "`send_external` gives that of a stream" in str(caught.value)
