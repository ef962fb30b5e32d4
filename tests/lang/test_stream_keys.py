"""The keys of a stream of pairs: each once, in no order."""

import pytest

from hydro_nb import GraphError, nondet
from hydro_nb.ir.node import Bound, Order, Retries
from hydro_nb.testing import collect

PAIRS = [("a", 1), ("b", 2), ("a", 3)]


def test_list(leader):
    keys = leader.source_iter(PAIRS).weaken_retries().keys()
    assert sorted(collect(keys, backend="inprocess")) == ["a", "b"]
    assert (keys.kind.bound, keys.kind.order, keys.kind.retries) == (Bound.BOUNDED, Order.NONE, Retries.EXACTLY_ONCE)
    assert keys.kind.element is str


def test_in_tick(leader):
    batch = leader.source_iter(PAIRS).batch(leader.tick(), nondet("shown only"))
    assert sorted(collect(batch.keys().all_ticks(), backend="inprocess")) == ["a", "b"]


def test_each_tick_has_its_own(flow, leader):
    pairs = leader.source_iter([("a", 1), ("a", 2)]).batch(leader.tick(), nondet("shown only"))
    out, seen = pairs.keys().all_ticks().sim_output(), set()

    async def body():
        seen.add(tuple(await out.collect_sorted()))

    flow.sim().exhaustive(body)
    assert seen == {("a",), ("a", "a")}


def test_no_pairs(leader):
    with pytest.raises(GraphError, match="Make pairs first"):
        leader.source_iter([1]).keys()
