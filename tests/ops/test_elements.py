"""A stream whose list of elements functions change: later operators see what is in it then."""

from hydro_nb import BoundError


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


def test_guarantees(leader):
    numbers = leader.source_iter([1])
    numbers.by_mut()
    assert numbers.filter(bool).kind == leader.source_iter([1]).kind


def test_a_live_stream_is_never_complete(live, message):
    text = message(live.by_mut, BoundError)
    assert text.startswith("`by_mut` needs a bounded stream, but its input (`send`) is Unbounded.")
    assert text.endswith('Enter a tick first: .snapshot(tick, nondet("...")) or .batch(tick, nondet("..."))')
