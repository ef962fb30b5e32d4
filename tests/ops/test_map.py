import pytest

from hydro_nb import CaptureError
from hydro_nb.ir.node import Bound


def double(n: int) -> int:
    return n * 2


def test_list(leader, run, snapshot):
    tens = leader.source_iter([1, 2, 3]).map(lambda n: n * 10)
    assert run(tens) == [10, 20, 30]
    tens.for_each(print)
    snapshot(leader.flow.source(leader))


def test_keyed(pairs, run):
    assert run(pairs.map(double)) == [("a", 2), ("b", 4), ("a", 6), ("a", 6)]


@pytest.mark.parametrize("bounded", [True, False])
def test_live_values(leader, live, run, bounded):
    stream = leader.source_iter([1, 2, 3]) if bounded else live
    assert run(stream.count().map(lambda n: n + 1)) == [4]
    assert run(stream.reduce(max).map(lambda n: n + 1)) == [4]
    assert run(stream.filter(lambda n: n > 9).reduce(max).map(lambda n: n + 1)) == []
    keyed = stream.map(lambda n: (n % 2, n)).into_keyed()
    assert run(keyed.value_counts().map(lambda n: n * 10)) == [{1: 20, 0: 10}]


def test_guarantees(live):
    loose = live.weaken_ordering().weaken_retries()
    assert loose.map(double).kind == loose.kind
    assert live.count().map(double).kind.bound is Bound.UNBOUNDED


def test_element_type(leader):
    assert leader.source_iter(["1"]).map(int).kind.element is int
    assert leader.source_iter([1]).map(double).kind.element is int


def test_wrong_arity(leader, message):
    text = message(lambda: leader.source_iter([1]).map(lambda a, b: a), CaptureError)
    assert "takes (a, b) and is called with 1 argument" in text
    assert "test_map.py, line _" in text


def test_no_function(leader, message):
    assert "`map` needs a function, but was given 3." in message(lambda: leader.source_iter([1]).map(3), CaptureError)
