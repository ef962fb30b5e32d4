from datetime import timedelta

import pytest

from hydro_nb import GraphError
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


def test_delayed(leader):
    beats = leader.source_interval_delayed(0.02, 0.01)
    op = leader.flow.graph.nodes[beats.ref.slot].op
    assert (op.interval, op.delay) == (0.01, 0.02)
    assert beats.preview(2).rows == [(), ()]


def test_the_simulator_refuses(leader, message):
    leader.source_interval(1).for_each(print)
    assert "because of `source_interval`" in message(leader.flow.sim, GraphError)
