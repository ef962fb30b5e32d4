import pytest

from hydro_nb import GraphError, NoOrder, Optional, Singleton, Stream, nondet
from hydro_nb.ir.node import Bound, Order


@pytest.fixture
def tick(leader):
    return leader.tick()


def test_running_total(leader, worker, snapshot):
    numbers_in, numbers = leader.sim_input(int)
    tick = leader.tick()
    handle, total = tick.cycle_with_initial(tick.singleton(0))
    batch = numbers.batch(tick, nondet("every cut is tried"))
    now = total.zip(batch.fold(0, lambda a, n: a + n)).map(lambda both: both[0] + both[1])
    handle.complete_next_tick(now)
    out, seen = now.all_ticks().sim_output(), set()

    async def body():
        numbers_in.send_many([1, 2, 3])
        seen.add(tuple(await out.collect()))

    leader.flow.sim().exhaustive(body)
    assert seen == {(6,), (1, 6), (3, 6), (1, 3, 6)}
    snapshot(leader.flow.source(leader))


def test_elements_go_round(tick, run):
    handle, seen = tick.cycle(Stream, of=int)
    batch = tick.parent_location.source_iter([1, 2]).batch(tick, nondet("all are kept"))
    handle.complete_next_tick(seen.chain(batch))
    assert run(seen.chain(batch).all_ticks()) == [1, 2]


def test_with_initial_elements(tick, run):
    handle, held = tick.cycle_with_initial(tick.source_iter(["x"]))
    handle.complete_next_tick(held.map(str.upper))
    assert run(held.all_ticks()) == ["x"]


def test_an_optional_may_become_empty(tick, run):
    handle, held = tick.cycle_with_initial(tick.optional_first_tick(1))
    handle.complete_next_tick(held.filter(lambda n: n > 1))
    assert run(held.all_ticks()) == [1]


def test_open(tick, message):
    _, held = tick.cycle(Optional, of=int)
    held.all_ticks().for_each(print)
    assert "a cycle is not completed" in message(tick.flow.deploy, GraphError)


def test_completed_twice(tick, message):
    handle, held = tick.cycle(Optional, of=int)
    handle.complete_next_tick(held)
    assert "is completed already" in message(lambda: handle.complete_next_tick(held), GraphError)


def test_a_singleton_needs_a_first_value(tick, message):
    assert "cycle_with_initial(tick.singleton(first))" in message(lambda: tick.cycle(Singleton, of=int), GraphError)


def test_of_its_own_kind(tick, message):
    handle, _ = tick.cycle(Optional, of=int)
    text = message(lambda: handle.complete_next_tick(tick.source_iter([1])), GraphError)
    assert "needs the Optional that was declared, but its input (`source_iter`) is of shape Stream" in text


def test_guarantees(tick):
    _, held = tick.cycle(Stream, of=int, order=NoOrder)
    assert (held.kind.bound, held.kind.order, held.location) == (Bound.BOUNDED, Order.NONE, tick)
