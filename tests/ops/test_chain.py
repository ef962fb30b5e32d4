from hydro_nb import BoundError
from hydro_nb.ir.node import Bound


def test_list(leader, run, snapshot):
    numbers = leader.source_iter([1, 2])
    both = numbers.chain(numbers.map(lambda n: -n))
    assert run(both) == [1, 2, -1, -2]
    both.for_each(print)
    snapshot(leader.flow.source(leader))


def test_many_chunks(leader, run):
    assert run(leader.source_iter(range(5000)).chain(leader.source_iter([-1]))) == [*range(5000), -1]


def test_then_live(leader, live, run):
    both = leader.source_iter([0]).chain(live)
    assert run(both) == [0, 1, 2, 3]
    assert both.kind.bound is Bound.UNBOUNDED


def test_never_ends(live, message):
    assert "use .merge_unordered(other)" in message(lambda: live.chain(live), BoundError)
