from datetime import timedelta

import pytest

from hydro_nb import CLUSTER_SELF_ID, DeployError, GraphError
from hydro_nb.ir.node import Bound


def test_list(leader, snapshot):
    beats = leader.source_interval(0.01)
    assert beats.preview(2).rows == [(), ()]
    beats.for_each(print)
    snapshot(leader.flow.source(leader))


def test_settings(leader):
    op = leader.flow.graph.nodes[leader.source_interval(timedelta(minutes=1), delay=2).ref.slot].op
    assert (op.interval, op.delay) == (60.0, 2.0)


def test_guarantees(leader):
    assert leader.source_interval(1).kind.bound is Bound.UNBOUNDED


@pytest.mark.parametrize("seconds", [0, -1, "1"])
def test_no_duration(leader, message, seconds):
    assert "seconds" in message(lambda: leader.source_interval(seconds), GraphError)


def test_durations_from_a_function(leader):
    pace = 0.01
    beats = leader.source_interval(lambda: pace, delay=lambda: timedelta(seconds=pace))
    assert beats.preview(2).rows == [(), ()]
    assert beats.kind.bound is Bound.UNBOUNDED
    assert "interval():" in leader.flow.source(leader)
    assert "delay():" in leader.flow.source(leader)


def test_members_may_differ(leader):
    workers = leader.flow.cluster()
    beats = workers.source_interval(0.005, delay=lambda: 60.0 * CLUSTER_SELF_ID.raw_id)
    assert {member.raw_id for member, _ in beats.preview(3).rows} == {0}


@pytest.mark.parametrize("given", ["soon", 0, -1, True])
def test_a_function_that_gives_no_duration(leader, given):
    leader.source_interval(lambda: given).for_each(print)
    with pytest.raises(DeployError, match="seconds"):
        leader.flow.deploy(backend="inprocess")


def test_delayed(leader):
    beats = leader.source_interval_delayed(0.02, 0.01)
    op = leader.flow.graph.nodes[beats.ref.slot].op
    assert (op.interval, op.delay) == (0.01, 0.02)
    assert beats.preview(2).rows == [(), ()]


def test_under_a_clock_that_a_test_lets_go_on(leader, run):
    beats = leader.source_interval(0.01)
    assert run(beats)[:1] == [()]
    out = beats.sim_output()
    sim = leader.flow.sim()

    async def body():
        await out.assert_yields_only([()])
        await sim.advance(0.029)
        await out.assert_yields_only([(), ()])

    assert sim.exhaustive(body) == 1
