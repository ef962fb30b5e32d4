"""Cells out of order, copied, split, stale and run again, in a real kernel."""

import re

import pytest

from hydro_nb import FlowBuilder, StaleError

MAKE = "flow = FlowBuilder()\nprocess = flow.process()"
NUMBERS = "numbers = process.source_iter([1, 2, 3])"
TENS = "tens = numbers.map(lambda n: n * 10)"
SINK = "tens.for_each(print)"
CHANGED = "numbers = process.source_iter([7]).weaken_boundedness()"


def build(kernel):
    for cell, text in (("make", MAKE), ("numbers", NUMBERS), ("tens", TENS), ("sink", SINK)):
        kernel.run(text, cell)


def operators(kernel) -> str:
    return kernel.value("' '.join(node.op.name for node in flow.graph.nodes.values())")


def label(kernel) -> str:
    """The cell that ran last."""
    return f"In[{int(kernel.value('len(In) - 1'))}]"


def test_cells_may_run_out_of_order(kernel):
    kernel.run(MAKE, "make")
    kernel.run(NUMBERS, "numbers")
    kernel.run("numbers.for_each(print)", "late")
    kernel.run("numbers.map(str).for_each(print)", "early")
    kernel.run(NUMBERS, "numbers")
    assert operators(kernel) == "source_iter for_each map for_each"
    assert kernel.value("flow.graph.stale()") == "{}"


def test_a_cell_may_run_alone_in_a_notebook_that_was_opened_again(kernel):
    assert "name 'numbers' is not defined" in kernel.attempt(TENS, "tens").error
    build(kernel)
    assert operators(kernel) == "source_iter map for_each"


def test_a_copy_of_a_cell_is_a_cell_of_its_own(kernel):
    build(kernel)
    kernel.run(SINK, "copy")
    assert operators(kernel) == "source_iter map for_each for_each"
    kernel.run(SINK, "copy")
    kernel.run("1", "other", deleted=["copy"])
    assert operators(kernel) == "source_iter map for_each"


def test_a_cell_that_is_split_leaves_each_half_once(kernel):
    kernel.run(MAKE, "make")
    kernel.run(f"{NUMBERS}\n{TENS}\n{SINK}", "whole")
    # the host keeps the id for the first half and gives the second one another
    kernel.run(NUMBERS, "whole")
    kernel.run(f"{TENS}\n{SINK}", "half")
    assert operators(kernel) == "source_iter map for_each"
    assert kernel.value("flow.graph.stale()") == "{}"


def test_halves_that_are_merged_leave_what_the_whole_makes(kernel):
    build(kernel)
    kernel.run(f"{NUMBERS}\n{TENS}\n{SINK}", "numbers", deleted=["tens", "sink"])
    assert operators(kernel) == "source_iter map for_each"


def test_run_all_again_from_the_top_makes_the_same(kernel):
    build(kernel)
    before = kernel.value("flow.to_text()")
    build(kernel)
    assert operators(kernel) == "source_iter map for_each"
    assert kernel.value("flow.to_text()").count("\n") == before.count("\n")


def test_a_name_that_a_failing_cell_bound_leads_nowhere_and_says_so(kernel):
    build(kernel)
    kernel.attempt("extra = numbers.map(str)\n1 / 0", "extra")
    assert operators(kernel) == "source_iter map for_each"
    said = kernel.attempt("extra.for_each(print)", "use").error
    assert "this uses the result of a `map` whose cell failed, so that it was taken back" in said


def test_stale_cells_are_told_when_they_become_so(kernel):
    build(kernel)
    tens, sink = (f"In[{int(kernel.value('len(In) - 1')) - back}]" for back in (1, 0))
    told = kernel.run(CHANGED, "numbers").stdout
    assert told == f"stale: run {tens}, {sink} again, in this order, or %hydro refresh\n"
    assert kernel.run(CHANGED.replace("7", "8"), "numbers").stdout == ""


def test_a_picture_shows_what_is_stale(kernel):
    build(kernel)
    last = label(kernel)
    kernel.run(CHANGED, "numbers")
    drawn = kernel.run("%hydro graph", "graph").graphs[-1]
    assert f"stale: run {last} again" in drawn["text/html"]
    assert re.search(r'class="node op transform stale"', drawn["text/html"])
    assert drawn["text/plain"].endswith("or %hydro refresh")
    assert "or %hydro refresh" in kernel.run("%hydro flows", "flows").stdout


def test_refresh_runs_stale_cells_again_in_order(kernel):
    build(kernel)
    count = int(kernel.value("len(In) - 1"))
    kernel.run(CHANGED, "numbers")
    assert kernel.attempt("%hydro deploy", "deploy").ename == "StaleError"
    said = kernel.run("%hydro refresh", "refresh").stdout
    assert said == f"In[{count - 1}], In[{count}] ran again\n"
    assert operators(kernel) == "source_iter weaken map for_each"
    assert kernel.value("flow.graph.stale()") == "{}"
    assert kernel.run("%hydro refresh", "refresh").stdout == "nothing is stale\n"
    # the cells keep their names, and are still the ones that the reader runs
    assert kernel.value("[node.site.cell for node in flow.graph.nodes.values()][-1]") == f"In[{count}]"
    kernel.run(SINK, "sink")
    assert operators(kernel).count("for_each") == 1


def test_refresh_stops_at_a_cell_that_fails_and_keeps_what_came_before(kernel):
    kernel.run(MAKE, "make")
    kernel.run("texts = process.source_iter(['a'])", "texts")
    kernel.run("shout = texts.map(str.upper)", "shout")
    kernel.run("fine = True", "fine")
    kernel.run("assert fine\nshout.for_each(print)", "sink")
    kernel.run("fine = False", "fine")
    kernel.run("texts = process.source_iter(['b']).weaken_boundedness()", "texts")
    failed = kernel.attempt("%hydro refresh", "refresh")
    assert "AssertionError" in failed.error
    assert "failed, so the flow is as it was before it ran, and no cell below was run" in failed.stderr
    assert len(kernel.value("[*flow.graph.stale()]").split(",")) == 1
    kernel.run("fine = True", "fine")
    assert "ran again" in kernel.run("%hydro refresh", "refresh").stdout


def test_refresh_says_which_cells_it_cannot_run(kernel):
    kernel.run(MAKE, "make")
    kernel.run(NUMBERS, "numbers")
    kernel.run("import asyncio\nawait asyncio.sleep(0)\nnumbers.for_each(print)", "sink")
    kernel.run(CHANGED, "numbers")
    assert "awaits something and must be run by itself" in kernel.attempt("%hydro refresh", "refresh").stderr


def test_refresh_runs_the_cell_of_a_block_that_is_stale(kernel):
    build(kernel)
    kernel.run("with flow.cell('block'):\n    block = numbers.map(str)", "last")
    kernel.run(CHANGED, "numbers")
    label = kernel.value("f'In[{len(In) - 2}]'")
    assert label in kernel.run("%hydro refresh", "refresh").stdout
    assert kernel.value("flow.graph.stale()") == "{}"


def test_cells_that_stand_on_a_flow_that_its_cell_made_anew_are_stale(kernel):
    build(kernel)
    count = int(kernel.value("len(In) - 1"))
    told = f"stale: run In[{count - 2}], In[{count - 1}], In[{count}] again, in this order, or %hydro refresh\n"
    assert kernel.run(MAKE, "make").stdout == told
    # what is built on the old flow alone does not help
    kernel.run(SINK, "sink")
    assert operators(kernel) == ""
    assert kernel.run(MAKE, "make").stdout == ""
    kernel.run("%hydro refresh", "refresh")
    assert operators(kernel) == "source_iter map for_each"
    assert kernel.run("%hydro refresh", "refresh").stdout == "nothing is stale\n"


def test_a_second_flow_of_a_name_leaves_the_cells_of_the_first_alone(kernel):
    build(kernel)
    assert kernel.run(MAKE, "make another").stdout == ""
    assert kernel.run("%hydro refresh", "refresh").stdout == "nothing is stale\n"


COUNTING = """%%hydro
class Leader: ...
class Counter: ...
leader, counter = process(Leader), process(Counter)
port, numbers = leader.source_external(flow.external(), int)
heard = numbers.enumerate().send(counter)"""
PRINTING = "heard.map(lambda pair: pair[1] * {}).enumerate().for_each(print)"
SEND = "deployment[port].send(1)\ndeployment.settle(20)\nprint(deployment.logs('Counter')[-1])"


def test_an_edit_is_deployed_again_and_who_did_not_change_keeps_its_state(kernel):
    kernel.run(COUNTING, "build")
    kernel.run(PRINTING.format(1), "print")
    kernel.run("%hydro deploy", "deploy")
    pids = "{row.name: row.pid for row in deployment.processes}"
    before = kernel.value(pids)
    assert kernel.run(SEND, "send").stdout == "[Counter] (0, 1)\n"
    kernel.run(PRINTING.format(100), "print")
    said = kernel.run("%hydro redeploy", "again").stdout
    assert said == "Counter changed (its code): replaced; Leader kept its state\n"
    assert kernel.value(f"{pids}['Leader'] == {before}['Leader'], {pids} == {before}") == "(True, False)"
    assert kernel.run(SEND, "send").stdout == "[Counter] (0, 100)\n"
    # cells that run again unchanged, and move, change nothing
    kernel.run(COUNTING, "build")
    kernel.run("\n\n# moved\n" + PRINTING.format(100), "print")
    assert kernel.run("%hydro redeploy", "again").stdout == "nothing changed; Leader, Counter kept their state\n"
    assert "started again once, the last time: its code changed" in kernel.run("%hydro status", "status").stdout


def test_a_stale_flow_is_not_deployed_again(kernel):
    build(kernel)
    kernel.run("%hydro deploy", "deploy")
    kernel.run(CHANGED, "numbers")
    assert kernel.attempt("%hydro redeploy", "again").ename == "StaleError"
    assert kernel.value("deployment.state in ('running', 'settled')") == "True"
    kernel.run("%hydro refresh", "refresh")
    assert "process 0 changed (its code): replaced" in kernel.run("%hydro redeploy", "again").stdout


def test_a_flow_that_a_cell_built_anew_is_deployed_in_the_place_of_the_old_one(kernel):
    cell = "flow = FlowBuilder('sums')\n" + COUNTING.removeprefix("%%hydro\n").replace("process(", "flow.process(")
    kernel.run(f"{cell}\n{PRINTING.format(1)}", "all")
    kernel.run("%hydro deploy", "deploy")
    kernel.run(f"{cell}\n{PRINTING.format(2)}", "all")
    assert "Counter changed (its code): replaced; Leader kept its state" in kernel.run("%hydro redeploy", "x").stdout


def test_the_same_in_a_script():
    flow = FlowBuilder()
    process = flow.process()
    for data in ([1], [1, 2]):
        with flow.cell("numbers"):
            numbers = process.source_iter(data)
        with flow.cell("sink"):
            numbers.for_each(print)
    assert [node.op.name for node in flow.graph.nodes.values()] == ["source_iter", "for_each"]
    with flow.cell("numbers"):
        numbers = process.source_iter([(1, 2)]).into_keyed()
    assert [*flow.graph.stale()] == ["sink.for_each.0"]
    with pytest.raises(StaleError, match=r"test_refresh.py, line \d+:   numbers.for_each\(print\)"):
        flow.deploy()
