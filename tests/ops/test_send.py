import pytest

from hydro_nb import TCP, FlowBuilder, GraphError, LocationError
from hydro_nb.ir.node import Bound


def test_list(flow, leader, worker, run, snapshot):
    there = leader.source_iter([1, 2]).send(worker)
    assert run(there) == [1, 2]
    there.for_each(print)
    snapshot(flow.source(leader) + flow.source(worker))


def test_bincode(leader, worker, both):
    assert both(leader.source_iter([(1, "a")]).send_bincode(worker)) == [(1, "a")]


def test_keyed(pairs, worker, both):
    assert both(pairs.send(worker)) == both(pairs.send_bincode(worker)) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]


@pytest.mark.parametrize("via", [TCP.fail_stop(), TCP.fail_stop().msgpack(), TCP.fail_stop().bincode().name("ch")])
def test_transports(leader, worker, run, via):
    assert run(leader.source_iter([1]).send(worker, via)) == [1]


def test_there_and_back(leader, worker, run):
    numbers = leader.source_iter(range(3000))
    assert run(numbers.send(worker).map(lambda n: n + 1).send(leader)) == list(range(1, 3001))


def test_guarantees(leader, worker):
    numbers = leader.source_iter([1]).weaken_retries()
    assert numbers.send(worker).kind == numbers.kind.but(place=worker.place, bound=Bound.UNBOUNDED)


def test_no_policy(leader, worker, message):
    text = message(lambda: leader.source_iter([1]).send(worker, TCP), GraphError)
    assert text.startswith("`send` was given `TCP` without a policy.")
    assert "TCP.fail_stop()" in text
    assert "TCP.fail_stop()" in message(TCP.bincode, GraphError)


def test_no_process(leader, message):
    assert "needs a process" in message(lambda: leader.source_iter([1]).send("worker"), LocationError)
    stranger = FlowBuilder().process()
    assert "belongs to another flow" in message(lambda: leader.source_iter([1]).send(stranger), LocationError)
