from hydro_nb import ProofError, inplace, nondet, proof
from hydro_nb.ir.node import Bound


def test_list(leader, run, snapshot):
    best = leader.source_iter([3, 1, 2]).reduce(lambda a, b: a + b)
    assert run(best) == [6]
    best.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_nothing_to_reduce(leader, run):
    assert run(leader.source_iter([]).reduce(max)) == []


def test_none_is_a_value(leader, run):
    assert run(leader.source_iter([None]).reduce(max)) == [None]


def test_live(live, run):
    assert run(live.reduce(lambda a, b: a + b)) == [6]


def test_guarantees(leader, live, message):
    assert live.reduce(max).kind.bound is Bound.INIT_NONE
    assert leader.source_iter([1]).reduce(max).kind.bound is Bound.BOUNDED
    assert "`reduce` needs a commutative function" in message(lambda: live.weaken_ordering().reduce(max), ProofError)
    live.weaken_ordering().reduce(max, commutative=proof("max"))


def test_inplace_leaves_the_elements_alone(leader, run):
    lists = leader.source_iter([[1], [2], [3]])
    joined = lists.reduce(inplace(lambda seen, more: seen.extend(more)))
    assert run(lists.chain(joined.into_stream())) == [[1], [2], [3], [1, 2, 3]]
    by_key = lists.map(lambda each: ("k", each)).into_keyed()
    last = by_key.reduce(inplace(lambda seen, more: seen.extend(more))).values().assume_ordering(nondet("one key"))
    assert run(lists.chain(last)) == [[1], [2], [3], [1, 2, 3]]
