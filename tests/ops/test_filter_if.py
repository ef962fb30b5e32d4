import pytest

from hydro_nb import BoundError, GraphError, LocationError, nondet
from hydro_nb.ir.node import Bound, Shape
from hydro_nb.ir.ops.join import FilterIf

YES, NO = True, False


def test_list(leader, both, snapshot):
    numbers = leader.source_iter([1, 2, 3])
    many = numbers.filter_if(numbers.count().map(lambda n: n > 2))
    assert both(many) == [1, 2, 3]
    many.for_each(print)
    snapshot(leader.flow.source(leader))
    assert both(numbers.filter_if(numbers.count().map(lambda n: n > 3))) == []


def test_in_tick(leader, both):
    tick = leader.tick()
    numbers = leader.source_iter([1, 2, 3, 4]).batch(tick, nondet("any batch"))
    assert both(numbers.filter_if(numbers.count().map(lambda n: n == 4)).all_ticks()) == [1, 2, 3, 4]


def test_live_stream(leader, live, both):
    assert both(live.filter_if(leader.singleton(YES))) == [1, 2, 3]
    assert both(live.map(lambda n: n).filter_if(leader.singleton(NO))) == []


def test_shared_list(leader, run):
    numbers = leader.source_iter([1, 2])
    never = numbers.filter_if(leader.singleton(0)).count()
    assert run(never.into_stream().chain(numbers.count().into_stream())) == [0, 2]


def test_live_value(leader, live, both):
    most = live.reduce(max)._grow(FilterIf(), leader.singleton(YES))
    assert (most.kind.shape, most.kind.bound) == (Shape.OPTIONAL, Bound.INIT_NONE)
    assert both(most) == [3]
    count = live.count()._grow(FilterIf(), leader.singleton(NO))
    assert (count.kind.shape, count.kind.bound) == (Shape.OPTIONAL, Bound.UNBOUNDED)
    assert both(count) == []


def test_keyed(leader, pairs, both):
    assert both(pairs._grow(FilterIf(), leader.singleton(NO))) == []


@pytest.mark.parametrize("value", [True, False])
def test_bounded_value(leader, both, value):
    assert both(leader.singleton("x")._grow(FilterIf(), leader.singleton(value))) == ["x"] * value


def test_value_that_changes(live, message):
    text = message(lambda: live.filter_if(live.count()), BoundError)
    assert text == (
        "`filter_if` needs a bounded Singleton, but its input (`count`) is Monotonic.\n"
        "  the bound was lost at   conftest.py, line _:   return worker.source_iter([1, 2, 3]).send(leader)\n"
        "  `filter_if` was called  test_filter_if.py, line _:   "
        "text = message(lambda: live.filter_if(live.count()), BoundError)\n"
        '  Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))'
    )


def test_optional(live, leader, message):
    best = leader.source_iter([1]).reduce(max)
    text = message(lambda: live.filter_if(best), GraphError)
    assert text.startswith("`filter_if` needs a Singleton that is true or false, but `best` is a Optional.")


def test_other_place(live, worker, message):
    assert "both collections at one place" in message(lambda: live.filter_if(worker.singleton(YES)), LocationError)
