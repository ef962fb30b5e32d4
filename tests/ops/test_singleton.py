from hydro_nb import DeployError, q
from hydro_nb.ir.node import Bound


def test_value(leader, run, snapshot):
    seven = leader.singleton(q(7))
    assert run(seven) == [7]
    seven.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_function(leader, run):
    assert run(leader.singleton(lambda: 7)) == [7]


def test_guarantees(leader):
    assert leader.singleton(7).kind.bound is Bound.BOUNDED


def test_both_cuts(leader, live, both):
    assert both(leader.singleton(lambda: [7])) == [[7]]
    assert both(live.cross_singleton(leader.singleton(7))) == [(1, 7), (2, 7), (3, 7)]


def test_a_function_that_fails(leader, run, message):
    one = leader.singleton(lambda: 1 // 0)
    text = message(lambda: run(one), DeployError)
    assert "ZeroDivisionError" in text
    assert "one = leader.singleton(lambda: 1 // 0)" in text
