from hydro_nb import BoundError, GraphError
from hydro_nb.ir.node import Bound, Order
from hydro_nb.ir.ops.join import Chain


def test_list(leader, both, snapshot):
    numbers = leader.source_iter([1, 2])
    chained = numbers.chain(numbers.map(lambda n: -n))
    assert both(chained) == [1, 2, -1, -2]
    chained.for_each(print)
    snapshot(leader.flow.source(leader))


def test_many_chunks(leader, run):
    assert run(leader.source_iter(range(5000)).chain(leader.source_iter([-1]))) == [*range(5000), -1]


def test_then_live(leader, live, both):
    chained = leader.source_iter([0]).chain(live)
    assert both(chained) == [0, 1, 2, 3]
    assert chained.kind.bound is Bound.UNBOUNDED


def test_never_ends(live, message):
    assert "use .merge_unordered(other)" in message(lambda: live.chain(live), BoundError)


def test_keyed(leader, pairs, both):
    more = leader.source_iter([("b", 0), ("a", 9)]).into_keyed()
    chained = pairs._grow(Chain(), more)
    assert chained.kind == pairs.kind
    assert both(chained.fold(list, lambda seen, n: [*seen, n])) == [{"a": [1, 3, 3, 9], "b": [2, 0]}]
    assert pairs._grow(Chain(), more.weaken_ordering()).kind.order is Order.NONE


def test_keyed_and_not(leader, pairs, message):
    text = message(lambda: leader.source_iter([1]).chain(pairs), GraphError)
    assert text.startswith("`chain` needs another Stream, but its input (`into_keyed`) is a KeyedStream.")
