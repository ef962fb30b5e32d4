import pytest

from hydro_nb import LocationError, nondet


@pytest.fixture
def batch(leader):
    return leader.source_iter([1, 2, 3]).batch(leader.tick(), nondet("put together again"))


def test_list(leader, batch, both, snapshot):
    inside = batch.all_ticks_atomic()
    assert repr(inside.location) == "Atomic[Process[Leader]]"
    assert both(inside.end_atomic()) == [1, 2, 3]
    inside.count().end_atomic()
    inside.end_atomic().for_each(print)
    snapshot(leader.flow.source(leader))


def test_what_comes_from_one_tick_belongs_together(batch, both):
    doubled = batch.map(lambda n: n * 2).all_ticks_atomic().weaken_ordering()
    both(doubled.merge_unordered(batch.all_ticks_atomic().weaken_ordering()).end_atomic())


def test_only_in_a_tick(live, message):
    assert "needs a stream inside a tick" in message(live.all_ticks_atomic, LocationError)
