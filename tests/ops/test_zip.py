from hydro_nb import GraphError, LocationError, inplace, nondet
from hydro_nb.ir.node import Bound, Shape


def test_values(leader, run, snapshot):
    numbers = leader.source_iter([1, 2])
    both = numbers.count().zip(leader.singleton("a"))
    assert run(both) == [(2, "a")]
    assert run(numbers.count().zip(numbers.reduce(max))) == [(2, 2)]
    assert run(numbers.reduce(max).zip(numbers.filter(lambda n: n > 9).reduce(max))) == []
    both.into_stream().for_each(print)
    numbers.reduce(max).zip(both).into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_live(leader, live, both):
    assert both(live.count().zip(live.reduce(max))) == [(3, 3)]
    assert both(live.count().zip(leader.singleton("a"))) == [(3, "a")]


def test_halves_that_go_on_changing(leader, worker):
    numbers = worker.source_iter([1, 2]).send(leader)
    seen = numbers.fold(list, inplace(lambda seen, n: seen.append(n)))
    pairs = seen.zip(numbers.count()).snapshot(leader.tick(), nondet("each is looked at"))
    port, lengths = pairs.all_ticks().sim_output(), set()

    async def body():
        lengths.add(tuple(len(items) for items, _ in await port.collect()))

    leader.flow.sim().exhaustive(body)
    assert (0, 1, 2) in lengths
    assert "copy(fold_" in leader.flow.source(leader)


def test_a_complete_half_is_whole_from_the_start(leader, live, run):
    pairs = leader.source_iter(range(3000)).count().zip(live.count()).snapshot(leader.tick(), nondet("looked at"))
    seen = run(pairs.all_ticks())
    assert {half for half, _ in seen} == {3000}
    assert seen[-1] == (3000, 3)


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


def test_a_stream(live, message):
    text = message(lambda: live.count().zip(live), GraphError)
    assert text.startswith("`zip` needs a Singleton or an Optional to go with it, but its input (`send`) is a Stream.")
    assert text.endswith("Pair the elements of a stream with a complete value: .cross_singleton(value)")
