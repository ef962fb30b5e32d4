from hydro_nb import BoundError, nondet
from hydro_nb.ir.node import Bound, Shape

ANY = nondet("any")


def test_batches(pairs, run, both, snapshot):
    batch = pairs.first().batch(pairs.location.tick(), nondet("looked at together"))
    assert run(batch.into_singleton().all_ticks()) == [{"a": 1, "b": 2}]
    assert both(batch.entries().all_ticks()) == [("a", 1), ("b", 2)]
    batch.key_count().all_ticks().for_each(print)
    snapshot(pairs.flow.source(pairs.location))


def test_each_entry_is_in_one_batch(leader, run):
    firsts = leader.source_iter([(n % 700, n) for n in range(3000)]).weaken_boundedness().into_keyed().first()
    batches = run(firsts.batch(leader.tick(), ANY).into_singleton().all_ticks())
    assert [key for batch in batches for key in batch] == list(range(700))


def test_every_cut_is_explored(pairs):
    batch = pairs.weaken_boundedness().first().batch(pairs.location.tick(), ANY)
    seen = batch.into_singleton().all_ticks().sim_output()
    outcomes = []

    async def body():
        outcomes.append(await seen.collect())

    pairs.flow.sim().exhaustive(body)
    assert sorted(map(repr, outcomes)) == [
        "[{'a': 1, 'b': 2}]", "[{'a': 1}, {'b': 2}]", "[{'b': 2}, {'a': 1}]"
    ]  # fmt: skip


def test_kinds(pairs, worker):
    tick = worker.tick()
    kind = pairs.send(worker).first().batch(tick, ANY).kind
    assert (kind.shape, kind.bound, kind.place) == (Shape.KEYED_SINGLETON, Bound.BOUNDED, tick.place)
    assert (kind.key, kind.element) == (str, int)


def test_values_that_change(pairs, worker, message):
    counts = pairs.send(worker).value_counts()
    tick = worker.tick()
    assert message(lambda: counts.batch(tick, ANY), BoundError) == (
        "`batch` needs values that no longer change, but `counts` is MonotonicValue.\n"
        "  the bound was lost at  test_collect_keyed.py, line _:   counts = pairs.send(worker).value_counts()\n"
        "  `batch` was called     test_collect_keyed.py, line _:   "
        "assert message(lambda: counts.batch(tick, ANY), BoundError) == (\n"
        '  Look at the values as they are now: .snapshot(tick, nondet("..."))'
    )
