"""A run of a cell is a transaction over the flows that are alive."""

from __future__ import annotations

import pytest

from hydro_nb import FlowBuilder, GraphError, StaleError, Stream, nondet
from hydro_nb.lang import cell


def test_again_replaces(flow):
    for data in ([1], [2, 3]):
        with flow.cell("numbers"):
            numbers = flow.process().source_iter(data)
    assert len(flow.graph.nodes) == 1
    assert numbers.preview().rows == [2, 3]


def test_handles_below_go_on(flow, leader):
    with flow.cell("numbers"):
        numbers = leader.source_iter([1])
    tens = numbers.map(lambda n: n * 10)
    with flow.cell("numbers"):
        leader.source_iter([2])
    assert tens.preview().rows == [20]


def test_failure_changes_nothing(flow, leader):
    with flow.cell("numbers"):
        numbers = leader.source_iter([1])
    before = dict(flow.graph.nodes)

    def failing():
        with flow.cell("numbers"):
            leader.source_iter([2]).map(str)
            return 1 // 0

    with pytest.raises(ZeroDivisionError):
        failing()
    assert flow.graph.nodes == before
    assert numbers.preview().rows == [1]


def test_names_survive(flow):
    for _ in range(2):
        with flow.cell("places"):
            plain = flow.process()
    assert (plain.name, len(flow.graph.places)) == ("process 0", 1)


def test_stale_until_run_again(flow, leader):
    def numbers(data):
        with flow.cell("numbers"):
            return leader.source_iter(data)

    def tens():
        with flow.cell("tens"):
            return first.map(lambda n: n * 10)

    first = numbers([1])
    tens()
    numbers(["a"])
    with pytest.raises(StaleError, match=r"return first\.map\(lambda n: n \* 10\)"):
        flow.deploy(backend="inprocess")
    assert tens().preview().rows == ["a" * 10]


def test_handle_of_what_is_gone(flow, leader):
    with flow.cell("numbers"):
        numbers = leader.source_iter([1])
    with flow.cell("numbers"):
        pass
    assert "its cell no longer makes it" in repr(numbers)
    with pytest.raises(
        StaleError, match=r"no longer makes\.\n  made at .*\n  used at   test_cell.py, line \d+:   numbers\.map\(str\)"
    ):
        numbers.map(str)


def test_cycle_completed_again_by_its_cell(flow, leader, worker):
    handle, back = leader.forward_ref(Stream, of=int)
    for low in (0, 1):
        with flow.cell("body"):
            ahead = leader.source_iter([2]).weaken_boundedness().merge_unordered(back)
            ordered = ahead.assume_ordering(nondet("one at a time"))
            handle.complete(ordered.filter(lambda n, low=low: n > low).map(lambda n: n - 1).send(worker).send(leader))
    assert back.preview().rows == [1]


def test_all_flows_take_part():
    old = FlowBuilder()
    leader = old.process()
    cell.begin("In[1]")
    one, new = leader.source_iter([1]), FlowBuilder()
    new.process().source_iter([2])
    cell.rollback()
    assert old.graph.nodes == new.graph.nodes == {}
    assert one.flow is old


def test_one_flow_alone():
    one, two = FlowBuilder(), FlowBuilder()
    for flow in (one, two):
        with flow.cell("same"):
            flow.process().source_iter([1])
    with one.cell("same"):
        pass
    assert (len(one.graph.nodes), len(two.graph.nodes)) == (0, 1)


def test_what_changed(flow, leader):
    cell.begin("In[1]")
    leader.source_iter([1])
    change = cell.commit()[flow]
    assert (change.added, change.changed, change.removed) == (("In-1-.source_iter.0",), (), ())


def test_no_cell_to_end():
    with pytest.raises(GraphError, match="no cell is running"):
        cell.commit()


def test_a_block_inside_of_another_goes_with_it(flow, leader):
    def build(*names):
        with flow.cell("outer"):
            for name in names:
                with flow.cell(name):
                    leader.source_iter([name])
                    with flow.cell(f"{name} of {name}"):
                        leader.source_iter([name])

    def there():
        return sorted(slot.partition(".")[0] for slot in flow.graph.nodes)

    build("a", "b")
    assert there() == ["a", "a-of-a", "b", "b-of-b"]
    build("b", "c")
    assert there() == ["b", "b-of-b", "c", "c-of-c"]
    with flow.cell("b"):
        pass
    assert there() == ["c", "c-of-c"]
    build()
    assert there() == []


@pytest.mark.parametrize("name", ["main", "", "step 1"])
def test_a_block_of_any_name_replaces_what_it_made_and_nothing_else(flow, leader, name):
    numbers = leader.source_iter([1])
    for _ in range(2):
        with flow.cell(name):
            numbers.for_each(print)
    assert [node.op.name for node in flow.graph.nodes.values()] == ["source_iter", "for_each"]
    with flow.cell("outer"), flow.cell(name):
        numbers.for_each(print)
    with flow.cell("outer"):
        pass
    assert len(flow.graph.nodes) == 1


def test_a_name_is_text(flow):
    with pytest.raises(GraphError, match=r"`cell` takes the name of a block as text, but was given 5$"), flow.cell(5):
        pass
