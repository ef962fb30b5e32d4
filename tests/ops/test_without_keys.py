import pytest

from hydro_nb import BoundError, GraphError, LocationError, nondet
from hydro_nb.ir.node import Bound


def test_list(leader, pairs, run, both, snapshot):
    left = pairs.value_counts().filter_key_not_in(leader.source_iter(["a", "z", "a"]))
    assert run(left) == [{"b": 1}]
    assert both(left) == [{"b": 1}]
    left.values().count().into_stream().for_each(print)
    snapshot(pairs.flow.source(pairs.location))


def test_keys_that_come(leader, pairs, run, both):
    arriving = pairs.weaken_boundedness().first()
    left = arriving.filter_key_not_in(leader.source_iter(["a"]))
    assert left.kind.bound is Bound.BOUNDED_VALUE
    assert run(left.entries()) == [("b", 2)]
    assert both(left.entries()) == [("b", 2)]


def test_no_version_has_a_key_that_is_not_wanted(leader, pairs):
    arriving = pairs.weaken_boundedness().first()
    tables = arriving.filter_key_not_in(leader.source_iter(["a"])).weaken_boundedness()
    seen = tables.snapshot(leader.tick(), nondet("any")).into_singleton().all_ticks().sim_output()
    outcomes = []

    async def body():
        outcomes.append(await seen.collect())

    leader.flow.sim().exhaustive(body)
    assert {repr(table) for tables in outcomes for table in tables} == {"{}", "{'b': 2}"}


def test_in_a_tick(pairs, leader, run):
    tick = leader.tick()
    keys = leader.source_iter(["b"]).batch(tick, nondet("one batch"))
    now = pairs.value_counts().snapshot(tick, nondet("it is complete"))
    assert run(now.filter_key_not_in(keys).entries().all_ticks()) == [("a", 3)]


def test_needs(pairs, live, leader, worker, message):
    counts = pairs.send(worker).value_counts()
    text = message(lambda: counts.filter_key_not_in(worker.source_iter(["a"])), BoundError)
    assert "`filter_key_not_in` needs values that no longer change" in text
    text = message(lambda: pairs.value_counts().filter_key_not_in(worker.source_iter(["a"])), LocationError)
    assert "`filter_key_not_in` needs both collections at one place" in text
    with pytest.raises(GraphError, match="needs another collection"):
        pairs.value_counts().filter_key_not_in(["a"])
