from hydro_nb import OrderError, RetriesError, nondet
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick


def test_list(leader, both, snapshot):
    letters = leader.source_iter("abc").collect_vec()
    assert both(letters) == [["a", "b", "c"]]
    letters.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_none(leader, both):
    assert both(leader.source_iter([]).collect_vec()) == [[]]


def test_live(live, both):
    assert both(live.map(str).collect_vec()) == [["1", "2", "3"]]
    assert both(live.flat_map_ordered(lambda n: [n, n]).collect_vec()) == [[1, 1, 2, 2, 3, 3]]


def test_across_batches_and_ticks(leader, run):
    numbers = one_per_tick(leader)
    assert run(numbers.collect_vec()) == [[1, 2, 3]]
    assert [each for each in run(numbers.batch(leader.tick(), nondet("any")).collect_vec().all_ticks()) if each] == [
        [1], [2], [3],
    ]  # fmt: skip


def test_what_was_seen_stays_as_it_was(leader, run):
    lists = one_per_tick(leader).collect_vec().snapshot(leader.tick(), nondet("any"))
    assert run(lists.all_ticks().collect_vec())[0][:3] == [[1], [1, 2], [1, 2, 3]]


def test_guarantees(leader, live, message):
    assert leader.source_iter([1]).collect_vec().kind.bound is Bound.BOUNDED
    assert live.collect_vec().kind.bound is Bound.UNBOUNDED
    assert live.collect_vec().kind.element == list[int]
    loose = live.weaken_ordering()
    assert message(loose.collect_vec, OrderError) == (
        "`collect_vec` needs a totally ordered stream, but `loose` is NoOrder.\n"
        "  order was lost at         test_collect_vec.py, line _:   loose = live.weaken_ordering()\n"
        "  `collect_vec` was called  conftest.py, line _:   call()\n"
        '  Sort them first: .sort(), or say why any order will do: .assume_ordering(nondet("..."))'
    )
    assert "exactly-once" in message(lambda: live.weaken_retries().collect_vec(), RetriesError)
