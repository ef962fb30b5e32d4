import pytest

from hydro_nb import ProcessFailed, ProofError, inplace, nondet, proof
from hydro_nb.ir.node import Bound


def test_list(leader, run, snapshot):
    best = leader.source_iter([3, 1, 2]).reduce(lambda a, b: a + b)
    assert run(best) == [6]
    best.into_stream().for_each(print)
    snapshot(leader.flow.source(leader))


def test_nothing_to_reduce(leader, both):
    assert both(leader.source_iter([]).reduce(max)) == []


def test_none_is_a_value(leader, run):
    assert run(leader.source_iter([None]).reduce(max)) == [None]


def forgets(seen, more):
    seen.extend(more)


@pytest.mark.parametrize("function", [forgets, lambda seen, more: seen.extend(more)])
def test_a_function_that_forgets_to_return_is_an_error(leader, run, function):
    with pytest.raises(ProcessFailed, match=r"the function returned None\. It must return the next accumulator"):
        run(leader.source_iter([[1], [2]]).reduce(function))


def newest(_, n):
    return n


def test_none_may_be_the_result_where_it_is_among_the_elements(leader, run):
    assert run(leader.source_iter([1, None]).reduce(newest)) == [None]
    assert run(leader.source_iter(["1", ""]).map(lambda text: int(text) if text else None).reduce(newest)) == [None]
    assert run(leader.source_iter([{}, []]).map(lambda each: None).reduce(lambda _, n: newest(0, n))) == [None]
    assert run(leader.source_iter([[1], None]).map(lambda each: each).reduce(lambda _, each: each)) == [None]


def test_live(live, both):
    assert both(live.reduce(lambda a, b: a + b)) == [6]


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
