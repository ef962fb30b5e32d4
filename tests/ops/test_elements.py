"""A stream whose list of elements functions change: later operators see what is in it then."""


def test_program_order(leader, both, snapshot):
    numbers = leader.source_iter([1, 2])
    everything = numbers.by_mut()
    before = numbers.map(lambda n: n * 10)
    leader.source_iter([3, 4]).for_each(lambda n: everything.value.extend([n]))
    after = numbers.map(lambda n: n * 100)
    assert both(after) == [100, 200, 300, 400]
    assert both(before) == [10, 20]
    after.for_each(print)
    snapshot(leader.flow.source(leader))
