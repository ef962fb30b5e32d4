"""Cells own nodes: a run replaces what the same cell made before, a failure changes nothing."""

import pytest

from hydro_nb import FlowBuilder, StaleError
from hydro_nb.ir.graph import Graph


class Leader: ...


def slots(flow: FlowBuilder) -> list[str]:
    return list(flow.graph.nodes)


def test_a_cell_that_runs_again_replaces_what_it_made():
    flow = FlowBuilder()
    for _ in range(2):
        with flow.cell("numbers"):
            flow.process(Leader).source_iter([1]).for_each(print)
    assert slots(flow) == ["numbers.source_iter.0", "numbers.for_each.0"]
    assert [place.number for place in flow.graph.places.values()] == [0]


def test_cells_below_stay_attached_to_what_replaces_their_input():
    flow = FlowBuilder()
    with flow.cell("a"):
        numbers = flow.process().source_iter([1])
    with flow.cell("b"):
        numbers.map(lambda n: n + 1).for_each(print)
    with flow.cell("a"):
        flow.process().source_iter([1, 2, 3])
    assert flow.graph.stale() == {}
    assert flow.graph.nodes["b.map.0"].inputs[0].slot == "a.source_iter.0"


def test_a_change_of_kind_makes_what_stands_on_it_stale_until_it_runs_again():
    flow = FlowBuilder()
    with flow.cell("a"):
        process = flow.process()
        numbers = process.source_iter([1])
    with flow.cell("b"):
        numbers.for_each(print)
    with flow.cell("a"):
        process = flow.process()
        numbers = process.source_iter(["now", "text"])
    assert list(flow.graph.stale()) == ["b.for_each.0"]
    with pytest.raises(StaleError, match=r"numbers\.for_each"):
        flow.deploy()
    with flow.cell("b"):
        numbers.for_each(print)
    assert flow.graph.stale() == {}


def test_a_name_that_stands_for_another_collection_makes_stale_what_used_it():
    flow = FlowBuilder()
    process = flow.process()

    def numbers(more):
        with flow.cell("a"):
            if more == "renamed":
                evens = process.source_iter([1, 2])
                return evens  # noqa: RET504 - the name is what this is about
            numbers = process.source_iter([1, 2])
            if more:
                numbers = numbers.filter(lambda n: n > 1)
        return numbers

    made = numbers(more=False)
    with flow.cell("b"):
        made.map(lambda n: n + 1).for_each(print)
    made = numbers(more=True)
    why = flow.graph.stale()["b.map.0"]
    assert why.startswith("`numbers` is another collection now: test_graph.py")
    assert [*flow.graph.stale()] == ["b.map.0", "b.for_each.0"]
    with flow.cell("b"):
        made.map(lambda n: n + 1).for_each(print)
    assert flow.graph.stale() == {}
    # back again, by an edit that is taken back or by a run that fails
    numbers(more=False)
    assert "no longer made" in flow.graph.stale()["b.map.0"]
    made = numbers(more=True)
    assert flow.graph.stale() == {}
    with flow.cell("b"):
        process.source_iter([0]).for_each(print)
    made = numbers(more=False)
    with flow.cell("b"):
        made.for_each(print)
    numbers(more="renamed")
    assert flow.graph.stale()["b.for_each.0"].startswith("`numbers` is called `evens` now")
    with pytest.raises(ZeroDivisionError), flow.cell("a"):
        numbers = process.source_iter([1 / 0])
    assert flow.graph.stale()["b.for_each.0"].startswith("`numbers` is called `evens` now")


def test_names_that_a_cell_gives_twice_lead_where_they_did():
    flow = FlowBuilder()
    process = flow.process()
    with flow.cell("a"):
        kept = []
        for n in range(2):
            numbers = process.source_iter([n])
            kept.append(numbers)
    with flow.cell("b"):
        kept[0].for_each(print)
        numbers.for_each(print)
    assert flow.graph.stale() == {}


def test_a_cell_that_makes_less_takes_the_rest_away():
    flow = FlowBuilder()
    with flow.cell("a"):
        process = flow.process()
        process.source_iter([1])
        gone = process.source_iter([2])
    with flow.cell("a"):
        process = flow.process()
        process.source_iter([1])
    assert slots(flow) == ["a.source_iter.0"]
    with pytest.raises(StaleError, match="no longer makes"):
        gone.map(lambda n: n)


def test_what_a_failing_cell_made_is_told_apart_from_what_is_no_longer_made():
    flow = FlowBuilder()

    def made(divisor):
        with flow.cell("a"):
            process, workers = flow.process(), flow.cluster()
            numbers = process.source_iter([1])
            1 // divisor
        return process, workers, numbers

    with pytest.raises(ZeroDivisionError) as failed:
        made(0)
    mine = failed.traceback[-1].locals
    taken_back = r"the result of a `{}` whose cell failed, so that it was taken back\.\n  made at   test_graph.py, line"
    for kind, use in (
        ("source_iter", lambda: mine["numbers"].map(str)),
        ("process", lambda: mine["process"].source_iter([2])),
        ("cluster", lambda: flow.deploy(clusters={mine["workers"]: 2})),
    ):
        with pytest.raises(StaleError, match=taken_back.format(kind)):
            use()
    process, _, numbers = made(1)
    process.source_iter([2]).chain(numbers.map(lambda n: n + 1)).for_each(print)
    assert flow.graph.stale() == {}


def test_a_failing_cell_changes_nothing():
    flow = FlowBuilder()
    with flow.cell("a"):
        flow.process().source_iter([1]).for_each(print)
    before = flow.to_text()
    with pytest.raises(ZeroDivisionError), flow.cell("a"):
        flow.process().source_iter([1, 2, 3, 4]).map(1 // 0)
    assert flow.to_text() == before


def test_a_deleted_cell_takes_its_nodes_along():
    flow = FlowBuilder()
    with flow.cell("a"):
        process = flow.process()
    with flow.cell("b"):
        process.source_iter([1])
    flow.graph.drop("b")
    assert slots(flow) == []


def test_names_number_the_processes_that_share_a_marker_and_those_without():
    flow = FlowBuilder()
    places = [flow.process(Leader), flow.process(), flow.process(Leader)]
    assert [flow.graph.display_name(p.place) for p in places] == ["Leader", "process 1", "Leader#2"]


def test_what_a_run_did_is_told():
    flow = FlowBuilder()
    with flow.cell("a"):
        process = flow.process()
        process.source_iter([1])
        process.source_iter([1])
    graph: Graph = flow.graph
    graph.begin("a")
    again = flow.process()
    again.source_iter([2]).map(lambda n: n)
    change = graph.commit()
    assert change.added == ("a.map.0",)
    assert change.changed == ("a.source_iter.0",)
    assert change.removed == ("a.source_iter.1",)
