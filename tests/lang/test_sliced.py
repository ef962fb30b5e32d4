"""Slices: several collections cut at one instant, with state from slice to slice."""

from __future__ import annotations

import pytest

from hydro_nb import (
    FlowBuilder,
    GraphError,
    KeyedSingleton,
    KeyedStream,
    LocationError,
    NoOrder,
    Optional,
    Stream,
    nondet,
    sliced,
)
from hydro_nb.testing import collect

CUT = nondet("every cut is tried")


@pytest.fixture
def leader():
    return FlowBuilder("slices").process()


def outcomes(stream, sender, items, *, ordered=True):
    """All that comes out, over every schedule."""
    out, seen = stream.sim_output(), set()

    async def body():
        sender.send_many(items)
        seen.add(tuple(await (out.collect() if ordered else out.collect_sorted())))

    stream.flow.sim().exhaustive(body)
    return seen


def test_state_goes_from_slice_to_slice(leader):
    numbers_in, numbers = leader.sim_input(int)
    with sliced() as s:
        batch = s.batch(numbers, CUT)
        total = s.state(0)
        now = total.zip(batch.fold(0, lambda a, n: a + n)).map(lambda both: both[0] + both[1])
        total.set(now)
        totals = s.emit(now.into_stream())
    assert outcomes(totals, numbers_in, [1, 2, 3]) == {(6,), (1, 6), (3, 6), (1, 3, 6)}


@pytest.mark.filterwarnings("ignore:this state is never set")
def test_state_that_is_not_set_stays(leader):
    numbers_in, numbers = leader.sim_input(int)
    with sliced() as s:
        batch = s.batch(numbers, CUT)
        kept = s.state("kept")
        out = s.emit(batch.cross_singleton(kept))
    assert outcomes(out, numbers_in, [1, 2]) == {((1, "kept"), (2, "kept"))}


def test_collections_as_state(leader):
    with sliced() as s:
        batch = s.batch(leader.source_iter([("a", 1), ("b", 2)]), CUT)
        seen = s.state_null(Stream, of=tuple)
        best = s.state_null(Optional, of=tuple)
        held = s.state_null(KeyedStream, of=int, key=str, order=NoOrder)
        table = s.state_null(KeyedSingleton, of=int, key=str)
        assert [each.kind.shape.value for each in (seen, best, held, table)] == [
            "Stream", "Optional", "KeyedStream", "KeyedSingleton",
        ]  # fmt: skip
        seen.set(seen.chain(batch))
        best.set(batch.reduce(max))
        held.set(batch.into_keyed().weaken_ordering())
        table.set(batch.into_keyed().value_counts())
        out = s.emit(seen.chain(batch))
    assert collect(out, backend="inprocess") == [("a", 1), ("b", 2)]


def test_snapshot_and_batch_are_of_one_instant(leader):
    numbers_in, numbers = leader.sim_input(int)
    with sliced() as s:
        batch = s.batch(numbers, CUT)
        count = s.snapshot(numbers.count(), CUT)
        out = s.emit(batch.cross_singleton(count))
    seen = outcomes(out, numbers_in, [7])
    assert seen == {((7, 0),), ((7, 1),)}


def test_a_singleton_becomes_its_newest(leader):
    with sliced() as s:
        batch = s.batch(leader.source_iter([1, 2]), CUT)
        newest, many = s.emit(batch.count(), batch)
    assert repr(newest).splitlines()[0] == "Optional[int, Process[None], InitNone]"
    assert collect(newest, backend="inprocess") == [2]
    assert collect(many, backend="inprocess") == [1, 2]


def test_atomic_results_are_shown_when_all_is_done(leader):
    with sliced() as s:
        batch = s.batch(leader.source_iter([1, 2]), CUT)
        inside, count = s.emit_atomic(batch, batch.count())
    assert repr(inside.location) == "Atomic[Process[None]]"
    assert collect(inside.end_atomic(), backend="inprocess") == [1, 2]
    assert collect(count.end_atomic(), backend="inprocess") == [2]


def test_one_section_only(leader):
    first, second = (leader.source_iter([1]).atomic().count() for _ in range(2))
    with sliced() as s:
        s.atomic(first, CUT)
        with pytest.raises(LocationError, match="two atomic sections"):
            s.atomic(second, CUT)


def test_atomic_takes_what_is_in_a_section(leader):
    with pytest.raises(LocationError, match=r"Make it from what .atomic\(\) gave"), sliced() as s:
        s.atomic(leader.source_iter([1]), CUT)
    with sliced() as s:
        s.atomic(leader.source_iter([1]).atomic(), CUT)


def test_a_slice_that_takes_nothing_in():
    with pytest.raises(GraphError, match=r"Begin with s\.batch"), sliced():
        pass


def test_state_before_anything_was_taken_in():
    with pytest.raises(GraphError, match="took anything in"), sliced() as s:
        s.state(0)


def test_after_its_block(leader):
    numbers = leader.source_iter([1])
    with sliced() as s:
        inside = s.batch(numbers, CUT)
        total = s.state(0)
        total.set(inside.count())
    for use in (
        lambda: s.batch(numbers, CUT),
        lambda: s.snapshot(numbers.count(), CUT),
        lambda: s.emit(inside),
        lambda: s.state(0),
        lambda: total.set(inside.count()),
    ):
        with pytest.raises(GraphError, match="outside of its slice"):
            use()


def test_set_twice(leader):
    with sliced() as s:
        count = s.batch(leader.source_iter([1]), CUT).count()
        total = s.state(0)
        total.set(count)
        with pytest.raises(GraphError, match="set twice") as caught:
            total.set(count)
    assert "first at" in str(caught.value)


@pytest.mark.filterwarnings("ignore:this state is never set")
def test_a_shared_first_value(leader):
    with sliced() as s:
        s.batch(leader.source_iter([1]), CUT)
        with pytest.raises(GraphError, match="Give the factory"):
            s.state([])
        s.state(list)


def test_what_was_not_made_in_it(leader):
    numbers = leader.source_iter([1])
    with sliced() as s:
        s.batch(numbers, CUT)
        with pytest.raises(LocationError, match="gives out what was made in it"):
            s.emit(numbers)


def test_two_processes(leader):
    other = leader.flow.process()
    with sliced() as s:
        s.batch(leader.source_iter([1]), CUT)
        with pytest.raises(LocationError):
            s.batch(other.source_iter([1]), CUT)


def test_a_mistake_inside_is_the_error_that_is_seen(leader):
    with pytest.raises(TypeError, match="not callable"), sliced() as s:
        s.batch(leader.source_iter([1]), CUT)(0)


def test_of_a_table_whose_values_stay_new_entries(leader):
    pairs_in, pairs = leader.sim_input(tuple)
    section = pairs.into_keyed().atomic()
    with sliced() as s:
        new = s.atomic(section.first(), CUT)
        out = s.emit(new.entries())
    assert outcomes(out, pairs_in, [("a", 1), ("b", 2), ("a", 3)], ordered=False) == {(("a", 1), ("b", 2))}
