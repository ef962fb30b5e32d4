from hydro_nb.ir.node import Bound, Shape


def test_nothing(leader, both, snapshot):
    nothing = leader.tick().none(int)
    assert nothing.kind.element is int
    assert both(nothing.all_ticks()) == []
    nothing.all_ticks().for_each(print)
    snapshot(leader.flow.source(leader))


def test_guarantees(leader):
    tick = leader.tick()
    nothing = tick.none()
    assert (nothing.kind.shape, nothing.kind.bound, nothing.location) == (Shape.OPTIONAL, Bound.BOUNDED, tick)
