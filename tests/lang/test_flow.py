"""Flows as a whole: what may be run, how it is shown, and what is said when it cannot."""

from __future__ import annotations

import json

import pytest

from hydro_nb import DeployError, FlowBuilder, GraphError, LocationError
from hydro_nb.lang.ready import byte_count


def test_program_of_the_front_page(flow, leader):
    numbers = leader.source_iter([1, 2, 3, 4])
    process2 = flow.process()
    numbers.send_bincode(process2).map(lambda n: n * 10).for_each(print)
    with flow.deploy(backend="inprocess") as deployment:
        deployment.settle(60)
        assert [str(line) for line in deployment.logs()] == [f"[process 1] {n}0" for n in (1, 2, 3, 4)]


def test_deployed_changed_and_deployed_again(flow, leader):
    numbers = leader.source_iter([1])
    numbers.for_each(print)
    for expected in (["1"], ["1", "2"]):
        with flow.deploy(backend="inprocess") as deployment:
            deployment.settle(60)
            assert sorted(line.text for line in deployment.logs()) == expected
        numbers.map(lambda n: n + 1).for_each(print)


def test_empty_flow(flow):
    with pytest.raises(GraphError, match="the flow `lang` is empty"):
        flow.deploy()


@pytest.mark.parametrize("size", ["64 bananas", "", 0, -3, "0MiB", None])
def test_buffer_sizes_that_are_none(flow, size):
    with pytest.raises(DeployError, match="is not a number of bytes"):
        flow.deploy(max_buffer=size)


def test_buffer_sizes():
    sizes = ["64MiB", "1.5 KiB", "10kb", "7", 9]
    assert [byte_count(size) for size in sizes] == [2**26, 1536, 10_000, 7, 9]


def test_unknown_backend(flow, leader):
    leader.source_iter([1]).for_each(print)
    with pytest.raises(DeployError, match="backend='cloud' is not known"):
        flow.deploy(backend="cloud")


def test_markers(flow):
    with pytest.raises(GraphError, match="a marker is a class"):
        flow.process("Leader")

    class Twin: ...

    places = [flow.process(Twin), flow.process(Twin), flow.process(), flow.external(Twin)]
    assert [place.name for place in places] == ["Twin", "Twin#2", "process 2", "Twin#3"]
    assert [repr(place) for place in places] == [
        "Process[Twin]",
        "Process[Twin] (Twin#2)",
        "Process[None] (process 2)",
        "External[Twin] (Twin#3)",
    ]
    assert len(set(places)) == 4


def test_source_of_a_location(flow, leader, worker):
    leader.source_iter([1]).send(worker).for_each(print)
    assert "def tick(state, inputs, outputs):" in flow.source(worker)
    assert flow.source(leader) != flow.source(worker)
    with pytest.raises(LocationError, match="needs a process or a cluster of this flow"):
        flow.source(leader.tick())
    with pytest.raises(LocationError, match="belongs to another flow"):
        flow.source(FlowBuilder().process())


def test_forms(flow, leader, worker):
    leader.source_iter([1]).send(worker).for_each(print)
    assert "source_iter" in flow.to_text()
    assert flow.to_dot().startswith(("digraph", "strict digraph"))
    assert "flowchart" in flow.to_mermaid() or "graph" in flow.to_mermaid()
    assert json.loads(flow.to_json())
    assert "lang" in flow._repr_mimebundle_()["text/plain"]
    assert repr(flow) == "FlowBuilder('lang': 2 locations, 3 operators)"
