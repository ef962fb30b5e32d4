from hydro_nb import BoundError, LocationError, nondet
from hydro_nb.ir.node import Bound, Shape

ANY = nondet("any")


def test_table(pairs, worker, run, both, snapshot):
    now = pairs.send(worker).value_counts().snapshot(worker.tick(), nondet("the last is looked at"))
    assert run(now.into_singleton().all_ticks())[-1] == {"a": 3, "b": 1}
    assert both(pairs.send(worker).value_counts()) == [{"a": 3, "b": 1}]
    now.key_count().all_ticks().for_each(print)
    snapshot(pairs.flow.source(worker))


def test_kinds(pairs, worker):
    tick = worker.tick()
    kind = pairs.send(worker).value_counts().snapshot(tick, ANY).kind
    assert (kind.shape, kind.bound, kind.place) == (Shape.KEYED_SINGLETON, Bound.BOUNDED, tick.place)


def test_each_key_goes_on_by_itself(pairs, worker):
    live = worker.source_iter([("a", 1), ("b", 1)]).weaken_boundedness().into_keyed()
    seen = live.value_counts().snapshot(worker.tick(), ANY).into_singleton().all_ticks().sim_output()
    outcomes = set()

    async def body():
        outcomes.update(map(repr, await seen.collect()))

    pairs.flow.sim().exhaustive(body)
    assert outcomes == {"{}", "{'a': 1}", "{'b': 1}", "{'a': 1, 'b': 1}", "{'b': 1, 'a': 1}"}


def test_values_that_stay(pairs, worker, run, message):
    firsts = pairs.send(worker).first()
    tick = worker.tick()
    assert message(lambda: firsts.snapshot(tick, ANY), BoundError) == (
        "`snapshot` needs values that change, but `firsts` is BoundedValue.\n"
        "  `snapshot` was called  test_snapshot_keyed.py, line _:   "
        "assert message(lambda: firsts.snapshot(tick, ANY), BoundError) == (\n"
        '  Take each entry once, when its key comes: .batch(tick, nondet("...")), '
        'or all that there are: .weaken_boundedness().snapshot(tick, nondet("..."))'
    )
    assert run(firsts.weaken_boundedness().snapshot(tick, ANY).into_singleton().all_ticks())[-1] == {"a": 1, "b": 2}


def test_tick_of_another_process(pairs, worker, message):
    counts = pairs.value_counts()
    assert "a tick of Process[Leader]" in message(lambda: counts.snapshot(worker.tick(), ANY), LocationError)
