"""Methods of singletons and optionals that are made of others."""

from functools import partial

import pytest

from hydro_nb import BoundError, CaptureError, GraphError, LocationError, Some, nondet, proof
from hydro_nb.ir.node import Bound, Order, Shape
from hydro_nb.testing import collect

run = partial(collect, backend="inprocess")


@pytest.fixture
def live(leader, worker):
    """An unbounded stream on the leader: 1, 2, 3."""
    return worker.source_iter([1, 2, 3]).send(leader)


@pytest.fixture
def best(leader):
    """A bounded optional that holds 2."""
    return leader.source_iter([1, 2]).reduce(max)


@pytest.fixture
def empty(best):
    """A bounded optional that holds nothing."""
    return best.filter(lambda n: n > 9)


class TestBounds:
    def test_what_filters_forget(self, live, best):
        count, came = live.count(), live.reduce(max)
        assert [each.filter(bool).kind.bound for each in (count, came)] == [Bound.UNBOUNDED] * 2
        assert [each.filter_map(str).kind.bound for each in (count, came)] == [Bound.UNBOUNDED] * 2
        assert [best.filter(bool).kind.bound, best.filter_map(str).kind.bound] == [Bound.BOUNDED] * 2

    def test_what_maps_keep(self, live, best):
        assert live.reduce(max).map(str).kind.bound is Bound.INIT_NONE
        assert best.map(str).kind.bound is Bound.BOUNDED
        assert live.count().map(str).kind.bound is Bound.UNBOUNDED
        grows = live.count().map(lambda n: n * 2, order_preserving=proof("twice as much is more"))
        assert grows.kind.bound is Bound.MONOTONIC

    def test_make_and_weaken(self, live, best):
        assert best.make_bounded().kind.bound is Bound.BOUNDED
        assert best.weaken_boundedness().kind.bound is Bound.UNBOUNDED
        assert live.count().weaken_boundedness().kind.bound is Bound.UNBOUNDED
        assert run(best.weaken_boundedness()) == [2]
        with pytest.raises(BoundError, match="`make_bounded` needs a bounded Optional"):
            live.reduce(max).make_bounded()
        with pytest.raises(BoundError, match="`make_bounded` needs a bounded Singleton"):
            live.count().make_bounded()


class TestAbsence:
    def test_defaults(self, live, best, empty):
        assert [run(best.unwrap_or_default(int)), run(empty.unwrap_or_default(int))] == [[2], [0]]
        assert run(empty.unwrap_or_default(list)) == [[]]
        assert run(empty.unwrap_or_default(lambda: 7)) == [7]
        assert run(live.filter(lambda n: n > 9).reduce(max).unwrap_or_default(int)) == [0]
        assert best.unwrap_or_default(int).kind.element is int

    def test_a_default_that_is_a_value(self, best):
        with pytest.raises(CaptureError, match="`unwrap_or_default` needs a function, but was given 0"):
            best.unwrap_or_default(0)

    def test_a_default_inside_a_tick(self, leader, live):
        batch = live.batch(leader.tick(), nondet("all the same"))
        assert run(batch.reduce(max).unwrap_or_default(int).all_ticks())[-1] == 3

    def test_there_and_back(self, best, empty):
        assert [run(best.into_singleton().into_optional()), run(empty.into_singleton().into_optional())] == [[2], []]
        assert best.into_singleton().into_optional().kind.element is int

    def test_into_optional(self, leader, live):
        assert run(leader.singleton(None).into_optional().is_some()) == [False]
        assert run(leader.singleton(lambda: Some(None)).into_optional()) == [None]
        assert live.count().into_optional().kind.bound is Bound.UNBOUNDED

    def test_a_present_none(self, leader):
        nothing = leader.singleton(Some(None)).into_optional()
        assert run(nothing.unwrap_or(leader.singleton(1))) == [None]
        assert run(nothing.zip(leader.singleton(1))) == [(None, 1)]
        assert run(nothing.or_(leader.source_iter([1]).reduce(max))) == [None]
        assert run(nothing.into_stream()) == [None]


class TestConditions:
    @pytest.mark.parametrize("method", ["filter_if_some", "continue_if"])
    def test_where_something_is(self, leader, best, empty, method):
        for value in (leader.singleton(7), leader.source_iter([7]).reduce(max)):
            assert [run(getattr(value, method)(best)), run(getattr(value, method)(empty))] == [[7], []]

    @pytest.mark.parametrize("method", ["filter_if_none", "continue_unless"])
    def test_where_nothing_is(self, leader, best, empty, method):
        for value in (leader.singleton(7), leader.source_iter([7]).reduce(max)):
            assert [run(getattr(value, method)(best)), run(getattr(value, method)(empty))] == [[], [7]]

    @pytest.mark.parametrize("method", ["then", "if_some_then"])
    def test_another_value(self, leader, best, empty, method):
        for value in (leader.singleton("a"), leader.source_iter(["a"]).reduce(max)):
            assert [run(getattr(best, method)(value)), run(getattr(empty, method)(value))] == [["a"], []]

    def test_another_value_that_is_none(self, leader, best):
        with pytest.raises(GraphError, match=r"`if_some_then` needs another collection, but was given \[7\]"):
            best.then([7])
        with pytest.raises(GraphError, match=r"needs a stream or one live value, but .* is a KeyedSingleton"):
            best.then(leader.source_iter([(1, 2)]).into_keyed().first())

    def test_filter_if(self, leader, live, best, empty):
        yes, no = best.is_some(), empty.is_some()
        assert [run(best.filter_if(yes)), run(best.filter_if(no)), run(empty.filter_if(yes))] == [[2], [], []]
        assert run(live.count().filter_if(leader.singleton(1))) == [3]
        kinds = [live.count().filter_if(yes).kind, live.reduce(max).filter_if(yes).kind, best.filter_if(yes).kind]
        assert [kind.bound for kind in kinds] == [Bound.UNBOUNDED, Bound.INIT_NONE, Bound.BOUNDED]
        assert {kind.shape for kind in kinds} == {Shape.OPTIONAL}

    def test_a_condition_that_changes(self, live, best):
        with pytest.raises(BoundError, match="`filter_if` needs a bounded Singleton"):
            best.filter_if(live.reduce(max).is_some())

    def test_union(self, best, empty):
        assert [run(empty.union(best)), run(best.union(empty))] == [[2], [2]]


class TestTakenApart:
    def test_ordered(self, leader):
        text = leader.source_iter(["b a"]).reduce(max)
        assert run(text.flat_map_ordered(str.split)) == ["b", "a"]
        assert run(leader.source_iter(range(3000)).fold(tuple, lambda seen, n: (*seen, n)).flatten_ordered()) == [
            *range(3000)
        ]

    def test_unordered(self, leader, empty):
        letters = leader.singleton("ba").flat_map_unordered(set)
        assert sorted(run(letters)) == ["a", "b"]
        assert (letters.kind.order, letters.kind.bound) == (Order.NONE, Bound.BOUNDED)
        assert sorted(run(leader.singleton((2, 1)).flatten_unordered())) == [1, 2]
        assert run(empty.flat_map_unordered(lambda n: [n])) == []

    def test_a_value_that_changes(self, live):
        with pytest.raises(BoundError) as caught:
            live.count().flat_map_ordered(lambda n: [n])
        assert str(caught.value).startswith(
            "`flat_map_ordered` needs a bounded Singleton, but its input (`count`) is Monotonic."
        )
        assert "`flat_map_ordered` was called" in str(caught.value)


def test_samples_inside_a_section_say_where_they_are(live):
    with pytest.raises(LocationError, match="`sample_eager` needs a Singleton outside an atomic section"):
        live.count().atomic().sample_eager(nondet("only shown"))
