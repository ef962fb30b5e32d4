"""Seeded random faults beside a flow: the same for the same seed, or from what was logged; over with the block."""

from __future__ import annotations

import asyncio
from itertools import islice

import pytest
from faulty import Pair, Source, Target
from leading import SECONDS, Flow, Leader, said, send, shown

from hydro_nb import TCP, DeployError, FlowBuilder, LinkHealedLate, nondet
from hydro_nb.deploy import faults
from hydro_nb.notebook import options
from hydro_nb.testing import chaos
from hydro_nb.testing.plan import HARMLESS, KINDS, Plan, Targets, act_of

ENDS = {"resume": "pause", "heal": "cut"}
WHY = nondet("what comes is enough")


@pytest.fixture(scope="module")
def targets():
    """Whom a plan may strike in a flow with a cluster and a channel that may lose elements."""
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), WHY), str)
    shown(made.numbers.send(made.flow.process(Target), TCP.lossy(WHY)), str)
    with made.deploy("inprocess") as deployment:
        return Targets.of(deployment)


def planned(targets, seed=1, kinds=KINDS, count=300):
    return [*islice(Plan(targets, seed, kinds, 0.5), count)]


def test_who_may_be_struck(targets):
    assert targets.processes == ["Worker/0", "Worker/1", "Worker/2", "Leader", "Target"]
    assert targets.members == ["Worker/0", "Worker/1", "Worker/2"]
    assert [edge[1:] for edge in targets.edges] == [(["Leader"], targets.members), (["Leader"], ["Target"])]
    assert [edge[1:] for edge in targets.lossy().edges] == [(["Leader"], ["Target"])]


def test_the_same_seed_plans_the_same(targets):
    assert planned(targets) == planned(targets)
    assert planned(targets, 1) != planned(targets, 2)
    assert {what.split()[0] for _, what in planned(targets)} == {*KINDS, "resume", "heal"}


@pytest.mark.parametrize("seed", range(20))
def test_times_grow_and_every_fault_has_its_end_in_time(targets, seed):
    deeds = planned(targets, seed, HARMLESS)
    assert [seconds for seconds, _ in deeds] == sorted(seconds for seconds, _ in deeds)
    begun = {}
    for seconds, what in deeds:
        kind, *names = what.split()
        if kind in ENDS or names[2:] in (["0"], ["0", "0"]):
            assert seconds - begun.pop((ENDS.get(kind, kind), *names[:2])) <= 1.000001
        else:
            key = (kind, *names[:2])
            assert key not in begun
            begun[key] = seconds


def test_nobody_is_paused_or_cut_off_while_a_member_starts_again(targets):
    held = set()
    for _, what in planned(targets, kinds=("pause", "cut", "restart")):
        kind, *names = what.split()
        if kind in ENDS:
            held.discard((ENDS[kind], *names))
        elif kind == "restart":
            assert held == set()
        else:
            held.add((kind, *names))


def test_a_plan_that_only_kills_ends_when_one_is_left(targets):
    assert len([*Plan(targets, 3, ["kill"], 0.5)]) == len(targets.processes) - 1


def test_those_that_share_a_process_end_together_and_never_all(targets):
    one, *others = targets.processes
    shared = {each: {*others} for each in others}
    assert [what for _, what in Plan(targets._replace(together={one: {one}, **shared}), 3, ["kill"], 0.5)][1:] == []
    with pytest.raises(DeployError, match="`kill` two processes"):
        Plan(targets._replace(together={each: {*targets.processes} for each in targets.processes}), 3, ["kill"], 0.5)


def test_one_process_is_never_killed(targets):
    killed = [what.removeprefix("kill ") for _, what in islice(Plan(targets, 5, ["kill", "pause"], 0.5), 300)]
    assert len({*killed} & {*targets.processes}) == len(targets.processes) - 1


@pytest.mark.parametrize("what", ["", "fly away", "pause", "cut A", "delay A B soon", "drop A B", "drop A B 0.1 7", 7])
def test_a_line_that_says_nothing_is_refused(what):
    with pytest.raises(DeployError, match="is nothing that chaos does; a line is such as 'pause Leader'"):
        act_of(what)


def test_what_is_planned_is_written_as_after_the_magic(targets):
    for _, what in planned(targets, kinds=[kind for kind in KINDS if kind != "kill"]):
        name, given = options.parse_command(what)
        act = act_of(what)
        assert name == act.call
        assert all(each in vars(given).values() for each in (*act.names, *act.given))


# ------------------------------------------------------------ beside a flow


def until_struck(struck, deployment, count):
    while len(struck.log) + len(struck.refused) < count:
        deployment.wait(0.02)


def struck_so_far(struck, deployment, count):
    until_struck(struck, deployment, count)
    return len(deployment.faults)


def numbers_there_and_back():
    flow = FlowBuilder("there and back")
    source, target = flow.process(Source), flow.process(Target)
    port, numbers = source.source_external(flow.external(), int)
    there = numbers.flat_map_ordered(range).send(target, TCP.fail_stop())
    there.send(source, TCP.fail_stop()).for_each(print)
    return flow, port


def test_nothing_is_lost_and_no_fault_is_left():
    flow, port = numbers_there_and_back()
    with flow.deploy() as deployment:
        with chaos(deployment, seed=3, mean_seconds=0.03) as struck:
            for size in (10, 300, 3000):
                send(deployment, port, size)
                until_struck(struck, deployment, len(struck.log) + 10)
        assert deployment.faults == []
        deployment.settle(SECONDS)
        assert [int(text) for text in said(deployment, "Source")] == [*range(10), *range(300), *range(3000)]
        assert struck.refused == []
        assert len(struck.log) >= 30
        assert str(struck).splitlines()[0] == repr(struck) == f"<Chaos seed=3, {len(struck.log)} deeds>"
        assert len(str(struck).splitlines()) == 1 + len(struck.log)


def test_what_was_logged_is_done_again():
    flow, _ = numbers_there_and_back()
    with flow.deploy() as deployment:
        with chaos(deployment, mean_seconds=0.02) as first:
            until_struck(first, deployment, 12)
        assert isinstance(first.seed, int)
        with chaos(deployment, replay=first.log) as second:
            until_struck(second, deployment, len(first.log))
        assert [what for _, what in second.log] == [what for _, what in first.log]
        assert second.seed is None
        assert repr(second) == f"<Chaos replayed, {len(second.log)} deeds>"
        with chaos(deployment, seed=first.seed, mean_seconds=0.02) as third:
            until_struck(third, deployment, 12)
        assert [what for _, what in third.log[:10]] == [what for _, what in first.log[:10]]


def test_what_is_in_force_ends_with_the_block_also_where_that_fails():
    pair = Pair()
    endless = [(0.0, "pause Aside"), (0.0, "cut Source Target"), (0.0, "delay Source Target 500")]
    with pair.flow.deploy() as deployment:
        struck = chaos(deployment, replay=endless)
        with pytest.raises(ZeroDivisionError), struck:
            1 / (3 - struck_so_far(struck, deployment, 3))
        assert deployment.faults == []
        assert sorted(what for _, what in struck.log[3:]) == [
            "delay Source Target 0",
            "heal Source Target",
            "resume Aside",
        ]


def test_what_the_deployment_refuses_is_told_and_left_out():
    pair = Pair()
    with pair.flow.deploy() as deployment:
        deeds = [(0.0, "kill Aside"), (0.01, "pause Aside"), (0.02, "delay Aside Source 1"), (0.03, "pause Source")]
        with chaos(deployment, replay=deeds) as struck:
            until_struck(struck, deployment, 4)
        assert [what for _, what in struck.log] == ["kill Aside", "pause Source", "resume Source"]
        assert [what for _, what, _ in struck.refused] == ["pause Aside", "delay Aside Source 1"]
        assert "pause Aside: refused, no running process is called `Aside`" in str(struck)


@pytest.mark.parametrize(
    ("replay", "seed", "wrong"),
    [
        ([(0.1, "pause Source"), (0.2, "cut Source Nobody")], None, "no process is called `Nobody`, as 'cut Source N"),
        ([(0.1, "explode Source")], None, "'explode Source' is nothing that chaos does"),
        (["pause Source"], None, r"pairs such as \(0.5, 'pause Leader'\), as in `log`; not 'pause Source'"),
        ([("soon", "pause Source")], None, "pairs such as"),
        ([(0.1, "pause Source")], 7, "seed=7 and what to replay: give the one or the other"),
    ],
)
def test_what_cannot_be_replayed_is_refused_before_anything_is_done(replay, seed, wrong):
    with Pair().flow.deploy() as deployment:
        with pytest.raises(DeployError, match=wrong):
            chaos(deployment, replay=replay, seed=seed)
        deployment.settle(SECONDS)
        assert deployment.faults == []


def test_it_ends_quietly_where_the_deployment_is_stopped():
    flow, _ = numbers_there_and_back()
    deployment = flow.deploy()
    with chaos(deployment, seed=1, mean_seconds=0.01) as struck:
        until_struck(struck, deployment, 3)
        deployment.stop()
    assert deployment.state == "stopped"


def test_a_cut_that_was_healed_too_late_is_raised(monkeypatch):
    monkeypatch.setattr(faults, "CUT_SECONDS", 0.0)
    late = [(0.0, "cut Source Target"), (0.1, "heal Source Target")]
    with Pair().flow.deploy() as deployment:
        struck = chaos(deployment, replay=late)
        with pytest.raises(LinkHealedLate, match="`Source -> Target`"), struck:
            until_struck(struck, deployment, 2)


def test_members_are_started_again_where_that_is_asked_for():
    made = Flow()
    made.watch(made.leader)
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy(members=2) as deployment:
        with chaos(deployment, seed=1, kinds=["restart", "pause"], mean_seconds=0.05) as struck:
            while sum(what.startswith("restart ") for _, what in struck.log) < 3:
                deployment.wait(0.02)
        deployment.settle(SECONDS)
        send(deployment, made.port, 7)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0") == said(deployment, "Worker/1") == ["7"]
        restarts = [what for _, what in struck.log if what.startswith("restart ")]
        assert len([text for text in said(deployment, Leader.__name__) if text.endswith("Left")]) == len(restarts)


def test_it_may_be_awaited():
    async def main():
        flow, port = numbers_there_and_back()
        async with flow.deploy() as deployment, chaos(deployment, seed=2, mean_seconds=0.02) as struck:
            send(deployment, port, 100)
            while len(struck.log) < 5:
                await asyncio.sleep(0.01)
            await deployment.settled(SECONDS)
        return deployment.logs("Source"), deployment.faults

    lines, left = asyncio.run(main())
    assert ([int(line.text) for line in lines], left) == ([*range(100)], [])


# ------------------------------------------------------------ what makes no sense


def test_a_flow_that_only_runs_when_it_is_stepped_is_refused():
    with Pair().flow.deploy(backend="inprocess") as deployment, pytest.raises(DeployError, match='backend="local"'):
        chaos(deployment)


@pytest.mark.parametrize("kinds", ["pause", (), ("pause", "flood")])
def test_kinds_that_there_are_not_are_refused(kinds):
    with Pair().flow.deploy() as deployment, pytest.raises(DeployError, match="give a tuple of some of 'pause', 'cut'"):
        chaos(deployment, kinds=kinds)


def test_kinds_that_cannot_strike_this_flow_are_refused():
    with Pair().flow.deploy() as deployment:
        with pytest.raises(DeployError, match="no fault of the kinds drop, restart can strike this flow"):
            chaos(deployment, kinds=("drop", "restart"))
        with pytest.raises(DeployError, match="mean_seconds=0: between two faults there is some time"):
            chaos(deployment, mean_seconds=0)


def test_one_strikes_once():
    with Pair().flow.deploy() as deployment:
        with chaos(deployment, seed=1) as struck:
            pass
        with pytest.raises(DeployError, match="has struck already"):
            struck.__enter__()
