"""What is late or dropped on purpose: in order and whole, or counted; only what one sends to the other."""

from __future__ import annotations

import math
import time

import pytest
from faulty import BACKENDS, LONG, Aside, Pair, Source, Target, busy, got, sends
from leading import SECONDS, Flow, said, send, shown, until_said

from hydro_nb import TCP, UDP, DeployError, FlowBuilder, NoOrder, Stream, nondet, proof

pytestmark = pytest.mark.usefixtures("heard")

WHY = nondet("what comes is enough")


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_frame_is_late_and_all_come_in_order(backend):
    pair = Pair()
    with pair.flow.deploy(backend=backend) as deployment:
        deployment.delay(pair.source, pair.target, 0.2)
        began = time.monotonic()
        send(deployment, pair.port, *range(300))
        deployment.settle(SECONDS)
        assert time.monotonic() - began >= 0.2
        assert got(deployment) == [*range(300)]
        (fault,) = deployment.faults
        assert (fault.kind, fault.processes, fault.seconds) == ("delay", ("Source", "Target"), 0.2)
        assert "  fault: `Source` to `Target`: every frame is 0.2 s late" in deployment.status()


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_held_is_not_settled_and_leaves_when_the_delay_does(backend):
    pair = Pair()
    with pair.flow.deploy(backend=backend) as deployment:
        deployment.delay(pair.source, pair.target, LONG)
        send(deployment, pair.port, 1, 2)
        busy(deployment, "`Source`: frames that a fault on purpose holds back")
        deployment.delay(pair.source, pair.target, LONG / 2)
        send(deployment, pair.port, 3)
        assert [fault.seconds for fault in deployment.faults] == [LONG / 2]
        deployment.delay(pair.source, pair.target, 0)
        deployment.delay(pair.source, pair.target, 0)
        assert deployment.faults == []
        deployment.settle(SECONDS)
        assert got(deployment) == [1, 2, 3]


@pytest.mark.parametrize("backend", BACKENDS)
def test_only_one_direction_is_late(backend):
    pair = Pair(back=True)
    with pair.flow.deploy(backend=backend) as deployment:
        deployment.delay(pair.target, pair.source, LONG)
        send(deployment, pair.port, 1)
        busy(deployment, "`Target`: frames")
        until_said(deployment, Target=["1"])
        assert said(deployment, "Source") == []
        deployment.delay(pair.target, pair.source, 0)
        deployment.settle(SECONDS)
        assert said(deployment, "Source") == ["back 1"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_source_that_waits_for_credit_goes_on_with_it(backend):
    flow = FlowBuilder()
    source, target = flow.process(Source), flow.process(Target)
    port, numbers = source.source_external(flow.external(), int)
    numbers.flat_map_ordered(range).send(target, TCP.fail_stop()).for_each(print)
    with flow.deploy(backend=backend, max_buffer=2000) as deployment:
        deployment.delay(source, target, 0.005)
        send(deployment, port, 3000)
        deployment.settle(SECONDS)
        assert got(deployment) == [*range(3000)]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_cycle_goes_on_beside_a_delay_though_its_channels_hold_little(backend):
    flow = FlowBuilder()
    source, target = flow.process(Source), flow.process(Target)
    sender, rounds = source.channel(Stream, of=tuple[int, bytes], order=NoOrder)
    sender.send(source.source_iter(range(200)).map(lambda n: (n % 5, bytes(100))).weaken_boundedness())
    there = rounds.send(target)
    sender.send(there.filter(lambda pair: pair[0] < 5).map(lambda pair: (pair[0] + 1, pair[1])).send(source))
    there.fold(lambda: 0, lambda total, _: total + 1, commutative=proof("it counts")).sample_every(
        0.01, nondet("shown")
    ).for_each(print, idempotent=proof("shown"))
    with flow.deploy(backend=backend, max_buffer=500) as deployment:
        deployment.delay(source, target, 0.01)
        deployment.delay(target, source, 0.01)
        deployment.settle(SECONDS)
        assert said(deployment, "Target")[-1] == str(200 * 4)


@pytest.mark.parametrize("backend", BACKENDS)
def test_timers_settle_beside_a_delay(backend):
    flow = FlowBuilder()
    source, target = flow.process(Source), flow.process(Target)
    beats = source.source_interval(0.01).map(lambda _: 1).send(target, TCP.fail_stop())
    counted = beats.count()
    with flow.deploy(backend=backend) as deployment:
        deployment.delay(source, target, 0.05)
        deployment.settle(SECONDS)
        assert counted.ref.slot in deployment.snapshot().values


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_cut_holds_what_is_late_as_well(backend):
    pair = Pair()
    with pair.flow.deploy(backend=backend) as deployment:
        deployment.delay(pair.source, pair.target, 0.001)
        deployment.cut(pair.source, pair.target)
        send(deployment, pair.port, 1)
        busy(deployment)
        assert got(deployment) == []
        deployment.heal(pair.source, pair.target)
        deployment.settle(SECONDS)
        assert got(deployment) == [1]
        assert [fault.kind for fault in deployment.faults] == ["delay"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_draining_waits_for_no_delay(backend):
    pair = Pair()
    deployment = pair.flow.deploy(backend=backend)
    deployment.delay(pair.source, pair.target, LONG)
    send(deployment, pair.port, *range(50))
    deployment.stop(drain=True)
    assert got(deployment) == [*range(50)]
    assert deployment.faults == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_cluster_stands_for_its_members(backend):
    made = Flow()
    shown(made.numbers.broadcast(made.workers, TCP.fail_stop(), nondet("any")), str)
    with made.deploy(backend, members=2) as deployment:
        deployment.delay(made.leader, made.workers, 0.05)
        assert [fault.processes for fault in deployment.faults] == [("Leader", "Worker/0"), ("Leader", "Worker/1")]
        send(deployment, made.port, 1)
        deployment.settle(SECONDS)
        assert said(deployment, "Worker/0") == said(deployment, "Worker/1") == ["1"]
        deployment.delay("Leader", (made.workers, 1), 0)
        assert [fault.processes for fault in deployment.faults] == [("Leader", "Worker/0")]


@pytest.mark.parametrize("seconds", [-1, math.inf, math.nan, "0.2", None, True])
def test_a_delay_is_a_number_of_seconds(seconds):
    with Pair().flow.deploy(backend="inprocess") as deployment:
        with pytest.raises(DeployError, match="`delay` holds frames for a number of seconds"):
            deployment.delay(Source, Target, seconds)
        assert deployment.faults == []


def test_who_sends_is_named_before_who_receives():
    with Pair().flow.deploy(backend="inprocess") as deployment:
        for act in (lambda a, b: deployment.delay(a, b, 0.1), lambda a, b: deployment.drop(a, b, 0.1)):
            with pytest.raises(DeployError) as refused:
                act(Target, Source)
            assert str(refused.value) == (
                "`Target` sends nothing to `Source`, only the other way round; "
                "give the one that sends before the one that receives"
            )
            with pytest.raises(DeployError, match="there is no channel between `Source` and `Aside`"):
                act(Source, Aside)


# ------------------------------------------------------------ dropped

LOSSY = {"TCP.lossy": TCP.lossy(WHY), "UDP": UDP.lossy(WHY), "delayed": TCP.lossy_delayed_forever()}
MANY = 400


def dropping(via):
    flow = FlowBuilder("dropping")
    source, target = flow.process(Source), flow.process(Target)
    port, numbers = source.source_external(flow.external(), int)
    there = numbers.send(target, via)
    shown(there, str)
    return flow, port, there.ref.slot


def dropped(backend, via, rate, seed, *, at_once=True):
    """Give what arrives of some numbers, and how many were lost, as it is counted."""
    flow, port, edge = dropping(via)
    with flow.deploy(backend=backend) as deployment:
        deployment.drop(Source, Target, rate, seed=seed)
        for number in range(MANY):
            send(deployment, port, number)
            if not at_once and not number % 50:
                deployment.settle(SECONDS)
        deployment.settle(SECONDS)
        return got(deployment), deployment.snapshot().discarded.get(edge, 0)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("via", LOSSY.values(), ids=LOSSY)
def test_a_share_is_lost_and_counted(via, backend):
    there, lost = dropped(backend, via, 0.5, 1)
    assert len(there) + lost == MANY
    assert len({*there}) == len(there)
    assert MANY / 4 < lost < MANY * 3 / 4


def test_the_same_seed_loses_the_same_elements_however_they_are_sent():
    first = dropped("local", TCP.lossy(WHY), 0.3, 7)
    assert dropped("inprocess", TCP.lossy(WHY), 0.3, 7) == first
    assert dropped("local", TCP.lossy(WHY), 0.3, 7, at_once=False) == first
    assert dropped("inprocess", TCP.lossy(WHY), 0.3, 8) != first


@pytest.mark.parametrize("backend", BACKENDS)
def test_all_may_be_lost_and_then_nothing(backend):
    flow, port, edge = dropping(TCP.lossy(WHY))
    with flow.deploy(backend=backend) as deployment:
        deployment.drop(Source, Target, 1)
        (fault,) = deployment.faults
        assert (fault.kind, fault.processes, fault.rate) == ("drop", ("Source", "Target"), 1)
        assert str(fault) == f"`Source` to `Target`: 100% of what may be lost is dropped (seed {fault.seed})"
        send(deployment, port, *range(20))
        deployment.settle(SECONDS)
        assert got(deployment) == []
        assert deployment.totals[edge] == 20
        assert deployment.snapshot().discarded == {edge: 20}
        assert deployment.problems == []
        deployment.drop(Source, Target, 0)
        assert deployment.faults == []
        send(deployment, port, 20)
        deployment.settle(SECONDS)
        assert got(deployment) == [20]


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_loses_nothing_is_refused(backend):
    pair = Pair()
    with pair.flow.deploy(backend=backend) as deployment:
        with pytest.raises(DeployError) as refused:
            deployment.drop(pair.source, pair.target, 0.1)
        assert str(refused.value) == (
            "nothing that `Source` sends to `Target` may be lost: their channels are fail_stop, which lose nothing as "
            "long as both live. Let one be TCP.lossy(...) or UDP, or cut the link"
        )
        assert deployment.faults == []
        sends(deployment, pair, 1)
        assert got(deployment) == [1]


@pytest.mark.parametrize("rate", [-0.1, 1.1, math.nan, "half", None, True])
def test_a_rate_is_a_share(rate):
    with Pair().flow.deploy(backend="inprocess") as deployment:
        with pytest.raises(DeployError, match=r"`drop` loses a share of the elements, from 0 \(none\) to 1 \(all\)"):
            deployment.drop(Source, Target, rate)
        assert deployment.faults == []


@pytest.mark.parametrize("seed", [-1, 1.5, "x", 1 << 70, True])
def test_a_seed_is_a_whole_number(seed):
    with Pair().flow.deploy(backend="inprocess") as deployment:
        with pytest.raises(DeployError, match="chooses nothing; give a whole number from 0 on"):
            deployment.drop(Source, Target, 0.5, seed=seed)
        assert deployment.faults == []
