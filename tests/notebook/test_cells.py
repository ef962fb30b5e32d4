"""Cells as transactions in a real kernel: run again, edited, failing, deleted, without ids."""

import pytest
from real_kernel import Kernel

MAKE = "flow = FlowBuilder()\nprocess = flow.process()"


def build(kernel):
    kernel.run(MAKE, "make")
    kernel.run("numbers = process.source_iter([1, 2, 3])", "numbers")
    kernel.run("numbers.map(lambda n: n + 1).for_each(print)", "sink")


def operators(kernel) -> str:
    return kernel.value("' '.join(node.op.name for node in flow.graph.nodes.values())")


def test_a_cell_run_again_replaces_what_it_made(kernel):
    build(kernel)
    kernel.run("numbers = process.source_iter([1, 2, 3])", "numbers")
    kernel.run("numbers.map(lambda n: n + 1).for_each(print)", "sink")
    assert operators(kernel) == "source_iter map for_each"


def test_an_edited_cell_drops_what_it_makes_no_more(kernel):
    build(kernel)
    kernel.run("numbers.for_each(print)", "sink")
    assert operators(kernel) == "source_iter for_each"


def test_cells_below_go_on_with_the_new_node(kernel):
    build(kernel)
    kernel.run("numbers = process.source_iter([7])", "numbers")
    assert kernel.value("flow.graph.stale()") == "{}"
    assert kernel.value("numbers.preview().rows") == "[7]"


def test_a_failing_cell_leaves_every_flow_as_it_was(kernel):
    build(kernel)
    before = kernel.value("flow.to_text()")
    kernel.run("other = FlowBuilder()", "other")
    failing = "numbers.filter(lambda n: n).for_each(print)\nother.process().source_iter([1])\n1 / 0"
    assert kernel.attempt(failing, "sink").ename == "ZeroDivisionError"
    assert kernel.attempt("numbers.filter(", "sink").ename == "SyntaxError"
    assert kernel.value("flow.to_text()") == before
    assert kernel.value("len(other.graph.nodes)") == "0"


def test_a_failing_body_leaves_every_flow_as_it_was(kernel):
    kernel.run("%%hydro\nnumbers = process().source_iter([1])", "a")
    before = kernel.value("flow.to_text()")
    kernel.attempt("%%hydro\nnumbers = process().source_iter([1, 2])\nnumbers.for_each(print)\n1 / 0", "a")
    assert kernel.value("flow.to_text()") == before


def test_a_flow_that_a_failing_cell_made_is_not_bound(kernel):
    kernel.attempt("%%hydro fresh\n1 / 0", "a")
    assert kernel.value("'fresh' in globals()") == "False"


def test_a_hydro_cell_run_again_replaces_what_it_made(kernel):
    for data in ("[1]", "[1, 2]"):
        kernel.run(f"%%hydro\nnumbers = process().source_iter({data})\nnumbers.for_each(print)", "a")
    assert operators(kernel) == "source_iter for_each"
    assert kernel.value("numbers.preview().rows") == "[1, 2]"


def test_a_hydro_cell_that_becomes_a_plain_one_leaves_nothing(kernel):
    kernel.run("%%hydro\nprocess().source_iter([1]).for_each(print)", "a")
    kernel.run("flow.process().source_iter([1])", "a")
    assert operators(kernel) == "source_iter"


def test_a_deploying_cell_edited_deploys_only_what_it_has_now(kernel):
    kernel.run("%%hydro --deploy --wait\nn = process().source_iter([1])\nn.for_each(print)\nn.for_each(print)", "a")
    kernel.run("%%hydro --deploy --wait\nn = process().source_iter([1])\nn.for_each(print)", "a")
    assert kernel.run("%hydro logs", "b").stdout == "[process 0] 1\n"


def test_a_plain_cell_edited_deploys_only_what_it_has_now(kernel):
    kernel.run("flow = FlowBuilder()", "make")
    many = "a, b = flow.process(), flow.process()\nb.source_iter([2]).for_each(print)\n"
    one = "n = a.source_iter([1])\nn.for_each(print)\nd = flow.deploy()\nd.settle()"
    kernel.run(many + one, "a")
    kernel.run("a = flow.process()\n" + one, "a")
    assert kernel.value("[str(line) for line in d.logs()], len(d.processes)") == "(['[process 0] 1'], 1)"


def test_a_deleted_cell_takes_its_nodes_along(kernel):
    build(kernel)
    kernel.run("1", "other", deleted=["sink"])
    assert operators(kernel) == "source_iter"


def test_a_deleted_cell_takes_its_deployment_along(kernel):
    build(kernel)
    kernel.run("first = flow.deploy()", "deploy")
    kernel.run("1", "other", deleted=["deploy", "other"])
    assert kernel.value("first.state") == "stopped"


def test_a_deployment_of_a_cell_that_failed_is_its_own_too(kernel):
    build(kernel)
    kernel.attempt("first = flow.deploy()\n1 / 0", "deploy")
    kernel.run("second = flow.deploy()", "deploy")
    assert kernel.value("first.state == 'stopped', second.state == 'stopped'") == "(True, False)"


def test_without_ids_each_run_is_a_cell_of_its_own(kernel):
    kernel.run(MAKE)
    for _ in range(2):
        kernel.run("process.source_iter([1]).for_each(print)")
    assert operators(kernel) == "source_iter for_each source_iter for_each"


def test_odd_ids_are_cells_too(kernel):
    kernel.run(MAKE, "make")
    for _ in range(2):
        kernel.run("process.source_iter([1])", "vscode-notebook-cell:/a.b/c#W0%3D")
    assert operators(kernel) == "source_iter"


def test_named_cells_belong_to_the_cell_that_they_run_in(kernel):
    kernel.run(MAKE, "make")
    loop = "for n in range({}):\n    with flow.cell(f'source {n}'):\n        process.source_iter([n])\n"
    kernel.run(loop.replace("{}", "3"), "loop")
    assert kernel.attempt(loop.replace("{}", "1") + "1 / 0", "loop").ename == "ZeroDivisionError"
    assert operators(kernel) == "source_iter source_iter source_iter"
    kernel.run(loop.replace("{}", "2"), "loop")
    assert operators(kernel) == "source_iter source_iter"
    # who runs it last has it
    kernel.run("with flow.cell('source 1'):\n    process.source_iter([7]).for_each(print)", "other")
    kernel.run("pass", "last", deleted=["loop"])
    assert operators(kernel) == "source_iter for_each"
    kernel.run("pass", "other")
    assert operators(kernel) == ""


@pytest.mark.parametrize("host", [{"colab": {"cell_id": "8fQ"}}, {"commandId": "77"}], ids=["Colab", "Databricks"])
def test_hosts_have_places_of_their_own_for_ids(kernel, host):
    kernel.run(MAKE, "make")
    for number in (1, 2):
        kernel.attempt(f"process.source_iter([{number}]).for_each(print)", host=host)
    assert operators(kernel) == "source_iter for_each"
    # what a cell runs in its turn is no cell of the host's, but belongs to it
    for _ in range(2):
        kernel.attempt("get_ipython().run_cell('process.source_iter([3])')\nprocess.source_iter([4])", host=host)
        assert operators(kernel) == "source_iter source_iter"


def test_sites_name_cells_as_the_reader_knows_them(kernel):
    build(kernel)
    ran = kernel.attempt("numbers.weaken_ordering().enumerate()", "wrong")
    count = kernel.value("len(In) - 1")
    assert f"In[{count}], line 1:" in ran.error


def test_running_a_deploying_cell_again_replaces_its_deployment(kernel):
    build(kernel)
    kernel.run("first = flow.deploy()", "deploy")
    kernel.run("other = flow.deploy()", "elsewhere")
    kernel.run("second = flow.deploy()", "deploy")
    assert kernel.value("[d.state == 'stopped' for d in (first, other, second)]") == "[True, False, False]"


def test_a_cell_that_cannot_run_stops_nothing(kernel):
    build(kernel)
    kernel.run("first = flow.deploy()", "deploy")
    kernel.attempt("first = flow.deploy(", "deploy")
    assert kernel.value("first.state") != "stopped"


def test_what_fails_after_go_does_not_undo_the_flow(kernel):
    ran = kernel.attempt(
        "%%hydro --deploy --wait\nprocess().source_iter([0]).map(lambda n: 1 // n).for_each(print)", "a"
    )
    assert ran.ename == "ProcessFailed"
    assert operators(kernel) == "source_iter map for_each"


def test_the_hooks_survive_a_reload(kernel):
    build(kernel)
    kernel.run("import importlib\nimportlib.reload(hydro_nb.notebook.cells)\nhydro_nb.notebook.register()", "reload")
    kernel.run("numbers.for_each(print)", "sink")
    kernel.run("%%hydro\nnumbers.for_each(print)", "sink")
    assert operators(kernel) == "source_iter for_each"
    hooks = "get_ipython().events.callbacks['pre_run_cell']"
    assert kernel.value(f"sum('Cells' in repr(each) for each in {hooks})") == "1"


def test_the_cell_that_imports_the_package_is_a_cell_like_any_other():
    fresh = Kernel()
    make = "import hydro_nb\nflow = globals().get('flow') or hydro_nb.FlowBuilder()\nflow.process().source_iter([1])"
    try:
        fresh.run(make, "a")
        fresh.run(make, "a")
        assert operators(fresh) == "source_iter"
    finally:
        fresh.close()


def test_a_cell_run_again_unchanged_highlights_nothing(kernel):
    cell = "%%hydro\nprocess().source_iter([1, 2]).map(lambda n: n + 1).for_each(print)"
    assert "3 new or changed" in kernel.run(cell, "a").graphs[-1]["text/html"]
    assert "new or changed" not in kernel.run(cell, "a").graphs[-1]["text/html"]
