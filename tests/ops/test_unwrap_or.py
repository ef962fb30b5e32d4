from hydro_nb import GraphError, LocationError
from hydro_nb.ir.node import Bound, Shape


def test_value(leader, both, snapshot):
    numbers = leader.source_iter([1, 2])
    empty = numbers.filter(lambda n: n > 9).reduce(max)
    fallback = leader.singleton(0)
    assert both(empty.unwrap_or(fallback)) == [0]
    assert both(numbers.reduce(max).unwrap_or(fallback)) == [2]
    snapshot(leader.flow.source(leader))


def test_live(leader, live, both):
    best = live.reduce(max).unwrap_or(leader.singleton(0))
    assert both(best) == [3]
    assert (best.kind.shape, best.kind.bound) == (Shape.SINGLETON, Bound.UNBOUNDED)


def test_other_place(live, worker, message):
    assert "one place" in message(lambda: live.reduce(max).unwrap_or(worker.singleton(0)), LocationError)


def test_optional(live, message):
    best = live.reduce(max)
    assert message(lambda: best.unwrap_or(best), GraphError) == (
        "`unwrap_or` needs a Singleton to fall back on, but `best` is an Optional, which may be absent too.\n"
        "  `unwrap_or` was called  test_unwrap_or.py, line _:   "
        "assert message(lambda: best.unwrap_or(best), GraphError) == (\n"
        "  Take the first of two that is there: .or_(other)"
    )


def test_stream(live, message):
    text = message(lambda: live.reduce(max).unwrap_or(live), GraphError)
    assert text.startswith("`unwrap_or` needs a Singleton to fall back on, but its input (`send`) is a Stream.")
