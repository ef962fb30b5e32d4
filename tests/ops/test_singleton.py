from hydro_nb import q
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
