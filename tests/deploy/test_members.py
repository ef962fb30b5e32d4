"""Members of clusters that are killed and started again: who hears of it, and what each life was sent."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections import Counter
from itertools import pairwise

import pytest
from leading import SECONDS, Flow, Worker, row, said, send, shown, until, until_said

from hydro_nb import CLUSTER_SELF_ID, TCP, DeployError, FlowBuilder, MemberId, ProcessFailed, nondet

BACKENDS = ["local", "inprocess"]


class Watcher: ...


@pytest.mark.parametrize("backend", BACKENDS)
def test_survivors_go_on_and_hear_who_left_and_who_joined(backend):
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), lambda n: f"got {n}")
    for place in (made.leader, made.workers):
        made.watch(place)
    with made.deploy(backend) as deployment:
        deployment.settle(SECONDS)  # all have heard who is there
        send(deployment, made.port, 1)
        deployment.settle(SECONDS)
        deployment.kill((made.workers, 1))
        deployment.settle(SECONDS)
        send(deployment, made.port, 2)
        deployment.settle(SECONDS)
        assert row(deployment.snapshot(), "Worker/1").state == "killed"
        deployment.restart("Worker/1")
        assert row(deployment.snapshot(), "Worker/1").state == "running"
        deployment.settle(SECONDS)
        send(deployment, made.port, 3)
        deployment.settle(SECONDS)
        everybody = ["0 Joined", "1 Joined", "2 Joined"]
        assert said(deployment, "Leader") == [*everybody, "1 Left", "1 Joined"]
        for name in ("Worker/0", "Worker/2"):
            assert said(deployment, name) == [*everybody, "got 1", "1 Left", "got 2", "1 Joined", "got 3"]
        assert said(deployment, "Worker/1") == [*everybody, "got 1", *everybody, "got 3"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_another_cluster_sees_the_members_too(backend):
    made = Flow()
    watchers = made.flow.cluster(Watcher)
    made.watch(watchers)
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    clusters = {made.workers: 2, watchers: 2}
    with made.flow.deploy(clusters=clusters, backend=backend) as deployment:
        deployment.kill("Worker/0")
        deployment.settle(SECONDS)
        deployment.restart("Worker/0")
        deployment.settle(SECONDS)
        for name in ("Watcher/0", "Watcher/1"):
            assert said(deployment, name) == ["0 Joined", "1 Joined", "0 Left", "0 Joined"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_that_is_started_while_another_is_away_sees_those_that_are_there(backend):
    made = Flow()
    made.watch(made.workers)
    numbers = made.workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id])
    shown(numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")).entries(), lambda pair: f"from {pair[1]}")
    with made.deploy(backend) as deployment:
        deployment.settle(SECONDS)
        deployment.kill("Worker/0")
        deployment.kill("Worker/2")
        deployment.settle(SECONDS)
        before = len(said(deployment, "Worker/2"))
        deployment.restart("Worker/2")
        deployment.settle(SECONDS)
        assert sorted(said(deployment, "Worker/2")[before:]) == ["1 Joined", "2 Joined", "from 2"]
        before = len(said(deployment, "Worker/0"))
        deployment.restart("Worker/0")
        deployment.settle(SECONDS)
        assert sorted(said(deployment, "Worker/0")[before:]) == ["0 Joined", "1 Joined", "2 Joined", "from 0"]
        assert said(deployment, "Worker/2")[-2:] == ["0 Joined", "from 0"]
        assert deployment.state == "settled"


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_life_gets_a_piece_of_a_broadcast_without_gaps_and_survivors_all_of_it(backend):
    made = Flow()
    sent = made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any"))
    shown(sent.enumerate(), lambda pair: f"got {pair[0]} {pair[1]}")
    beats = made.leader.source_interval(0.02).enumerate().map(lambda pair: pair[0])
    shown(beats.broadcast(made.workers, TCP.fail_stop(), nondet("any")), lambda n: f"beat {n}")
    made.watch(made.leader)
    rounds, many = 10, 20
    with made.deploy(backend) as deployment:
        client = deployment.connect(made.port)
        pids = set()
        for number in range(rounds):
            for n in range(3 * many):
                client.send(3 * many * number + n)
                if n == many:
                    deployment.kill("Worker/1")
                if n == 2 * many:
                    deployment.restart("Worker/1")
            if number % 2:
                deployment.settle(SECONDS)
            pids.add(row(deployment.snapshot(), "Worker/1").pid)
        deployment.settle(SECONDS)
        everything = list(range(3 * many * rounds))
        for name in ("Worker/0", "Worker/2"):
            assert [n for life in lives(said(deployment, name)) for n in life] == everything
            assert_no_gap(beats_of(said(deployment, name)), start=0)
        pieces = lives(said(deployment, "Worker/1"))
        for piece in pieces:
            assert_no_gap(piece, start=piece[0])
        # the last life was there when the last round ended
        assert pieces[-1][-1] == everything[-1]
        assert all(a[-1] < b[0] for a, b in pairwise(pieces))
        events = [text for text in said(deployment, "Leader") if text.startswith("1 ")]
        assert events == ["1 Joined", *["1 Left", "1 Joined"] * rounds]
        assert len(pids) == (rounds if backend == "local" else 1)
        assert deployment.state == "settled"


def lives(texts: list[str]) -> list[list[int]]:
    """Give what each life of a process got: its state counts from nothing."""
    found: list[list[int]] = []
    for index, number in (map(int, text.split()[1:]) for text in texts if text.startswith("got")):
        if index == 0:
            found.append([])
        assert len(found[-1]) == index
        found[-1].append(number)
    return found


def beats_of(texts: list[str]) -> list[int]:
    return [int(text.removeprefix("beat ")) for text in texts if text.startswith("beat")]


def assert_no_gap(numbers: list[int], start: int) -> None:
    assert numbers == list(range(start, start + len(numbers)))


@pytest.mark.parametrize("backend", BACKENDS)
def test_work_is_dealt_to_those_that_are_there(backend):
    made = Flow()
    jobs = made.numbers.round_robin(made.workers, TCP.fail_stop(), nondet("any can"))
    shown(jobs, lambda n: f"{n}")
    with made.deploy(backend) as deployment:
        send(deployment, made.port, *range(3))
        deployment.settle(SECONDS)
        deployment.kill((Worker, 1))
        deployment.settle(SECONDS)
        send(deployment, made.port, *range(3, 7))
        deployment.settle(SECONDS)
        deployment.restart((Worker, 1))
        send(deployment, made.port, *range(7, 10))
        deployment.settle(SECONDS)
        # the n-th goes to the n-th of those that are there, counted round
        assert said(deployment, "Worker/0") == ["0", "4", "6", "9"]
        assert said(deployment, "Worker/1") == ["1", "7"]
        assert said(deployment, "Worker/2") == ["2", "3", "5", "8"]
        assert deployment.snapshot().discarded == {}


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_sent_to_a_member_that_has_gone_is_discarded_and_counted(backend):
    made = Flow()
    addressed = made.numbers.map(lambda n: (MemberId.from_raw_id(n % 3), n))
    shown(addressed.demux(made.workers, TCP.fail_stop()), str)
    with made.deploy(backend) as deployment:
        send(deployment, made.port, *range(6))
        deployment.settle(SECONDS)
        deployment.kill(MemberId.from_raw_id(2, Worker))
        deployment.settle(SECONDS)
        send(deployment, made.port, *range(6, 12))
        deployment.settle(SECONDS)
        assert list(deployment.snapshot().discarded.values()) == [2]
        assert "2 discarded: Worker has gone" in deployment.status()
        deployment.restart("Worker/2")
        send(deployment, made.port, *range(12, 15))
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/2") == ["2", "5", "14"]
        assert list(deployment.snapshot().discarded.values()) == [2]
        edge = next(c.edge for c in deployment.program.channels if c.route == "members")
        assert deployment.totals[edge] == 13


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_closed_broadcast_takes_nobody_in_again(backend):
    made = Flow()
    shown(made.numbers.broadcast_closed(made.workers), str)
    with made.deploy(backend) as deployment:
        for number in range(3):
            send(deployment, made.port, number)
            deployment.settle(SECONDS)
            deployment.restart("Worker/1")
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0") == ["0", "1", "2"]
        assert said(deployment, "Worker/1") == ["0"]
        assert list(deployment.snapshot().discarded.values()) == [2]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_client_hears_the_new_life_after_what_it_had_of_the_old_one(backend):
    made = Flow()
    client = made.flow.external()
    back = made.workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id]).send_external(client)
    with made.deploy(backend, 2) as deployment:
        deployment.settle(SECONDS)
        deployment.restart("Worker/0")
        deployment.settle(SECONDS)
        port = deployment.connect(back)
        got = [port.receive(SECONDS) for _ in range(3)]
        assert Counter(member.raw_id for member, _ in got) == {0: 2, 1: 1}
        assert all(member.raw_id == number for member, number in got)


@pytest.mark.parametrize("backend", BACKENDS)
def test_who_has_ended_its_outputs_ends_them_for_a_new_member_too(backend):
    made = Flow()
    once = made.leader.source_iter([1, 2]).broadcast(made.workers, TCP.fail_stop(), nondet("any"))
    shown(once, lambda n: f"once {n}")
    with made.deploy(backend) as deployment:
        deployment.settle(SECONDS)
        deployment.restart("Worker/2")
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/2") == ["once 1", "once 2"]


def test_a_process_that_is_killed_from_outside_is_gone_like_one_that_is_killed():
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), lambda n: f"got {n}")
    made.watch(made.leader)
    with made.deploy() as deployment:
        deployment.settle(SECONDS)
        os.kill(row(deployment.snapshot(), "Worker/2").pid, signal.SIGKILL)
        until(deployment, lambda state: row(state, "Worker/2").state == "failed")
        with pytest.raises(ProcessFailed, match=r"process `Worker/2` failed: .*was killed \(SIGKILL\)"):
            deployment.settle(SECONDS)
        send(deployment, made.port, 1)
        until_said(deployment, **{"Worker/0": ["got 1"]})
        deployment.restart("Worker/2")
        send(deployment, made.port, 2)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0") == ["got 1", "got 2"]
        assert said(deployment, "Worker/2") == ["got 2"]
        assert said(deployment, "Leader")[3:] == ["2 Left", "2 Joined"]
        assert deployment.state == "settled"


def test_a_killed_and_a_restarted_member_are_shown_as_what_they_are():
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy() as deployment:
        send(deployment, made.port, 1, 2)
        deployment.settle(SECONDS)
        old = row(deployment.snapshot(), "Worker/1")
        counted = deployment.totals
        deployment.kill("Worker/1")
        deployment.settle(SECONDS)
        assert re.search(r"Worker/1 +killed .*was killed on purpose", deployment.status())
        assert deployment.state == "settled"
        assert not deployment.wait(0)
        deployment.restart("Worker/1")
        new = row(deployment.snapshot(), "Worker/1")
        assert (new.state, new.reason, new.ended) == ("running", "", 0.0)
        assert new.pid not in (0, old.pid)
        deployment.settle(SECONDS)
        assert (deployment.state, deployment.snapshot().reason) == ("settled", "")
        assert deployment.totals == counted
        assert [(each.error, each.fatal) for each in deployment.problems] == [
            ("process `Worker/1` was killed on purpose", False)
        ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_cannot_be_started_again_is_said(backend):
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy(backend) as deployment:
        with pytest.raises(DeployError, match="cluster `Worker` has 3 members, 0 to 2, and no member 7"):
            deployment.restart((Worker, 7))
        with pytest.raises(DeployError, match=r'`Worker` is a cluster; say which .*such as "Worker/0"'):
            deployment.kill(made.workers)
        with pytest.raises(DeployError, match=r"no cluster has the marker of MemberId::<Watcher>\(0\); give"):
            deployment.kill(MemberId.from_raw_id(0, Watcher))
        with pytest.raises(
            DeployError, match=r"given by its number, as \(Worker, 0\), not by '1': cluster `Worker` has 3 members"
        ):
            deployment.kill((made.workers, "1"))
        with pytest.raises(DeployError, match="cluster `Worker` has 3 members, 0 to 2, and no member 7"):
            deployment.kill((made.workers, 7))
    with pytest.raises(DeployError, match="the deployment does not run"):
        deployment.restart("Worker/0")


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_member_that_fails_again_at_its_start_is_told_and_the_others_go_on(backend, tmp_path):
    made = Flow()
    lock = tmp_path / "lock"

    def first():
        if CLUSTER_SELF_ID.raw_id == 1:
            with lock.open("x"):
                pass
        return [0]

    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    made.workers.source_iter(first).for_each(lambda _: None)
    with made.deploy(backend) as deployment:
        deployment.settle(SECONDS)
        with pytest.raises(DeployError, match="process `Worker/1` could not start again: FileExistsError"):
            deployment.restart("Worker/1")
        send(deployment, made.port, 5)
        with pytest.raises(ProcessFailed, match="`Worker/1` failed: FileExistsError"):
            deployment.settle(SECONDS)
        until_said(deployment, **{"Worker/0": ["5"]})
        lock.unlink()
        deployment.restart("Worker/1")
        send(deployment, made.port, 6)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0") == ["5", "6"]
        assert said(deployment, "Worker/1") == ["6"]


def test_one_that_failed_beside_others_in_one_process_comes_back_to_them():
    made = Flow()

    def fussy(n):
        if n == 13 and CLUSTER_SELF_ID.raw_id == 1:
            raise ValueError("unlucky")
        return n

    taken = made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")).map(fussy)
    shown(taken.broadcast(made.workers, TCP.fail_stop(), nondet("any")).entries(), lambda p: f"{p[0].raw_id} {p[1]}")
    with made.flow.deploy(clusters={made.workers: 3}, colocate=[[made.workers]]) as deployment:
        send(deployment, made.port, 13)
        with pytest.raises(ProcessFailed, match="`Worker/1` failed: ValueError: unlucky"):
            deployment.settle(SECONDS)
        until_said(deployment, **{"Worker/0": ["0 13", "2 13"], "Worker/2": ["0 13", "2 13"]})
        deployment.restart("Worker/1")
        send(deployment, made.port, 14)
        deployment.settle(SECONDS)
        assert sorted(said(deployment, "Worker/0")) == ["0 13", "0 14", "1 14", "2 13", "2 14"]
        # before it failed it may have heard of the others
        assert sorted(said(deployment, "Worker/1")[-3:]) == ["0 14", "1 14", "2 14"]
        assert len({each.pid for each in deployment.processes}) == 3


def test_several_are_started_again_at_the_same_time():
    made = Flow()
    numbers = made.workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id])
    shown(numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")).entries(), lambda pair: f"{pair[1]}")
    with made.deploy(members=4) as deployment:
        deployment.settle(SECONDS)
        threads = [threading.Thread(target=deployment.restart, args=(f"Worker/{n}",)) for n in range(3)]
        for thread in threads:
            thread.start()
        deployment.settle(SECONDS)
        for thread in threads:
            thread.join()
        deployment.settle(SECONDS)
        assert [each.state for each in deployment.processes] == ["running"] * 5
        assert Counter(said(deployment, "Worker/3")) == {"0": 2, "1": 2, "2": 2, "3": 1}


def test_thirty_two_members_reach_one_another():
    flow = FlowBuilder()
    workers = flow.cluster(Worker)
    mine = workers.source_iter(lambda: [CLUSTER_SELF_ID.raw_id])
    heard = mine.broadcast(workers, TCP.fail_stop(), nondet("all are there")).entries()
    shown(heard, lambda pair: f"{pair[0].raw_id} {pair[1]}")
    with flow.deploy(clusters={workers: 32}) as deployment:
        deployment.settle(SECONDS)
        everybody = sorted(f"{n} {n}" for n in range(32))
        for n in range(32):
            assert sorted(said(deployment, f"Worker/{n}")) == everybody
        pids = [each.pid for each in deployment.processes]
        deployment.restart("Worker/31")
        deployment.settle(SECONDS)
        assert Counter(said(deployment, "Worker/0"))["31 31"] == 2
    assert len(set(pids)) == 32
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
