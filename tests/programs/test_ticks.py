"""What `hydro.md` 1.5 to 1.9 say of ticks, aggregations, slices and references, as programs that run."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, nondet, sliced
from hydro_nb.testing import collect

BACKENDS = pytest.mark.parametrize("backend", ["local", "inprocess"])
CUT = nondet("what came since the last tick")


@BACKENDS
def test_count_elems(backend):
    """A count in a tick is 0 in the first tick, before anything has come."""
    flow = FlowBuilder()
    process, client = flow.process(), flow.external()
    port, numbers = process.source_external(client, list[int])
    counts = numbers.flatten_ordered().batch(process.tick(), CUT).count().all_ticks().send_external(client)
    with flow.deploy(backend=backend) as deployment:
        seen, sender = deployment.connect(counts), deployment.connect(port)
        assert next(seen) == 0
        sender.send([1, 2, 3])
        assert next(seen) == 3


@BACKENDS
def test_state_in_a_tick_starts_anew_and_outside_lives_on(backend):
    flow = FlowBuilder()
    process, client = flow.process(), flow.external()
    port, numbers = process.source_external(client, int)
    batch = numbers.batch(process.tick(), CUT)
    anew = batch.unique().count()
    so_far = batch.across_ticks(lambda s: s.unique().count())
    out = anew.zip(so_far).all_ticks().send_external(client)
    with flow.deploy(backend=backend) as deployment:
        seen, sender = deployment.connect(out), deployment.connect(port)
        results = [next(seen)]
        for number in (7, 7, 8):
            sender.send(number)
            results.append(next(seen))
    assert results == [(0, 0), (1, 1), (1, 1), (1, 2)]


@BACKENDS
def test_a_deferred_value_alone_wakes_no_tick(backend):
    flow = FlowBuilder()
    process, client = flow.process(), flow.external()
    port, numbers = process.source_external(client, int)
    out = numbers.batch(process.tick(), CUT).defer_tick().all_ticks().send_external(client)
    with flow.deploy(backend=backend) as deployment:
        seen, sender = deployment.connect(out), deployment.connect(port)
        for number in (1, 2, 3):
            sender.send(number)
            deployment.settle()
        assert [next(seen), next(seen)] == [1, 2]


def test_a_live_aggregation_shows_every_version_to_some_schedule():
    process = FlowBuilder().process()
    send, numbers = process.sim_input(int)
    total = numbers.fold(0, lambda a, n: a + n)
    out = total.snapshot(process.tick(), nondet("every version may be seen")).all_ticks().sim_output()
    seen = set()

    async def body():
        send.send_many([1, 2])
        seen.add(tuple(await out.collect()))

    process.flow.sim().exhaustive(body)
    assert seen == {(0, 1, 3), (0, 3), (1, 3), (3,)}


@BACKENDS
def test_slices_with_state(backend):
    """A running total: each slice adds its batch to what the slice before left."""
    flow = FlowBuilder()
    process, client = flow.process(), flow.external()
    port, numbers = process.source_external(client, int)
    with sliced() as s:
        batch = s.batch(numbers, CUT)
        total = s.state(0)
        now = total.zip(batch.fold(0, lambda a, n: a + n)).map(lambda both: both[0] + both[1])
        total.set(now)
        out = s.emit(now.into_stream()).send_external(client)
    with flow.deploy(backend=backend) as deployment:
        seen, sender = deployment.connect(out), deployment.connect(port)
        results = [next(seen)]
        for number in (5, 6):
            sender.send(number)
            results.append(next(seen))
    assert results == [0, 5, 11]


@BACKENDS
def test_references_in_the_order_of_the_text(backend):
    process = FlowBuilder().process()
    total = process.singleton(0)
    changing, seen = total.by_mut(), total.by_ref()

    def add(n: int) -> None:
        changing.value += n

    before = process.source_iter(["before"]).map(lambda word: (word, seen.value))
    process.source_iter([1, 2, 3]).for_each(add)
    after = process.source_iter(["after"]).map(lambda word: (word, seen.value))
    assert collect(after.chain(before), backend=backend) == [("after", 6), ("before", 0)]
