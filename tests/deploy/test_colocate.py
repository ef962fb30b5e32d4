"""Processes that share an OS process: the same results, and each as if it were alone."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest
from handmade import PRINT, place
from handmade import flow as handmade
from leading import until

from hydro_nb import CLUSTER_SELF_ID, TCP, DeployError, FlowBuilder, NoOrder, ProcessFailed, Stream, nondet
from hydro_nb.deploy import deploy

GO = TCP.fail_stop()
WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "and", "the", "cat"] * 50


class Leader: ...


class Counter: ...


class Worker: ...


def seen(flow, colocate, clusters=None, **more):
    """Run to the end; gives the lines of each process, the totals, and how many OS processes there were."""
    with flow.deploy(clusters=clusters, colocate=colocate, **more) as deployment:
        deployment.settle(60)
        lines = {row.name: [line.text for line in deployment.logs(row.name)] for row in deployment.processes}
        return lines, deployment.totals, len({row.pid for row in deployment.processes})


def words():
    flow = FlowBuilder("words")
    sent = flow.process(Leader).source_iter(WORDS).map(lambda word: (word, 1)).send(flow.process(Counter))
    counted = sent.into_keyed().entries().assume_ordering(nondet("printed as it comes"))
    counted.for_each(print)
    return flow


def ticks():
    flow = FlowBuilder("ticks")
    counter = flow.process(Counter)
    arrived = flow.process(Leader).source_iter(range(3000)).send(counter)
    batches = arrived.batch(counter.tick(), nondet("put together again"))
    batches.all_ticks().filter(lambda n: n % 500 == 0).for_each(print)
    return flow


def cycle():
    flow = FlowBuilder("cycle")
    leader, counter = flow.process(Leader), flow.process(Counter)
    handle, back = leader.forward_ref(Stream, of=int, order=NoOrder)
    forth = leader.source_iter([0]).weaken_boundedness().merge_unordered(back.filter(lambda n: n < 500))
    there = forth.send(counter).map(lambda n: n + 1)
    there.filter(lambda n: n == 500).assume_ordering(nondet("there is one")).for_each(print)
    handle.complete(there.send(leader))
    return flow


def members():
    flow = FlowBuilder("members")
    workers = flow.cluster(Worker)
    told = flow.process(Leader).source_iter(range(20)).broadcast_closed(workers, GO)
    told.for_each(lambda n: print(CLUSTER_SELF_ID.raw_id, n))
    return flow


def everybody_to_everybody():
    flow = FlowBuilder("everybody")
    workers = flow.cluster(Worker)
    mine = workers.source_iter(range(5)).map(lambda n: [CLUSTER_SELF_ID.raw_id, n])
    heard = mine.broadcast_closed(workers, GO).entries()
    heard.assume_ordering(nondet("sorted below")).for_each(lambda pair: print(pair[0].raw_id, pair[1]))
    return flow


CASES = {
    "words": (words, [["Leader", Counter]], {}),
    "ticks": (ticks, [["Leader", Counter]], {}),
    "cycle": (cycle, [["Leader", Counter]], {}),
    "members": (members, [[Worker]], {Worker: 3}),
    "some": (members, [["Leader", "Worker/0", (Worker, 2)]], {Worker: 3}),
    "everybody": (everybody_to_everybody, [[Worker]], {Worker: 3}),
    "pairs": (everybody_to_everybody, [["Worker/0", "Worker/1"], ["Worker/2", "Worker/3"]], {Worker: 4}),
}


@pytest.mark.parametrize("name", CASES)
def test_results_logs_and_totals_are_those_of_processes_of_their_own(name):
    make, colocate, clusters = CASES[name]
    alone, totals, many = seen(make(), [], clusters)
    together, same, few = seen(make(), colocate, clusters)
    assert {who: sorted(lines) for who, lines in together.items()} == {who: sorted(x) for who, x in alone.items()}
    assert same == totals
    assert any(alone.values())
    assert many - few == sum(map(len, ([*members_of(group, clusters)] for group in colocate))) - len(colocate)


def members_of(group, clusters):
    for each in group:
        yield from range(clusters[each]) if each in clusters else [each]


def lines_of(deployment, name):
    return [line.text for line in deployment.logs(name)]


def ended(deployment, name):
    """Wait until a process has ended; gives why."""
    done = threading.Event()
    deployment.subscribe(lambda state: any(r.name == name and r.ended for r in state.processes.values()) and done.set())
    row = next(row for row in deployment.processes if row.name == name)
    assert row.ended or done.wait(60)
    return next(row.reason for row in deployment.processes if row.name == name)


def test_what_a_receiver_does_to_its_elements_the_sender_does_not_see():
    flow = FlowBuilder()
    leader, counter = flow.process(Leader), flow.process(Counter)
    kept = [["a"], ["b"]]
    lists = leader.source_iter(lambda: kept).map(lambda each: (each.append("sent"), each)[1])
    lists.send(counter).map(lambda each: (each.append("got"), each)[1]).for_each(print)
    lists.for_each(lambda each: print(each, [id(k) == id(each) for k in kept].count(True)))
    lines, _, count = seen(flow, [[leader, counter]])
    assert count == 1
    assert lines == {
        "Leader": ["['a', 'sent'] 1", "['b', 'sent'] 1"],
        "Counter": ["['a', 'sent', 'got']", "['b', 'sent', 'got']"],
    }


def failure_of(colocate):
    class Held:
        def __repr__(self):
            return "Held()"

    flow = FlowBuilder("held")
    leader, counter = flow.process(Leader), flow.process(Counter)
    leader.source_iter([1, 2]).map(lambda n: Held() if n == 2 else n).send(counter).for_each(print)
    with flow.deploy(colocate=colocate) as deployment:
        with pytest.raises(ProcessFailed):
            deployment.settle(60)
        return [problem.error for problem in deployment.problems if problem.location == 0]


def test_what_could_not_be_sent_elsewhere_is_refused_with_the_same_words():
    alone = failure_of([])
    assert len(alone) == 1
    assert alone == failure_of([[Leader, Counter]])


def test_declared_types_are_held_against_elements_here_too():
    def told(colocate):
        flow = FlowBuilder("typed")
        leader, counter = flow.process(Leader), flow.process(Counter)
        leader.source_iter([1, 2]).map(lambda n: "x" if n == 2 else n).typed(int).send(counter).for_each(print)
        with flow.deploy(colocate=colocate) as deployment:
            with pytest.raises(ProcessFailed):
                deployment.settle(60)
            return [problem.error for problem in deployment.problems]

    assert told([]) == told([[Leader, Counter]])


def failing():
    flow = FlowBuilder("failing")
    leader, counter = flow.process(Leader), flow.process(Counter)
    client = flow.external()
    port, numbers = leader.source_external(client, int)
    numbers.for_each(print)
    numbers.send(counter).for_each(lambda n: print(10 // n))
    return flow, port


def test_one_fails_and_the_other_lives():
    flow, port = failing()
    with flow.deploy(colocate=[[Leader, Counter]]) as deployment:
        client = deployment.connect(port)
        client.send(5)
        client.send(0)
        assert "ZeroDivisionError" in ended(deployment, "Counter")
        rows = {row.name: row for row in deployment.processes}
        assert (rows["Leader"].state, rows["Counter"].state) == ("running", "failed")
        assert rows["Leader"].pid == rows["Counter"].pid
        with pytest.raises(ProcessFailed, match="`Counter` failed: ZeroDivisionError"):
            deployment.settle(60)
        until(deployment, lambda state: any(each.reason for each in state.ended_channels.values()))
        (ending,) = [e.reason for e in deployment.snapshot().ended_channels.values() if e.reason]
        assert "`Counter` has ended: ZeroDivisionError" in ending
        client.send(7)
        until(deployment, lambda state: sum(state.discarded.values()) == 1)
    assert lines_of(deployment, "Counter") == ["2"]
    assert lines_of(deployment, "Leader") == ["5", "0", "7"]


def test_to_kill_one_is_to_kill_all_that_share_its_process():
    flow, _ = failing()
    with flow.deploy(colocate=[[Leader, Counter]]) as deployment:
        deployment.kill(Counter)
        assert ended(deployment, "Leader") == "was killed on purpose, the OS process that it shared with `Counter`"
        assert ended(deployment, "Counter") == "was killed on purpose, the OS process that it shared with `Leader`"


def test_one_that_cannot_start_is_named():
    flow = FlowBuilder()
    leader, counter = flow.process(Leader), flow.process(Counter)
    leader.source_iter([1]).send(counter).fold(lambda: 1 // 0, lambda total, n: total + n)
    with pytest.raises(DeployError, match="`Counter` could not start: ZeroDivisionError"):
        flow.deploy(colocate=[[leader, counter]])


@pytest.mark.parametrize("lacking", [[0], [1], [0, 1]])
def test_values_that_cannot_be_rebuilt_are_those_of_one(tmp_path, monkeypatch, lacking):
    (tmp_path / "hidden_neighbour.py").write_text("class Thing: pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import hidden_neighbour

    program = handmade(
        place(0, "A", PRINT.replace("in1", "x")),
        place(1, "B", PRINT.replace("in1", "x")),
        captures={number: {"thing": hidden_neighbour.Thing()} for number in lacking},
    )
    (tmp_path / "hidden_neighbour.py").unlink()
    names = "|".join("AB"[number] for number in lacking)
    with pytest.raises(DeployError, match=rf"`({names})` could not start.*uses module `hidden_neighbour`"):
        deploy(program, echo=False, colocate=[["A", "B"]])


@pytest.mark.parametrize("element", [lambda n: n, lambda n: [n]], ids=["handed over", "encoded"])
def test_a_slow_consumer_holds_its_neighbour_back_and_loses_nothing(element):
    flow = FlowBuilder()
    leader, counter = flow.process(Leader), flow.process(Counter)
    slow = leader.source_iter(range(20_000)).map(element).send(counter).map(lambda each: (sum(range(100)), each)[1])
    slow.enumerate().filter(lambda pair: pair[0] % 5000 == 0).for_each(print)
    lines, _, _ = seen(flow, [[leader, counter]], max_buffer=4096)
    assert lines["Counter"] == [str((n, element(n))) for n in range(0, 20_000, 5000)]


def test_a_cycle_with_little_room_comes_to_its_end():
    lines, _, _ = seen(cycle(), [[Leader, Counter]], max_buffer=4096)
    assert lines["Counter"] == ["500"]


def test_twenty_processes_in_one():
    flow = FlowBuilder()
    passed = flow.process().source_iter(range(100))
    for _ in range(19):
        passed = passed.map(lambda n: n + 1).send(flow.process())
    passed.for_each(print)
    lines, totals, count = seen(flow, [[f"process {n}" for n in range(20)]])
    assert count == 1
    assert lines["process 19"] == [str(n + 19) for n in range(100)]
    assert sum(map(len, lines.values())) == 100
    assert sum(totals.values()) >= 1900


def test_what_is_printed_and_complained_of_has_the_name_of_who_did():
    def both(n):
        print("out", n, end="")
        print("", CLUSTER_SELF_ID.raw_id)
        print("err", n, file=sys.stderr)

    flow = FlowBuilder()
    workers = flow.cluster(Worker)
    flow.process(Leader).source_iter(range(5)).broadcast_closed(workers).for_each(both)
    with flow.deploy(clusters={workers: 3}, colocate=[[workers]]) as deployment:
        deployment.settle(60)
        for n in range(3):
            mine = deployment.logs(f"Worker/{n}")
            assert [line.text for line in mine if line.stream == "stdout"] == [f"out {k} {n}" for k in range(5)]
            assert [line.text for line in mine if line.stream == "stderr"] == [f"err {k}" for k in range(5)]
            assert {line.member for line in mine} == {n}


def test_async_sources_and_what_is_waited_for_speak_for_their_own_member():
    flow = FlowBuilder()
    workers = flow.cluster(Worker)

    async def numbers():
        for n in range(3):
            await asyncio.sleep(0)
            print("made", n)
            yield n

    async def later(n):
        await asyncio.sleep(0.001)
        print("waited", n)
        return n

    workers.source_stream(numbers).map(later).resolve_futures_ordered().for_each(print)
    lines, _, _ = seen(flow, [[workers]], {workers: 3})
    wanted = sorted([*(f"made {n}" for n in range(3)), *(f"waited {n}" for n in range(3)), "0", "1", "2"])
    assert {who: sorted(said) for who, said in lines.items()} == {f"Worker/{n}": wanted for n in range(3)}


async def own_number(_):
    """Named by the module, so that what it reads is not rebuilt for each member."""
    for _ in range(3):
        await asyncio.sleep(0.001)
    return CLUSTER_SELF_ID.raw_id


def test_what_is_waited_for_knows_its_member_while_others_act():
    flow = FlowBuilder()
    workers = flow.cluster(Worker)
    workers.source_iter(range(10)).map(own_number).resolve_futures().assume_ordering(nondet("equal")).for_each(print)
    lines, _, _ = seen(flow, [[workers]], {workers: 3})
    assert lines == {f"Worker/{n}": [str(n)] * 10 for n in range(3)}


def test_a_busy_one_does_not_keep_another_from_its_timer():
    flow = FlowBuilder()
    leader, counter = flow.process(Leader), flow.process(Counter)
    leader.spin().for_each(lambda _: None)
    counter.source_interval(0.01).for_each(lambda _: print("beat"))
    with flow.deploy(colocate=[[leader, counter]]) as deployment:
        beats = threading.Event()
        deployment.subscribe(lambda state: len(lines_of(deployment, "Counter")) > 5 and beats.set())
        assert beats.wait(60)


def test_cpu_is_of_each_and_memory_of_their_process_once():
    flow = FlowBuilder()
    leader, counter = flow.process(Leader), flow.process(Counter)
    leader.source_iter(range(300_000)).map(lambda n: n % 7).send(counter).fold(0, lambda total, n: total + n)
    with flow.deploy(colocate=[[leader, counter]]) as deployment:
        deployment.settle(60)
        first, second = deployment.processes
        assert first.cpu > 0
        assert second.cpu > 0
        assert first.memory > 1 << 20
        assert second.memory == 0


def test_a_member_that_is_started_again_gets_a_process_of_its_own():
    flow = FlowBuilder()
    workers = flow.cluster(Worker)
    client = flow.external()
    port, numbers = flow.process(Leader).source_external(client, int)
    numbers.broadcast(workers, GO, nondet("who is there")).for_each(print)
    with flow.deploy(clusters={workers: 2}, colocate=[[workers]]) as deployment:
        deployment.connect(port).send(1)
        deployment.settle(60)
        deployment.restart("Worker/1")
        deployment.restart("Worker/0")
        pids = {row.name: row.pid for row in deployment.processes}
        assert len({*pids.values(), os.getpid()}) == 4
        deployment.connect(port).send(2)
        deployment.settle(60)
        assert [line.text for line in deployment.logs("Worker/0")] == ["1", "2"]
        assert [line.text for line in deployment.logs("Worker/1")] == ["1", "2"]


def a_pair():
    flow = FlowBuilder()
    leader, workers, client = flow.process(Leader), flow.cluster(Worker), flow.external()
    _, numbers = leader.source_external(client, int)
    numbers.broadcast_closed(workers).for_each(print)
    return flow, leader, workers, client


WRONG = {
    "no list": (lambda leader, workers, client: leader, "colocate=Process.Leader. does not say who shares"),
    "one list": (lambda leader, workers, client: [leader, workers], "has Process.Leader. where a list of processes"),
    "a member": (lambda leader, workers, client: [(workers, 1)], r"has \(Cluster.Worker., 1\) where a list of proc"),
    "twice": (
        lambda leader, workers, client: [[leader], [Leader]],
        "names `Leader` twice; a process lives in one place",
    ),
    "in its cluster": (lambda leader, workers, client: [[workers, "Worker/1"]], "names `Worker/1` twice"),
    "unknown": (
        lambda leader, workers, client: [["Reader"]],
        "no process is called `Reader`; there are `Leader`, `Wor",
    ),
    "no such member": (
        lambda leader, workers, client: [["Worker/7"]],
        "cannot share: cluster `Worker` has 2 members, 0 to 1, and no member 7",
    ),
    "outside": (
        lambda leader, workers, client: [[leader, client]],
        "`external 2` is outside of the flow and has no process",
    ),
    "no name": (lambda leader, workers, client: [[leader, 3]], "3 is no process; give one, its name"),
}


@pytest.mark.parametrize("backend", ["local", "inprocess"])
@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_share_is_refused(what, backend):
    given, text = WRONG[what]
    flow, *places = a_pair()
    with pytest.raises(DeployError, match=text):
        flow.deploy(clusters={Worker: 2}, colocate=given(*places), backend=backend)
