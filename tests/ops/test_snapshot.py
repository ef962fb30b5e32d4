import pytest

from hydro_nb import LocationError, NoOrder, Stream, inplace, nondet
from hydro_nb.ir.node import Bound

ANY = nondet("any")
APPEND = inplace(lambda seen, n: seen.append(n))


def test_value(live, run, snapshot):
    tick = live.location.tick()
    now = live.count().snapshot(tick, nondet("only looked at"))
    assert run(now.all_ticks())[-1] == 3
    now.all_ticks().for_each(print)
    snapshot(live.flow.source(live.location))


def test_both_cuts(leader, live, both):
    assert both(live.count().snapshot(leader.tick(), ANY))[-1] == 3


def test_what_is_complete_has_one_version(leader, both):
    done = leader.source_iter([4, 5]).count().snapshot(leader.tick(), ANY)
    assert both(done.all_ticks()) == [2]


def test_optional_and_keyed(live, run):
    tick = live.location.tick()
    assert run(live.reduce(max).snapshot(tick, nondet("any")).all_ticks())[-1] == 3
    counts = live.map(lambda n: (n % 2, n)).into_keyed().value_counts()
    assert run(counts.snapshot(tick, nondet("any")).entries().all_ticks())[-2:] == [(1, 2), (0, 1)]


def test_beside_a_batch(live, run):
    tick = live.location.tick()
    batch = live.batch(tick, nondet("any"))
    pairs = batch.cross_singleton(live.count().snapshot(tick, nondet("any")))
    assert [n for n, _ in run(pairs.all_ticks())] == [1, 2, 3]


def test_guarantees(live):
    assert live.count().snapshot(live.location.tick(), nondet("any")).kind.bound is Bound.BOUNDED


def test_tick_of_another_process(live, worker, message):
    text = message(lambda: live.count().snapshot(worker.tick(), nondet("any")), LocationError)
    assert "a tick of Process[Leader]" in text


@pytest.mark.parametrize(
    "shown",
    [
        lambda lists: lists.all_ticks(),
        lambda lists: lists.into_stream().all_ticks(),
        lambda lists: lists.map(lambda seen: seen).latest().snapshot(lists.location, ANY).all_ticks(),
    ],
)
def test_what_was_seen_stays_as_it_was(leader, run, shown):
    lists = numbers_one_per_tick(leader).fold(list, APPEND).snapshot(leader.tick(), ANY)
    assert run(shown(lists).fold(list, APPEND)) == [[[1], [1, 2], [1, 2]]]


def test_what_was_seen_of_a_key_stays_as_it_was(leader, run):
    keyed = numbers_one_per_tick(leader).map(lambda n: ("k", n)).into_keyed()
    lists = keyed.fold(list, APPEND).snapshot(leader.tick(), ANY)
    entries = lists.entries().assume_ordering(ANY).all_ticks()
    assert run(entries.fold(list, APPEND)) == [[("k", [1]), ("k", [1, 2]), ("k", [1, 2])]]
    assert run(lists.into_singleton().all_ticks().fold(list, APPEND)) == [[{"k": [1]}, {"k": [1, 2]}, {"k": [1, 2]}]]


def numbers_one_per_tick(leader):
    handle, again = leader.forward_ref(Stream, of=int, order=NoOrder)
    every = leader.source_iter([0]).weaken_boundedness().merge_unordered(again).map(lambda n: n + 1)
    below = every.filter(lambda n: n < 3)
    handle.complete(below.send(leader))
    return below.assume_ordering(ANY)
