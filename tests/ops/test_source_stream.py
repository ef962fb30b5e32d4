from collections.abc import Iterator

from hydro_nb import CaptureError, GraphError
from hydro_nb.ir.node import Bound


def letters() -> Iterator[str]:
    yield from "abc"


def test_list(leader, run, snapshot):
    stream = leader.source_stream(letters)
    assert run(stream) == ["a", "b", "c"]
    stream.for_each(print)
    snapshot(leader.flow.source(leader))


def test_guarantees(leader):
    kind = leader.source_stream(letters).kind
    assert (kind.bound, kind.element) == (Bound.UNBOUNDED, str)


def test_an_iterator_is_no_function(leader, message):
    assert "`source_stream` needs a function" in message(lambda: leader.source_stream(iter("abc")), CaptureError)


def test_the_simulator_refuses(leader, message):
    leader.source_stream(letters).for_each(print)
    assert "because of `source_stream`" in message(leader.flow.sim, GraphError)
