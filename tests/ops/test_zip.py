from hydro_nb import LocationError, inplace, nondet
from hydro_nb.ir.node import Bound, Shape


def test_values(leader, run, snapshot):
    numbers = leader.source_iter([1, 2])
    both = numbers.count().zip(leader.singleton("a"))
    assert run(both) == [(2, "a")]
    assert run(numbers.count().zip(numbers.reduce(max))) == [(2, 2)]
    assert run(numbers.reduce(max).zip(numbers.filter(lambda n: n > 9).reduce(max))) == []
    snapshot(leader.flow.source(leader))


def test_live(leader, live, both):
    assert both(live.count().zip(live.reduce(max))) == [(3, 3)]
    assert both(live.count().zip(leader.singleton("a"))) == [(3, "a")]


def test_halves_that_go_on_changing(leader, live, both):
    seen = live.fold(list, inplace(lambda seen, n: seen.append(n)))
    tick = leader.tick()
    pairs = seen.zip(live.count()).snapshot(tick, nondet("each is looked at"))
    held = pairs.all_ticks().fold(list, inplace(lambda all_pairs, pair: all_pairs.append(pair)))
    assert all(len(items) == n for ((*_, (items, n)),) in [both(held)])


def test_in_a_tick(leader, live, run):
    batch = live.batch(leader.tick(), nondet("all the same"))
    assert run(batch.count().zip(batch.reduce(max)).all_ticks())[-1] == (3, 3)


def test_guarantees(leader, live):
    done, sure = leader.source_iter([1]).reduce(max), leader.singleton(1)
    came, count = live.reduce(max), live.count()
    comes_and_goes = came.filter(bool)
    assert done.zip(sure).kind.bound is Bound.BOUNDED
    assert [sure.zip(count).kind.bound, count.zip(count).kind.bound] == [Bound.UNBOUNDED] * 2
    assert [each.kind.bound for each in (came.zip(done), count.zip(came), done.zip(count))] == [Bound.INIT_NONE] * 3
    assert count.zip(comes_and_goes).kind.bound is Bound.UNBOUNDED
    assert (sure.zip(count).kind.shape, sure.zip(came).kind.shape) == (Shape.SINGLETON, Shape.OPTIONAL)
    assert sure.zip(count).kind.element == tuple[int, int]


def test_other_place(live, worker, message):
    text = message(lambda: live.count().zip(worker.singleton(1)), LocationError)
    assert text.startswith("`zip` needs both collections at one place; the first lives on Process[Leader]")
