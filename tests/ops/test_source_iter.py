from enum import Enum
from typing import Any

from hydro_nb import GraphError, q
from hydro_nb.ir.node import Bound, Order, Retries


def numbers() -> list[int]:
    return [1, 2]


def test_list(leader, run, snapshot):
    stream = leader.source_iter(q([1, 2, 3]))
    assert run(stream) == [1, 2, 3]
    stream.for_each(print)
    snapshot(leader.flow.source(leader))


def test_function(leader, both):
    stream = leader.source_iter(numbers)
    assert both(stream) == [1, 2]
    assert stream.kind.element is int


def test_iterator_is_read_once(leader, run):
    stream = leader.source_iter(iter([1, 2]))
    assert stream.preview().rows == run(stream) == run(stream) == [1, 2]


def test_more_than_a_chunk(leader, run):
    assert run(leader.source_iter(range(5000))) == list(range(5000))


def test_element_type(leader):
    types = [leader.source_iter(data).kind.element for data in ([1], ["a"], [(1, "a")], range(3), [], [1, "a"])]
    assert types == [int, str, tuple[int, str], int, Any, Any]


class Color(Enum):
    RED = 1


def test_an_enum_class_is_data(leader, run):
    assert run(leader.source_iter(Color)) == [Color.RED]


def test_guarantees(leader):
    kind = leader.source_iter([1]).kind
    assert (kind.bound, kind.order, kind.retries) == (Bound.BOUNDED, Order.TOTAL, Retries.EXACTLY_ONCE)


def test_no_iterable(leader, message):
    assert "`source_iter` needs an iterable" in message(lambda: leader.source_iter(3), GraphError)
