import pytest

from hydro_nb import LocationError, nondet


def test_list(live, leader, both, snapshot):
    section = live.atomic()
    assert repr(section.location) == "Atomic[Process[Leader]]"
    acknowledged = section.map(lambda n: n + 1).end_atomic()
    assert both(acknowledged) == [2, 3, 4]
    acknowledged.for_each(print)
    snapshot(leader.flow.source(leader))


def test_state_lives_on(live, both):
    assert both(live.atomic().count().end_atomic()) == [3]


def test_values(leader, live, both):
    best = live.reduce(max).atomic()
    assert both(best.snapshot_atomic(best.location.tick, nondet("shown only")).all_ticks())[-1] == 3


def test_only_from_outside(live, message):
    inside = live.atomic()
    assert message(inside.atomic, LocationError) == (
        "`atomic` needs a stream outside an atomic section, but `inside` is inside Atomic[Process[Leader]].\n"
        "  `atomic` was called  conftest.py, line _:   call()\n"
        "  Leave the section first: .end_atomic()"
    )


def test_what_is_inside_stays_inside(live, worker):
    inside = live.atomic()
    for leave in (lambda: inside.send(worker), lambda: inside.batch(live.location.tick(), nondet("any"))):
        with pytest.raises(LocationError):
            leave()
    with pytest.raises(LocationError, match="at one place"):
        inside.weaken_ordering().merge_unordered(live)


def test_the_section_of_a_tick(leader, live, both):
    tick = leader.tick()
    inside = live.atomic(tick)
    assert inside.location.tick == tick
    assert both(inside.batch_atomic(tick, nondet("shown only")).all_ticks()) == [1, 2, 3]
