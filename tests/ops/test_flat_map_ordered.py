import pytest

from hydro_nb import CaptureError, ProcessFailed


def words(line: str) -> list[str]:
    return line.split()


def test_list(leader, run, snapshot):
    split = leader.source_iter(["a b", "", "c"]).flat_map_ordered(words)
    assert run(split) == ["a", "b", "c"]
    split.for_each(print)
    snapshot(leader.flow.source(leader))


def test_flatten(leader, run):
    flat = leader.source_iter([[1, 2], [3]]).flatten_ordered()
    assert run(flat) == [1, 2, 3]
    assert flat.kind.element is int


def test_flatten_what_has_no_items(leader, run):
    with pytest.raises(ProcessFailed) as failed:
        run(leader.source_iter([1]).flatten_ordered())
    assert "'int' object is not iterable" in str(failed.value)
    assert "run(leader.source_iter([1]).flatten_ordered())" in str(failed.value).splitlines()[-1]


def test_keyed(pairs, both):
    assert both(pairs.flat_map_ordered(range).filter(lambda n: n > 1)) == [("a", 2), ("a", 2)]


def test_guarantees(leader, live):
    assert live.flat_map_ordered(lambda n: [n]).kind.order is live.kind.order
    assert leader.source_iter(["a"]).flat_map_ordered(words).kind.element is str


def test_flatten_keyed(pairs, worker, both):
    flat = pairs.map(lambda n: [0, n]).flatten_ordered()
    assert both(flat) == [("a", 0), ("a", 1), ("b", 0), ("b", 2), ("a", 0), ("a", 3), ("a", 0), ("a", 3)]
    assert both(pairs.send(worker).map(lambda n: [n] * (n - 1)).flatten_ordered().values()) == [2, 3, 3, 3, 3]


def test_flatten_keyed_guarantees(leader):
    pairs = leader.source_iter([("a", [1])]).into_keyed()
    assert pairs.flatten_ordered().kind == pairs.kind.but(element=int)


def test_no_function(leader, message):
    text = message(lambda: leader.source_iter([1]).flat_map_ordered([1]), CaptureError)
    assert text.startswith("`flat_map_ordered` needs a function, but was given [1].")
