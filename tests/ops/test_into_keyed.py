from typing import Any

import pytest

from hydro_nb import GraphError, ProcessFailed, nondet
from hydro_nb.ir.node import Bound, Order, Retries, Shape


def test_entries_and_values(pairs, run, snapshot):
    assert run(pairs.entries()) == [("a", 1), ("b", 2), ("a", 3), ("a", 3)]
    assert run(pairs.values()) == [1, 2, 3, 3]
    pairs.entries().unique()
    snapshot(pairs.flow.source(pairs.location))


def test_guarantees(pairs, leader):
    assert (pairs.kind.shape, pairs.kind.key, pairs.kind.element) == (Shape.KEYED_STREAM, str, int)
    assert pairs.kind.order is Order.TOTAL
    assert pairs.entries().kind.order is pairs.values().kind.order is Order.NONE
    assert pairs.entries().kind.element == tuple[str, int]
    assert leader.source_iter([1]).map(lambda n: (n, n)).into_keyed().kind.key is Any


def test_text_is_no_pair(leader, message):
    text = message(lambda: leader.source_iter(["ab"]).into_keyed(), GraphError)
    assert "needs pairs of key and value, but its input (`source_iter`) is of str" in text


def test_lists_of_two_become_pairs(leader, run):
    assert run(leader.source_iter([["a", 1]]).into_keyed().entries()) == [("a", 1)]
    with pytest.raises(ProcessFailed, match=r"in operator `into_keyed`, on element \(1, 2, 3\)"):
        run(leader.source_iter([(1, 2, 3)]).into_keyed())


def test_both_cuts(live, both):
    pairs = live.map(lambda n: (n % 2, n)).into_keyed()
    assert both(pairs) == [(1, 1), (0, 2), (1, 3)]
    assert both(pairs.values()) == [1, 2, 3]


def test_keys(pairs, worker, both):
    assert both(pairs.keys()) == ["a", "b"]
    assert both(pairs.send(worker).keys()) == ["a", "b"]
    batch = pairs.batch(pairs.location.tick(), nondet("each batch has its keys"))
    assert both(batch.keys().all_ticks()) == ["a", "b"]


def test_guarantees_of_keys(pairs, worker):
    kind = pairs.weaken_retries().keys().kind
    assert (kind.order, kind.retries, kind.bound, kind.element) == (
        Order.NONE, Retries.EXACTLY_ONCE, Bound.BOUNDED, str,
    )  # fmt: skip
    assert pairs.send(worker).keys().kind.bound is Bound.UNBOUNDED
