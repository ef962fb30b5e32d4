"""The first tutorial as a reader uses it: run, then run again in the same kernel, with the ids of its cells."""

from pathlib import Path

import nbformat
import pytest

TUTORIAL = Path(__file__).parents[2] / "notebooks" / "01_processes.ipynb"
FLOWS = "[len(each.graph.nodes) for each in (flow, wordcount)]"


@pytest.mark.timeout(600)
def test_running_all_twice_gives_the_same_flows(kernel):
    cells = [cell for cell in nbformat.read(TUTORIAL, as_version=4).cells if cell.cell_type == "code"]
    seen = []
    for _ in range(2):
        for cell in cells:
            kernel.run(cell.source, cell.id)
        seen.append(kernel.value(FLOWS))
    assert seen == ["[4, 13]", "[4, 13]"]
    assert kernel.value("sum(d.state != 'stopped' for d in [deployment])") == "0"


@pytest.mark.timeout(600)
def test_an_edited_cell_gives_what_it_says_now(kernel):
    sources = {cell.id: cell.source for cell in nbformat.read(TUTORIAL, as_version=4).cells if cell.cell_type == "code"}
    wanted = ("leader", "functions", "splitter", "counter", "top", "settle")
    for name in wanted:
        kernel.run(sources[name], name)
    kernel.run(sources["functions"].replace(r'r"\w+"', r'r"\w{5,}"'), "functions")
    for name in wanted[2:]:
        kernel.run(sources[name], name)
    kernel.run("reports = deployment.connect(everything)\ndeployment.stop()\n*_, counted = reports", "check")
    assert kernel.value("min(map(len, counted)), len(wordcount.graph.nodes)") == "(5, 13)"
