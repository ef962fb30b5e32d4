"""A cell that runs again unchanged changes nothing; what it means to change is seen."""

from functools import partial

import numpy as np
import pytest

from hydro_nb import FlowBuilder
from hydro_nb.ir.graph import Change

CELL = """
step = {step}
def add(n):
    return n + {add}
process = flow.process()
numbers = process.source_iter({data})
numbers.map(lambda n, step=step: n * {factor} + step).map(add).map(make(step)).filter({keep}).for_each(print)
"""
AS_IT_WAS = {"step": "1", "add": "2", "data": "[1, 2]", "factor": "10", "keep": "lambda n: n > 0"}


def make(step):
    return lambda n: n + step


def outer(inner):
    return lambda n: not inner(n)


def run(flow: FlowBuilder, before: str = "", **edits: str) -> Change:
    flow.graph.begin("a")
    exec(
        before + CELL.format(**{**AS_IT_WAS, **edits}),
        {"flow": flow, "make": make, "outer": outer, "np": np, "partial": partial},
    )
    return flow.graph.commit()


def test_the_same_text_again_changes_nothing():
    flow = FlowBuilder()
    run(flow)
    assert run(flow).touched == ()


def test_moving_the_lines_changes_nothing():
    flow = FlowBuilder()
    run(flow)
    assert run(flow, before="\n# more words\n\n").touched == ()


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        ({"step": "7"}, ("a.map.0", "a.map.2")),
        ({"add": "3"}, ("a.map.1",)),
        ({"factor": "11"}, ("a.map.0",)),
        ({"data": "[1, 3]"}, ("a.source_iter.0",)),
        ({"keep": "lambda n: n > 1"}, ("a.filter.0",)),
    ],
)
def test_an_edit_changes_what_it_touches(edit, changed):
    flow = FlowBuilder()
    run(flow)
    assert run(flow, **edit).changed == changed


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("np.array([1, 2])", "np.array([1, 3])"),
        ("[np.array([1, 2])]", "[np.array([1, 2, 3])]"),
        ("[{'a': np.array([1, 2])}]", "[{'a': np.array([2, 2])}]"),
        ("[1, 2]", "(1, 2)"),
    ],
)
def test_constants_of_any_kind_are_compared(one, two):
    flow = FlowBuilder()
    run(flow, data=one)
    assert "a.source_iter.0" not in run(flow, data=one).changed
    assert "a.source_iter.0" in run(flow, data=two).changed


def test_partials_are_compared_by_what_they_hold():
    flow = FlowBuilder()
    run(flow, keep="partial(max, 3)")
    assert run(flow, keep="partial(max, 3)").touched == ()
    assert run(flow, keep="partial(max, 4)").changed == ("a.filter.0",)


def test_a_function_held_by_a_function_is_compared_by_its_code():
    flow = FlowBuilder()
    run(flow, keep="outer(lambda n: n + 1)")
    assert run(flow, keep="outer(lambda n: n + 1)").touched == ()
    assert run(flow, keep="outer(lambda n: n + 2)").changed == ("a.filter.0",)
