from hydro_nb import GraphError, LocationError, inplace, nondet
from hydro_nb.ir.ops.tick import DeferTick
from ops.one_per_tick import one_per_tick


def test_stream(leader, snapshot):
    numbers_in, numbers = leader.sim_input(int)
    batch = numbers.batch(leader.tick(), nondet("every cut is tried"))
    out = batch.defer_tick().map(lambda n: -n).chain(batch).all_ticks().sim_output()
    seen = set()

    async def body():
        numbers_in.send_many([1, 2, 3])
        seen.add(tuple(await out.collect()))

    leader.flow.sim().exhaustive(body)
    assert seen == {(1, 2, 3), (1, -1, 2, 3), (1, 2, -1, -2, 3), (1, -1, 2, -2, 3)}
    snapshot(leader.flow.source(leader))


def test_optional_and_table(leader, both):
    batch = leader.source_iter([("a", 1)]).batch(leader.tick(), nondet("shown only"))
    assert both(batch.reduce(max).defer_tick().all_ticks()) == []
    assert both(batch.into_keyed().value_counts().defer_tick().into_singleton().all_ticks()) == [{}]


def test_table_that_goes_on_growing(leader, run):
    numbers, tick, why = one_per_tick(leader).map(lambda n: ("a", n)).into_keyed(), leader.tick(), nondet("any cut")
    counts = numbers.value_counts().snapshot(tick, why).defer_tick()
    assert run(counts.into_singleton().all_ticks()) == [{}, {"a": 1}, {"a": 2}, {"a": 3}]
    lists = numbers.fold(list, inplace(list.append)).snapshot(tick, why).filter(bool).defer_tick()
    assert run(lists.into_singleton().all_ticks()) == [{}, {"a": [1]}, {"a": [1, 2]}, {"a": [1, 2, 3]}]


def test_not_outside_of_ticks(live, message):
    assert "inside a tick" in message(live.defer_tick, LocationError)


def test_no_singleton(leader, message):
    count = leader.source_iter([1]).batch(leader.tick(), nondet("any")).count()
    text = message(lambda: count._grow(DeferTick()), GraphError)
    assert text.startswith("`defer_tick` needs something that may be empty, as there is nothing before the first tick,")
    assert text.endswith("Say what stands for it at first: tick.cycle_with_initial(first), or defer .into_stream().")
    assert not hasattr(count, "defer_tick")


def test_guarantees(live):
    tick = live.location.tick()
    loose = live.weaken_ordering().weaken_retries().batch(tick, nondet("shown only"))
    assert loose.defer_tick().kind == loose.kind
    assert loose.defer_tick().location == tick
