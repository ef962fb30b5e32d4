from hydro_nb.ir.node import Bound, Shape


def test_value(leader, run, snapshot):
    numbers = leader.source_iter([1, 2])
    assert run(numbers.reduce(max).into_singleton()) == [2]
    assert run(numbers.filter(lambda n: n > 9).reduce(max).into_singleton()) == [None]
    snapshot(leader.flow.source(leader))


def test_live(live, both):
    assert both(live.reduce(max).into_singleton()) == [3]
    assert both(live.filter(lambda n: n > 9).reduce(max).into_singleton()) == [None]


def test_guarantees(leader, live):
    came = live.reduce(max).into_singleton()
    assert (came.kind.shape, came.kind.bound, came.kind.element) == (Shape.SINGLETON, Bound.UNBOUNDED, int | None)
    assert leader.source_iter([1]).reduce(max).into_singleton().kind.bound is Bound.BOUNDED


def test_label(leader):
    best = leader.source_iter([1]).reduce(max).into_singleton()
    assert best.flow.graph.nodes[best.ref.slot].op.label == "into_singleton"
