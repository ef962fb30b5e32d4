"""What executions give, compared when the search is over."""

from __future__ import annotations

import pytest

from hydro_nb import ConsistencyCollector, FlowBuilder, NoOrder, SimulationFailure, nondet

ANY = nondet("any outcome is explored")


def joined(total, each):
    return total + each, total + each


class Letters:
    """Letters in any order, and all of them so far, one after the other."""

    def __init__(self):
        self.flow = FlowBuilder()
        process = self.flow.process()
        self.port, letters = process.sim_input(str, order=NoOrder)
        ordered = letters.assume_ordering(ANY)
        self.letters_out = ordered.sim_output()
        self.texts_out = ordered.scan("", joined).sim_output()
        self.collector = ConsistencyCollector()


@pytest.fixture
def letters():
    return Letters()


def test_two_executions_that_disagree_are_shown(letters):
    async def body():
        letters.port.send_many_unordered(["a", "b", "c"])
        letters.collector.record_run(await letters.texts_out.collect())

    assert letters.flow.sim().exhaustive(body) == 6
    with pytest.raises(SimulationFailure) as caught:
        letters.collector.check_prefix_consistency()
    text = str(caught.value)
    assert text.startswith("Prefix inconsistency: of what two executions gave, neither begins the other.")
    assert "test_sim_consistency.py" in text
    assert "  one:     ['a', 'ab', 'abc']\n  another: ['b', 'ba', 'bac']\n" in text
    assert "What happened in one:\n1. the test sends 'a', 'b', 'c'" in text
    assert "What happened in the other:\n1. the test sends 'a', 'b', 'c'" in text
    assert text.endswith("Run them again: flow.sim().replay(body, []) and flow.sim().replay(body, [1])")
    assert caught.value.schedule == (1,)


def test_both_executions_are_recorded_and_what_matters_is_said(letters):
    async def body():
        letters.port.send_many_unordered(["a", "b"])
        letters.collector.record_run(await letters.letters_out.collect())

    letters.flow.sim().exhaustive(body)
    with pytest.raises(SimulationFailure) as caught:
        letters.collector.check_prefix_consistency()
    one, other = caught.value.beside, caught.value.record
    assert one.failure == "gives ['a', 'b']"
    assert other.failure == "gives ['b', 'a'], another execution ['a', 'b']"
    assert [verdict.instead for verdict in other.verdicts()] == ["next in order: 'a'"]
    assert "The failure depends on 1 of 1 decision." in caught.value.explain()
    assert "What happened" not in caught.value.brief
    assert "Run them again" in caught.value.brief


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (lambda out: out.collect(), "Write `await` before it: collector.record_run(await port.collect())"),
        (lambda out: 3, "`record_run` takes a list of what an execution gives, but was given 3."),
    ],
)
def test_what_is_no_list_is_refused(letters, given, told):
    async def body():
        letters.collector.record_run(given(letters.letters_out))

    with pytest.raises(SimulationFailure) as caught:
        letters.flow.sim().exhaustive(body)
    assert told in str(caught.value)
    assert "letters.collector.record_run(given(letters.letters_out))" in str(caught.value)


def test_the_order_is_nothing_to_a_set(letters):
    async def body():
        letters.port.send_many_unordered(["a", "b", "b"])
        letters.collector.record_run(await letters.letters_out.collect())

    letters.flow.sim().exhaustive(body)
    letters.collector.check_set_consistency()
    with pytest.raises(SimulationFailure, match="Prefix inconsistency"):
        letters.collector.check_prefix_consistency()


def test_sets_that_differ(letters):
    async def body():
        letters.port.send_many_unordered(["a", "b"])
        letters.collector.record_run((await letters.texts_out.collect())[-1:])

    letters.flow.sim().fuzz(body, runs=20, seed=1)
    with pytest.raises(SimulationFailure) as caught:
        letters.collector.check_set_consistency()
    assert "Set inconsistency: two executions gave different elements." in str(caught.value)
    assert "['ab']" in str(caught.value)
    assert "['ba']" in str(caught.value)


def test_what_begins_the_same_is_consistent():
    flow = FlowBuilder()
    process = flow.process()
    numbers_in, numbers = process.sim_input(int)
    sums = numbers.batch(process.tick(), ANY).all_ticks().scan(0, joined)
    sums_out, collector = sums.sim_output(), ConsistencyCollector()

    async def body():
        numbers_in.send_many([1, 2, 3])
        collector.record_run([await sums_out.next()])
        collector.record_run(iter(await sums_out.collect()))

    flow.sim().exhaustive(body)
    with pytest.raises(SimulationFailure, match="Prefix inconsistency"):
        collector.check_prefix_consistency()

    collector = ConsistencyCollector()

    async def whole():
        numbers_in.send_many([1, 2, 3])
        first = await sums_out.next()
        collector.record_run([first])
        collector.record_run([first, *await sums_out.collect()])

    assert flow.sim().exhaustive(whole) == 4
    collector.check_prefix_consistency()


def test_values_that_cannot_be_hashed(letters):
    async def body():
        letters.port.send_many_unordered(["a", "b"])
        letters.collector.record_run([[each] for each in await letters.letters_out.collect()])

    letters.flow.sim().exhaustive(body)
    letters.collector.check_set_consistency()


def test_it_collects_in_the_body_of_a_test(letters):
    with pytest.raises(SimulationFailure, match="a ConsistencyCollector was asked to record_run outside a simulation"):
        letters.collector.record_run([])
