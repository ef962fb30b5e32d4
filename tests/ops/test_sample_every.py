from hydro_nb import BoundError, GraphError, nondet
from hydro_nb.ir.node import Retries


def test_list(live, snapshot):
    sampled = live.sample_every(0.01, nondet("only shown"))
    assert sampled.preview(3).rows == [1, 2, 3]
    sampled.unique()
    snapshot(live.flow.source(live.location))


def test_values(live):
    assert live.count().sample_every(0.05, nondet("only shown")).preview(5).rows[-1] == 3
    assert live.reduce(max).sample_every(0.05, nondet("only shown")).preview(5).rows[-1] == 3


def test_guarantees(live):
    assert live.sample_every(1, nondet("any")).kind.retries is Retries.AT_LEAST_ONCE


def test_complete_value(leader, message):
    text = message(lambda: leader.singleton(1).sample_every(1, nondet("any")), BoundError)
    assert "A complete value is a stream of one: .into_stream()" in text


def test_the_simulator_refuses(live, message):
    live.sample_every(1, nondet("any"))
    assert "because of `sample_every`" in message(live.flow.sim, GraphError)
