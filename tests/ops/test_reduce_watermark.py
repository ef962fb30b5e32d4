import pytest

from hydro_nb import Bounded, GraphError, LocationError, Optional, ProofError, inplace, nondet, proof
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick
from ops.outcomes import outcomes

ANY = nondet("any")


@pytest.fixture
def windows(leader):
    """A keyed stream: 1: x; 5: y, z; 7: w."""
    return leader.source_iter([(1, "x"), (5, "y"), (5, "z"), (7, "w")]).into_keyed()


@pytest.fixture
def mark(leader):
    """An optional 3 inside a tick."""
    return leader.source_iter([3]).batch(leader.tick(), ANY).max()


def test_list(windows, mark, both, snapshot):
    texts = windows.reduce_watermark(mark, lambda text, more: text + more)
    assert both(texts) == [{5: "yz", 7: "w"}]
    snapshot(windows.flow.source(windows.location))


def test_a_key_at_the_mark_stays(windows, leader, both):
    mark = leader.source_iter([5]).batch(leader.tick(), ANY).max()
    assert both(windows.reduce_watermark(mark, max)) == [{5: "z", 7: "w"}]


def test_without_a_mark_all_stay(windows, leader, both):
    mark = leader.source_iter([3]).filter(lambda n: n > 9).batch(leader.tick(), ANY).max()
    assert both(windows.reduce_watermark(mark, max)) == [{1: "x", 5: "z", 7: "w"}]


def test_the_mark_only_rises_and_what_is_late_is_dropped(leader, run):
    numbers = one_per_tick(leader, 4)
    keyed = numbers.map(lambda n: (1 if n == 3 else n, n)).into_keyed()
    mark = numbers.map(lambda n: 2 if n == 2 else 0).batch(leader.tick(), ANY).first()
    assert run(keyed.reduce_watermark(mark, max)) == [{2: 2, 4: 4}]


def test_live(windows, mark, worker, both):
    sent = windows.send(worker)
    mark = worker.source_iter([6]).batch(worker.tick(), ANY).max()
    assert both(sent.reduce_watermark(mark, max)) == [{7: "w"}]


def test_versions_before_and_after_the_mark_may_be_seen(leader, live):
    keyed = live.map(lambda n: (n, n)).into_keyed()
    mark = leader.source_iter([2]).batch(leader.tick(), ANY).max()
    values = keyed.reduce_watermark(mark, max).into_singleton().snapshot(leader.tick(), ANY)
    seen = {table for tables in outcomes(values.map(tuple).all_ticks()) for table in tables}
    assert seen == {(), (1,), (1, 2), (1, 2, 3), (2, 3)}


def test_the_mark_of_its_own_stream(leader, both):
    pairs = leader.source_iter([(1, "a"), (2, "b"), (1, "c")]).into_keyed()
    mark = pairs.entries().map(lambda each: each[0]).batch(leader.tick(), ANY).max()
    assert both(pairs.reduce_watermark(mark, joined)) == [{2: "b"}]


def joined(text, more):
    return text + more


def test_inplace_leaves_the_elements_alone(leader, mark, run):
    lists = leader.source_iter([[1], [2]])
    keyed = lists.map(lambda each: (9, each)).into_keyed()
    both = keyed.reduce_watermark(mark, inplace(lambda seen, more: seen.extend(more)))
    assert run(both) == [{9: [1, 2]}]
    assert run(lists) == [[1], [2]]


def test_guarantees(windows, mark, message):
    assert windows.reduce_watermark(mark, max).kind.bound is Bound.UNBOUNDED
    loose = windows.weaken_ordering()
    assert message(lambda: loose.reduce_watermark(mark, max), ProofError) == (
        "`reduce_watermark` needs a commutative function (any order may come), but `loose` is NoOrder.\n"
        "  order was lost at              test_reduce_watermark.py, line _:   loose = windows.weaken_ordering()\n"
        "  `reduce_watermark` was called  test_reduce_watermark.py, line _:   "
        "assert message(lambda: loose.reduce_watermark(mark, max), ProofError) == (\n"
        '  Say why order does not matter: commutative=proof("..."), or order the stream first.'
    )
    loose.reduce_watermark(mark, max, commutative=proof("max"))


def test_marks_that_are_none(windows, worker, message):
    text = message(lambda: windows.reduce_watermark(3, max), GraphError)
    assert "needs an Optional or a Singleton inside a tick, but was given 3." in text
    outside = windows.location.source_iter([3]).max()
    text = message(lambda: windows.reduce_watermark(outside, max), LocationError)
    assert "inside a tick, but was given one on Process[Leader]." in text
    assert "Enter a tick first: .snapshot(tick" in text
    elsewhere = worker.source_iter([3]).batch(worker.tick(), ANY).max()
    text = message(lambda: windows.reduce_watermark(elsewhere, max), LocationError)
    assert "needs both collections at one place" in text


def test_a_mark_made_of_the_result_is_from_the_tick_before(leader, run):
    keyed = one_per_tick(leader, 4).map(lambda n: (n, n)).into_keyed()
    tick = leader.tick()
    handle, mark = tick.cycle(Optional, of=int)
    table = keyed.reduce_watermark(mark, max)
    newest = table.snapshot(tick, ANY).get_max_key().map(lambda entry: entry[0])
    handle.complete_next_tick(newest)
    assert run(table) == [{4: 4}]


def test_without_a_delay_nothing_could_start(leader, windows, run, message):
    tick = leader.tick()
    handle, mark = tick.forward_ref(Optional, of=int, bound=Bounded)
    table = windows.reduce_watermark(mark, max)
    handle.complete(table.snapshot(tick, ANY).get_max_key().map(lambda entry: entry[0]))
    assert "these operators feed themselves within one tick" in message(lambda: run(table), GraphError)


def test_in_an_atomic_section(leader, windows, both):
    section = windows.atomic()
    mark = leader.source_iter([6]).batch(section.location.tick, ANY).max()
    table = section.reduce_watermark(mark, max)
    assert table.kind.place == section.kind.place
    assert both(table.snapshot_atomic(section.location.tick, ANY))[-1:] == [{7: "w"}]


def test_inside_a_tick_nothing_is_late(leader, windows, mark, message):
    inside = windows.batch(mark.location, ANY)
    text = message(lambda: inside.reduce_watermark(mark, max), LocationError)
    assert "`reduce_watermark` needs a stream outside a tick, but `inside` is inside Tick[Process[Leader]]" in text
