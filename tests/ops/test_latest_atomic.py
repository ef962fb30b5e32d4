from hydro_nb import LocationError, nondet
from hydro_nb.ir.node import Bound


def test_value(leader, both, snapshot):
    batch = leader.source_iter([1, 2, 3]).batch(leader.tick(), nondet("shown only"))
    inside = batch.count().latest_atomic()
    assert (repr(inside.location), inside.kind.bound) == ("Atomic[Process[Leader]]", Bound.INIT_NONE)
    assert both(inside.end_atomic()) == [3]
    snapshot(leader.flow.source(leader))


def test_only_in_a_tick(live, message):
    assert "needs a Singleton inside a tick" in message(live.count().latest_atomic, LocationError)
