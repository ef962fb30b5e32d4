import pytest

from hydro_nb import LocationError, NondetError, nondet
from hydro_nb.ir.node import Bound


def test_list(leader, run, snapshot):
    batch = leader.source_iter([1, 2, 3]).batch(leader.tick(), nondet("sums add up"))
    assert run(batch.fold(0, lambda total, n: total + n).all_ticks()) == [6]
    assert run(batch) == [1, 2, 3]
    batch.count().all_ticks().for_each(print)
    snapshot(leader.flow.source(leader))


def test_keyed(pairs, run):
    batch = pairs.batch(pairs.location.tick(), nondet("counted per batch"))
    assert run(batch.value_counts().entries().all_ticks()) == [("a", 3), ("b", 1)]


def test_guarantees(live):
    tick = live.location.tick()
    batch = live.weaken_ordering().batch(tick, nondet("any"))
    assert batch.kind == live.weaken_ordering().kind.but(place=tick.place, bound=Bound.BOUNDED)
    assert batch.location == tick


def test_tick_of_another_process(live, worker, message):
    text = message(lambda: live.batch(worker.tick(), nondet("any")), LocationError)
    assert "Make the tick on the same process: process.tick()" in text


def test_no_tick(live, message):
    assert "needs a tick made by process.tick()" in message(
        lambda: live.batch(live.location, nondet("a")), LocationError
    )


def test_reason(live, message):
    assert "needs its reason" in message(lambda: live.batch(live.location.tick(), "any"), NondetError)
    for empty in ("", "  "):
        with pytest.raises(NondetError, match="needs a reason in words"):
            nondet(empty)


def test_live(live, pairs, worker, both):
    assert both(live.batch(live.location.tick(), nondet("taken apart again"))) == [1, 2, 3]
    sent = pairs.send(worker)
    assert both(sent.batch(worker.tick(), nondet("taken apart again"))) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]
