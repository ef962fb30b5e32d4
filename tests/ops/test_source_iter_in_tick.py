from hydro_nb import GraphError, nondet
from hydro_nb.ir.node import Bound, Order


def test_every_tick_anew(leader, snapshot):
    numbers_in, numbers = leader.sim_input(int)
    tick = leader.tick()
    batch = numbers.batch(tick, nondet("every cut is tried"))
    out = tick.source_iter(["tick"]).chain(batch.map(str)).all_ticks().sim_output()
    seen = set()

    async def body():
        numbers_in.send_many([1, 2])
        seen.add(tuple(await out.collect()))

    leader.flow.sim().exhaustive(body)
    assert seen == {("tick", "1", "2"), ("tick", "1", "tick", "2")}
    snapshot(leader.flow.source(leader))


def test_no_iterable(leader, message):
    assert "`source_iter` needs an iterable" in message(lambda: leader.tick().source_iter(7), GraphError)


def test_both_cuts(leader, both):
    tick = leader.tick()
    batch = leader.source_iter([1]).batch(tick, nondet("one tick"))
    assert both(tick.source_iter(["tick"]).chain(batch.map(str)).all_ticks()) == ["tick", "1"]


def test_guarantees(leader):
    tick = leader.tick()
    kind = tick.source_iter([1]).kind
    assert (kind.place, kind.bound, kind.order, kind.element) == (tick.place, Bound.BOUNDED, Order.TOTAL, int)
