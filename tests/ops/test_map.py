import pytest

from hydro_nb import CaptureError, ProofError, proof
from hydro_nb.ir.node import Bound
from ops.one_per_tick import one_per_tick


def double(n: int) -> int:
    return n * 2


def test_list(leader, run, snapshot):
    tens = leader.source_iter([1, 2, 3]).map(lambda n: n * 10)
    assert run(tens) == [10, 20, 30]
    tens.for_each(print)
    snapshot(leader.flow.source(leader))


def test_keyed(pairs, both):
    assert both(pairs.map(double)) == [("a", 2), ("b", 4), ("a", 6), ("a", 6)]


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


def test_with_key(pairs, worker, both):
    assert both(pairs.map_with_key(lambda key, n: key * n)) == [("a", "a"), ("b", "bb"), ("a", "aaa"), ("a", "aaa")]
    sent = pairs.send(worker).map_with_key(lambda key, n: (n, key))
    assert both(sent.values()) == [(1, "a"), (2, "b"), (3, "a"), (3, "a")]


def test_with_key_of_a_value(pairs, worker, both):
    assert both(pairs.value_counts().map_with_key(lambda key, n: key * n)) == [{"a": "aaa", "b": "b"}]
    assert both(pairs.send(worker).first().map_with_key(lambda key, n: key * n)) == [{"a": "a", "b": "bb"}]


def test_element_type_with_key(pairs):
    def repeat(key: str, n: int) -> list[str]:
        return [key] * n

    assert pairs.map_with_key(repeat).kind == pairs.kind.but(element=list[str])


@pytest.mark.parametrize("method", ["map", "filter", "filter_map", "flat_map_ordered", "flat_map_unordered", "inspect"])
def test_proofs_of_effects(leader, pairs, live, method, message):
    lists = [leader.source_iter([[1]]), leader.source_iter([("a", [1])]).into_keyed()]
    for collection in lists:
        act = getattr(collection, method)
        node = leader.flow.graph.nodes[act(list, commutative=proof("once"), idempotent=proof("same")).ref.slot]
        assert (node.op.commutative.reason, node.op.idempotent.reason) == ("once", "same")
    assert message(lambda: act(list, commutative=True), ProofError).startswith(
        f"`{method}` was given commutative=True, which is no proof."
    )


@pytest.mark.parametrize("method", ["map", "map_with_key", "filter_with_key", "inspect_with_key", "prefix_key"])
def test_effects_need_proofs(pairs, leader, message, method):
    total = leader.singleton(0).by_mut()

    def add(*values):
        total.value += values[-1]
        return values[-1]

    loose = pairs.weaken_ordering()
    assert message(lambda: getattr(loose, method)(add), ProofError).startswith(
        f"`{method}` needs a commutative function (any order may come), but `loose` is NoOrder."
    )
    assert getattr(loose, method)(add, commutative=proof("addition commutes")).kind.order is loose.kind.order


def test_values_that_stay_are_mapped_once(flow, leader, both):
    firsts = one_per_tick(leader).map(lambda n: (n % 2, n)).into_keyed().first()
    assert both(firsts.map(lambda n: n * 10).entries()) == [(1, 10), (0, 20)]
    assert both(firsts.filter(lambda n: n > 1).entries()) == [(0, 2)]
    assert both(firsts.filter_map(lambda n: n or None).entries()) == [(1, 1), (0, 2)]
    firsts.map(print).entries()
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        assert [line.text for line in deployment.logs()] == ["1", "2"]
