"""Choices of order inside an atomic section: all that one run of its tick has is put into an order."""

import pytest
from sim_outcomes import explore

from hydro_nb import FlowBuilder, NoOrder, nondet, proof

ANY = nondet("any outcome is explored")


@pytest.fixture
def flow():
    return FlowBuilder("atomic")


@pytest.fixture
def leader(flow):
    return flow.process()


def whole(outcomes, size):
    """The outcomes in which all elements have come."""
    return {each for (each,) in outcomes if len(each) == size}


def test_assumed_order(flow, leader):
    port, numbers = leader.sim_input(int, order=NoOrder)
    out = numbers.atomic().assume_ordering(ANY).end_atomic().sim_output()
    _, seen = explore(flow, lambda: port.send_many_unordered([1, 2]), out)
    assert whole(seen, 2) == {(1, 2), (2, 1)}


def test_merged_order(flow, leader):
    port, numbers = leader.sim_input(int)
    section = numbers.atomic()
    out = section.merge_ordered(section.map(lambda n: -n), ANY).end_atomic().sim_output()
    _, seen = explore(flow, lambda: port.send_many([1, 2]), out)
    assert whole(seen, 4) == {
        (1, 2, -1, -2), (1, -1, 2, -2), (1, -1, -2, 2), (-1, -2, 1, 2), (-1, 1, -2, 2), (-1, 1, 2, -2),
    }  # fmt: skip


def test_join_remembers(flow, leader):
    port, numbers = leader.sim_input(int)
    section = numbers.map(lambda n: (0, n)).atomic()
    out = section.join(section).end_atomic().map(lambda entry: entry[1]).sim_output()
    _, seen = explore(flow, lambda: port.send_many([1, 2]), out)
    assert {tuple(sorted(each)) for each in whole(seen, 4)} == {((1, 1), (1, 2), (2, 1), (2, 2))}


def test_fold_that_is_looked_at(flow, leader):
    port, numbers = leader.sim_input(int, order=NoOrder)
    section = numbers.atomic()
    total = section.fold(0, lambda total, n: total * 10 + n, commutative=proof("said wrongly", unchecked=True))
    out = total.snapshot_atomic(section.location.tick, ANY).all_ticks().sim_output()
    _, seen = explore(flow, lambda: port.send_many_unordered([1, 2]), out)
    assert {each[-1] for (each,) in seen if each and each[-1] > 9} == {12, 21}


def test_a_value_of_a_section_is_there_from_the_start():
    process = FlowBuilder().process()
    send, numbers = process.sim_input(int)
    shown = numbers.atomic().count().end_atomic().map(lambda n: n + 1)
    out = shown.snapshot(process.tick(), nondet("every version is tried")).all_ticks().sim_output()
    seen = set()

    async def body():
        send.send_many([7, 8])
        seen.add(tuple(await out.collect()))

    process.flow.sim().exhaustive(body)
    assert {(1, 3), (1, 2, 3), (3,)} <= seen
    assert all(versions[-1] == 3 for versions in seen)


def test_a_complete_stream_enters_a_section_whole():
    process = FlowBuilder().process()
    out = process.source_iter([1, 2]).atomic().count().into_stream().end_atomic().sim_output()

    async def body():
        await out.assert_yields_only([2])

    assert process.flow.sim().exhaustive(body) == 1
