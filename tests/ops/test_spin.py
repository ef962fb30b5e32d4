import pytest

from hydro_nb import GraphError, nondet
from hydro_nb.ir.node import Bound, Order


def test_list(leader, snapshot):
    turns = leader.spin()
    assert turns.preview(3).rows == [(), (), ()]
    turns.for_each(print)
    snapshot(leader.flow.source(leader))


def test_ticks_go_on(leader):
    turns = leader.spin().batch(leader.tick(), nondet("counted only"))
    assert turns.count().all_ticks().preview(3).rows == [1, 1, 1]


@pytest.mark.parametrize("backend", ["inprocess", "local"])
def test_it_settles_and_hears_messages(flow, leader, worker, backend):
    worker.source_iter([1, 2, 3]).send(leader).for_each(print)
    leader.spin().send(worker).for_each(lambda turn: None)
    with flow.deploy(backend=backend) as deployment:
        deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["1", "2", "3"]
        deployment.stop(drain=True)
    assert deployment.problems == []


def test_guarantees(leader):
    kind = leader.spin().kind
    assert (kind.bound, kind.order, kind.element) == (Bound.UNBOUNDED, Order.TOTAL, tuple[()])


def test_the_simulator_refuses(leader, message):
    leader.spin().for_each(print)
    assert "a location that spins never comes to rest" in message(leader.flow.sim, GraphError)
