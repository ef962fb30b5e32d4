"""Cells run again that complete what others began, send into their channels, or change what they made."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, NoOrder, StaleError, Stream, nondet, sliced
from hydro_nb.lang import cell
from hydro_nb.testing import collect


@pytest.fixture
def leader():
    return FlowBuilder("cells").process()


def ran(key, function):
    cell.begin(key)
    made = function()
    cell.commit()
    return made


def in_process(collection):
    return collect(collection, backend="inprocess")


def test_each_sender_sends_once(leader):
    sender, numbers = ran("a", lambda: leader.channel(Stream, of=int, order=NoOrder))

    def send(n):
        sender.send(leader.source_iter([n]).send(leader))

    for key, n in (("b", 2), ("c", 3), ("b", 2), ("b", 4)):
        ran(key, lambda n=n: send(n))
    assert sorted(in_process(numbers)) == [3, 4]
    ran("c", lambda: None)
    assert in_process(numbers) == [4]


def test_what_completes_a_cycle_stays_when_the_cycle_is_made_again(leader):
    handles = {}

    def begin():
        handles["end"], handles["numbers"] = leader.forward_ref(Stream, of=int)

    ran("a", begin)
    ran("b", lambda: handles["end"].complete(leader.source_iter([1]).send(leader)))
    ran("a", begin)
    assert in_process(handles["numbers"]) == [1]
    ran("b", lambda: handles["end"].complete(leader.source_iter([2]).send(leader)))
    assert in_process(handles["numbers"]) == [2]


def test_a_failed_cell_leaves_what_was_given(leader):
    sender, numbers = ran("a", lambda: leader.channel(Stream, of=int, order=NoOrder))
    ran("b", lambda: sender.send(leader.source_iter([1]).send(leader)))
    cell.begin("b")
    cell.rollback()
    assert in_process(numbers) == [1]


def test_a_cell_keeps_its_place_in_the_order_of_changes(leader):
    box = leader.singleton(1).by_mut()

    def add(n: int) -> None:
        box.value += n

    def double(n: int) -> int:
        box.value *= n
        return box.value

    ran("a", lambda: leader.source_iter([10]).for_each(add))
    doubled = ran("b", lambda: leader.source_iter([2]).map(double))
    assert in_process(doubled) == [22]
    ran("a", lambda: leader.source_iter([10]).for_each(add))
    assert in_process(doubled) == [22]


def test_a_stream_that_a_cell_changes(leader):
    numbers = ran("a", lambda: leader.source_iter([1, 2]))

    def change():
        box = numbers.by_mut()

        def append(n: int) -> None:
            box.value.append(n)

        leader.source_iter([9]).for_each(append)

    for _ in range(2):
        ran("b", change)
        assert in_process(numbers) == [1, 2, 9]
    ran("b", lambda: None)
    assert in_process(numbers) == [1, 2]


def test_a_slice_with_a_state(leader):
    numbers = ran("a", lambda: leader.source_iter([1, 2]))

    def count(step):
        with sliced() as s:
            batch = s.batch(numbers, nondet("shown only"))
            total = s.state(0)
            total.set(total.map(lambda n: n + step))
            return s.emit(batch.cross_singleton(total))

    for step in (1, 1, 2):
        counted = ran("b", lambda step=step: count(step))
        assert in_process(counted) == [(1, 0), (2, 0)]
    assert not leader.flow.graph.stale()


def test_what_a_function_refers_to_is_made_again(leader):
    handles = {}

    def refer(value):
        handles["first"] = leader.singleton(value).by_ref()

    for value in (1, 2):
        ran("a", lambda value=value: refer(value))
        if value == 1:
            held = handles["first"]
            pairs = ran("b", lambda held=held: leader.source_iter(["x"]).map(lambda word: (word, held.value)))
        assert in_process(pairs) == [("x", value)]
    ran("a", lambda: refer("text"))
    with pytest.raises(StaleError, match="refers to changed"):
        in_process(pairs)
