"""Cells that stand on what has changed, as problems of the dashboard of what they had deployed."""

import pytest

from hydro_nb import FlowBuilder
from hydro_nb.notebook.outdated import outdated
from hydro_nb.notebook.source import DeploymentSource


class Leader: ...


def nothing(_):
    """Take an element."""


@pytest.fixture
def flow():
    flow = FlowBuilder()
    with flow.cell("numbers"):
        numbers = flow.process(Leader).source_iter([1, 2])
    with flow.cell("sink"):
        numbers.map(str).for_each(nothing)
    return flow


def change(flow):
    """Let the first cell make no more what the second one stands on."""
    with flow.cell("numbers"):
        flow.process(Leader)


def test_a_cell_is_told_once_with_its_first_line_and_what_to_do(flow):
    assert outdated(flow.graph) == []
    change(flow)
    (told,) = outdated(flow.graph)
    name = told["site"]["cell"]
    assert told["error"].startswith(f"{name} stands on what has changed: its input ")
    assert told["advice"] == f"Run {name} again or %hydro refresh; then deploy again."
    assert told["op"] == "map"


def test_a_deployment_tells_of_the_flow_as_it_is_now(flow):
    with flow.deploy(backend="inprocess") as deployment:
        source = DeploymentSource(deployment)
        assert source.stale() == []
        change(flow)
        assert [each["op"] for each in source.stale()] == ["map"]
    source.retire("In[9]")
    assert source.stale() == []
