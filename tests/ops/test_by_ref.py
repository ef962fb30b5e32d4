"""References to streams, whose elements become one list; those to live values are in tests/lang."""

from hydro_nb import BoundError, nondet


def test_list(leader, both, snapshot):
    numbers = leader.source_iter([1, 2, 3])
    everything = numbers.by_ref()
    shares = numbers.map(lambda n: n / sum(everything.value))
    assert both(shares) == [1 / 6, 2 / 6, 3 / 6]
    shares.for_each(print)
    snapshot(leader.flow.source(leader))


def test_in_a_tick(leader, both):
    batch = leader.source_iter([3, 1, 2]).batch(leader.tick(), nondet("shown only"))
    everything = batch.by_ref()
    assert both(batch.map(lambda n: sorted(everything.value).index(n)).all_ticks()) == [2, 0, 1]


def test_guarantees(leader):
    loose = leader.source_iter([1]).weaken_ordering()
    everything = loose.by_ref()
    assert loose.map(lambda n: everything.value).kind.but(element=int) == loose.kind


def test_a_live_stream_is_never_complete(live, message):
    assert message(live.by_ref, BoundError) == (
        "`by_ref` needs a bounded stream, but its input (`send`) is Unbounded.\n"
        "  the bound was lost at  conftest.py, line _:   return worker.source_iter([1, 2, 3]).send(leader)\n"
        "  `by_ref` was called    conftest.py, line _:   call()\n"
        '  Enter a tick first: .snapshot(tick, nondet("...")) or .batch(tick, nondet("..."))'
    )
