from hydro_nb import BoundError, LocationError, nondet
from hydro_nb.ir.node import Bound, Shape


def test_value(leader, run, snapshot):
    numbers, tick = leader.source_iter([1, 2, 3]), leader.tick()
    total = numbers.fold(0, lambda total, n: total + n).clone_into_tick(tick)
    batch = numbers.batch(tick, nondet("each is paired alone"))
    assert run(batch.cross_singleton(total).all_ticks()) == [(1, 6), (2, 6), (3, 6)]
    batch.cross_singleton(total).all_ticks().for_each(print)
    snapshot(leader.flow.source(leader))


def test_every_tick_has_the_whole_value(leader, live, both):
    tick = leader.tick()
    total = leader.source_iter([1, 2]).count().clone_into_tick(tick)
    batch = live.batch(tick, nondet("each is paired alone"))
    assert both(batch.cross_singleton(total).all_ticks()) == [(1, 2), (2, 2), (3, 2)]


def test_nothing_is_left_to_chance(leader):
    total = leader.source_iter([1, 2]).count().clone_into_tick(leader.tick())
    port, seen = total.all_ticks().sim_output(), []

    async def body():
        seen.append(await port.collect())

    assert leader.flow.sim().exhaustive(body) == 1
    assert seen == [[2]]


def test_optional(leader, both):
    tick, numbers = leader.tick(), leader.source_iter([1, 2])
    assert both(numbers.reduce(max).clone_into_tick(tick).all_ticks()) == [2]
    assert both(numbers.filter(lambda n: n > 9).reduce(max).clone_into_tick(tick).all_ticks()) == []


def test_guarantees(leader):
    tick = leader.tick()
    inside = leader.singleton(1).clone_into_tick(tick)
    assert (inside.kind.shape, inside.kind.bound, inside.location) == (Shape.SINGLETON, Bound.BOUNDED, tick)
    assert inside.flow.graph.nodes[inside.ref.slot].op.category == "Transform"


def test_a_value_that_changes(leader, live, message):
    text = message(lambda: live.count().clone_into_tick(leader.tick()), BoundError)
    assert text.startswith("`clone_into_tick` needs a bounded Singleton, but its input (`count`) is Monotonic.")
    assert text.endswith('Look at it as it is now, in a tick: .snapshot(tick, nondet("..."))')


def test_places(leader, worker, message):
    one, tick = leader.singleton(1), leader.tick()
    text = message(lambda: one.clone_into_tick(worker.tick()), LocationError)
    assert text.startswith("`clone_into_tick` needs a tick of Process[Leader], but `one` is on Process[Leader] and the")
    inside = one.clone_into_tick(tick)
    text = message(lambda: inside.clone_into_tick(tick), LocationError)
    assert text.startswith("`clone_into_tick` needs a Singleton outside a tick, but `inside` is inside Tick[")
    assert "needs a tick made by process.tick()" in message(lambda: one.clone_into_tick(leader), LocationError)
