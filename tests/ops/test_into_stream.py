from hydro_nb import BoundError, nondet
from hydro_nb.ir.node import Bound, Order, Shape


def test_value(leader, run, snapshot):
    one = leader.source_iter([1, 2]).count().into_stream()
    assert run(one) == [2]
    one.for_each(print)
    snapshot(leader.flow.source(leader))


def test_once_for_many_chunks(leader, run):
    assert run(leader.source_iter(range(5000)).count().into_stream()) == [5000]


def test_optional(leader, both):
    assert both(leader.source_iter([1, 2]).reduce(max).into_stream()) == [2]
    assert both(leader.source_iter([]).reduce(max).into_stream()) == []


def test_in_a_tick(leader, run):
    batch = leader.source_iter([1, 2]).batch(leader.tick(), nondet("any"))
    assert run(batch.count().into_stream().all_ticks()) == [2]


def test_guarantees(leader):
    kind = leader.singleton(1).into_stream().kind
    assert (kind.shape, kind.bound, kind.order) == (Shape.STREAM, Bound.BOUNDED, Order.TOTAL)


def test_value_that_changes(live, message):
    assert "snapshot in a tick" in message(lambda: live.count().into_stream(), BoundError)
