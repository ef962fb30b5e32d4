from operator import and_, or_

import pytest

from hydro_nb import BoundError, GraphError, LocationError, nondet
from hydro_nb.ir.node import Bound, Shape


@pytest.mark.parametrize(("one", "two"), [(True, True), (True, False), (False, True), (False, False)])
def test_truth(leader, run, one, two):
    left, right = leader.singleton(one), leader.singleton(two)
    assert [run(left.and_(right)), run(left & right)] == [[one and two]] * 2
    assert [run(left.or_(right)), run(left | right)] == [[one or two]] * 2
    assert run(left.equals(right)) == [one == two]
    assert [run(left.not_()), run(~left)] == [[not one]] * 2


def test_source(leader, snapshot, run):
    count = leader.source_iter([1, 2]).count()
    few, even = count.equals(leader.singleton(2)), count.map(lambda n: n % 2 == 0)
    assert run(few & ~even) == [False]
    snapshot(leader.flow.source(leader))


def test_both_cuts(leader, both):
    numbers = leader.source_iter([1, 2])
    assert both(numbers.count().equals(numbers.reduce(max).unwrap_or(leader.singleton(0)))) == [True]


def test_in_a_tick(leader, live, run):
    batch = live.batch(leader.tick(), nondet("each is looked at"))
    assert run(batch.count().equals(batch.reduce(max).unwrap_or_default(int)).all_ticks())[-1] is True


def test_guarantees(leader):
    same = leader.singleton(1).equals(leader.singleton("a"))
    assert (same.kind.shape, same.kind.bound, same.kind.element) == (Shape.SINGLETON, Bound.BOUNDED, bool)


@pytest.mark.parametrize(("join", "name"), [(and_, "and_"), (or_, "or_")])
def test_a_value_that_changes(leader, live, message, join, name):
    sure = leader.singleton(1).equals(leader.singleton(1))
    open_end = live.count().map(lambda n: n > 1)
    assert message(lambda: join(open_end, sure), BoundError).startswith(
        f"`{name}` needs a bounded Singleton, but `open_end` is Unbounded.\n  the bound was lost at  "
    )
    text = message(lambda: join(sure, open_end), BoundError)
    assert text.endswith('Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))')


def test_what_may_be_absent(leader, message):
    best = leader.source_iter([1]).reduce(max)
    text = message(lambda: leader.singleton(1).equals(best), GraphError)
    assert text.startswith("`equals` needs a Singleton to go with it, but `best` is an Optional.")
    assert text.endswith("An optional may be absent: ask .is_some(), or give .unwrap_or(singleton)")


def test_other_place(leader, worker, message):
    text = message(lambda: leader.singleton(1).equals(worker.singleton(1)), LocationError)
    assert text.startswith("`equals` needs both collections at one place; the first lives on Process[Leader]")
