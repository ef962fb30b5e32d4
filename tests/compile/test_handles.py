"""What functions change through handles is seen by nobody who read it before, or has it from elsewhere."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, inplace, nondet, sliced
from hydro_nb.testing import collect

ANY = nondet("shown only")


@pytest.fixture
def leader():
    return FlowBuilder("handles").process()


def in_process(collection):
    return collect(collection, backend="inprocess")


def append_all(numbers, to):
    box = to.by_mut()

    def append(n: int) -> None:
        box.value.append(n)

    numbers.for_each(append)


def under_every_schedule(numbers_in, stream, items):
    out, seen = stream.sim_output(), set()

    async def body():
        numbers_in.send_many(items)
        seen.add(tuple(tuple(row) for row in await out.collect() if row))

    stream.flow.sim().exhaustive(body)
    return seen


def test_elements_made_of_a_value_before_it_changes(leader):
    numbers = leader.source_iter([1, 2])
    both = numbers.collect_vec()
    before = both.into_stream()
    append_all(leader.source_iter([9]), both)
    assert in_process(before.chain(both.into_stream())) == [[1, 2], [1, 2, 9]]


def test_a_value_that_came_through_a_function(leader):
    numbers = leader.source_iter([1, 2])
    both = numbers.collect_vec()
    same = both.map(lambda it: it)
    append_all(leader.source_iter([9]), same)
    assert in_process(both.zip(same)) == [([1, 2], [1, 2, 9])]


def test_an_element_that_is_first(leader):
    lists = leader.source_iter([[1], [2]])
    append_all(leader.source_iter([9]), lists.first())
    assert in_process(lists) == [[1], [2]]


def test_a_snapshot_is_not_what_it_was_taken_of(leader):
    numbers_in, numbers = leader.sim_input(int)
    everything, tick = numbers.fold(list, inplace(list.append)), leader.tick()
    now, batch = everything.snapshot(tick, ANY), numbers.batch(tick, ANY)
    append_all(batch.map(lambda n: -n), now)
    assert under_every_schedule(numbers_in, now.into_stream().all_ticks(), [1]) == {
        ((1, -1),),
        ((1,), (1, -1)),
        ((-1,), (1,)),
    }


def test_a_value_of_the_process_in_each_tick(leader):
    numbers_in, numbers = leader.sim_input(int)
    tick = leader.tick()
    empty, batch = leader.singleton(list).snapshot(tick, ANY), numbers.batch(tick, ANY)
    append_all(batch, empty)
    assert under_every_schedule(numbers_in, empty.into_stream().all_ticks(), [1, 2]) == {((1, 2),), ((1,), (2,))}


def test_what_a_state_was_slice_after_slice(leader):
    numbers_in, numbers = leader.sim_input(int)
    with sliced() as s:
        batch, kept = s.batch(numbers, ANY), s.state(list)
        append_all(batch, kept)
        rows = s.emit(kept.into_stream())
    assert under_every_schedule(numbers_in, rows, [1, 2]) == {((1, 2),), ((1,), (1, 2))}


def test_what_waits_for_the_next_tick(leader):
    numbers_in, numbers = leader.sim_input(int)
    batch = numbers.batch(leader.tick(), ANY)
    both = batch.collect_vec()
    late = both.into_stream().defer_tick()
    append_all(batch, both)
    assert under_every_schedule(numbers_in, late.all_ticks(), [1, 2]) == {(), ((1,),)}


def test_numbers_are_not_copied(leader):
    total = leader.singleton(0)
    append = total.by_mut()

    def add(n: int) -> None:
        append.value += n

    leader.source_iter([1]).for_each(add)
    total.into_stream().for_each(print)
    assert "copy" not in leader.flow.source(leader)


def test_what_a_section_goes_on_changing(leader):
    numbers_in, numbers = leader.sim_input(int)
    batch = numbers.batch(leader.tick(), ANY)
    so_far = batch.across_ticks(lambda every: every.fold(list, inplace(list.append)))
    assert under_every_schedule(numbers_in, so_far.all_ticks(), [1, 2]) == {((1, 2),), ((1,), (1, 2))}
