def test_nothing(leader, both, snapshot):
    nothing = leader.tick().none(int)
    assert nothing.kind.element is int
    assert both(nothing.all_ticks()) == []
    nothing.all_ticks().for_each(print)
    snapshot(leader.flow.source(leader))
