import pytest

from hydro_nb.ir.node import Bound, Shape


@pytest.fixture
def empty(leader):
    """A bounded optional that holds nothing."""
    return leader.source_iter([1]).filter(lambda n: n > 9).reduce(max)


def test_value(leader, empty, run, snapshot):
    best = leader.source_iter([1, 2]).reduce(max)
    assert (run(best.is_some()), run(best.is_none())) == ([True], [False])
    assert (run(empty.is_some()), run(empty.is_none())) == ([False], [True])
    snapshot(leader.flow.source(leader))


def test_live(live, both):
    assert both(live.reduce(max).is_some()) == [True]
    assert both(live.filter(lambda n: n > 9).reduce(max).is_none()) == [True]


def test_a_present_none(leader, run):
    nothing = leader.source_iter([None, None]).reduce(lambda first, _: first)
    assert run(nothing.is_some()) == [True]


def test_guarantees(live, empty):
    came = live.reduce(max)
    gone = came.filter(bool)
    assert (came.kind.bound, gone.kind.bound) == (Bound.INIT_NONE, Bound.UNBOUNDED)
    assert [came.is_some().kind.bound, came.is_none().kind.bound] == [Bound.MONOTONIC, Bound.UNBOUNDED]
    assert gone.is_some().kind.bound is Bound.UNBOUNDED
    assert empty.is_some().kind.bound is Bound.BOUNDED
    assert (empty.is_none().kind.shape, empty.is_none().kind.element) == (Shape.SINGLETON, bool)


def test_labels(empty):
    flow = empty.flow
    assert [flow.graph.nodes[c.ref.slot].op.label for c in (empty.is_some(), empty.is_none())] == ["is_some", "is_none"]
