from hydro_nb import GraphError, LocationError, nondet
from hydro_nb.ir.node import Bound, Shape


def test_value(leader, run, snapshot):
    numbers = leader.source_iter([1, 2])
    empty = numbers.filter(lambda n: n > 9).reduce(max)
    least = numbers.reduce(min)
    assert run(empty.or_(least)) == [1]
    assert run(numbers.reduce(max).or_(least)) == [2]
    assert run(empty.or_(empty)) == []
    snapshot(leader.flow.source(leader))


def test_live(live, both):
    big = live.filter(lambda n: n > 9).reduce(max)
    assert both(big.or_(live.reduce(max))) == [3]
    assert both(live.reduce(min).or_(big)) == [1]


def test_a_complete_half_is_whole_from_the_start(leader, live, run):
    biggest = live.reduce(max).filter(lambda n: n > 9).or_(leader.source_iter(range(3000)).reduce(max))
    assert set(run(biggest.snapshot(leader.tick(), nondet("looked at")).all_ticks())) == {2999}


def test_a_present_none(leader, run):
    nothing = leader.source_iter([None, None]).reduce(lambda first, _: first)
    assert run(nothing.or_(leader.source_iter([1]).reduce(max)).is_some()) == [True]


def test_guarantees(leader, live):
    done, came = leader.source_iter([1]).reduce(max), live.reduce(max)
    comes_and_goes = came.filter(bool)
    bounds = {
        (one.kind.bound, two.kind.bound): one.or_(two).kind.bound
        for one in (done, came, comes_and_goes)
        for two in (done, came, comes_and_goes)
    }
    kept = {pair: bound for pair, bound in bounds.items() if bound is not Bound.UNBOUNDED}
    assert kept == {
        (Bound.BOUNDED, Bound.BOUNDED): Bound.BOUNDED,
        (Bound.BOUNDED, Bound.INIT_NONE): Bound.INIT_NONE,
        (Bound.INIT_NONE, Bound.BOUNDED): Bound.INIT_NONE,
        (Bound.INIT_NONE, Bound.INIT_NONE): Bound.INIT_NONE,
    }
    assert done.or_(came).kind.shape is Shape.OPTIONAL


def test_other_place(live, worker, message):
    text = message(lambda: live.reduce(max).or_(worker.source_iter([1]).reduce(max)), LocationError)
    assert text.startswith("`or_` needs both collections at one place; the first lives on Process[Leader]")


def test_a_singleton(leader, live, message):
    text = message(lambda: live.reduce(max).or_(leader.singleton(1)), GraphError)
    assert text.startswith("`or_` needs an Optional to go with it, but its input (`singleton`) is a Singleton.")
    assert text.endswith("Fall back on a value that is always there: .unwrap_or(singleton)")
