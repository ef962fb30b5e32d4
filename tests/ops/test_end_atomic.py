from hydro_nb import LocationError


def test_list(live, both, leader, snapshot):
    outside = live.atomic().end_atomic()
    assert both(outside) == [1, 2, 3]
    outside.for_each(print)
    snapshot(leader.flow.source(leader))


def test_everything_stays(live):
    assert live.weaken_ordering().atomic().end_atomic().kind == live.weaken_ordering().kind


def test_values(live, both):
    assert both(live.atomic().reduce(max).end_atomic()) == [3]


def test_only_from_inside(live, message):
    assert message(live.end_atomic, LocationError) == (
        "`end_atomic` needs a stream inside an atomic section, but its input (`send`) is on Process[Leader].\n"
        "  `end_atomic` was called  conftest.py, line _:   call()\n"
        "  Enter a section first: .atomic()"
    )
